import { HELD_IN_EMERGENCY } from '../catalogue/emergencies.ts';
import { GIVEN, isLive, lookedName, receiptName, SHARING, type GrantRow, type ReceiptRow } from '../catalogue/model.ts';
import { BY_PATIENT, RIGHTS, type Receipt, type RightName } from '../consent/receipt.ts';
import type { FolderKind } from '../records/sections.ts';
import { Right } from '../registry/abi.ts';
import type { Reader } from './reader.ts';
import { settlementOf, type Settlement } from './settlement.ts';
import type { Session } from './session.ts';

/**
 * What one member was given by one act, as the chain has it. The receipt only adds words, and may be missing: it can be ended all the
 * same.
 */
export interface ConsentView {
  /** Hex digest of the consent object; what the chain holds. Two members may have been given something under the same. */
  readonly consentId: string;
  readonly registry: string;
  readonly recipient: string;
  readonly rights: readonly RightName[];
  /** Bits of the purposes it was given for. */
  readonly purposes: number;
  /** Unix seconds. */
  readonly until: number;
  readonly sections: readonly FolderKind[];
  readonly receipt?: Receipt;
  /** The delegate who gave it in the patient's place; the words of the receipt are theirs then. */
  readonly by?: string;
  readonly transaction: string;
  readonly block: number;
  readonly settlement: Settlement;
  /** Folders that can still be used under it, and those of them that can be read. */
  readonly live: readonly number[];
  readonly readable: readonly number[];
  /** When the recipient last opened something of these sections, as keepers tell it (Unix seconds); absent where nothing was. */
  readonly looked?: number;
}

/** Every consent this account gave, the oldest first. */
export async function ownConsents(session: Session): Promise<ConsentView[]> {
  const { rows } = session.catalogue;
  const [grants, { final }, folders] = await Promise.all([
    SHARING.all(rows),
    session.catalogue.head(),
    session.folders(),
  ]);
  const groups = [...Map.groupBy(grants, (g) => `${g.registry}/${g.grantee}/${g.receipt}/${g.by ?? ''}`).values()];
  const receipts = await rows.getAll<ReceiptRow>(groups.map(([first]) => receiptName(first?.receipt ?? '')));
  const now = await session.catalogue.time();
  const looked = new Map<string, number | undefined>();
  const looks = grants.map((g) => lookedName(g.grantee, g.folder));
  for (const [i, at] of (await rows.getAll<number>(looks)).entries()) looked.set(looks[i] ?? '', at);
  const consents = groups.flatMap((group, i): ConsentView[] => {
    const live = group.filter((g) => g.rights !== 0 && !g.voided && g.until > now);
    // What holds says what it is; only where nothing does any more, what it was.
    const [first] = live.length > 0 ? live : group;
    if (first === undefined) return [];
    const { receipt } = receipts[i] ?? {};
    // Words about somebody else are not words about this grant.
    const fits = receipt?.recipient.toLowerCase() === first.grantee.toLowerCase();
    const mask = group.reduce((all, { rights }) => all | rights, 0);
    const rights = mask === 0 && fits ? receipt.rights : rightsOf(mask);
    return [
      {
        consentId: first.receipt,
        registry: first.registry,
        recipient: first.grantee,
        rights,
        purposes: first.purposes,
        until: first.until,
        sections: (live.length > 0 ? live : group).flatMap((g) => folders.kind(g.folder) ?? []),
        ...(fits && { receipt }),
        ...(first.by !== undefined && { by: first.by }),
        transaction: first.transaction,
        block: first.block,
        settlement: settlementOf(first.block, final),
        live: live.map((g) => g.folder),
        ...lastOf(group.map((g) => looked.get(lookedName(g.grantee, g.folder)))),
        readable: live.filter((g) => (g.rights & Right.Read) !== 0).map((g) => g.folder),
      },
    ];
  });
  return consents.sort((a, b) => a.block - b.block);
}

const lastOf = (looks: readonly (number | undefined)[]): Pick<ConsentView, 'looked'> => {
  const looked = Math.max(0, ...looks.map((at) => at ?? 0));
  return looked === 0 ? {} : { looked };
};

