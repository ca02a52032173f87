// A program that runs for as long as a test does: what it prints goes to a file, and it ends with
// the process that started it, however that ends. It knows nothing of Kubernetes.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

interface DaemonOptions {
  /** Of its log; what it prints is appended, so that a second start is found there too. */
  readonly log: string;
  readonly command: readonly string[];
  /** Beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The command only hands over to a child in other namespaces: that one is meant by signals. */
  readonly inner?: boolean;
}

/** The last characters of its log that an error shows. */
const shownOfLog = 3_000;

export class Daemon {
  readonly #options: DaemonOptions;
  #child: ChildProcess | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
  }

  /** It has begun when this returns; whether it serves is for the caller to ask. */
  start(): void {
    if (this.isRunning) throw new Error(`${this.name} runs already`);
    const output = openSync(this.#options.log, 'a');
    // util-linux: the kernel kills it when this process is gone.
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', ...this.#options.command], {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...this.#options.environment },
    });
    closeSync(output);
  }

  get name(): string {
    return this.#options.log.replace(/^.*\/|\.log$/g, '');
  }

  get isRunning(): boolean {
    return this.#child?.pid !== undefined && !hasEnded(this.#child);
  }

  /** As this process sees it: of the program itself. Undefined while it is not there. */
  get pid(): number | undefined {
    const pid = this.#child?.pid;
    if (pid === undefined || !this.isRunning) return undefined;
    if (this.#options.inner !== true) return pid;
    const children = readText(`/proc/${pid}/task/${pid}/children`).trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  }

  /** Throws, with the end of its log, where it has ended by itself. */
  assertRunning(): void {
    if (this.isRunning) return;
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    throw new Error(`${this.name} ended with ${exitCode ?? signalCode}:\n${this.logEnd()}`);
  }

  logEnd(): string {
    return readText(this.#options.log).slice(-shownOfLog);
  }

  /** Resolves when it has ended. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = once(child, 'exit');
    const { pid } = this;
    if (pid === undefined) child.kill(signal);
    else process.kill(pid, signal);
    await ended;
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
