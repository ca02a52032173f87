// Plain HTTPS requests to an apiserver, for tests: what they set up, look at and break goes past
// the code that they try, and so shares no mistake with it.

import { Agent, request, type Dispatcher } from 'undici';
import type { Access } from './kubeconfig.ts';

/** Of an object what the tests of the cluster itself read; others cast to what they look for. */
export interface KubernetesObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

interface Ask {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Of the body; undefined: JSON. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The apiserver answered, and the answer is no. */
export class KubernetesRefusal extends Error {
  override name = 'KubernetesRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class KubernetesApi {
  readonly #server: string;
  readonly #agent: Agent;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ server, authority, certificate, key, token }: Access) {
    this.#server = server;
    const connect = {
      ...(authority === undefined ? {} : { ca: authority }),
      ...(certificate === undefined ? {} : { cert: certificate, key }),
    };
    // A watch may be silent for as long as nothing happens.
    this.#agent = new Agent({ connect, bodyTimeout: 0 });
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  get<T = KubernetesObject>(path: string, query: Ask['query'] = {}): Promise<T> {
    return this.#json('GET', path, { query });
  }

  create<T = KubernetesObject>(path: string, body: unknown): Promise<T> {
    return this.#json('POST', path, { body });
  }

  /** A merge patch: null removes. */
  patch<T = KubernetesObject>(path: string, body: unknown): Promise<T> {
    return this.#json('PATCH', path, { body, contentType: 'application/merge-patch+json' });
  }

  /** With DeleteOptions as its body. */
  delete<T = unknown>(path: string, options: unknown = {}): Promise<T> {
    return this.#json('DELETE', path, { body: options });
  }

  /** What is there, or undefined. */
  async find<T = KubernetesObject>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof KubernetesRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The answer as it is, such as a log. */
  async text(path: string, query: Ask['query'] = {}): Promise<string> {
    return (await this.#ask('GET', path, { query })).body.text();
  }

  /** Lines as they come, until the other side ends or the signal does: a log followed, a watch. */
  async *lines(
    path: string,
    query: Ask['query'] = {},
    signal?: AbortSignal,
  ): AsyncGenerator<string> {
    const { body } = await this.#ask('GET', path, { query, ...(signal && { signal }) });
    let rest = '';
    body.setEncoding('utf8');
    for await (const chunk of body) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #json<T>(method: Method, path: string, ask: Ask): Promise<T> {
    return (await (await this.#ask(method, path, ask)).body.json()) as T;
  }

  async #ask(
    method: Method,
    path: string,
    { body, query = {}, contentType = 'application/json', signal }: Ask,
  ): Promise<Dispatcher.ResponseData> {
    const answer = await request(new URL(`${this.#server}${path}`), {
      method,
      query,
      dispatcher: this.#agent,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.statusCode < 400) return answer;
    const text = await answer.body.text();
    throw new KubernetesRefusal(answer.statusCode, `${method} ${path}: ${messageIn(text)}`);
  }
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
