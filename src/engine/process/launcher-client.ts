// The server's side of the launcher: finds it or starts it, and speaks to it. Calls are gathered
// and written once a turn. It knows requests and answers; what they mean for an attempt is the
// engine's, and benchmarks drive it alone.

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineUnavailable } from '../../port/engine.ts';
import {
  LineParser,
  paths,
  placeOf,
  recordOf,
  type FromLauncher,
  type LaunchRequest,
  type ToLauncher,
} from './protocol.ts';

export type Hello = Extract<FromLauncher, { type: 'hello' }>;

/**
 * What the launcher says unasked; on a lost connection `onClose` comes once, after the calls in
 * flight were rejected.
 */
interface LauncherListener {
  readonly onMessage: (message: Exclude<FromLauncher, { type: 'hello' | 'done' }>) => void;
  readonly onClose: () => void;
}

const connectPatienceMs = 10_000;
const connectStepMs = 10;
const closePatienceMs = 5000;

type Call =
  | { readonly op: 'start'; readonly request: LaunchRequest }
  | { readonly op: 'stop'; readonly id: string; readonly graceMs: number }
  | { readonly op: 'remove'; readonly id: string }
  | { readonly op: 'release' };

export class LauncherClient {
  readonly hello: Hello;
  readonly #socket: Socket;
  readonly #calls = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #lastCall = 0;
  #unsent = '';
  #closed = false;

  private constructor(socket: Socket, hello: Hello) {
    this.#socket = socket;
    this.hello = hello;
  }

  /**
   * Connects to the directory's launcher, which is started where none answers. Rejects with {@link
   * EngineUnavailable}.
   */
  static async connect(directory: string, listener: LauncherListener): Promise<LauncherClient> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const endMs = Date.now() + connectPatienceMs;
    let started: StartedLauncher | undefined;
    for (;;) {
      const client = await tryConnect(
        directory,
        listener,
        endMs,
        (socket, hello) => new LauncherClient(socket, hello),
      );
      if (client !== undefined) return client;
      // One that ended without serving has found another before it, or failed; that other may be
      // ending too.
      if (started === undefined || started.ended) started = startLauncher(directory);
      if (Date.now() > endMs)
        throw new EngineUnavailable(`the launcher does not answer${lastWords(directory)}`);
      await new Promise((resolve) => setTimeout(resolve, connectStepMs));
    }
  }

  /** Resolves after the listener has heard that it runs, or why not. */
  start(request: LaunchRequest): Promise<void> {
    return this.#call({ op: 'start', request });
  }

  stop(id: string, graceMs: number): Promise<void> {
    return this.#call({ op: 'stop', id, graceMs });
  }

  remove(id: string): Promise<void> {
    return this.#call({ op: 'remove', id });
  }

  /**
   * Lets go. With the last server, a launcher that runs nothing ends; then this resolves when it
   * has.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#call({ op: 'release' }).catch(() => {});
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(() => this.#socket.destroy(), closePatienceMs);
      this.#socket.once('close', () => {
        clearTimeout(giveUp);
        resolve();
      });
      this.#socket.end();
    });
  }

  #call(call: Call): Promise<void> {
    if (this.#closed) return Promise.reject(new EngineUnavailable('the launcher is gone'));
    return new Promise((resolve, reject) => {
      const number = ++this.#lastCall;
      this.#calls.set(number, { resolve, reject });
      if (this.#unsent === '') setImmediate(this.#flush);
      this.#unsent += `${JSON.stringify({ ...call, call: number } satisfies ToLauncher)}\n`;
    });
  }

  readonly #flush = (): void => {
    if (this.#closed) return;
    this.#socket.write(this.#unsent);
    this.#unsent = '';
  };

  /** For `tryConnect` alone. */
  take(message: FromLauncher, listener: LauncherListener): void {
    switch (message.type) {
      case 'hello':
        return;
      case 'done':
        this.#calls.get(message.call)?.resolve();
        this.#calls.delete(message.call);
        return;
      default:
        listener.onMessage(message);
    }
  }

  /** For `tryConnect` alone. */
  lost(): void {
    this.#closed = true;
    for (const { reject } of this.#calls.values())
      reject(new EngineUnavailable('the launcher is gone'));
    this.#calls.clear();
  }
}

/** Undefined: nothing answers there now. */
function tryConnect(
  directory: string,
  listener: LauncherListener,
  endMs: number,
  make: (socket: Socket, hello: Hello) => LauncherClient,
): Promise<LauncherClient | undefined> {
  return new Promise((resolve) => {
    let path: string;
    try {
      path = recordOf(readFileSync(paths(directory).socketRecord, 'utf8')).socket;
    } catch {
      resolve(undefined);
      return;
    }
    let client: LauncherClient | undefined;
    const socket = connect(path);
    const giveUp = setTimeout(() => socket.destroy(), Math.max(0, endMs - Date.now()));
    const parser = new LineParser<FromLauncher>((message) => {
      if (client !== undefined) {
        client.take(message, listener);
      } else if (message.type === 'hello') {
        clearTimeout(giveUp);
        // The record came with a copy of the directory: whoever answers there runs the jobs of
        // another server.
        if (message.place !== undefined && message.place !== placeOf(directory)) {
          socket.destroy();
          return;
        }
        client = make(socket, message);
        resolve(client);
      }
    });
    socket.on('data', (chunk) => parser.push(chunk));
    socket.on('error', () => {}); // 'close' follows.
    socket.on('close', () => {
      clearTimeout(giveUp);
      client?.lost();
      if (client !== undefined) listener.onClose();
      resolve(undefined);
    });
  });
}

interface StartedLauncher {
  ended: boolean;
}

/** It has this file's ending: the sources run as they are, the published package is compiled. */
const launcherPath = join(
  dirname(fileURLToPath(import.meta.url)),
  `launcher${extname(import.meta.url)}`,
);

/**
 * A small heap, and no threads beside the one that forks: both make a fork cheaper (measured: a
 * fifth).
 */
const nodeFlags = [
  '--single-threaded',
  '--max-old-space-size=128',
  '--max-semi-space-size=2',
  '--disable-warning=ExperimentalWarning',
];

function startLauncher(directory: string): StartedLauncher {
  const log = openSync(paths(directory).log, 'a', 0o600);
  const started = { ended: false };
  try {
    const child = spawn(process.execPath, [...nodeFlags, launcherPath, directory], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
    });
    child.once('error', () => (started.ended = true));
    child.once('exit', () => (started.ended = true));
    child.unref();
  } finally {
    closeSync(log);
  }
  return started;
}

function lastWords(directory: string): string {
  try {
    const words = readFileSync(paths(directory).log, 'utf8').trim().slice(-2000);
    return words === '' ? '' : `; it said: ${words}`;
  } catch {
    return '';
  }
}