/** Bits of the chain. */
export const RIGHT_OF = { read: Right.Read, write: Right.Write, dispense: Right.Dispense, share: Right.Share } as const;
export const rightsOf = (mask: number): RightName[] => RIGHTS.filter((right) => (mask & RIGHT_OF[right]) !== 0);

/**
 * What those whom the patient gave access were called: the newest name of each address. What a delegate calls somebody counts only
 * where nothing else is known, so that nobody who has a name gets another by it.
 */
export const namesIn = (consents: readonly ConsentView[]): Map<string, string> =>
  new Map(
    consents
      .toSorted((a, b) => Number(a.by === undefined) - Number(b.by === undefined))
      .flatMap(({ receipt }) => (receipt?.recipientName ? [[receipt.recipient, receipt.recipientName]] : [])),
  );

/** Whether the name of whoever was given this is the patient's own word: of a delegate, or somebody of the family. */
export const isNamedByPatient = ({ receipt, by }: Pick<ConsentView, 'receipt' | 'by'>): boolean =>
  receipt?.origin === BY_PATIENT && by === undefined && receipt.purpose === 'FAMRQT';

/** A folder that a patient opened to this account. */
export interface GivenFolder extends GrantRow {
  readonly section: FolderKind;
  /** Web origin of the site through which it was given. */
  readonly site: string;
  /** What the patient chose to be called. */
  readonly principalName?: string;
}

/** What somebody reads for, and where. What is left out is as each consent has it: so it is in the wallet's own screens. */
export interface Use {
  /** Bit of the purpose. */
  readonly purpose?: number;
  /** Whether a consent that was given through this site counts. */
  readonly through?: (site: string) => Promise<boolean>;
  /** The only kind of folder that is looked at. */
  readonly within?: FolderKind | undefined;
  /** Nothing but what was opened in an emergency. */
  readonly emergency?: boolean | undefined;
}

/** What this account opened in an emergency and may read now, as the chain has it. */
export async function heldInEmergency({ catalogue }: Reader, patient?: string): Promise<GrantRow[]> {
  const held = await HELD_IN_EMERGENCY.all(catalogue.rows, patient === undefined ? '' : `${patient.toLowerCase()}|`);
  const now = await catalogue.time();
  return held.filter((grant) => isLive(grant, now));
}

/** What may be read for this use: what was given, and in the wallet's own screens what was opened in an emergency. */
export async function openableFolders(reader: Reader, use: Use, patient?: string): Promise<GrantRow[]> {
  const given = use.emergency ? [] : await readableFolders(reader, use, patient);
  const isOwnScreen = use.through === undefined && use.purpose === undefined && use.within === undefined;
  return isOwnScreen ? [...given, ...(await heldInEmergency(reader, patient))] : given;
}

/** What patients let this account do now, as the chain has it; a folder that no receipt names is left out. */
export async function givenFolders(session: Reader, patient?: string): Promise<GivenFolder[]> {
  const { rows } = session.catalogue;
  const grants = await GIVEN.all(rows, patient === undefined ? '' : `${patient.toLowerCase()}|`);
  const now = await session.catalogue.time();
  const live = grants.filter((grant) => isLive(grant, now));
  const receipts = await rows.getAll<ReceiptRow>(live.map((grant) => receiptName(grant.receipt)));
  return live.flatMap((grant, i): GivenFolder[] => {
    const { receipt } = receipts[i] ?? {};
    const section = receipt?.sections.find((s) => s.folder === grant.folder)?.section;
    return receipt === undefined || section === undefined
      ? []
      : [
          {
            ...grant,
            section,
            site: receipt.origin,
            ...(receipt.principalName && { principalName: receipt.principalName }),
          },
        ];
  });
}

/** Those of {@link givenFolders} that may be read for this use. */
export async function readableFolders(
  session: Reader,
  { purpose, through, within }: Use,
  patient?: string,
): Promise<GivenFolder[]> {
  const given = (await givenFolders(session, patient)).filter(
    ({ rights, purposes, section }) =>
      (rights & Right.Read) !== 0 &&
      (purpose === undefined || (purposes & purpose) !== 0) &&
      (within === undefined || section === within),
  );
  if (through === undefined) return given;
  const counts = await Promise.all(given.map(({ site }) => through(site)));
  return given.filter((_, i) => counts[i]);
}
