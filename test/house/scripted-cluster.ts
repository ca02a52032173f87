// A Kubernetes API that answers as a test says, on a port of the system's choice, and time that
// passes only as the test lets it. It knows nothing of Kubernetes: what it proves is what is asked
// and how answers are taken, never that a cluster would answer so.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClusterAccess } from '../../src/engine/kubernetes/cluster-access.ts';
import { standing } from '../../src/engine/kubernetes/cluster-access.ts';
import { ClusterConnection } from '../../src/engine/kubernetes/cluster-connection.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** Whether it began on a connection that had been used before. */
  readonly isReused: boolean;
}

type Answer = (asked: Asked, response: http.ServerResponse) => void;

interface ScriptedParts {
  readonly access?: Partial<ClusterAccess>;
  readonly mostAtOnce?: number;
  readonly mostAnswerBytes?: number;
}

export class ScriptedCluster {
  readonly clock = new VirtualClock(1_700_000_000_000);
  /** All that was asked so far. */
  readonly asked: Asked[] = [];
  readonly connection: ClusterConnection;
  readonly #server: http.Server;

  private constructor(server: http.Server, parts: ScriptedParts) {
    this.#server = server;
    this.connection = new ClusterConnection({
      clock: this.clock,
      random: () => 1,
      ...parts,
      access: { ...scriptedAccess(server), ...parts.access },
    });
  }

  static async start(answer: Answer, parts: ScriptedParts = {}): Promise<ScriptedCluster> {
    const used = new WeakSet<object>();
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://cluster');
        const asked: Asked = {
          method: request.method ?? '',
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          isReused: used.has(request.socket),
        };
        used.add(request.socket);
        cluster.asked.push(asked);
        answer(asked, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const cluster = new ScriptedCluster(server, parts);
    return cluster;
  }

  /** Lets the sockets work, and time pass bit by bit, until it is so. */
  async until(what: () => boolean, stepMs = 0): Promise<void> {
    for (let turns = 0; turns < 20_000; turns++) {
      if (what()) return;
      await new Promise((resolve) => setImmediate(resolve));
      await this.clock.pass(stepMs);
    }
    throw new Error('it did not come to that');
  }

  /** What comes of it, while time passes. */
  async settled<T>(promise: Promise<T>, stepMs = 10): Promise<T> {
    let isSettled = false;
    promise
      .catch(() => undefined)
      .finally(() => {
        isSettled = true;
      });
    await this.until(() => isSettled, stepMs);
    return promise;
  }

  /** Ends every connection, as a cluster that goes away does. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const scriptedAccess = (server: http.Server): ClusterAccess => ({
  title: 'scripted',
  server: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  namespace: 'default',
  trust: {},
  impersonation: {},
  credentials: standing({}),
});

export const json = (response: http.ServerResponse, status: number, value: unknown): void =>
  void response
    .writeHead(status, { 'Content-Type': 'application/json' })
    .end(JSON.stringify(value));

/** As Kubernetes refuses. */
export const statusObject = (code: number, reason: string, message = reason): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
});
