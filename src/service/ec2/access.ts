// What operations of EC2 ask leave for, in IAM's terms, as EC2's page of the service authorization
// reference lists it.

import type { TagSpecification } from '@aws-sdk/client-ec2';
import { partitionOf } from '../../base/partition.ts';
import type { Access, Conditions, RequestContext } from '../../wire/operation.ts';
import { orAny, requestTags, tagsOfList } from '../access.ts';

/** Kinds whose ARNs name no account. */
const regional: ReadonlySet<string> = new Set(['image', 'snapshot']);

/**
 * `id` is absent of what is still to be made, and of what a request names in another way: that may
 * be any.
 */
export const arnOf = ({ account, region }: RequestContext, kind: string, id = '*'): string =>
  `arn:${partitionOf(region)}:ec2:${region}:${regional.has(kind) ? '' : account}:${kind}/${id}`;

/** In the place of an id what a request says instead: whole-arn.ts finds the id by it. */
export const saidAs = (said: string | undefined): string | undefined =>
  said === undefined ? undefined : `*${said}`;

const nothing = (): Conditions => ({});

/** Every action of EC2 has its region as a condition key. */
export const access = (
  action: string,
  { region }: RequestContext,
  resources: readonly string[],
  said = nothing,
): Access => ({
  action: `ec2:${action}`,
  resources,
  conditions: () => ({ 'ec2:Region': region, ...said() }),
});

/** For actions that know no type of resource: those that show what is there. */
export const onAll = (action: string, context: RequestContext): Access[] => [
  access(action, context, ['*']),
];

/** For single resources. */
export const on = (
  action: string,
  context: RequestContext,
  kind: string,
  ...ids: readonly (string | undefined)[]
): Access[] => [access(action, context, orAny(ids.map((id) => arnOf(context, kind, id))))];

interface Tagging {
  readonly TagSpecifications?: readonly TagSpecification[] | undefined;
}

/** A creation, from what is there already, and the tagging that it includes. */
export function creation(
  action: string,
  context: RequestContext,
  { TagSpecifications: specifications = [] }: Tagging,
  made: readonly string[],
  from: readonly string[] = [],
  said = nothing,
): Access[] {
  const tags = () => requestTags(tagsOfList(specifications.flatMap(({ Tags = [] }) => Tags)));
  const tagged = made.filter((arn) =>
    specifications.some(({ ResourceType }) => arn.includes(`:${ResourceType}/`)),
  );
  return [
    access(action, context, [...made, ...from], () => ({ ...said(), ...tags() })),
    ...(tagged.length === 0
      ? []
      : [access('CreateTags', context, tagged, () => ({ ...tags(), 'ec2:CreateAction': action }))]),
  ];
}
