// Clients of the SDK whose requests go straight to a pipeline: the codecs of both sides, without a
// socket between them.

import { Readable } from 'node:stream';
import type { Pipeline } from '../../src/wire/pipeline.ts';
import { ask } from './ask.ts';

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface SdkClient {
  send(command: unknown): Promise<Record<string, unknown>>;
}

interface SdkCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** The region that is signed for; absent: us-east-1. */
  readonly region?: string | undefined;
}

/** `name` is that of the module's client class, e.g. `BatchClient`; it signs as of `nowMs`. */
export function sdkClient(
  module: Readonly<Record<string, unknown>>,
  name: string,
  pipeline: Pipeline,
  { region = 'us-east-1', ...credentials }: SdkCredentials = {
    accessKeyId: '123456789012',
    secretAccessKey: 'none',
  },
  nowMs = Date.now(),
): SdkClient {
  const handle = async ({ method, path, query, headers, body = '' }: SdkRequest) => {
    const answer = await ask(
      pipeline,
      {
        method,
        path,
        query: queryOf(query),
        headers,
        rawHeaders: Object.entries(headers).flat(),
        sourceAddress: '10.0.0.1',
      },
      typeof body === 'string' ? body : Buffer.concat([body]),
    );
    return {
      response: {
        statusCode: answer.status,
        headers: Object.fromEntries(
          Array.from({ length: answer.headers.length / 2 }, (_none, index) =>
            answer.headers.slice(2 * index, 2 * index + 2),
          ),
        ),
        body: Readable.from([Buffer.from(answer.body)]),
      },
    };
  };
  const Client = module[name] as new (options: object) => SdkClient;
  return new Client({
    region,
    credentials,
    systemClockOffset: nowMs - Date.now(),
    endpoint: 'http://localhost',
    maxAttempts: 1,
    requestHandler: { handle },
  });
}

function queryOf(query: SdkRequest['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of [value ?? ''].flat()) parameters.append(name, each);
  return parameters.toString();
}
