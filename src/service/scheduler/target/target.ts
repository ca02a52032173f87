// A schedule's target as CreateSchedule takes it and GetSchedule shows it. What this server cannot
// do for a target is refused here, never kept and forgotten.

import type { Target } from '@aws-sdk/client-scheduler';
import { scopeOf, scopeParts, type Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import { formedAs, integerIn, lengthIn, validation } from '../../constraint.ts';
import { noPlace } from '../../delivery/elsewhere.ts';
import type { SchedulerDeps } from '../deps.ts';
import { unsupported } from '../error.ts';
import type { ScheduleTarget } from '../resources.ts';
import { withContext } from './context.ts';
import {
  elsewhereName,
  namedScheduleTarget,
  objectOf,
  operationOf,
  type NamedScheduleTarget,
  type Templated,
} from './target-call.ts';

type Reach = Pick<SchedulerDeps, 'own' | 'elsewhere'>;

export function targetOf(given: Target, scope: Scope, reach: Reach): ScheduleTarget {
  const arn = lengthIn(given.Arn ?? '', 1, 1_600, 'target.arn') ?? '';
  const named = servedTarget(arn, scope, reach);
  for (const member of notServed) if (given[member] !== undefined) throw unsupported(member);
  const retry = given.RetryPolicy ?? {};
  const at = 'target.retryPolicy';
  const { retryAttempts, retryAgeSecondsMin, retryAgeSecondsMax } = limit.events;
  return {
    arn,
    roleArn: roleOf(given.RoleArn),
    input: inputOf(given.Input, named),
    deadLetterArn: deadLetterOf(given.DeadLetterConfig?.Arn),
    retryAttempts:
      integerIn(retry.MaximumRetryAttempts, 0, retryAttempts, `${at}.maximumRetryAttempts`) ??
      retryAttempts,
    maxAgeSeconds:
      integerIn(
        retry.MaximumEventAgeInSeconds,
        retryAgeSecondsMin,
        retryAgeSecondsMax,
        `${at}.maximumEventAgeInSeconds`,
      ) ?? retryAgeSecondsMax,
    eventBridge: eventBridgeOf(given, named),
    partitionKey: partitionKeyOf(given, named),
    messageGroupId: messageGroupOf(given, named),
  };
}

const notServed = [
  'EcsParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
  'SageMakerPipelineParameters',
] as const;

/** AWS takes none that only reads (user guide, "Unsupported actions"). */
const readOnly =
  /^(?:get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized|invokeModel)/i;

function servedTarget(arn: string, scope: Scope, { own, elsewhere }: Reach): NamedScheduleTarget {
  const named = namedScheduleTarget(arn);
  if (named === undefined) throw validation('Provided Arn is not in correct format.');
  if ('notServed' in named)
    throw validation(`${named.notServed} is not a supported service for a target.`);
  const { service, action } = operationOf(named);
  if (named.kind === 'universal') {
    if (readOnly.test(action))
      throw validation(`${action} is not a supported api for service ${service}: it only reads.`);
  } else if (scopeParts(named.scope).region !== scopeParts(scope).region)
    throw validation(`The target ${arn} is not in the Region of the schedule.`);
  if (own.named(service, action) !== undefined) return named;
  const name = elsewhereName(service);
  if (name === undefined)
    throw validation(`${service}:${action} is not a supported service for a target.`);
  if (elsewhere.placeOf(name) === undefined) throw validation(`Target ${arn} ${noPlace(name)}.`);
  return named;
}

const roleText = String.raw`arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@\/-]+`;
const roleForm = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

function roleOf(given: string | undefined): string {
  const arn = lengthIn(given ?? '', 1, 1_600, 'target.roleArn') ?? '';
  return formedAs(arn, roleForm, roleText, 'target.roleArn');
}

/** Targets whose input must be JSON (API reference, Target). */
const json: ReadonlySet<NamedScheduleTarget['kind']> = new Set([
  'event-bus',
  'function',
  'state-machine',
]);

const sample = {
  scheduleArn: 'arn',
  scheduledMs: 0,
  attempt: 1,
  scope: scopeOf('000000000000', 'us-east-1'),
};

function inputOf(text: string | undefined, named: NamedScheduleTarget): string | undefined {
  const { kind } = named;
  if (text === undefined) {
    if (kind === 'universal') throw invalidRequest('The input of a universal target is required.');
    return undefined;
  }
  lengthIn(text, 1, Infinity, 'target.input');
  if (Buffer.byteLength(text) > limit.scheduler.inputBytes)
    throw validation(`The Input of a target can have ${limit.scheduler.inputBytes} bytes.`);
  // Numbers may stand for keywords outside of texts.
  const told = withContext(text, sample);
  if (kind === 'universal' && objectOf(told) === undefined)
    throw invalidRequest('The input of a universal target must be a JSON object.');
  if (json.has(kind) && !isJson(told))
    throw validation('The Input of this target must be well-formed JSON.');
  return text;
}

const invalidRequest = (reason: string): Error =>
  validation(`Invalid RequestJson provided. Reason ${reason}`);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const queueText = String.raw`arn:aws[a-z-]*:sqs:[a-z0-9\-]+:\d{12}:[a-zA-Z0-9\-_]+`;
const queueForm = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+$/;

/** No name of a FIFO queue has the form. */
function deadLetterOf(arn: string | undefined): string | undefined {
  const member = 'target.deadLetterConfig.arn';
  lengthIn(arn, 1, 1_600, member);
  return arn === undefined ? undefined : formedAs(arn, queueForm, queueText, member);
}

/** Parameters of a kind of target are for that kind alone. */
function parametersOf<K extends 'EventBridgeParameters' | 'KinesisParameters' | 'SqsParameters'>(
  given: Target,
  name: K,
  isFor: boolean,
): Target[K] {
  if (given[name] !== undefined && !isFor)
    throw validation(`${name} is not supported for target ${given.Arn ?? ''}.`);
  return given[name];
}

const mustHave = (name: string): Error => validation(`${name} must be specified for this target.`);

const sourceText = String.raw`(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)`;

function eventBridgeOf(
  given: Target,
  { kind }: NamedScheduleTarget,
): ScheduleTarget['eventBridge'] {
  const isFor = kind === 'event-bus';
  const parameters = parametersOf(given, 'EventBridgeParameters', isFor);
  if (parameters === undefined) {
    if (isFor) throw mustHave('EventBridgeParameters');
    return undefined;
  }
  const at = 'target.eventBridgeParameters';
  const detailType = lengthIn(parameters.DetailType ?? '', 1, 128, `${at}.detailType`) ?? '';
  const source = lengthIn(parameters.Source ?? '', 1, 256, `${at}.source`) ?? '';
  return {
    detailType,
    source: formedAs(source, /^(?!aws\.|longshore$)/, sourceText, `${at}.source`),
  };
}

function partitionKeyOf(given: Target, { kind }: NamedScheduleTarget): string | undefined {
  const isFor = kind === 'stream';
  const parameters = parametersOf(given, 'KinesisParameters', isFor);
  if (isFor && parameters === undefined) throw mustHave('KinesisParameters');
  return lengthIn(parameters?.PartitionKey, 1, 256, 'target.kinesisParameters.partitionKey');
}

function messageGroupOf(given: Target, named: NamedScheduleTarget): string | undefined {
  const parameters = parametersOf(given, 'SqsParameters', named.kind === 'queue');
  const group = parameters?.MessageGroupId;
  if (named.kind === 'queue' && isFifo(named) && group === undefined)
    throw mustHave('SqsParameters.MessageGroupId');
  return lengthIn(group, 1, 128, 'target.sqsParameters.messageGroupId');
}

const isFifo = ({ name }: Templated): boolean => name.endsWith('.fifo');

export const shownTarget = (target: ScheduleTarget): Target => ({
  Arn: target.arn,
  RoleArn: target.roleArn,
  Input: target.input,
  DeadLetterConfig: target.deadLetterArn === undefined ? undefined : { Arn: target.deadLetterArn },
  RetryPolicy: {
    MaximumEventAgeInSeconds: target.maxAgeSeconds,
    MaximumRetryAttempts: target.retryAttempts,
  },
  EventBridgeParameters: target.eventBridge && {
    DetailType: target.eventBridge.detailType,
    Source: target.eventBridge.source,
  },
  KinesisParameters:
    target.partitionKey === undefined ? undefined : { PartitionKey: target.partitionKey },
  SqsParameters:
    target.messageGroupId === undefined ? undefined : { MessageGroupId: target.messageGroupId },
});
