import { fetchFromAny } from '../extension/adapters/storage/gateway.ts';
import { readProfile } from '../extension/core/directory/profile.ts';
import { cidFromDigest } from '../extension/core/storage/cid.ts';

/** The name in a member's public profile; undefined where it has none, or no manager gives it. */
export async function profileName(managers: readonly string[], digest: Uint8Array): Promise<string | undefined> {
  try {
    return readProfile(await fetchFromAny(managers, cidFromDigest(digest)))?.name;
  } catch {
    return undefined; // takes a name away, and nothing beside it
  }
}
