// Dead letters in files: one for each queue, a line each, of bounded size. A full file is put aside
// in place of the one before it, so that the newest letters are there and old ones go; a queue more
// than there may be, and a disk without room, are refused. It reads nothing of what it keeps.

import { mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DeadLetterFiles } from '../../port/dead-letter-files.ts';

interface DeadLetterFileOptions {
  readonly directory: string;
  /** Of one file; two are kept of each queue. */
  readonly fileBytes: number;
  readonly queues: number;
  /** Whether the disk has room for so many bytes. */
  readonly hasRoom: (bytes: number) => boolean;
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class DeadLetterFileStore implements DeadLetterFiles {
  readonly #options: DeadLetterFileOptions;
  /** By path: what comes while a write is under way goes out with the next. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(options: DeadLetterFileOptions) {
    this.#options = options;
  }

  add(queueArn: string, line: string): Promise<void> {
    const place = placeOf(queueArn);
    if (place === undefined)
      return Promise.reject(new Error(`${queueArn} is not the ARN of a queue`));
    const path = join(this.#options.directory, place);
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(path);
      const one = { line, resolve, reject };
      if (waiting !== undefined) waiting.push(one);
      else {
        this.#waiting.set(path, [one]);
        void this.#write(path);
      }
    });
  }

  async #write(path: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(path) ?? [];
      if (batch.length === 0) break;
      this.#waiting.set(path, []);
      try {
        await this.#append(path, batch.map(({ line }) => `${line}\n`).join(''));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error as Error);
      }
    }
    this.#waiting.delete(path);
  }

  async #append(path: string, text: string): Promise<void> {
    const { directory, fileBytes, queues, hasRoom } = this.#options;
    const bytes = Buffer.byteLength(text);
    if (!hasRoom(bytes)) throw new Error('the disk has no room for dead letters');
    const size = await sizeOf(path);
    if (size === undefined) {
      if ((await countFiles(directory)) >= queues)
        throw new Error(`there are dead letters of ${queues} queues, and no more are kept`);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    } else if (size > 0 && size + bytes > fileBytes) await rename(path, `${path}.1`);
    const file = await open(path, 'a', 0o600);
    try {
      await file.appendFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (size === undefined) await syncDirectory(dirname(path));
  }
}

/** `eu-west-1/123456789012/name.jsonl`. */
function placeOf(queueArn: string): string | undefined {
  const [, region, account, name] =
    /^arn:[a-z-]{1,20}:sqs:([A-Za-z0-9-]{1,63}):(\d{12}):([\w-]{1,80}(?:\.fifo)?)$/.exec(
      queueArn,
    ) ?? [];
  return region === undefined || account === undefined
    ? undefined
    : join(region, account, `${name}.jsonl`);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function countFiles(directory: string): Promise<number> {
  try {
    const names = await readdir(directory, { recursive: true });
    return names.filter((name) => name.endsWith('.jsonl')).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** A name is durable when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
