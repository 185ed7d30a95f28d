/** Wrong passcodes after which a link is over for good. */
export const MOST_WRONG = 5;
/** A file may be fetched for so long after its manifest was given, in seconds; the specification has an hour at most. */
export const FETCH_SECONDS = 600;
/** Who opened a link can be asked for so long after its end, in seconds. Then nothing of it is left. */
export const TOLD_SECONDS = 30 * 86_400;

/** A health link as it is kept. Times in Unix seconds. */
export interface KeptLink {
  /** 0x hex, 32 bytes. */
  readonly id: string;
  /** Account of its owner. */
  readonly owner: string;
  /** 0x hex: SHA-256 of the file. */
  readonly digest: string;
  readonly expires: number;
  /** How often its manifest is given at most. */
  readonly most: number;
  /** Salt and hash; absent for none. */
  readonly passcode?: Uint8Array;
}

/** What the owner is told. */
export interface LinkStanding {
  readonly state: 'open' | 'expired' | 'used-up' | 'locked' | 'ended';
  readonly wrong: number;
  readonly uses: readonly { readonly at: number; readonly recipient: string }[];
}

/** What {@link LinkRows.begin} found: nothing to be told of a link that is over, unknown, or locked. */
export type Begun =
  | { readonly open: false }
  | {
      readonly open: true;
      readonly passcode?: Uint8Array;
      /** Tries that are left if this one is wrong. */ readonly left: number;
    };

/** Where health links are kept. Each act is whole and on the disk once it settles. */
export interface LinkRows {
  /** @returns `kept` also where the same was kept before, and is not over; `taken` for an id that was used; `too-many` links of one owner */
  keep(link: KeptLink, file: string, now: number): Promise<'kept' | 'taken' | 'too-many'>;
  /** Counts a try as wrong, until {@link use} takes that back: so that who breaks off in the middle has no more tries than others. */
  begin(id: string, now: number): Promise<Begun>;
  /** Writes down who opens it, and counts. @param wasTried a try that was right after all @returns the file; undefined where it is over meanwhile */
  use(id: string, recipient: string, wasTried: boolean, now: number): Promise<string | undefined>;
  /** The file of a link whose manifest was given a moment ago. */
  file(id: string, now: number): Promise<string | undefined>;
  /** Deletes the file. @returns whether it is a link of this owner */
  end(id: string, owner: string): Promise<boolean>;
  /** @returns undefined where it is no link of this owner */
  standing(id: string, owner: string, now: number): Promise<LinkStanding | undefined>;
  /** Deletes files of links that are over, and in the end all of them. */
  sweep(now: number): Promise<void>;
}
