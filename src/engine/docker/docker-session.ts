// A session in a container, by Docker's exec API: a command of its own, with or without a terminal,
// over a connection that the daemon gives up for it. Docker offers no way to end such a command, so
// that it is marked by a variable, and what bears the mark is hung up on. It judges nobody, and
// touches no process of the job's own.

import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Session, SessionOutput, SessionRequest, TerminalSize } from '../../port/session.ts';
import type { ExecCreated, ExecInspected } from './docker-api.ts';
import { daemonMessage, DockerRefusal, type DockerClient } from './docker-client.ts';

interface DockerSessionParts {
  readonly client: DockerClient;
  /** Its name, or id. */
  readonly container: string;
  readonly isRunning: () => Promise<boolean>;
  /** Resolves after a moment; rejects where the engine is closed. */
  readonly again: () => Promise<void>;
}

/** By which all processes of a session are found. */
const markVariable = 'LONGSHORE_SESSION';
/** Looks at what a moment later may be otherwise: a size that comes too early, an end. */
const looks = 25;
const headerBytes = 8;
const stderrStream = 2;

/** Of the engine's `execute`. */
export type SessionAnswer = Promise<Session | { readonly cannot: string }>;

/** Rejects with EngineUnavailable. */
export async function dockerSession(
  parts: DockerSessionParts,
  { command, terminal }: SessionRequest,
): SessionAnswer {
  const { client, isRunning } = parts;
  if (!(await isRunning())) return { cannot: 'its container does not run' };
  const mark = randomUUID();
  const exec = await createExec(parts, {
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: terminal !== undefined,
    Env: [`${markVariable}=${mark}`],
    Cmd: command,
  });
  if ('cannot' in exec) return exec;
  try {
    const connection = await client.upgrade({
      method: 'POST',
      path: `/exec/${exec.id}/start`,
      body: { Detach: false, Tty: terminal !== undefined },
    });
    const session = new DockerSession(parts, exec.id, mark, connection, terminal !== undefined);
    if (terminal !== undefined) session.resize(terminal);
    return session;
  } catch (error) {
    if (error instanceof DockerRefusal && error.status < 500) return { cannot: error.message };
    throw error;
  }
}

async function createExec(
  { client, container }: DockerSessionParts,
  body: object,
): Promise<{ readonly id: string } | { readonly cannot: string }> {
  const answer = await client.request({
    method: 'POST',
    path: `/containers/${container}/exec`,
    body,
  });
  if (answer.status === 201) return { id: (JSON.parse(answer.body.toString()) as ExecCreated).Id };
  await client.assertAnswering(answer);
  return { cannot: daemonMessage(answer) };
}

class DockerSession implements Session {
  readonly output: AsyncIterable<SessionOutput>;
  readonly #parts: DockerSessionParts;
  readonly #exec: string;
  readonly #mark: string;
  readonly #connection: Duplex;
  readonly #hasTerminal: boolean;
  #isOver = false;
  #size: TerminalSize | undefined;
  #isSizing = false;

  constructor(
    parts: DockerSessionParts,
    exec: string,
    mark: string,
    connection: Duplex,
    hasTerminal: boolean,
  ) {
    this.#parts = parts;
    this.#exec = exec;
    this.#mark = mark;
    this.#connection = connection;
    this.#hasTerminal = hasTerminal;
    // Whoever reads the output hears of it.
    connection.on('error', () => undefined);
    this.output = this.#read();
  }

  async *#read(): AsyncGenerator<SessionOutput> {
    try {
      yield* this.#hasTerminal ? plain(this.#connection) : taken(this.#connection);
      this.#isOver = true;
    } catch (error) {
      // Whoever has hung up expects no more.
      if (!this.#isOver) throw error;
    } finally {
      void this.hangUp();
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    const connection = this.#connection;
    if (!connection.writable) return Promise.resolve();
    return new Promise((resolve) => {
      connection.once('close', resolve);
      connection.write(bytes, () => {
        connection.off('close', resolve);
        resolve();
      });
    });
  }

  endInput(): void {
    if (this.#connection.writable) this.#connection.end();
  }

  resize(size: TerminalSize): void {
    if (!this.#hasTerminal) return;
    this.#size = size;
    if (!this.#isSizing) void this.#resize();
  }

  /** Docker takes a size only once the command runs, which nothing tells. */
  async #resize(): Promise<void> {
    this.#isSizing = true;
    try {
      for (let look = 0; look < looks && !this.#isOver && this.#size !== undefined; look++) {
        const size = this.#size;
        const { columns: w, rows: h } = size;
        const path = `/exec/${this.#exec}/resize`;
        const answer = await this.#parts.client.request({ method: 'POST', path, query: { h, w } });
        if (answer.status < 300 && this.#size === size) return;
        await this.#parts.again();
      }
    } catch {
      // The engine is gone, and so is the session.
    } finally {
      this.#isSizing = false;
    }
  }

  async hangUp(): Promise<void> {
    const wasOver = this.#isOver;
    this.#isOver = true;
    this.#connection.destroy();
    if (!wasOver) await this.#signal().catch(() => undefined);
  }

  /** A container without a shell keeps what minds the end neither of its input nor its output. */
  async #signal(): Promise<void> {
    const script = `for p in /proc/[0-9]*; do grep -q ${markVariable}=${this.#mark} "$p/environ" 2>/dev/null && kill -HUP "\${p#/proc/}" 2>/dev/null; done`;
    const exec = await createExec(this.#parts, { Cmd: ['sh', '-c', script] });
    if ('cannot' in exec) return;
    const path = `/exec/${exec.id}/start`;
    await this.#parts.client.request({ method: 'POST', path, body: { Detach: true } });
  }

  async exitCode(): Promise<number | undefined> {
    for (let look = 0; look < looks; look++) {
      const { Running: isRunning, ExitCode: exitCode } =
        await this.#parts.client.json<ExecInspected>({
          method: 'GET',
          path: `/exec/${this.#exec}/json`,
          repeatable: true,
        });
      if (!isRunning) return exitCode ?? undefined;
      await this.#parts.again();
    }
    return undefined;
  }
}

async function* plain(connection: Duplex): AsyncGenerator<SessionOutput> {
  for await (const bytes of connection as AsyncIterable<Buffer>) yield { stream: 'stdout', bytes };
}

/** Without a terminal each piece has a head: the stream that it is of, and its length. */
async function* taken(connection: Duplex): AsyncGenerator<SessionOutput> {
  let head = Buffer.alloc(0);
  let stream: SessionOutput['stream'] = 'stdout';
  let left = 0;
  for await (const chunk of connection as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = headerBytes - head.length;
        head = Buffer.concat([head, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (head.length < headerBytes) break;
        stream = head[0] === stderrStream ? 'stderr' : 'stdout';
        left = head.readUInt32BE(4);
        head = Buffer.alloc(0);
        continue;
      }
      const bytes = rest.subarray(0, left);
      rest = rest.subarray(left);
      left -= bytes.length;
      yield { stream, bytes };
    }
  }
}
