// What is sent to a resource elsewhere, by its ARN: a queue of SQS, a function, a state machine, a
// stream, a topic. Which operation that is and what it takes stands here; that the service has a
// place, and who may send, is known before.

import { partitionOfRegion } from '../../base/partition.ts';
import type { DeliveryFailure } from '../../port/delivery.ts';
import type { Elsewhere, ElsewhereCall, ElsewhereService } from '../../port/elsewhere.ts';
import { failedForGood, failureOf } from './failure.ts';

interface Message {
  /** JSON, but for lines of text. */
  readonly body: string;
  /** FIFO queues must have one; others are fair to groups. */
  readonly messageGroupId?: string | undefined;
  /** Of a stream, which must have one. */
  readonly partitionKey?: string | undefined;
  /** Of a queue. */
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
}

export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, or one of these with a label. */
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  /** In base64. */
  readonly BinaryValue?: string | undefined;
}

interface Parsed {
  readonly region: string;
  readonly account: string;
  readonly resource: string;
  readonly arn: string;
  readonly place: 'aws' | URL;
}

type CallOf = (target: Parsed, message: Message) => Pick<ElsewhereCall, 'operation' | 'input'>;

const callOf: Readonly<Record<ElsewhereService, CallOf>> = {
  sqs: (target, { body, messageGroupId, attributes }) => ({
    operation: 'SendMessage',
    input: {
      QueueUrl: queueUrl(target),
      MessageBody: body,
      MessageGroupId: messageGroupId,
      MessageAttributes: attributes && sentAttributes(attributes),
    },
  }),
  lambda: ({ arn }, { body }) => ({
    operation: 'Invoke',
    input: { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(body) },
  }),
  states: ({ arn }, { body }) => ({
    operation: 'StartExecution',
    input: { stateMachineArn: arn, input: body },
  }),
  kinesis: ({ arn, resource, place }, { body, partitionKey }) => ({
    operation: 'PutRecord',
    input: {
      // Servers of one's own know streams by their names.
      ...(place === 'aws'
        ? { StreamARN: arn }
        : { StreamName: resource.slice(resource.indexOf('/') + 1) }),
      Data: Buffer.from(body),
      PartitionKey: partitionKey,
    },
  }),
  sns: ({ arn }, { body, messageGroupId }) => ({
    operation: 'Publish',
    input: { TopicArn: arn, Message: body, MessageGroupId: messageGroupId },
  }),
};

const sentAttributes = (attributes: NonNullable<Message['attributes']>): object =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { BinaryValue: bytes, ...attribute }]) => [
      name,
      bytes === undefined ? attribute : { ...attribute, BinaryValue: Buffer.from(bytes, 'base64') },
    ]),
  );

function queueUrl({ region, account, resource, place }: Parsed): string {
  const origin =
    place === 'aws'
      ? `https://sqs.${region}.${partitionOfRegion(region).dnsSuffix}`
      : place.href.replace(/\/$/, '');
  return `${origin}/${account}/${resource}`;
}

/** Resolves when it is there, or says why not. */
export async function sendElsewhere(
  elsewhere: Elsewhere,
  arn: string,
  message: Message,
  signal: AbortSignal,
): Promise<DeliveryFailure | undefined> {
  const [, , service = '', region = '', account = '', ...resource] = arn.split(':');
  const place = elsewhere.placeOf(service);
  if (place === undefined || !isKnown(service))
    return failedForGood('NO_RESOURCE', `${arn} ${noPlace(service)}`);
  const call = callOf[service](
    { arn, region, account, resource: resource.join(':'), place },
    message,
  );
  const error = await elsewhere.call({ service, region, account, ...call }, signal);
  return error && failureOf(error);
}

const isKnown = (service: string): service is ElsewhereService => Object.hasOwn(callOf, service);

/** What is said of a target whose service the operator named no place for. */
export const noPlace = (service: string): string =>
  `cannot be reached: this server was started without --send-to ${service === 'states' ? 'stepfunctions' : service}=…`;
