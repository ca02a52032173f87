// A target as PutTargets takes it and ListTargetsByRule shows it. What this server cannot do for a
// target is refused here, never kept and forgotten.

import type { Target } from '@aws-sdk/client-eventbridge';
import { scopeParts } from '../../../base/ids.ts';
import { limit, settableLimits } from '../../../core/limit.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { formedAs, integerIn, lengthIn, validation } from '../../constraint.ts';
import { noPlace } from '../../delivery/elsewhere.ts';
import { nameIn } from '../check.ts';
import type { EventsDeps } from '../deps.ts';
import { unsupported } from '../error.ts';
import { isSettable } from '../invocation/headers.ts';
import { isSignatureKey } from '../invocation/signature.ts';
import type { RuleTarget } from '../resources.ts';
import { inputOf } from './input.ts';
import { namedTarget, type NamedTarget, type TargetKind } from './kind.ts';

type Where = Pick<RequestContext, 'scope'>;

/** `index`: its place in the request, from 0. */
export function targetOf(given: Target, index: number, where: Where): RuleTarget {
  const member = `targets.${index + 1}.member`;
  const id = nameIn(given.Id, 64, `${member}.id`);
  const arn = lengthIn(given.Arn ?? '', 1, 1_600, `${member}.arn`) ?? '';
  const named = servedTarget(arn, where);
  for (const name of notServed) if (given[name] !== undefined) throw unsupported(name);
  const roleArn = lengthIn(given.RoleArn, 1, 1_600, `${member}.roleArn`);
  if (roleArn === undefined && needRole.has(named.kind))
    throw validation(`RoleArn is required for target ${arn}.`);
  const input = inputOf(given, member);
  if (named.kind === 'event-bus' && Object.values(input).some((one) => one !== undefined))
    throw validation(`Modifying the input for target ${id} is not supported`);
  return {
    id,
    arn,
    roleArn,
    ...input,
    batch: batchOf(given, named.kind, member),
    http: httpOf(given, named.kind, member),
    kinesis: kinesisOf(given, named.kind, member),
    sqs: sqsOf(given, named, member),
    retry: retryOf(given, member),
    deadLetterArn: deadLetterOf(given, member, where),
  };
}

const notServed = [
  'AppSyncParameters',
  'EcsParameters',
  'RedshiftDataParameters',
  'RunCommandParameters',
  'SageMakerPipelineParameters',
] as const;
const needRole: ReadonlySet<TargetKind> = new Set([
  'job-queue',
  'api-destination',
  'state-machine',
  'stream',
]);
/** What AWS reaches in other accounts; buses in other regions too. */
const elsewhere: ReadonlySet<TargetKind> = new Set([
  'event-bus',
  'function',
  'queue',
  'stream',
  'topic',
]);

/** Of services that this server does not offer. */
const fromElsewhere: ReadonlySet<TargetKind> = new Set([
  'function',
  'queue',
  'state-machine',
  'stream',
]);

/** What could never be served is refused, rather than taken and given up event by event. */
export function mustBeInReach(deps: Pick<EventsDeps, 'elsewhere'>, arn: string): void {
  const named = namedTarget(arn);
  const [, , service = ''] = arn.split(':', 3);
  if (named === undefined || 'notServed' in named || !fromElsewhere.has(named.kind)) return;
  if (deps.elsewhere.placeOf(service) === undefined)
    throw validation(`Target ${arn} ${noPlace(service)}.`);
}

function servedTarget(arn: string, where: Where): NamedTarget {
  const named = namedTarget(arn);
  const invalid = (reason: string): Error =>
    validation(`Parameter ${arn} is not valid. Reason: ${reason}`);
  if (named === undefined) throw invalid('Provided Arn is not in correct format.');
  if ('notServed' in named)
    throw validation(
      `Target ${arn} is not supported by Longshore: targets are job queues of Batch, SNS topics, log groups, event buses, API destinations, SQS queues, Lambda functions, state machines and Kinesis streams.`,
    );
  const own = scopeParts(where.scope);
  const its = scopeParts(named.scope);
  if (its.region !== own.region && named.kind !== 'event-bus')
    throw invalid('The target is not in the Region of the rule.');
  if (its.account !== own.account && !elsewhere.has(named.kind))
    throw invalid('The target is not in the account of the rule.');
  return named;
}

