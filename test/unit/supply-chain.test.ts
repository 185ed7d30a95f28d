import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
const BUILDS = ['.output/chrome-mv3', '.output/firefox-mv3'];

describe('what is installed', () => {
  it('has no install script but those that were let in, or turned away, by name', async () => {
    const { packages } = (await json('package-lock.json')) as { packages: Record<string, { hasInstallScript?: true }> };
    const withScripts = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
    );
    const { allowScripts } = (await json('package.json')) as { allowScripts: Record<string, boolean> };
    expect([...new Set(withScripts)].sort()).toEqual(Object.keys(allowScripts).sort());
  });

  it('is fixed to the byte', async () => {
    const { packages } = (await json('package-lock.json')) as { packages: Record<string, { integrity?: string }> };
    const loose = Object.entries(packages).filter(([path, { integrity }]) => path !== '' && integrity === undefined);
    expect(loose.map(([path]) => path)).toEqual([]);
  });
});

describe.each(BUILDS)('the extension in %s', (dir) => {
  it('lets its pages run nothing but what is in the package', async () => {
    const manifest = await json(join(dir, 'manifest.json'));
    const { extension_pages: policy } = manifest['content_security_policy'] as { extension_pages: string };
    const rules = Object.fromEntries(
      policy.split(';').map((rule) => {
        const [name = '', ...sources] = rule.trim().split(' ');
        return [name, sources.join(' ')];
      }),
    );
    expect(rules).toMatchObject({
      'script-src': "'self' 'wasm-unsafe-eval'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
    // No page of the web can open, frame or message it.
    const absent = [
      'web_accessible_resources',
      'externally_connectable',
      'host_permissions',
      'optional_host_permissions',
    ];
    for (const key of absent) {
      expect(manifest, key).not.toHaveProperty(key);
    }
  });

  it('loads no script from anywhere else', async () => {
    const pages = (await readdir(dir)).filter((name) => name.endsWith('.html'));
    expect(pages.length).toBeGreaterThan(2);
    for (const page of pages) {
      const html = await readFile(join(dir, page), 'utf8');
      const sources = [...html.matchAll(/<(?:script|link)[^>]*?(?:src|href)="([^"]*)"/g)].map(([, source]) => source);
      expect(sources.filter((source) => !source?.startsWith('/'))).toEqual([]);
      expect(html).not.toMatch(/<script(?![^>]*src=)/);
    }
  });
});
