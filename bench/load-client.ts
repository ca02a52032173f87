// A small HTTP load generator: keep-alive sockets that send prepared requests one after the other.
// It shares the machine with the server, so it does as little as it can: no HTTP library, one write
// and one parse a request.

import { connect, type Socket } from 'node:net';
import { unsigned, type Sign } from './signer.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One keep-alive connection that has at most one request under way. */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #received = '';
  /** The server closes what was idle for long. */
  isClosed = false;
  #resolve: ((answer: Answer) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setEncoding('latin1').setNoDelay(true);
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', (error) => this.#reject?.(error));
    socket.on('close', () => {
      this.isClosed = true;
      this.#reject?.(new Error('the server closed the connection'));
    });
  }

  static open(url: URL): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Connection(socket, url.host)));
    });
  }

  post(path: string, body: string, sign: Sign = unsigned): Promise<Answer> {
    const head = `POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/json\r\n${sign(this.#host, path, body)}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(head + body);
    });
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received.slice(0, end))?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const answer = {
      status: Number(this.#received.slice(9, 12)),
      body: Buffer.from(this.#received.slice(end + 4, end + 4 + length), 'latin1').toString('utf8'),
    };
    this.#received = this.#received.slice(end + 4 + length);
    this.#resolve?.(answer);
  }

  close(): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }
}

interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds, ascending. */
  readonly latencies: readonly number[];
  readonly bodies: readonly string[];
}

/**
 * Sends `count` requests over `connections` sockets; every answer must be 200. `onAnswer` hears
 * each as it comes.
 */
export async function load(
  endpoint: string,
  path: string,
  body: (index: number) => string,
  count: number,
  connections: number,
  onAnswer?: (index: number, body: string) => void,
  sign?: Sign,
): Promise<LoadResult> {
  const url = new URL(endpoint);
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(url)));
  const latencies: number[] = [];
  const bodies: string[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    open.map(async (connection) => {
      while (next < count) {
        const index = next++;
        const sent = performance.now();
        const answer = await connection.post(path, body(index), sign);
        latencies.push(performance.now() - sent);
        if (answer.status !== 200)
          throw new Error(`request ${index} was answered ${answer.status}: ${answer.body}`);
        bodies[index] = answer.body;
        onAnswer?.(index, answer.body);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const connection of open) connection.close();
  return { requests: count, seconds, latencies: latencies.sort((a, b) => a - b), bodies };
}

export const percentile = (ascending: readonly number[], percent: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor((ascending.length * percent) / 100))] ??
  Number.NaN;
export const median = (values: readonly number[]): number =>
  percentile(
    [...values].sort((a, b) => a - b),
    50,
  );