/** Parameters of a kind of target are for that kind alone. */
function isFor(
  given: Target,
  name: 'BatchParameters' | 'HttpParameters' | 'KinesisParameters' | 'SqsParameters',
  isKind: boolean,
): boolean {
  if (given[name] === undefined) return false;
  if (!isKind)
    throw validation(`Parameter ${name} is not supported for target: ${given.Id ?? ''}.`);
  return true;
}

const mustHave = (given: Target, name: string): Error =>
  validation(`Parameter(s) ${name} must be specified for target: ${given.Id ?? ''}.`);

function batchOf(given: Target, kind: TargetKind, member: string): RuleTarget['batch'] {
  const { BatchParameters: batch } = given;
  if (!isFor(given, 'BatchParameters', kind === 'job-queue') || batch === undefined) {
    if (kind === 'job-queue') throw mustHave(given, 'BatchParameters');
    return undefined;
  }
  const at = `${member}.batchParameters`;
  const { arraySize, attempts } = settableLimits;
  return {
    jobDefinition: lengthIn(batch.JobDefinition ?? '', 1, 1_600, `${at}.jobDefinition`) ?? '',
    jobName: lengthIn(batch.JobName ?? '', 1, limit.nameLength, `${at}.jobName`) ?? '',
    arraySize: integerIn(
      batch.ArrayProperties?.Size,
      limit.arraySizeMin,
      arraySize.most,
      `${at}.arrayProperties.size`,
    ),
    attempts: integerIn(
      batch.RetryStrategy?.Attempts,
      attempts.least,
      attempts.most,
      `${at}.retryStrategy.attempts`,
    ),
  };
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** As AWS writes it below, it would take time without bounds. */
const headerValue = /^[\t\x20-\x7e]+$/;
const queryName = /^\P{Cc}+$/u;

function httpOf(given: Target, kind: TargetKind, member: string): RuleTarget['http'] {
  const { HttpParameters: http } = given;
  if (!isFor(given, 'HttpParameters', kind === 'api-destination') || http === undefined)
    return undefined;
  const at = `${member}.httpParameters`;
  const values = http.PathParameterValues ?? [];
  const headers = http.HeaderParameters ?? {};
  const query = http.QueryStringParameters ?? {};
  lengthIn(values, 0, limit.events.httpParameters, `${at}.pathParameterValues`);
  for (const value of values) lengthIn(value, 0, 512, `${at}.pathParameterValues.member`);
  checkPairs(headers, `${at}.headerParameters`, headerName);
  const unsettable = Object.keys(headers).find((name) => !isSettable(name) || isSignatureKey(name));
  if (unsettable !== undefined)
    throw validation(`The header ${unsettable} cannot be set by target ${given.Id ?? ''}.`);
  for (const value of Object.values(headers))
    if (value !== '')
      formedAs(value, headerValue, String.raw`[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*`, at);
  checkPairs(query, `${at}.queryStringParameters`, queryName);
  return { pathParameterValues: values, headers, query };
}

function checkPairs(pairs: Readonly<Record<string, string>>, at: string, name: RegExp): void {
  lengthIn(Object.keys(pairs), 0, limit.events.httpParameters, at);
  for (const [key, value] of Object.entries(pairs)) {
    lengthIn(key, 1, 512, `${at}.key`);
    formedAs(key, name, name.source, `${at}.key`);
    lengthIn(value, 0, 512, `${at}.value`);
  }
}

function kinesisOf(given: Target, kind: TargetKind, member: string): RuleTarget['kinesis'] {
  if (!isFor(given, 'KinesisParameters', kind === 'stream')) return undefined;
  const path = given.KinesisParameters?.PartitionKeyPath ?? '';
  lengthIn(path, 0, 256, `${member}.kinesisParameters.partitionKeyPath`);
  if (!path.startsWith('$'))
    throw validation(`PartitionKeyPath for target ${given.Id ?? ''} is no JSON path.`);
  return { partitionKeyPath: path };
}

function sqsOf(given: Target, { kind, name }: NamedTarget, member: string): RuleTarget['sqs'] {
  const isOne = isFor(given, 'SqsParameters', kind === 'queue');
  const group = given.SqsParameters?.MessageGroupId;
  if (kind === 'queue' && name.endsWith('.fifo') && group === undefined)
    throw mustHave(given, 'SqsParameters');
  if (!isOne || group === undefined) return undefined;
  lengthIn(group, 1, 100, `${member}.sqsParameters.messageGroupId`);
  return { messageGroupId: group };
}

function retryOf({ RetryPolicy: retry }: Target, member: string): RuleTarget['retry'] {
  const at = `${member}.retryPolicy`;
  const { retryAttempts, retryAgeSecondsMin, retryAgeSecondsMax } = limit.events;
  return (
    retry && {
      attempts: integerIn(
        retry.MaximumRetryAttempts,
        0,
        retryAttempts,
        `${at}.maximumRetryAttempts`,
      ),
      maxAgeSeconds: integerIn(
        retry.MaximumEventAgeInSeconds,
        retryAgeSecondsMin,
        retryAgeSecondsMax,
        `${at}.maximumEventAgeInSeconds`,
      ),
    }
  );
}

function deadLetterOf(
  { DeadLetterConfig: config }: Target,
  member: string,
  { scope }: Where,
): string | undefined {
  const arn = lengthIn(config?.Arn, 1, 1_600, `${member}.deadLetterConfig.arn`);
  if (arn === undefined) return undefined;
  const named = namedTarget(arn);
  if (named === undefined || !('kind' in named) || named.kind !== 'queue')
    throw validation('Parameter DeadLetterConfig.Arn is not valid. Reason: Must be an SQS ARN.');
  if (named.name.endsWith('.fifo'))
    throw validation(
      'Parameter DeadLetterConfig.Arn is not valid. Reason: FIFO queues are not supported.',
    );
  if (scopeParts(named.scope).region !== scopeParts(scope).region)
    throw validation(
      'Parameter DeadLetterConfig.Arn is not valid. Reason: The queue is not in the Region of the rule.',
    );
  return arn;
}

export const shownTarget = (target: RuleTarget): Target => ({
  Id: target.id,
  Arn: target.arn,
  RoleArn: target.roleArn,
  Input: target.input,
  InputPath: target.inputPath,
  InputTransformer: target.inputTransformer && {
    InputPathsMap: target.inputTransformer.paths,
    InputTemplate: target.inputTransformer.template,
  },
  BatchParameters: target.batch && {
    JobDefinition: target.batch.jobDefinition,
    JobName: target.batch.jobName,
    ArrayProperties:
      target.batch.arraySize === undefined ? undefined : { Size: target.batch.arraySize },
    RetryStrategy:
      target.batch.attempts === undefined ? undefined : { Attempts: target.batch.attempts },
  },
  HttpParameters: target.http && {
    PathParameterValues: [...target.http.pathParameterValues],
    HeaderParameters: target.http.headers,
    QueryStringParameters: target.http.query,
  },
  KinesisParameters: target.kinesis && { PartitionKeyPath: target.kinesis.partitionKeyPath },
  SqsParameters: target.sqs && { MessageGroupId: target.sqs.messageGroupId },
  RetryPolicy: target.retry && {
    MaximumRetryAttempts: target.retry.attempts,
    MaximumEventAgeInSeconds: target.retry.maxAgeSeconds,
  },
  DeadLetterConfig: target.deadLetterArn === undefined ? undefined : { Arn: target.deadLetterArn },
});
