// What operations of several services ask leave for in the same words: tags that a request brings,
// and roles that it hands over. It grants nothing; the server plugs in who decides.

import { instanceProfileArn, roleArn } from '../core/arn.ts';
import type { Tags } from '../wire/authorization.ts';
import type { Access, Conditions, RequestContext } from '../wire/operation.ts';

/** For actions that know no type of resource. */
export const onAll = (action: string): Access[] => [{ action, resources: ['*'] }];

/** The resources, or any where the list is empty: who names nothing asks for anything. */
export const orAny = (resources: readonly string[]): readonly string[] =>
  resources.length === 0 ? ['*'] : resources;

/** Conditions of a request that brings tags, or as good as none. */
export function requestTags(tags: Tags = {}): Conditions {
  const keys = Object.keys(tags);
  return keys.length === 0
    ? {}
    : {
        ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, tags[key] ?? ''])),
        'aws:TagKeys': keys,
      };
}

/** Conditions of a request that takes tags away. */
export const requestTagKeys = (keys: readonly string[] | undefined): Conditions => ({
  'aws:TagKeys': keys ?? [],
});

/** Tags as lists carry them. */
export const tagsOfList = (
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Tags => Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));

interface Handed {
  readonly roles?: readonly (string | undefined)[];
  readonly profiles?: readonly (string | undefined)[];
}

/**
 * What handing roles over to a service asks leave for; they are given by ARN, or by name. A policy
 * may name any of `to` (doc/decision/0033). An instance profile stands for the role in it, which
 * only IAM knows: whoever decides looks it up there.
 */
export function passRole(
  { scope }: RequestContext,
  to: readonly `${string}.amazonaws.com`[],
  { roles = [], profiles = [] }: Handed,
): Access[] {
  const arns = new Set([
    ...roles.map((given) => given && roleArn(scope, given)),
    ...profiles.map((given) => given && instanceProfileArn(scope, given)),
  ]);
  const resources = [...arns].flatMap((arn) => (arn ? [arn] : []));
  return resources.length === 0
    ? []
    : [
        {
          action: 'iam:PassRole',
          resources,
          conditions: () => ({ 'iam:PassedToService': to }),
        },
      ];
}
