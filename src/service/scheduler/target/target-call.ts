// What a schedule's target comes to: a call of an operation. Templated targets stand for one each,
// universal ones name theirs (EventBridge Scheduler user guide, "Using templated targets", "Using
// universal targets"). Pure text: nothing is called here, and whether the target is there is not
// asked.

import { never } from '../../../base/assert.ts';
import { scopeParts } from '../../../base/ids.ts';
import { partitionOfRegion, partitionPattern } from '../../../base/partition.ts';
import type { ElsewhereService } from '../../../port/elsewhere.ts';
import { namedTarget, type NamedTarget } from '../../events/target/kind.ts';
import type { ScheduleTarget } from '../resources.ts';

export interface TargetCall {
  /** As the SDKs name it, e.g. `sfn`. */
  readonly service: string;
  /** E.g. `startExecution`. */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a target's ARN means. */
export type NamedScheduleTarget =
  | { readonly kind: 'universal'; readonly service: string; readonly action: string }
  | Templated;

type Template = 'event-bus' | 'function' | 'queue' | 'state-machine' | 'stream' | 'topic';
export type Templated = Omit<NamedTarget, 'kind'> & { readonly kind: Template };

const universalForm = new RegExp(
  `^arn:(?:${partitionPattern}):scheduler:::aws-sdk:([a-z0-9-]{1,64}):([a-zA-Z0-9]{1,64})$`,
);

/** As far as it is the ARN of anything; the service of what is not served. */
export function namedScheduleTarget(
  arn: string,
): NamedScheduleTarget | { readonly notServed: string } | undefined {
  const [, service, action] = universalForm.exec(arn) ?? [];
  if (service !== undefined && action !== undefined) return { kind: 'universal', service, action };
  const named = namedTarget(arn);
  if (named === undefined || 'notServed' in named) return named;
  const { kind } = named;
  return isTemplate(kind) ? { ...named, kind } : { notServed: arn.split(':', 3)[2] ?? '' };
}

const templates = {
  'event-bus': { service: 'eventbridge', action: 'putEvents' },
  function: { service: 'lambda', action: 'invoke' },
  queue: { service: 'sqs', action: 'sendMessage' },
  'state-machine': { service: 'sfn', action: 'startExecution' },
  stream: { service: 'kinesis', action: 'putRecord' },
  topic: { service: 'sns', action: 'publish' },
} as const satisfies Record<Template, Pick<TargetCall, 'service' | 'action'>>;

const isTemplate = (kind: string): kind is Template => Object.hasOwn(templates, kind);

/** The operation that it calls. */
export const operationOf = (named: NamedScheduleTarget): Pick<TargetCall, 'service' | 'action'> =>
  named.kind === 'universal' ? named : templates[named.kind];

/** `input`: what the target gets. Undefined: that of a universal one is no JSON object. */
export function targetCall(
  named: NamedScheduleTarget,
  target: ScheduleTarget,
  text: string,
): TargetCall | undefined {
  const { service, action } = operationOf(named);
  const input = named.kind === 'universal' ? objectOf(text) : inputOf(named, target, text);
  return input && { service, action, input };
}

/** Undefined: it is none. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function inputOf(
  named: Templated,
  { arn, eventBridge, messageGroupId, partitionKey }: ScheduleTarget,
  input: string,
): TargetCall['input'] {
  switch (named.kind) {
    case 'event-bus': {
      const { detailType: DetailType, source: Source } = eventBridge ?? {};
      return { Entries: [{ EventBusName: arn, DetailType, Source, Detail: input }] };
    }
    case 'function':
      return { FunctionName: arn, InvocationType: 'Event', Payload: input };
    case 'queue':
      return {
        MessageBody: input,
        QueueUrl: queueUrl(named),
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
      };
    case 'state-machine':
      return { StateMachineArn: arn, Input: input };
    case 'stream':
      return { StreamARN: arn, PartitionKey: partitionKey, Data: input };
    case 'topic':
      return { TopicArn: arn, Message: input };
    default:
      return never(named.kind);
  }
}

function queueUrl({ scope, name }: Templated): string {
  const { account, region } = scopeParts(scope);
  return `https://sqs.${region}.${partitionOfRegion(region).dnsSuffix}/${account}/${name}`;
}

/** Of services that this server does not offer: by their names in SDKs, those in ARNs. */
const elsewhereNames: Readonly<Record<string, ElsewhereService>> = {
  kinesis: 'kinesis',
  lambda: 'lambda',
  sfn: 'states',
  sns: 'sns',
  sqs: 'sqs',
};

export const elsewhereName = (service: string): ElsewhereService | undefined =>
  Object.hasOwn(elsewhereNames, service) ? elsewhereNames[service] : undefined;
