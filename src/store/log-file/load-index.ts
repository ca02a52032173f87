// Builds a stream's index from its files: the checkpoints of the index file, then a scan of what
// they do not cover. So a file of gigabytes opens in milliseconds. It only reads: cutting a torn
// tail off is the writer's.

import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { LogStreamKey } from '../../port/log-sink.ts';
import { damageAt, recoverHeader } from './damage.ts';
import { isMissing, readRange, statOpen } from './file-io.ts';
import { decodeHeader, maxHeaderBytes } from './record.ts';
import { StreamIndex, type Checkpoint } from './stream-index.ts';
import { indexPath } from './stream-path.ts';

const scanBytes = 1_048_576;
/** No batch is as large: a frame that claims more is damaged. */
const mostWantedBytes = 67_108_864;

export interface LoadedIndex {
  readonly index: StreamIndex;
  /** Bytes of the index file that are intact: the next checkpoint is written there. */
  readonly indexFileBytes: number;
  /** The file's header is damaged; that of the index was found by the frames behind it. */
  readonly headerDamaged: boolean;
}

/** Undefined: the file is not one of ours, or was torn before its first batch was whole. */
export async function loadIndex(
  path: string,
  descriptor: number,
  key: LogStreamKey,
): Promise<LoadedIndex | undefined> {
  const { size } = await statOpen(descriptor);
  const intact = decodeHeader(await readRange(descriptor, 0, Math.min(size, maxHeaderBytes)));
  const header = intact ?? (await recoverHeader(descriptor, size, key));
  if (header === undefined) return undefined;
  const index = new StreamIndex(header);
  const indexFileBytes =
    size > scanBytes ? restoreFrom(await readIndexFile(indexPath(path)), index, size) : 0;
  await scan(descriptor, index, size);
  return { index, indexFileBytes, headerDamaged: intact === undefined };
}

/** Takes in what was appended up to `size` since the index was built. */
export async function scan(descriptor: number, index: StreamIndex, size: number): Promise<void> {
  let want = scanBytes;
  while (index.end < size) {
    const bytes = await readRange(descriptor, index.end, Math.min(size, index.end + want));
    const { taken, wanted } = index.takeIn(bytes, true);
    if (
      taken === 0 &&
      (wanted <= bytes.length || wanted > mostWantedBytes || bytes.length < want)
    ) {
      const damage = await damageAt(descriptor, index.end, size, index.header.id);
      if (damage === undefined) return;
      // Where it takes too much to tell, nothing is cut off: what is appended follows behind it.
      index.skip(damage.before, damage.to ?? size);
      want = scanBytes;
      continue;
    }
    want = Math.max(scanBytes, taken === 0 ? wanted : 0);
  }
}

/** One checkpoint as a line of the index file: checksum and JSON. */
export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  const json = JSON.stringify(checkpoint);
  return Buffer.from(`${crc32(json).toString(16).padStart(8, '0')} ${json}\n`);
}

function restoreFrom(bytes: Buffer, index: StreamIndex, fileBytes: number): number {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) return at;
    const line = bytes.toString('utf8', at, end);
    const json = line.slice(9);
    if (line.slice(0, 8) !== crc32(json).toString(16).padStart(8, '0')) return at;
    if (!index.restore(JSON.parse(json) as Checkpoint, fileBytes)) return at;
    at = end + 1;
  }
}

async function readIndexFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0);
    throw error;
  }
}
