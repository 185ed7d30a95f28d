import { createCipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { serve, type Site } from './site.ts';

/** A host of SMART Health Links on this machine, as the specification has one. */
export interface LinkHost extends Site {
  /** `shlink:/…` to one manifest, which asks for the passcode. */
  readonly link: string;
  /** What it was asked: method and path, and the body. */
  readonly asked: readonly string[];
  /** The key, in base64url. */
  readonly key: string;
}

const base64url = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url');

function sealed(text: string, key: Buffer): string {
  const header = base64url(JSON.stringify({ alg: 'dir', enc: 'A256GCM', cty: 'application/fhir+json', zip: 'DEF' }));
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(header));
  const ciphertext = Buffer.concat([cipher.update(deflateRawSync(text)), cipher.final()]);
  return [header, '', base64url(iv), base64url(ciphertext), base64url(cipher.getAuthTag())].join('.');
}

/**
 * @param resources in one bundle, beside the manifest
 * @param tries with a wrong passcode, after which the link is over
 * @param cors whether every page may ask it
 */
export async function serveHealthLink(
  resources: readonly object[],
  { passcode, label, tries = 5, cors = true }: { passcode?: string; label: string; tries?: number; cors?: boolean },
): Promise<LinkHost> {
  const key = randomBytes(32);
  const asked: string[] = [];
  let left = tries;
  const bundle = JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  });
  const site = await serve((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      asked.push(`${request.method} ${request.url} ${body}`);
      // The specification has hosts answer every page (CORS).
      if (cors) {
        response
          .setHeader('access-control-allow-origin', '*')
          .setHeader('access-control-allow-headers', 'content-type');
      }
      const json = (status: number, value: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (request.method === 'OPTIONS') return void response.writeHead(204).end();
      if (request.url === '/file') {
        return void response.writeHead(200, { 'content-type': 'application/jose' }).end(sealed(bundle, key));
      }
      if (left === 0 || request.url !== '/manifest') return void json(404, {});
      if (passcode !== undefined && (JSON.parse(body) as { passcode?: string }).passcode !== passcode)
        return void json(401, { remainingAttempts: --left });
      return void json(200, { files: [{ contentType: 'application/fhir+json', location: `${site.origin}/file` }] });
    });
  });
  const payload = {
    url: `${site.origin}/manifest`,
    key: base64url(key),
    flag: passcode === undefined ? '' : 'LP',
    label,
  };
  return { ...site, asked, key: payload.key, link: `shlink:/${base64url(JSON.stringify(payload))}` };
}
