// For tests: a tiny HTTP server that answers AWS calls as a script says, and a terminal that
// remembers. No rule of the service is here; a test says what it wants answered.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Surroundings } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/main.ts';

type Body = Readonly<Record<string, unknown>>;

/** What a call answers. Throw an {@link Answer} for an error. */
export type Script = Readonly<Record<string, (input: never) => unknown>>;

/** An error that the server answers. */
export class Answer extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export interface ScriptedServer {
  readonly url: string;
  /** The calls that came, in order. */
  readonly calls: readonly {
    readonly operation: string;
    readonly input: Body;
    readonly authorization: string;
  }[];
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Operations are named in lower case as in Batch's paths (`describejobs`), those of CloudWatch Logs
 * by their own name. `port` 0: any.
 */
export async function scriptedServer(
  script: Script,
  port = 0,
  identity: Body = {},
): Promise<ScriptedServer> {
  const calls: { operation: string; input: Body; authorization: string }[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.headers['x-amz-target'];
    // Who it is, every caller may ask: no call of the script's.
    if (request.url === '/_longshore/health') return send(response, 200, identity, {});
    // Where a script does not tell what becomes of jobs, nobody hears of it.
    if (request.url?.startsWith('/_longshore/events')) {
      const events = script['events'] as (() => string) | undefined;
      if (events === undefined) return send(response, 404, {}, {});
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events());
    }
    const operation =
      typeof target === 'string'
        ? target.slice(target.lastIndexOf('.') + 1)
        : (request.url ?? '').replace('/v1/', '');
    const input = JSON.parse((await text(request)) || '{}') as Body;
    calls.push({ operation, input, authorization: request.headers.authorization ?? '' });
    const handler = script[operation];
    try {
      if (handler === undefined)
        throw new Answer(400, 'ClientException', `the script has no ${operation}`);
      send(response, 200, handler(input as never), {});
    } catch (error) {
      const { status, type, message } =
        error instanceof Answer ? error : new Answer(400, 'ClientException', String(error));
      send(response, status, { message }, { 'x-amzn-errortype': type });
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string>,
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body ?? {}));
}

export interface Terminal extends Surroundings {
  stdout: string;
  stderr: string;
  /** As if Ctrl-C were pressed. */
  interrupt(): void;
  /** Called at every pause, so that a test can move on. */
  onSleep: (ms: number) => void;
}

export function terminal(
  env: Surroundings['env'] = {},
  over: Partial<Surroundings> = {},
): Terminal {
  let handler = (): void => undefined;
  let nowMs = 1_700_000_000_000;
  const made: Terminal = {
    stdout: '',
    stderr: '',
    onSleep: () => undefined,
    env,
    outIsTty: false,
    errIsTty: false,
    inIsTty: false,
    columns: 80,
    terminalSize: () => ({ columns: 80, rows: 24 }),
    writeOut: (chunk) => void (made.stdout += chunk),
    writeErr: (chunk) => void (made.stderr += chunk),
    readStdin: () => Promise.resolve(''),
    attach: () => ({ detach: () => undefined }),
    async writeBytes(stream, bytes) {
      made[stream] += Buffer.from(bytes).toString('utf8');
    },
    nowMs: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
      made.onSleep(ms);
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
    onInterrupt(given) {
      handler = given;
      return () => (handler = () => undefined);
    },
    interrupt: () => handler(),
    ...over,
  };
  return made;
}

/** Runs one command line against a server of this script. */
export async function runAgainst(
  script: Script,
  argv: readonly string[],
  io: Terminal = terminal(),
) {
  await using server = await scriptedServer(script);
  const code = await runCli(['--endpoint', server.url, ...argv], io);
  return { code, stdout: io.stdout, stderr: io.stderr, calls: server.calls };
}
