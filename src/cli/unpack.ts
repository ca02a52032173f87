// Writes the archive that a server streams into a directory. What comes is not trusted: only names
// that a backup has are written, nothing that is there is overwritten, and one that was cut off is
// told from one that is whole.

import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeTarHeader, tarBlock, tarPadding } from '../base/tar.ts';
import { Failure } from './failure.ts';

const names =
  /^(longshore\.db|instance|engine|backup\.json|logs(\/[a-z0-9-]{1,40}){3}\/[0-9a-f]{40}\.log)$/;
/** The last file: after it nothing is missing. */
const lastFile = 'backup.json';

interface Unpacked {
  readonly files: number;
  readonly bytes: number;
}

/** Throws a {@link Failure} where it is no backup or was cut off. */
export async function unpack(
  stream: AsyncIterable<Uint8Array>,
  directory: string,
): Promise<Unpacked> {
  const bytes = new Bytes(stream);
  const made = new Set<string>();
  let total = 0;
  for (;;) {
    const header = decodeTarHeader(await bytes.take(tarBlock));
    if (header === 'end' && made.has(lastFile)) return { files: made.size, bytes: total };
    if (
      header === undefined ||
      header === 'end' ||
      !names.test(header.name) ||
      made.has(header.name)
    )
      throw new Failure('what the server sends is no backup');
    const { name, size } = header;
    await writeFile(join(directory, name), bytes, size);
    await bytes.take(tarPadding(size));
    made.add(name);
    total += size;
  }
}

async function writeFile(path: string, bytes: Bytes, size: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let left = size; left > 0;) {
      const chunk = await bytes.some(left);
      for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
      left -= chunk.length;
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A stream read in pieces that its reader wants. */
class Bytes {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** At least one byte, and no more than `most`. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new Failure('the server ended before the backup was whole');
      this.#rest = next.value;
    }
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const chunk = await this.some(count - at);
      taken.set(chunk, at);
      at += chunk.length;
    }
    return taken;
  }
}
