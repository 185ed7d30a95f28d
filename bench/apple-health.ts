import { SaxesParser } from 'saxes';
import { createServer } from 'vite';
import type { readAppleHealth as Read } from '../extension/core/import/apple-health.ts';
import type { newContext as NewContext } from '../extension/core/import/read.ts';
import type { Source } from '../extension/core/import/source.ts';
import { ROOT } from '../scripts/lib/paths.ts';
import type { Line } from './report.ts';

const MIB = 1_048_576;
const PART_RECORDS = 2_000;
const TYPES = ['HeartRate', 'StepCount', 'ActiveEnergyBurned', 'DistanceWalkingRunning', 'RespiratoryRate'];
const HEAD = `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (Record*)>\n]>\n<HealthData locale="en_US">\n`;

const two = (n: number): string => String(n).padStart(2, '0');

/** A made-up measurement; they are spread over ten years. */
function record(n: number): string {
  const day = new Date(Date.UTC(2015, 0, 1 + (Math.floor(n / 997) % 3_650))).toISOString().slice(0, 10);
  const time = `${day} ${two(n % 24)}:${two(n % 60)}:${two((n * 7) % 60)} +0100`;
  const type = `HKQuantityTypeIdentifier${TYPES[n % TYPES.length] ?? ''}`;
  return ` <Record type="${type}" sourceName="Watch of somebody" sourceVersion="9.4" device="&lt;&lt;HKDevice: 0x28&gt;, name:Apple Watch, model:Watch&gt;" unit="count/min" creationDate="${time}" startDate="${time}" endDate="${time}" value="${50 + (n % 97)}"/>\n`;
}

/** An export of so many bytes, made as it is read: it is never in memory, and on no disk. */
function made(size: number): Source {
  return {
    name: 'export.xml',
    type: 'text/xml',
    size,
    async *stream() {
      const encode = (text: string) => new TextEncoder().encode(text);
      yield await Promise.resolve(encode(HEAD));
      for (let n = 0, written = HEAD.length; written < size; n += PART_RECORDS) {
        const part = encode(Array.from({ length: PART_RECORDS }, (_, i) => record(n + i)).join(''));
        written += part.byteLength;
        yield part;
      }
      yield encode('</HealthData>\n');
    },
  };
}

interface Measured {
  readonly ms: number;
  /** Most that was resident above what was before. */
  readonly mib: number;
}

async function measured(work: () => Promise<void>): Promise<Measured> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  clearInterval(timer);
  return { ms, mib: (Math.max(most, process.memoryUsage().rss) - before) / MIB };
}

/** Only what nobody can do without: decoding the bytes and parsing the XML. */
async function plainly(source: Source): Promise<void> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let tags = 0;
  parser.on('opentag', () => tags++);
  const decoder = new TextDecoder();
  for await (const part of source.stream()) parser.write(decoder.decode(part, { stream: true }));
  parser.close();
}

/**
 * Reading a person's export of Apple Health against bare XML parsing of the same bytes, and how much memory it takes.
 * @param mib size of the export
 */
export async function appleHealthLines(mib: number): Promise<Line[]> {
  const server = await createServer({
    root: ROOT,
    configFile: false,
    server: { middlewareMode: true, ws: false },
    logLevel: 'silent',
  });
  try {
    const load = async <T>(path: string) => (await server.ssrLoadModule(path)) as T;
    const { readAppleHealth } = await load<{ readAppleHealth: typeof Read }>('/extension/core/import/apple-health.ts');
    const { newContext } = await load<{ newContext: typeof NewContext }>('/extension/core/import/read.ts');
    const source = made(mib * MIB);
    await plainly(made(8 * MIB));
    const limit = await measured(() => plainly(source));
    let found = 0;
    const read = await measured(async () => {
      for await (const one of readAppleHealth(source, newContext(), new Uint8Array())) if (one.kind !== 'said') found++;
    });
    const rate = `${(mib / (read.ms / 1_000)).toFixed(1)} MiB/s, ${found} items`;
    return [
      {
        name: `Apple Health, ${mib} MiB`,
        measured: read.ms,
        unit: 'ms',
        also: rate,
        limit: { what: 'saxes alone', value: limit.ms },
        target: { most: 1.5, of: 'ratio' },
      },
      {
        name: `memory above idle, Apple Health, ${mib} MiB`,
        measured: read.mib,
        unit: 'MiB',
        limit: { what: 'saxes alone', value: limit.mib },
        target: { most: 128, of: 'measured' },
      },
    ];
  } finally {
    await server.close();
  }
}
