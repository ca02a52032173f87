// A wire in front of a server that copies bytes both ways as they are, and counts what passed:
// which requests arrived there, and with which status each was answered. It understands of HTTP
// just the first lines, and changes nothing.

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class SpyProxy implements AsyncDisposable {
  readonly #server: Server;
  /** Where new connections lead. */
  leadsTo: number;
  readonly #sockets = new Set<Socket>();
  /** As `POST /path`, of all connections, in the order of their arrival. */
  requests: string[] = [];
  /** What was answered to which. */
  answers: { readonly request: string; readonly status: number }[] = [];
  /** How many requests' connections ended without an answer: a browser sends such a one again. */
  cut = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.leadsTo = port;
  }

  static async before(port: number): Promise<SpyProxy> {
    // A client that closes its half may still read: both halves end by themselves.
    const server = createServer({ allowHalfOpen: true });
    const proxy = new SpyProxy(server, port);
    server.on('connection', (client) =>
      proxy.#copy(client, connect({ port: proxy.leadsTo, host: '127.0.0.1', allowHalfOpen: true })),
    );
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  forget(): void {
    this.requests = [];
    this.answers = [];
    this.cut = 0;
  }

  #copy(client: Socket, server: Socket): void {
    const open: string[] = [];
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        const text = chunk.toString('latin1');
        if (from === client)
          for (const [, request = ''] of text.matchAll(/^([A-Z]{3,10} \S+) HTTP\/1\.1\r$/gm)) {
            open.push(request);
            this.requests.push(request);
          }
        // A 408 ends a connection that was opened in advance and not used in time; a request that
        // crosses it on its way is cut.
        else
          for (const [, status] of text.matchAll(/^HTTP\/1\.1 (?!408)(\d{3}) /gm))
            this.answers.push({ request: open.shift() ?? '', status: Number(status) });
        to.write(chunk);
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        if (from === server) this.cut += open.length;
        to.destroy();
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
