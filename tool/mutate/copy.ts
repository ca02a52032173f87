// A copy of the checkout in which a file may be wrong for a while: the type checker and test files
// are run in it. The checkout itself is never touched.

import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from '../program.ts';
import type { Mutation } from './mutations.ts';

type Verdict = 'passed' | 'failed' | 'too long';

export class Copy {
  readonly root: string;
  readonly #scratch: string;

  /** Paths are relative to `from`, whose packages are shared. */
  constructor(from: string, paths: readonly string[]) {
    this.#scratch = mkdtempSync(join(tmpdir(), 'longshore-mutate-'));
    this.root = join(this.#scratch, 'tree');
    for (const path of paths) cpSync(join(from, path), join(this.root, path));
    symlinkSync(join(from, 'node_modules'), join(this.root, 'node_modules'));
    mkdirSync(join(this.#scratch, 'tmp'));
  }

  /** Makes the changes, at most one a file, for as long as the work takes. */
  async while<T>(mutations: readonly Mutation[], work: () => Promise<T>): Promise<T> {
    const texts = mutations.map(({ path }) => readFileSync(join(this.root, path), 'utf8'));
    for (const [at, mutation] of mutations.entries())
      writeFileSync(join(this.root, mutation.path), mutated(texts[at] ?? '', mutation));
    try {
      return await work();
    } finally {
      for (const [at, { path }] of mutations.entries())
        writeFileSync(join(this.root, path), texts[at] ?? '');
    }
  }

  /** The files in which the type checker finds an error. */
  async wrongTypes(): Promise<ReadonlySet<string>> {
    // Incremental: what has not changed since the last look is not looked at again.
    const { output } = await runNode(
      [
        'node_modules/typescript/bin/tsc',
        ...['-p', '.', '--noEmit', '--pretty', 'false'],
        ...['--incremental', '--tsBuildInfoFile', join(this.#scratch, 'types')],
      ],
      { cwd: this.root },
    );
    return new Set(
      [...output.matchAll(/^(\S+)\(\d+,\d+\): error /gm)].map(([, path]) => path ?? ''),
    );
  }

  /** Runs a test file, or a program that ends in failure like one, until its first failure. */
  test(command: readonly string[], timeoutMs: number, coverageTo?: string): Promise<Verdict> {
    const { NODE_TEST_CONTEXT: _, LONGSHORE_REQUIRE: __, ...env } = process.env;
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--test-reporter=tap', ...command],
      {
        cwd: this.root,
        stdio: ['ignore', 'pipe', 'ignore'],
        // A group of its own, so that what it started ends with it.
        detached: true,
        env: {
          ...env,
          TMPDIR: join(this.#scratch, 'tmp'),
          ...(coverageTo === undefined
            ? { NODE_COMPILE_CACHE: join(this.#scratch, 'compiled') }
            : { NODE_V8_COVERAGE: coverageTo }),
        },
      },
    );
    return new Promise((resolve) => {
      let verdict: Verdict | undefined;
      const end = (as: Verdict): void => {
        verdict ??= as;
        try {
          process.kill(-(child.pid ?? 0), 'SIGKILL');
        } catch {
          // It has ended by itself.
        }
      };
      const timer = setTimeout(end, timeoutMs, 'too long');
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (/^ *not ok /m.test(text)) end('failed');
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        end(code === 0 ? 'passed' : 'failed');
        resolve(verdict ?? 'failed');
      });
    });
  }

  remove(): void {
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

export const mutated = (text: string, { start, end, replacement }: Mutation): string =>
  text.slice(0, start) + replacement + text.slice(end);
