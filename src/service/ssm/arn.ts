// The ARNs of parameters. An ARN does not tell a name with a leading slash from one without: none
// doubles it, and no two parameters differ by it alone.

import { scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import type { ParameterView } from './resources.ts';

function arnPrefix(scope: Scope): string {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:ssm:${region}:${account}:parameter`;
}

export const parameterArn = (scope: Scope, name: string): string =>
  `${arnPrefix(scope)}${name.startsWith('/') ? '' : '/'}${name}`;

/** The name of the one that would have the same ARN. */
export const sameArn = (name: string): string =>
  name.startsWith('/') ? name.slice(1) : `/${name}`;

/** The ARN of what is named by name or ARN, without a version or label behind it. */
export function namedParameterArn(scope: Scope, id: string): string {
  if (!id.startsWith('arn:')) return parameterArn(scope, id.split(':', 1)[0] ?? '');
  return id.split(':').slice(0, 6).join(':');
}

/** What a name or an ARN names here. ARNs of other accounts and regions name nothing. */
export function nameIn(parameters: ParameterView, scope: Scope, id: string): string {
  if (!id.startsWith('arn:')) return id;
  const prefix = `${arnPrefix(scope)}/`;
  if (!id.startsWith(prefix)) return id;
  const rest = id.slice(prefix.length);
  const bare = rest.split(':', 1)[0] ?? '';
  return parameters.get('parameter', `/${bare}`) === undefined && !bare.includes('/')
    ? rest
    : `/${rest}`;
}
