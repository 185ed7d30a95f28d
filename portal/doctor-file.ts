import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getAddress, isAddress } from 'ethers';
import * as v from 'valibot';

/** The doctor patients of this clinic share with. */
export const DoctorSchema = v.object({
  address: v.pipe(
    v.string(),
    v.check((text) => isAddress(text), 'expected an address'),
    v.transform(getAddress),
  ),
  name: v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(120)),
});
export type Doctor = v.InferOutput<typeof DoctorSchema>;

/** Remembers the clinic's one doctor. */
export interface DoctorStore {
  get(): Doctor | null;
  set(doctor: Doctor): Promise<void>;
}

/**
 * A store in `doctor.json` under `dataDir`, or in memory without one. A file that is damaged counts as none: the doctor signs
 * in again.
 */
export async function openDoctorStore(dataDir: string | undefined): Promise<DoctorStore> {
  const path = dataDir === undefined ? undefined : join(dataDir, 'doctor.json');
  let doctor = path === undefined ? null : await read(path);
  return {
    get: () => doctor,
    async set(next) {
      if (path !== undefined && dataDir !== undefined) {
        await mkdir(dataDir, { recursive: true });
        // Renaming replaces the file whole, whenever the process is killed.
        await writeFile(`${path}.new`, JSON.stringify(next));
        await rename(`${path}.new`, path);
      }
      doctor = next;
    },
  };
}

async function read(path: string): Promise<Doctor | null> {
  try {
    return v.parse(DoctorSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
