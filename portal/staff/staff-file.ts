import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ConfigError } from '../../manager/settings.ts';
import { AddressSchema } from '../address.ts';
import { WORKS } from './work.ts';

const line = (most: number) => v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(most));
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Who somebody is at the clinic: what an administrator says of them when they are invited. */
export const PersonSchema = v.object({
  name: line(120),
  work: v.picklist(WORKS),
  /** What they are, such as Cardiology. */
  speciality: v.optional(line(80)),
  licence: v.optional(
    v.object({
      number: line(60),
      /** Last day on which it is valid: `YYYY-MM-DD`. */
      until: v.pipe(v.string(), v.isoDate()),
    }),
  ),
});
export type Person = v.InferOutput<typeof PersonSchema>;

const InvitationSchema = v.object({
  id: v.string(),
  /** SHA-256 of its code, base64url: the file invites nobody. */
  digest: v.string(),
  person: PersonSchema,
  /** Unix seconds. */
  expires: seconds,
  /** The account that took it up; nobody else can from then on. */
  takenBy: v.optional(AddressSchema),
  used: v.optional(v.boolean(), false),
});
export type Invitation = v.InferOutput<typeof InvitationSchema>;

const StaffSchema = v.object({
  address: AddressSchema,
  person: PersonSchema,
  /** Names them in a link for patients: 128 random bits, and nothing of their account. */
  handle: v.string(),
  /** Digest of the profile for whose publication the clinic gave them the fee. */
  funded: v.optional(v.string()),
});
export type Staff = v.InferOutput<typeof StaffSchema>;

const BookSchema = v.object({
  invitations: v.array(InvitationSchema),
  staff: v.array(StaffSchema),
  /** The doctor whom patients who check in share with. */
  onDuty: v.optional(AddressSchema),
});

/** Whom the clinic invited, and who came. Whether they may act, the registry says. */
export type Book = Readonly<v.InferOutput<typeof BookSchema>>;

/** Remembers the book. */
export interface StaffFile {
  book(): Book;
  /** Changes it, one change after the other; what could not be written is not so. */
  change(edit: (book: Book) => Book): Promise<void>;
}

/**
 * `staff.json` under `dataDir`, or memory without one.
 * @throws ConfigError where the file is damaged: names and invitations would be lost by going on without it
 */
export async function openStaffFile(dataDir: string | undefined): Promise<StaffFile> {
  const path = dataDir === undefined ? undefined : join(dataDir, 'staff.json');
  let book = path === undefined ? EMPTY : await read(path);
  let last: Promise<void> = Promise.resolve();
  return {
    book: () => book,
    change(edit) {
      const turn = last.then(async () => {
        const next = edit(book);
        if (path !== undefined && dataDir !== undefined) {
          await mkdir(dataDir, { recursive: true });
          // Renaming replaces the file whole, whenever the process is killed.
          await writeFile(`${path}.new`, JSON.stringify(next), { mode: 0o600 });
          await rename(`${path}.new`, path);
        }
        book = next;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

const EMPTY: Book = { invitations: [], staff: [] };

async function read(path: string): Promise<Book> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return EMPTY;
    throw new ConfigError('dataDir: staff.json cannot be read. Give the portal the right to read it.');
  }
  try {
    return v.parse(BookSchema, JSON.parse(text));
  } catch {
    throw new ConfigError('dataDir: staff.json is damaged. Put back a copy, or move it away to begin an empty list.');
  }
}
