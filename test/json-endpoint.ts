// An HTTP endpoint for tests that is sent JSON: it keeps what it gets, and does with it what the
// test says. It answers 202, as Lambda does to whom does not wait, and 500 where that fails.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Got {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export class JsonEndpoint<Body> implements AsyncDisposable {
  readonly got: Got[] = [];
  /** What was done without a failure. */
  readonly done: Body[] = [];
  readonly #server: Server;

  private constructor(handle: (body: Body) => Promise<unknown>) {
    this.#server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        const { method, url = '', headers } = request;
        this.got.push({ method, path: decodeURIComponent(url), headers });
        const body = JSON.parse(text) as Body;
        void handle(body).then(
          () => {
            this.done.push(body);
            response.writeHead(202).end();
          },
          (error: Error) => response.writeHead(500).end(error.message),
        );
      });
    });
  }

  static async open<Body>(
    handle: (body: Body) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<JsonEndpoint<Body>> {
    const endpoint = new JsonEndpoint<Body>(handle);
    endpoint.#server.listen(0, '127.0.0.1');
    await once(endpoint.#server, 'listening');
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
