// Runs test files with Node's own test runner, each in a process of its own, and keeps what came of
// each test. Prints nothing and decides nothing: the stages of `npm test` do.

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

export interface Outcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
}

interface Limits {
  /** Files at a time. */
  readonly concurrency: number;
  /** For one file and for one test; what hangs is a failure. */
  readonly timeoutMs: number;
}

/** Paths are relative to `root`. */
export async function runTestFiles(
  root: string,
  paths: readonly string[],
  { concurrency, timeoutMs }: Limits,
): Promise<Outcome> {
  const files = paths.map((path) => join(root, path));
  const fileNames = new Set([...files, ...paths]);
  const placeOf = (data: { file?: string; line?: number; name: string }): string => {
    const file = data.file ?? data.name;
    const path = file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
    return data.line === undefined ? path : `${path}:${data.line}`;
  };
  let passed = 0;
  const failures: Failure[] = [];
  const skips: Skip[] = [];
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
  return { passed, failures, skips };
}

/** Characters of a file's own output that are kept for the case that it falls over. */
const maxPrinted = 20_000;
