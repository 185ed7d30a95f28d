import { ACCOUNTS } from './chain.ts';

/** Whom the clinic of a local network invites. */
export interface Invited {
  readonly name: string;
  readonly work: 'doctor' | 'lab' | 'pharmacist' | 'researcher';
  readonly speciality?: string;
}

const LICENCE = { number: 'RC-4711', until: '2099-12-31' };

/** Sends JSON to the portal. @throws Error with what it says */
async function post(url: string, body: object, cookie = ''): Promise<{ body: Record<string, string>; cookie: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${new URL(url).pathname}: ${await response.text()}`);
  const [session = ''] = response.headers.getSetCookie();
  return { body: (await response.json()) as Record<string, string>, cookie: session.split(';')[0] ?? '' };
}

interface Signer {
  readonly address: string;
  signMessage(text: string): Promise<string>;
}

/** Signs an account in at the portal. @returns the cookie of its session */
async function signInAt(portalUrl: string, who: Signer): Promise<string> {
  const text = await post(`${portalUrl}/api/sign-in/text`, { address: who.address });
  const message = text.body['message'] ?? '';
  return (await post(`${portalUrl}/api/sign-in`, { message, signature: await who.signMessage(message) })).cookie;
}

/** Has the hospital's administrator invite somebody. @returns the link that is given to them */
export async function invite(portalUrl: string, { name, work, speciality }: Invited): Promise<string> {
  const cookie = await signInAt(portalUrl, ACCOUNTS.administrator);
  const person = { name, work, licence: LICENCE, ...(speciality !== undefined && { speciality }) };
  const made = await post(`${portalUrl}/api/invitations`, person, cookie);
  return `${portalUrl}/join#${made.body['code'] ?? ''}`;
}

/** Takes up an invitation with an account, as its person would in a browser. */
export async function accept(link: string, who: Signer): Promise<void> {
  const { origin, hash } = new URL(link);
  await post(`${origin}/api/invitation/accept`, { code: hash.slice(1) }, await signInAt(origin, who));
}
