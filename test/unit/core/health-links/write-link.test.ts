import { decryptSHLFile, SHL } from 'kill-the-clipboard';
import { expect, it } from 'vitest';
import { random } from '../../../../extension/core/bytes.ts';
import { linkText, sealedFile, toBase64Url } from '../../../../extension/core/health-links/write-link.ts';
import { KeepLinkSchema } from '../../../../extension/core/health-links/messages.ts';
import { aboutHealthLink } from '../../../../extension/core/import/health-link.ts';

it('a file that was sealed is opened by another’s reader, with its key alone', async () => {
  const [key, other] = [random(32), random(32)];
  const text = JSON.stringify({ resourceType: 'Bundle', said: 'é'.repeat(100_000) });
  const jwe = await sealedFile(text, key);
  expect(jwe.length).toBeLessThan(2_000);
  expect(jwe).toMatch(KeepLinkSchema.entries.file.pipe[2].requirement);
  expect(await decryptSHLFile({ jwe, key: toBase64Url(key) })).toEqual({
    content: text,
    contentType: 'application/fhir+json',
  });
  await expect(decryptSHLFile({ jwe, key: toBase64Url(other) })).rejects.toThrow();
});

it('a link says where, until when, and whether it asks for a passcode, to another’s reader and to ours', () => {
  const parts = { url: 'https://manager.example/links/abc', key: random(32), expires: 2_000_000_000 };
  for (const withPasscode of [true, false]) {
    const text = linkText({ ...parts, withPasscode });
    const read = SHL.parse(text);
    expect([read.url, read.exp, read.requiresPasscode]).toEqual([parts.url, parts.expires, withPasscode]);
    expect(aboutHealthLink(text)).toMatchObject({ host: 'manager.example', needsPasscode: withPasscode });
  }
});
