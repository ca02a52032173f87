// The ARNs of EventBridge's resources, made and read in one place. Pure text: whether there is such
// a resource is not asked.

import { scopeOf, scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf, partitionPattern } from '../../base/partition.ts';
import { defaultBus, type Rule } from './resources.ts';

function eventsArn(scope: Scope, resource: string): string {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:events:${region}:${account}:${resource}`;
}

export const busArn = (scope: Scope, name: string): string => eventsArn(scope, `event-bus/${name}`);

/** The default bus stands in no rule's ARN. */
export const ruleArn = (scope: Scope, { bus, name }: Pick<Rule, 'bus' | 'name'>): string =>
  eventsArn(scope, bus === defaultBus ? `rule/${name}` : `rule/${bus}/${name}`);

interface WithId {
  readonly name: string;
  /** Tells it from another that was made under its name before. */
  readonly id: string;
}

export const connectionArn = (scope: Scope, { name, id }: WithId): string =>
  eventsArn(scope, `connection/${name}/${id}`);
export const destinationArn = (scope: Scope, { name, id }: WithId): string =>
  eventsArn(scope, `api-destination/${name}/${id}`);
/** As IAM knows what requests name by its name alone. */
export const namedArn = (scope: Scope, type: string, name: string): string =>
  eventsArn(scope, `${type}/${name}`);

interface Named {
  readonly scope: Scope;
  /** What stands behind the account, e.g. `event-bus/default`. */
  readonly resource: string;
}

const form = new RegExp(
  `^arn:(${partitionPattern}):events:([A-Za-z0-9-]{1,63}):(\\d{12}):([\\w./-]{1,1600})$`,
);

/** Undefined: it is no ARN of EventBridge's, or not in the one form that it has. */
export function namedByArn(arn: string): Named | undefined {
  const [, partition, region = '', account = '', resource = ''] = form.exec(arn) ?? [];
  return partition === undefined || partition !== partitionOf(region)
    ? undefined
    : { scope: scopeOf(account, region), resource };
}

/** A bus as requests name it, by its name or its ARN; nothing named is the default bus. */
export function namedBus(
  scope: Scope,
  given: string | undefined = defaultBus,
): { readonly scope: Scope; readonly name: string } {
  const named = namedByArn(given);
  return named?.resource.startsWith('event-bus/') === true
    ? { scope: named.scope, name: named.resource.slice('event-bus/'.length) }
    : { scope, name: given };
}

/** The rule that an ARN means. */
export function namedRule(resource: string): Pick<Rule, 'bus' | 'name'> | undefined {
  if (!resource.startsWith('rule/')) return undefined;
  const rest = resource.slice('rule/'.length);
  const cut = rest.lastIndexOf('/');
  return cut < 0
    ? { bus: defaultBus, name: rest }
    : { bus: rest.slice(0, cut), name: rest.slice(cut + 1) };
}
