import { open, rename } from 'node:fs/promises';

/**
 * Waits until a file's content, or a folder's list of names, is on the disk and survives a power cut.
 *
 * @throws the system's error
 */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file so that whoever looks later finds all of `content` or no such file.
 * The new name itself is durable only after {@link syncPath} of its folder, which a caller does once for many files.
 *
 * @throws the system's error
 */
export async function writeWhole(path: string, content: string): Promise<void> {
  const draft = `${path}.tmp`;
  const handle = await open(draft, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
}
