// What a target is, by its ARN: of all that AWS knows, what this server serves itself or calls
// elsewhere. Pure text: whether it is there is not asked.

import { scopeOf, type Scope } from '../../../base/ids.ts';
import { partitionOf, partitionPattern } from '../../../base/partition.ts';

/** The kinds that are served, and what follows the account in their ARNs; the name is the group. */
const kinds = {
  'job-queue': ['batch', /^job-queue\/([\w-]{1,128})$/],
  topic: ['sns', /^([\w-]{1,256}(?:\.fifo)?)$/],
  'log-group': ['logs', /^log-group:([\w./#-]{1,512})(?::\*)?$/],
  'event-bus': ['events', /^event-bus\/([\w./-]{1,256})$/],
  'api-destination': ['events', /^api-destination\/([\w.-]{1,64})\/[\w-]{1,64}$/],
  queue: ['sqs', /^([\w-]{1,80}(?:\.fifo)?)$/],
  function: ['lambda', /^function:([\w-]{1,140}(?::[\w$-]{1,128})?)$/],
  'state-machine': ['states', /^stateMachine:([\w-]{1,80}(?::[\w-]{1,80})?)$/],
  stream: ['kinesis', /^stream\/([\w.-]{1,128})$/],
} as const satisfies Record<string, readonly [service: string, resource: RegExp]>;

export type TargetKind = keyof typeof kinds;

export interface NamedTarget {
  readonly kind: TargetKind;
  readonly scope: Scope;
  /** Of a function or state machine with its alias or version. */
  readonly name: string;
}

const form = new RegExp(
  `^arn:(${partitionPattern}):([a-z0-9-]{1,63}):([A-Za-z0-9-]{0,63}):(\\d{12}|):(.{1,1600})$`,
);

/** As far as it is the ARN of anything; the service of what is not served. */
export function namedTarget(arn: string): NamedTarget | { readonly notServed: string } | undefined {
  const [, partition, service = '', region = '', account = '', resource = ''] =
    form.exec(arn) ?? [];
  if (partition === undefined) return undefined;
  for (const [kind, [of, resourceForm]] of Object.entries(kinds)) {
    const [, name] = (of === service && resourceForm.exec(resource)) || [];
    if (name === undefined) continue;
    return region === '' || account === '' || partition !== partitionOf(region)
      ? undefined
      : { kind: kind as TargetKind, scope: scopeOf(account, region), name };
  }
  return { notServed: service };
}
