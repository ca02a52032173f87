// A receiver of events by HTTP, as users have one behind an API destination: it keeps what came, in
// its order, and refuses now and then if it is told to. It outlives the server that sends to it.

import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  CreateApiDestinationCommand,
  CreateConnectionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type EventBridgeClient,
} from '@aws-sdk/client-eventbridge';

export interface SunkEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export class EventSink implements AsyncDisposable {
  readonly #server: Server;
  /** As they came, the refused ones not among them. */
  readonly events: SunkEvent[] = [];
  /** What is refused, with 503. */
  refuses: () => boolean = () => false;
  refused = 0;
  readonly #awaited: {
    readonly isWanted: (event: SunkEvent) => boolean;
    readonly heard: (event: SunkEvent) => void;
  }[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<EventSink> {
    const server = createServer();
    const sink = new EventSink(server);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const isRefused = sink.refuses();
        if (isRefused) sink.refused++;
        else sink.#take(JSON.parse(body) as SunkEvent);
        response.writeHead(isRefused ? 503 : 200).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The next event that comes and is such a one. */
  next(isWanted: (event: SunkEvent) => boolean): Promise<SunkEvent> {
    return new Promise((heard) => this.#awaited.push({ isWanted, heard }));
  }

  #take(event: SunkEvent): void {
    this.events.push(event);
    const awaited = this.#awaited.splice(0);
    for (const each of awaited) {
      if (each.isWanted(event)) each.heard(event);
      else this.#awaited.push(each);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Has all events that match sent to a URL, by a rule, an API destination and a connection. */
export async function sendTo(
  client: EventBridgeClient,
  name: string,
  pattern: object,
  url: string,
): Promise<void> {
  const { ConnectionArn } = await client.send(
    new CreateConnectionCommand({
      Name: name,
      AuthorizationType: 'API_KEY',
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'x-key', ApiKeyValue: 'secret' } },
    }),
  );
  const { ApiDestinationArn } = await client.send(
    new CreateApiDestinationCommand({
      Name: name,
      ConnectionArn,
      HttpMethod: 'POST',
      InvocationEndpoint: url,
      InvocationRateLimitPerSecond: 100_000,
    }),
  );
  await client.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
  const RoleArn = 'arn:aws:iam::000000000000:role/events';
  const { FailedEntries } = await client.send(
    new PutTargetsCommand({
      Rule: name,
      Targets: [{ Id: 'sink', Arn: ApiDestinationArn, RoleArn }],
    }),
  );
  if (FailedEntries?.length !== 0) throw new Error(JSON.stringify(FailedEntries));
}
