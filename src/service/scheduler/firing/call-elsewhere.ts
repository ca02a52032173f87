// A universal target of a service that this server does not offer: what goes out, and what the
// schedule's role must allow for that. Who may, others judge.

import { never } from '../../../base/assert.ts';
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

/** What leave is needed for: the action, and the resource that the call names. */
export function actElsewhere(
  service: ElsewhereService,
  { action, input }: TargetCall,
  scope: Scope,
): { readonly action: string; readonly resource: string } {
  const named = `${service}:${pascal(action)}`;
  return { action: actionNames[named] ?? named, resource: resourceOf(service, input, scope) };
}

function resourceOf(service: ElsewhereService, input: TargetCall['input'], scope: Scope): string {
  const { account, region } = scopeParts(scope);
  const text = (...names: string[]): string | undefined =>
    names.map((name) => input[name]).find((value): value is string => typeof value === 'string');
  const own = (resource: string): string =>
    `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
  switch (service) {
    case 'sqs': {
      const [, of = account, name] = /\/(\d{12})\/([^/]+)$/.exec(text('QueueUrl') ?? '') ?? [];
      return name === undefined ? '*' : own(name).replace(`:${account}:`, `:${of}:`);
    }
    case 'lambda': {
      const name = text('FunctionName');
      if (name === undefined) return '*';
      return name.startsWith('arn:') ? name : own(`function:${name}`);
    }
    case 'states':
      return text('StateMachineArn', 'ExecutionArn', 'ResourceArn') ?? '*';
    case 'kinesis': {
      const name = text('StreamName');
      return text('StreamARN') ?? (name === undefined ? '*' : own(`stream/${name}`));
    }
    case 'sns':
      return text('TopicArn', 'TargetArn', 'ResourceArn') ?? '*';
    default:
      return never(service);
  }
}
