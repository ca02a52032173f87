// Runs test files with Node's own test runner, each in a process of its own, and keeps what came of
// each test and how long each file took. Prints nothing and decides nothing: the stages of `npm
// test` do.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';

export interface Failure {
  readonly name: string;
  /** `file:line`. */
  readonly place: string;
  /** The error in full, and for a file that fell over what it printed. */
  readonly text: string;
}

export interface Skip {
  readonly name: string;
  readonly place: string;
  /** As the test gave it; empty where it gave none. */
  readonly reason: string;
}

export interface FileTime {
  readonly path: string;
  /** From the start of its process to the end of it. */
  readonly ms: number;
}

export interface Outcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
  /** One of each file, in the order they ended. */
  readonly times: readonly FileTime[];
}

interface Limits {
  /** Files at a time, of those that do not run alone. */
  readonly abreast: number;
  /** For one file and for one test; what hangs is a failure. */
  readonly timeoutMs: number;
}

/**
 * Files run side by side, but for those that measure or use up what others need: such a file says
 * so in a comment that begins with "Runs alone: ", and why. Paths are relative to `root`.
 */
export async function runTestFiles(
  root: string,
  paths: readonly string[],
  { abreast, timeoutMs }: Limits,
): Promise<Outcome> {
  const alone = paths.filter((path) =>
    /^\/\/ Runs alone: \S/m.test(readFileSync(join(root, path), 'utf8')),
  );
  const others = paths.filter((path) => !alone.includes(path));
  return joined([
    await runAtATime(abreast, root, others, timeoutMs),
    await runAtATime(1, root, alone, timeoutMs),
  ]);
}

export const joined = (outcomes: readonly Outcome[]): Outcome => ({
  passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
  failures: outcomes.flatMap(({ failures }) => failures),
  skips: outcomes.flatMap(({ skips }) => skips),
  times: outcomes.flatMap(({ times }) => times),
});

async function runAtATime(
  concurrency: number,
  root: string,
  paths: readonly string[],
  timeoutMs: number,
): Promise<Outcome> {
  const files = paths.map((path) => join(root, path));
  const fileNames = new Set([...files, ...paths]);
  const pathOf = (file: string): string =>
    file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
  const placeOf = (data: { file?: string; line?: number; name: string }): string => {
    const path = pathOf(data.file ?? data.name);
    return data.line === undefined ? path : `${path}:${data.line}`;
  };
  let passed = 0;
  const failures: Failure[] = [];
  const skips: Skip[] = [];
  const times: FileTime[] = [];
  const printed = new Map<string, string>();
  const keep = ({ file, message }: { file: string; message: string }): void => {
    printed.set(file, ((printed.get(file) ?? '') + message).slice(-maxPrinted));
  };

  const stream = run({
    files,
    concurrency,
    timeout: timeoutMs,
    cwd: root,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  stream.on('test:stdout', keep).on('test:stderr', keep);
  stream.on('test:complete', ({ name, details }) => {
    if (fileNames.has(name)) times.push({ path: pathOf(name), ms: details.duration_ms });
  });
  stream.on('test:pass', (data) => {
    if (data.skip !== undefined || data.todo !== undefined) {
      skips.push({
        name: data.name,
        place: placeOf(data),
        reason: String(
          data.skip === true ? '' : (data.skip ?? `to do ${data.todo === true ? '' : data.todo}`),
        ),
      });
    } else if (fileNames.has(data.name)) {
      failures.push({ name: data.name, place: placeOf(data), text: 'the file holds no test' });
    } else if (data.details.type !== 'suite') {
      passed++;
    }
  });
  stream.on('test:fail', (data) => {
    const { error } = data.details;
    // A parent fails with its children; the children are told.
    if ((error as Error & { failureType?: string }).failureType === 'subtestsFailed') return;
    const output =
      fileNames.has(data.name) && data.file !== undefined ? (printed.get(data.file) ?? '') : '';
    failures.push({
      name: data.name,
      place: placeOf(data),
      text: `${inspect(error.cause ?? error)}\n${output}`.trimEnd(),
    });
  });
  // The stream ends when every file has.
  for await (const event of stream) void event;
  return { passed, failures, skips, times };
}

/** Characters of a file's own output that are kept for the case that it falls over. */
const maxPrinted = 20_000;
