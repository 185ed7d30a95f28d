import { wallet } from '../../adapters/messaging/ui-client.ts';
import { fromHex, fromUtf8, random, sha256, toHex, utf8 } from '../../core/bytes.ts';
import type { RecordItem } from '../../core/catalogue/model.ts';
import { SalusError } from '../../core/errors.ts';
import { canonicalBytes } from '../../core/fhir/canonical.ts';
import { MOST_FILE } from '../../core/health-links/messages.ts';
import { behindViewer, linkText, sealedFile, toBase64Url } from '../../core/health-links/write-link.ts';
import type { Section } from '../../core/records/sections.ts';
import { nameOnly, patientSummary } from '../../core/summary/patient-summary.ts';
import { listedIn, openItems } from './chosen-items.ts';
import { outlineOf, type CodeOutline } from './qr.ts';
import { moment } from './format.ts';
import { postTo } from './link-manager.ts';
import { networkInUse } from './network.ts';
import { words } from './record-text.ts';
import { sectionName, t } from './text.ts';

const ID_BYTES = 32;
const KEY_BYTES = 32;

/** What a person chose to give, and to whom. */
export interface LinkWish {
  readonly own: string;
  readonly what: { readonly sections: readonly Section[] } | { readonly picked: readonly RecordItem[] };
  readonly forWhom: string;
  /** Empty for none. */
  readonly passcode: string;
  /** Unix seconds. */
  readonly until: number;
  readonly most: number;
}

export interface MadeLink {
  /** `shlink:/…`, behind the network's page for links where it has one: with the key, which is nowhere else. */
  readonly text: string;
  /** Whose page opens it in a browser. */
  readonly viewer?: string;
  readonly code: CodeOutline;
  /** What was chosen and is not in it: files, and what does not open now. */
  readonly left: number;
}

/** A text without what keeps names and numbers apart on a screen. */
const plain = (text: string): string => text.replaceAll(/[\u2066-\u2069]/g, '');

/**
 * Makes a summary, seals it under a key of its own, and has a manager keep it.
 * @throws SalusError `nothing-to-import` where nothing of it can be given, `too-large`, `managers-unreachable`, `vault-locked`
 */
async function giveLink(wish: LinkWish): Promise<MadeLink> {
  const { own, what, until, most, passcode } = wish;
  const forWhom = wish.forWhom.trim();
  const items = 'picked' in what ? what.picked : await listedIn(what.sections);
  const found = await openItems(own, items);
  if (found.length === 0) throw new SalusError('nothing-to-import', 'There is nothing to be given.');
  const about = (await listedIn(['profile'])).filter(({ type }) => type === 'Patient').slice(0, 1);
  const [patient] = await openItems(own, about);
  const title = plain(t('giveLink.summary', [forWhom]));
  const bundle = patientSummary({
    ...{ words, forWhom, title, items: found, made: new Date(), until: new Date(until * 1_000) },
    sectionName: (place) =>
      place === 'past' ? t('giveLink.past') : place === 'family' ? t('giveLink.family') : sectionName(place),
    patient: patient && nameOnly(patient.resource),
    said: [t('giveLink.saidFor', [forWhom, moment(until)]), t('giveLink.saidBy')].map(plain),
  });
  const content = fromUtf8(canonicalBytes(bundle));
  const sections = [...new Set(found.map(({ section }) => section))];
  const facts = { forWhom, sections, items: found.length, until, most, withPasscode: passcode !== '' };
  const network = await networkInUse();
  const viewer = network?.linkViewer;
  const text = behindViewer(await keptBySome(network?.managers ?? [], content, facts, passcode), viewer);
  const code = outlineOf(text);
  return { text, code, left: items.length - found.length, ...(viewer && { viewer: new URL(viewer).host }) };
}

type Facts = Omit<Parameters<typeof wallet.beginLink>[0], 'id' | 'manager'>;

/** The first manager that takes it keeps it. Each is sent it under an id and a key of its own. */
async function keptBySome(
  managers: readonly string[],
  content: string,
  facts: Facts,
  passcode: string,
): Promise<string> {
  let problem = new SalusError('managers-unreachable', 'No manager answers.');
  for (const manager of managers) {
    const id = toHex(random(ID_BYTES));
    const key = random(KEY_BYTES);
    const file = await sealedFile(content, key);
    if (file.length > MOST_FILE) throw new SalusError('too-large', 'This is too much for one link.', { summary: 1 });
    const digest = toHex(await sha256(utf8(file)));
    const signed = await wallet.beginLink({ ...facts, id, manager }, { file: digest, passcode });
    try {
      const answer = await postTo(`${manager}/v1/links`, {
        ...{ id, file, passcode, expires: facts.until, most: facts.most },
        ...signed,
      });
      if (answer.ok) {
        const url = `${manager}/links/${toBase64Url(fromHex(id))}`;
        return linkText({ url, key, expires: facts.until, withPasscode: passcode !== '' });
      }
    } catch (error) {
      if (!(error instanceof SalusError)) throw error;
      problem = error;
    }
    // Should it have been kept after all: nobody has its key.
    await wallet.forgetLink(id);
  }
  throw problem;
}

/** Loaded when a link is given: most people never need it. */
const library = { giveLink };
export default library;
