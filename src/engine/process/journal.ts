// The launcher's memory on disk: one line a change, appended; the last line of an attempt counts.
// Written by one launcher, and read by the next. It outlives the launcher, not the machine: after a
// crash of the machine nothing runs that it could tell of.

import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { placeOf, type LaunchedAttempt } from './protocol.ts';

type Entry =
  | LaunchedAttempt
  | { readonly id: string; readonly state: 'removed' }
  | { readonly boot: string; readonly place?: string | undefined };

/** Rewritten when it holds so many lines more than attempts. */
const rewriteAfterLines = 20_000;

export class Journal {
  readonly #path: string;
  #file: number;
  #pending = '';
  #lines = 0;

  private constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Reads what the launcher before has left; `fateOf` says what each attempt is now, and the
   * journal begins anew with that. `sameBoot`: the machine has not been started again since, and
   * this is no copy of another launcher's journal, so that process numbers still mean something,
   * and mean processes of ours.
   */
  static open(
    path: string,
    fateOf: (attempt: LaunchedAttempt, sameBoot: boolean) => LaunchedAttempt,
  ): { journal: Journal; attempts: Map<string, LaunchedAttempt> } {
    const { attempts, boot, place } = read(path);
    const sameBoot = boot === bootId() && place === placeOf(dirname(path));
    for (const [id, attempt] of attempts) attempts.set(id, fateOf(attempt, sameBoot));
    const journal = new Journal(path, write(path, attempts.values()));
    return { journal, attempts };
  }

  put(attempt: LaunchedAttempt): void {
    this.#append(attempt);
  }

  remove(id: string): void {
    this.#append({ id, state: 'removed' });
  }

  #append(entry: Entry): void {
    this.#pending += `${JSON.stringify(entry)}\n`;
    this.#lines++;
  }

  /** Hands all to the operating system. What has been told to a server stands here first. */
  flush(present: ReadonlyMap<string, LaunchedAttempt>): void {
    if (this.#pending === '') return;
    writeSync(this.#file, this.#pending);
    this.#pending = '';
    if (this.#lines < rewriteAfterLines + 3 * present.size) return;
    closeSync(this.#file);
    this.#file = write(this.#path, present.values());
    this.#lines = 0;
  }
}

function read(path: string): {
  attempts: Map<string, LaunchedAttempt>;
  boot: string | undefined;
  place: string | undefined;
} {
  const attempts = new Map<string, LaunchedAttempt>();
  let boot: string | undefined;
  let place: string | undefined;
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // There was no launcher before.
  }
  for (const line of text.split('\n')) {
    const entry = parse(line);
    if (entry === undefined) continue;
    if ('boot' in entry) ({ boot, place } = entry);
    else if (entry.state === 'removed') attempts.delete(entry.id);
    else attempts.set(entry.id, entry);
  }
  return { attempts, boot, place };
}

/** A line that was cut by the writer's death is none. */
function parse(line: string): Entry | undefined {
  if (!line.endsWith('}')) return undefined;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}

function write(path: string, attempts: Iterable<LaunchedAttempt>): number {
  const entries: Entry[] = [{ boot: bootId(), place: placeOf(dirname(path)) }, ...attempts];
  writeFileSync(`${path}.new`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), {
    mode: 0o600,
  });
  renameSync(`${path}.new`, path);
  return openSync(path, 'a', 0o600);
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
