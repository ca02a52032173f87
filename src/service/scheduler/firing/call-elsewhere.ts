// A universal target of a service that this server does not offer: what goes out, and what the
// schedule's role must allow for that. Who may, others judge.

import { scopeParts, type Scope } from '../../../base/ids.ts';
import { partitionOf } from '../../../base/partition.ts';
import type { ElsewhereCall, ElsewhereService } from '../../../port/elsewhere.ts';
import type { TargetCall } from '../target/target-call.ts';

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Members that are bytes: a universal target says them as text. */
const bytes: ReadonlySet<string> = new Set(['lambda.Payload', 'kinesis.Data']);

/** Its members begin with a capital; those of Step Functions' own API do not. */
export function elsewhereCall(
  service: ElsewhereService,
  { action, input }: TargetCall,
  scope: Scope,
): ElsewhereCall {
  const { account, region } = scopeParts(scope);
  const entries = Object.entries(input).map(([name, value]) => [
    service === 'states' ? camel(name) : name,
    bytes.has(`${service}.${name}`) && typeof value === 'string' ? Buffer.from(value) : value,
  ]);
  return {
    service,
    region,
    account,
    operation: pascal(action),
    input: Object.fromEntries(entries) as object,
  };
}

/** Where IAM's name of an action is not the operation's. */
const actionNames: Readonly<Record<string, string>> = { 'lambda:Invoke': 'lambda:InvokeFunction' };

/** What leave is needed for: the action, on each of the resources that the call names. */
export function actElsewhere(call: ElsewhereCall): {
  readonly action: string;
  readonly resources: readonly string[];
} {
  const named = `${call.service}:${call.operation}`;
  return { action: actionNames[named] ?? named, resources: resourcesOf(call) };
}

/**
 * The members by which an operation names what it is about. Whatever else an input says, an
 * operation may read or not: who may do any other needs leave for all resources.
 */
const naming: Readonly<Record<ElsewhereService, readonly (readonly [RegExp, ...string[]])[]>> = {
  sqs: [
    [
      /^(?:(?:Send|Delete)Message(?:Batch)?|ChangeMessageVisibility(?:Batch)?|(?:Purge|Delete|Tag|Untag)Queue|SetQueueAttributes|(?:Add|Remove)Permission)$/,
      'QueueUrl',
    ],
  ],
  lambda: [
    [
      /^(?:Invoke|InvokeAsync|PublishVersion|UpdateFunction(?:Code|Configuration)|DeleteFunction|(?:Put|Delete)FunctionConcurrency)$/,
      'FunctionName',
    ],
  ],
  states: [
    [/^(?:Start(?:Sync)?Execution|(?:Update|Delete)StateMachine)$/, 'stateMachineArn'],
    [/^(?:Stop|Redrive)Execution$/, 'executionArn'],
  ],
  kinesis: [[/^PutRecords?$/, 'StreamARN', 'StreamName']],
  sns: [
    [/^Publish$/, 'TopicArn', 'TargetArn', 'PhoneNumber'],
    [
      /^(?:PublishBatch|Subscribe|SetTopicAttributes|DeleteTopic|(?:Add|Remove)Permission)$/,
      'TopicArn',
    ],
  ],
};

/** Any. */
const all = '*';

function resourcesOf(call: ElsewhereCall): readonly string[] {
  const input = call.input as Readonly<Record<string, unknown>>;
  const [, ...members] = naming[call.service].find(([form]) => form.test(call.operation)) ?? [];
  const resources = members
    .filter((member) => input[member] !== undefined)
    .map((member) => resourceOf(call, member, input[member]));
  return resources.length === 0 ? [all] : resources;
}

function resourceOf(call: ElsewhereCall, member: string, value: unknown): string {
  if (typeof value !== 'string') return all;
  const { service, region, account, input } = call;
  const own = (resource: string, of = account): string =>
    `arn:${partitionOf(region)}:${service}:${region}:${of}:${resource}`;
  switch (member) {
    case 'QueueUrl': {
      const [, of, name] = queueUrl.exec(value) ?? [];
      return name === undefined ? all : own(name, of);
    }
    case 'FunctionName': {
      const [, of, name = value] = partialArn.exec(value) ?? [];
      const { Qualifier: qualifier } = input as { readonly Qualifier?: unknown };
      const whole = value.startsWith('arn:') ? value : own(`function:${name}`, of);
      if (qualifier === undefined) return whole;
      return typeof qualifier === 'string' ? `${whole}:${qualifier}` : all;
    }
    case 'StreamName':
      return own(`stream/${value}`);
    case 'PhoneNumber':
      return all;
    default:
      return value;
  }
}

/** Nothing else that an address may have: who reads it might find another queue in it. */
const queueUrl = /^https?:\/\/[^/?#\\\s]+\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)$/;
const partialArn = /^(\d{12}):(?:function:)?(.+)$/;
