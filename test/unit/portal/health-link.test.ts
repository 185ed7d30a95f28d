import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { random, utf8 } from '../../../extension/core/bytes.ts';
import { ERROR_CODES, SalusError } from '../../../extension/core/errors.ts';
import { behindViewer, linkText } from '../../../extension/core/health-links/write-link.ts';
import { aboutHealthLink } from '../../../extension/core/import/health-link.ts';
import { patientSummary } from '../../../extension/core/summary/patient-summary.ts';
import { words } from '../../../portal/pages/shared/words.ts';
import { isOver, linkProblem } from '../../../portal/pages/link/link-text.ts';
import { summariesIn } from '../../../portal/pages/link/summary.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';

const IPS = join(ROOT, '../shared/data/ips');
// The incomplete one is no document.
const real = existsSync(IPS)
  ? readdirSync(IPS).filter((name) => name.endsWith('.json') && name !== 'incomplete.json')
  : [];
const file = (value: unknown, mediaType = 'application/fhir+json') => ({
  mediaType,
  bytes: utf8(typeof value === 'string' ? value : JSON.stringify(value)),
});
const document = (section: unknown[], more: unknown[] = []) => ({
  resourceType: 'Bundle',
  type: 'document',
  entry: [
    { fullUrl: 'urn:uuid:c', resource: { resourceType: 'Composition', title: 'A summary', section } },
    ...more.map((resource, i) => ({ fullUrl: `urn:uuid:${i}`, resource })),
  ],
});
const allergy = { resourceType: 'AllergyIntolerance', code: { text: 'Latex' } };

describe('a summary that a link leads to', () => {
  it('made by the wallet has its sections, its person, and each resource once', () => {
    const bundle = patientSummary({
      ...{
        words,
        forWhom: 'Dr Weber',
        title: 'For Dr Weber',
        made: new Date(0),
        until: new Date(1),
        said: ['Chosen.'],
      },
      sectionName: (place) => place,
      patient: {
        resourceType: 'Patient',
        name: [{ text: 'Mira Sandoval' }],
        gender: 'female',
        birthDate: '1984-03-09',
      },
      items: [{ section: 'allergies', resource: structuredClone(allergy) }],
    });
    const { summaries, others } = summariesIn([file(bundle)]);
    expect([summaries.length, others]).toEqual([1, 0]);
    const [{ title, person, said, sections }] = summaries as [(typeof summaries)[0]];
    expect({ title, person }).toEqual({
      title: 'For Dr Weber',
      person: { name: 'Mira Sandoval', born: '1984-03-09', gender: 'female' },
    });
    expect(said).toBe('For Dr Weber\nChosen.');
    const found = sections.map((one) => [
      one.title,
      one.resources.map(({ resourceType }) => resourceType),
      one.missing,
    ]);
    expect(found).toContainEqual(['allergies', ['AllergyIntolerance'], 0]);
  });

  it.skipIf(real.length === 0).each(real)('of another maker is read too: %s', (name) => {
    const [{ sections = [] } = {}] = summariesIn([file(readFileSync(join(IPS, name), 'utf8'))]).summaries;
    expect(sections.filter(({ resources, narrative }) => resources.length > 0 || narrative !== '')).not.toEqual([]);
  });

  it('names what is not in it, and shows the words of its author as text', () => {
    const text = { div: '<div><script>alert(1)</script><p>Latex &amp; nuts</p></div>' };
    const bundle = document(
      [{ title: 'Allergies', text, entry: [{ reference: 'urn:uuid:9' }, { reference: 'urn:uuid:0' }] }],
      [allergy],
    );
    expect(summariesIn([file(bundle)]).summaries[0]?.sections).toMatchObject([
      { title: 'Allergies', missing: 1, narrative: 'Latex & nuts', resources: [{ code: { text: 'Latex' } }] },
    ]);
  });

  it('that is no document is shown as one list', () => {
    const { summaries } = summariesIn([
      file(allergy),
      file({ resourceType: 'Bundle', entry: [{ resource: allergy }] }),
    ]);
    expect(summaries.map(({ title, sections }) => [title, sections.length])).toEqual([
      ['', 1],
      ['', 1],
    ]);
  });

  it.each([
    ['no JSON', '{'],
    ['no resource', '[]'],
    ['an empty Bundle', { resourceType: 'Bundle' }],
    ['entries that are none', { resourceType: 'Bundle', entry: [null, 1, { resource: 'x' }] }],
    ['another kind', allergy, 'application/smart-health-card'],
    ['more than a page could show', { resourceType: 'Bundle', entry: Array(5_001).fill({ resource: allergy }) }],
  ])('that is %s is counted and can be saved', (_what, value, mediaType = 'application/fhir+json') => {
    expect(summariesIn([file(value, mediaType)])).toEqual({ summaries: [], others: 1 });
  });

  it('never ends in an error, whatever stands where sections should', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.jsonValue()), (sections, more) => {
        expect(summariesIn([file(document(sections, more))]).others).toBe(0);
      }),
    );
  });
});

test.each(ERROR_CODES)('%s is told in words that are not those of a program', (code) => {
  expect(linkProblem(new SalusError(code, '0xsecret'))).toMatch(/^[A-Z].{20,}\.$/);
});

test('a passcode that is wrong says how many tries are left, and the last one that there are none', () => {
  const wrong = (remaining: number) => new SalusError('wrong-passcode', '', { remaining });
  expect(linkProblem(wrong(4))).toContain('4 more times');
  expect(linkProblem(wrong(1))).toContain('once more');
  expect(linkProblem(wrong(0))).toContain('no tries left');
  expect([wrong(1), wrong(0), new SalusError('link-over', '')].map(isOver)).toEqual([false, true, true]);
  expect(linkProblem(new TypeError('0xsecret'))).not.toContain('secret');
});

test('a link behind a page’s address is the same link, and the page’s server is told nothing of it', () => {
  const bare = linkText({ url: 'https://keeper.example/links/x', key: random(32), expires: 9, withPasscode: true });
  const link = behindViewer(bare, 'https://portal.example/link');
  expect(aboutHealthLink(link)).toEqual(aboutHealthLink(bare));
  const { origin, pathname, search } = new URL(link);
  expect(origin + pathname + search).toBe('https://portal.example/link');
  expect(behindViewer(bare, undefined)).toBe(bare);
});
