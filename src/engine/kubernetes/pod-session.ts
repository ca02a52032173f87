// A session in a container of a pod, by the exec of Kubernetes' API: a command of its own, with or
// without a terminal, over a WebSocket whose messages are of one channel each. Kubernetes offers no
// way to end such a command, so that it is marked by a variable, and what bears the mark is hung up
// on. It judges nobody, and touches no process of the job's own.

import { randomUUID } from 'node:crypto';
import { EngineUnavailable } from '../../port/engine.ts';
import type { Session, SessionOutput, SessionRequest, TerminalSize } from '../../port/session.ts';
import { ClusterRefusal } from './cluster-answer.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterSocket } from './cluster-socket.ts';

interface PodSessionParts {
  readonly connection: Pick<ClusterConnection, 'socket'>;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Since Kubernetes 1.30; those before it cannot say that input has ended. */
const protocol = 'v5.channel.k8s.io';
const channel = { stdin: 0, stdout: 1, stderr: 2, outcome: 3, resize: 4, close: 255 } as const;
/** By which all processes of a session are found. */
const markVariable = 'LONGSHORE_SESSION';
/** What the API takes at a time, and more. */
const pieceBytes = 32_768;

interface Exec {
  readonly command: readonly string[];
  readonly terminal?: boolean;
  /** It reads what is written. */
  readonly reads?: boolean;
}

/** How a command ended; `failed` says why there was none, or why nothing is known of it. */
type Outcome = { readonly exitCode: number } | { readonly failed: string };

/** Rejects with EngineUnavailable. */
export async function podSession(
  parts: PodSessionParts,
  { command, terminal }: SessionRequest,
): Promise<Session | { readonly cannot: string }> {
  try {
    const mark = await markFor(parts, command);
    if (mark !== undefined && 'cannot' in mark) return mark;
    const socket = await exec(parts, {
      command: mark === undefined ? command : [...mark.words, ...command],
      terminal: terminal !== undefined,
      reads: true,
    });
    const session = new PodSession(parts, socket, mark?.mark, terminal !== undefined);
    if (terminal !== undefined) session.resize(terminal);
    return session;
  } catch (error) {
    if (error instanceof ClusterRefusal) return { cannot: error.message };
    throw error;
  }
}

/** Undefined: its container has no `env`, by which a variable could be given. */
async function markFor(
  parts: PodSessionParts,
  [program = '']: readonly string[],
): Promise<
  | { readonly mark: string; readonly words: readonly string[] }
  | { readonly cannot: string }
  | undefined
> {
  // `env` would take it for a variable.
  if (program.includes('=')) return undefined;
  const outcome = await outcomeOf(await exec(parts, { command: ['env', '-i'] }));
  if ('failed' in outcome)
    return isMissing(outcome.failed, 'env') ? undefined : { cannot: outcome.failed };
  if (outcome.exitCode !== 0) return undefined;
  const mark = randomUUID();
  return { mark, words: ['env', `${markVariable}=${mark}`] };
}

/** In the words of several runtimes. */
const isMissing = (message: string, program: string): boolean =>
  message.includes(program) && /not found|no such file|in \$?PATH/i.test(message);

function exec(
  { connection, namespace, pod, container }: PodSessionParts,
  { command, terminal = false, reads = false }: Exec,
): Promise<ClusterSocket> {
  const names = [namespace, pod].map(encodeURIComponent);
  return connection.socket(
    {
      method: 'GET',
      path: `/api/v1/namespaces/${names[0]}/pods/${names[1]}/exec`,
      query: {
        container,
        command,
        stdin: reads,
        stdout: true,
        // A terminal has one output.
        stderr: !terminal,
        tty: terminal,
      },
    },
    protocol,
  );
}

/** Of a command whose output is of no interest. */
async function outcomeOf(socket: ClusterSocket): Promise<Outcome> {
  try {
    let outcome: Outcome = { failed: 'the cluster does not say how it ended' };
    for await (const message of socket.messages())
      if (message.channel === channel.outcome) outcome = outcomeIn(message.bytes);
    return outcome;
  } finally {
    socket.end();
  }
}

/** What the API says last, as an object of the kind Status. */
function outcomeIn(bytes: Uint8Array): Outcome {
  const said = statusIn(bytes);
  if (said?.status === 'Success') return { exitCode: 0 };
  const cause = said?.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  const exitCode = Number(cause?.message);
  if (cause !== undefined && Number.isInteger(exitCode)) return { exitCode };
  const message = said?.message;
  return {
    failed: typeof message === 'string' ? message.slice(0, 1_000) : 'the cluster does not say why',
  };
}

interface ExecStatus {
  readonly status?: unknown;
  readonly message?: unknown;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: unknown; readonly message?: unknown }[];
  };
}

function statusIn(bytes: Uint8Array): ExecStatus | undefined {
  try {
    return (JSON.parse(Buffer.from(bytes).toString('utf8')) as ExecStatus | null) ?? undefined;
  } catch {
    return undefined;
  }
}

class PodSession implements Session {
  readonly output: AsyncIterable<SessionOutput>;
  readonly #parts: PodSessionParts;
  readonly #socket: ClusterSocket;
  readonly #mark: string | undefined;
  readonly #hasTerminal: boolean;
  #isOver = false;
  #outcome: Outcome | undefined;

  constructor(
    parts: PodSessionParts,
    socket: ClusterSocket,
    mark: string | undefined,
    hasTerminal: boolean,
  ) {
    this.#parts = parts;
    this.#socket = socket;
    this.#mark = mark;
    this.#hasTerminal = hasTerminal;
    this.output = this.#read();
  }

  async *#read(): AsyncGenerator<SessionOutput> {
    try {
      for await (const { channel: of, bytes } of this.#socket.messages()) {
        if (of === channel.stdout) yield { stream: 'stdout', bytes };
        else if (of === channel.stderr) yield { stream: 'stderr', bytes };
        else if (of === channel.outcome) this.#outcome = outcomeIn(bytes);
      }
      if (this.#isOver) return;
      const outcome = this.#outcome;
      if (outcome === undefined) throw new EngineUnavailable('the cluster broke off');
      this.#isOver = true;
      if ('failed' in outcome) throw new EngineUnavailable(outcome.failed);
    } finally {
      void this.hangUp();
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      await this.#socket.send(channel.stdin, bytes.subarray(at, at + pieceBytes));
  }

  endInput(): void {
    if (!this.#hasTerminal) void this.#socket.send(channel.close, Buffer.of(channel.stdin));
  }

  resize({ columns, rows }: TerminalSize): void {
    if (!this.#hasTerminal) return;
    const size = Buffer.from(JSON.stringify({ Width: columns, Height: rows }));
    void this.#socket.send(channel.resize, size);
  }

  async hangUp(): Promise<void> {
    const wasOver = this.#isOver;
    this.#isOver = true;
    this.#socket.end();
    if (!wasOver) await this.#signal().catch(() => undefined);
  }

  /** A container without a shell keeps what minds the end neither of its input nor its output. */
  async #signal(): Promise<void> {
    if (this.#mark === undefined) return;
    const script = `for p in /proc/[0-9]*; do grep -q ${markVariable}=${this.#mark} "$p/environ" 2>/dev/null && kill -HUP "\${p#/proc/}" 2>/dev/null; done`;
    await outcomeOf(await exec(this.#parts, { command: ['sh', '-c', script] }));
  }

  exitCode(): Promise<number | undefined> {
    const outcome = this.#outcome;
    return Promise.resolve(
      outcome !== undefined && 'exitCode' in outcome ? outcome.exitCode : undefined,
    );
  }
}
