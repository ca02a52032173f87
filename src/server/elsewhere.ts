// Services elsewhere through AWS's SDK: each client is loaded at the first call of its service, and
// signs with the credentials of whoever runs this server, as every AWS program finds them. It tries
// each call once; whoever calls knows when to try again.

import { NodeHttpHandler } from '@smithy/node-http-handler';
import type {
  Elsewhere,
  ElsewhereCall,
  ElsewhereError,
  ElsewhereService,
} from '../port/elsewhere.ts';
import type { ElsewherePlaces } from './elsewhere-places.ts';

/** Clients that are kept: callers choose regions and accounts. */
const mostClients = 100;
const patience = { connectionTimeout: 5_000, requestTimeout: 10_000 };

interface Client {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  destroy(): void;
}

type ClientClass = new (options: object) => Client;
type Module = Readonly<Record<string, unknown>>;

const services: Readonly<
  Record<ElsewhereService, { readonly client: string; readonly load: () => Promise<Module> }>
> = {
  sqs: { client: 'SQSClient', load: () => import('@aws-sdk/client-sqs') },
  lambda: { client: 'LambdaClient', load: () => import('@aws-sdk/client-lambda') },
  states: { client: 'SFNClient', load: () => import('@aws-sdk/client-sfn') },
  kinesis: { client: 'KinesisClient', load: () => import('@aws-sdk/client-kinesis') },
  sns: { client: 'SNSClient', load: () => import('@aws-sdk/client-sns') },
};

export function elsewhere(places: ElsewherePlaces): Elsewhere {
  const clients = new Map<string, Promise<Client>>();
  const clientOf = ({ service, region, account }: ElsewhereCall): Promise<Client> => {
    const place = places.get(service) ?? 'aws';
    const key = place === 'aws' ? `${service} ${region}` : `${service} ${region} ${account}`;
    const known = clients.get(key);
    if (known !== undefined) return known;
    if (clients.size >= mostClients) {
      for (const one of clients.values()) void one.then((client) => client.destroy());
      clients.clear();
    }
    const client = makeClient(service, region, account, place);
    clients.set(key, client);
    return client;
  };
  return {
    placeOf: (service) => places.get(service as ElsewhereService),
    async call(call, signal) {
      try {
        const module = await services[call.service].load();
        const Command = module[`${call.operation}Command`];
        if (typeof Command !== 'function')
          return {
            code: 'UnknownOperationException',
            message: `${call.service} has no operation ${call.operation}`,
            status: undefined,
            isOfClient: true,
          };
        const client = await clientOf(call);
        await client.send(new (Command as new (input: object) => object)(call.input), {
          abortSignal: signal,
        });
        return undefined;
      } catch (error) {
        return errorOf(error);
      }
    },
  };
}

async function makeClient(
  service: ElsewhereService,
  region: string,
  account: string,
  place: 'aws' | URL,
): Promise<Client> {
  const { client, load } = services[service];
  const Class = (await load())[client] as ClientClass;
  return new Class({
    region,
    maxAttempts: 1,
    // HTTP/1.1 for all: the client of Kinesis speaks HTTP/2, which servers of one's own do not.
    requestHandler: new NodeHttpHandler(patience),
    // Nor is a message that a queue has taken a failure, whatever it says of checksums.
    ...(service === 'sqs' && { useQueueUrlAsEndpoint: false, md5: false }),
    ...(place !== 'aws' && { endpoint: place.href, credentials: () => ownOr(account) }),
  });
}

/**
 * Those of the environment or a profile; a server of one's own that checks none takes the account
 * in their stead, as LocalStack reads it.
 */
async function ownOr(account: string): Promise<object> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey, sessionToken: process.env.AWS_SESSION_TOKEN };
  const { fromIni } = await import('@aws-sdk/credential-provider-ini');
  return fromIni()().catch(() => ({ accessKeyId: account, secretAccessKey: 'none' }));
}

/** What the SDK throws, of which it says little by types. */
interface Thrown {
  readonly name?: string | undefined;
  readonly message?: string | undefined;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number | undefined } | undefined;
  readonly $response?: { readonly statusCode?: number | undefined } | undefined;
}

function errorOf(error: unknown): ElsewhereError {
  const { name = 'Error', message = '', code, $metadata, $response } = error as Thrown;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  return {
    code: status === undefined && typeof code === 'string' ? code : name,
    message: message.slice(0, 1_024),
    status,
    // What is wrong with an input, the client says by an error without any code.
    isOfClient: status === undefined && code === undefined && plain.has(name) ? true : undefined,
  };
}

const plain: ReadonlySet<string> = new Set(['Error', 'TypeError', 'RangeError']);
