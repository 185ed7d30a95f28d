import * as v from 'valibot';
import { fromBase64, random, toBase64, type Bytes } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';

/** A credential and what its device is asked with; base64. */
interface Known {
  readonly id: string;
  readonly salt: string;
}
/** The same with the 32 bytes that the device gave for the salt (WebAuthn Level 3, extension `prf`). */
export type Given = Known & { readonly secret: string };

/** Longest that the browser waits for the person and the device. */
const WAIT_MS = 120_000;
/** ES256 and RS256: what devices have. Nothing is ever signed that anybody checks. */
const ALGORITHMS = [-7, -257].map((alg) => ({ type: 'public-key' as const, alg }));

const bytes32 = v.pipe(
  v.instance(ArrayBuffer),
  v.transform((buffer) => new Uint8Array(buffer)),
  v.check((bytes) => bytes.length === 32),
);
const ResultSchema = v.object({
  rawId: v.instance(ArrayBuffer),
  prf: v.object({ enabled: v.optional(v.boolean()), results: v.optional(v.object({ first: bytes32 })) }),
});

const unsuited = () => new SalusError('passkey-unsuited', 'This device has no secret to open the wallet with.');
const cancelled = () => new SalusError('passkey-cancelled', 'The device did not confirm that it is the person.');
const FAULTS: Readonly<Record<string, () => SalusError>> = {
  InvalidStateError: () => new SalusError('passkey-known', 'This device opens the wallet already.'),
  NotSupportedError: unsuited,
  ConstraintError: unsuited,
  SecurityError: unsuited,
};

/**
 * Whether devices can be asked here. An extension's own pages are their own relying party in Chromium; in Firefox they are none.
 */
export async function canUsePasskeys(): Promise<boolean> {
  if (import.meta.env.FIREFOX || typeof PublicKeyCredential === 'undefined') return false;
  const { getClientCapabilities } = PublicKeyCredential as {
    getClientCapabilities?: () => Promise<Record<string, boolean | undefined>>;
  };
  const can = await getClientCapabilities?.call(PublicKeyCredential).catch(() => undefined);
  return can?.['extension:prf'] ?? true;
}

/**
 * Has the device make a passkey that opens nothing yet. Its name tells nobody whose it is.
 * @param known those that open the wallet already
 * @throws SalusError `passkey-unsuited`, `passkey-known`, `passkey-cancelled`
 */
export async function makePasskey(known: readonly Known[], signal: AbortSignal): Promise<Given> {
  const salt = random(32);
  const { rawId, prf } = await ask(() =>
    navigator.credentials.create({
      signal,
      publicKey: {
        rp: { name: 'Salus' },
        user: { id: random(16), name: 'Salus', displayName: 'Salus' },
        challenge: random(32),
        pubKeyCredParams: ALGORITHMS,
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        excludeCredentials: known.map(descriptor),
        timeout: WAIT_MS,
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  if (prf.enabled !== true) throw unsuited();
  const made = { id: toBase64(new Uint8Array(rawId)), salt: toBase64(salt) };
  // Some devices give it only when they are asked for it.
  return prf.results ? { ...made, secret: toBase64(prf.results.first) } : askPasskey([made], signal);
}

/** Asks for one of these. @throws SalusError `passkey-unsuited`, `passkey-cancelled` */
export async function askPasskey(known: readonly Known[], signal: AbortSignal): Promise<Given> {
  const evalByCredential = Object.fromEntries(
    known.map(({ id, salt }) => [base64url(id), { first: fromBase64(salt) satisfies Bytes }]),
  );
  const { rawId, prf } = await ask(() =>
    navigator.credentials.get({
      signal,
      publicKey: {
        challenge: random(32),
        userVerification: 'required',
        allowCredentials: known.map(descriptor),
        timeout: WAIT_MS,
        extensions: { prf: { evalByCredential } },
      },
    }),
  );
  const asked = known.find(({ id }) => id === toBase64(new Uint8Array(rawId)));
  if (asked === undefined || prf.results === undefined) throw unsuited();
  return { ...asked, secret: toBase64(prf.results.first) };
}

async function ask(device: () => Promise<Credential | null>): Promise<v.InferOutput<typeof ResultSchema>> {
  let credential: Credential | null;
  try {
    credential = await device();
  } catch (error) {
    throw (FAULTS[error instanceof DOMException ? error.name : ''] ?? cancelled)();
  }
  if (!(credential instanceof PublicKeyCredential)) throw cancelled();
  const parsed = v.safeParse(ResultSchema, {
    rawId: credential.rawId,
    prf: credential.getClientExtensionResults().prf ?? {},
  });
  if (!parsed.success) throw unsuited();
  return parsed.output;
}

const descriptor = ({ id }: Known) => ({ type: 'public-key' as const, id: fromBase64(id) });
const base64url = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
