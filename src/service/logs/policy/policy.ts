// The resource policies of an account and region, as they are shown and as they are judged by: all
// of them together are the policy of each log group. It decides nothing.

import type { ResourcePolicy } from '@aws-sdk/client-cloudwatch-logs';
import { scopeOf, type Scope } from '../../../base/ids.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { LogPolicy, LogsKinds } from '../resources.ts';

export const shownPolicy = ({ name, document, changedAtMs }: LogPolicy): ResourcePolicy => ({
  policyName: name,
  policyDocument: document,
  lastUpdatedTime: changedAtMs,
  policyScope: 'ACCOUNT',
});

const mostScopes = 1_000;

interface Known {
  readonly version: number;
  readonly document: string | undefined;
}

type Space = Pick<ResourceSpace<LogsKinds>, 'version' | 'current'>;

const known = new WeakMap<Space, RecentMap<Scope, Known>>();

/** The policy of a group or a stream; undefined where the account has none. */
export function policyOf({ space }: { readonly space: Space }, arn: string): string | undefined {
  const [, , , region = '', account = ''] = arn.split(':', 5);
  const scope = scopeOf(account, region);
  let scopes = known.get(space);
  if (scopes === undefined) known.set(space, (scopes = new RecentMap(mostScopes)));
  const version = space.version(scope);
  const before = scopes.get(scope);
  if (before?.version === version) return before.document;
  const document = together(space.current(scope).all('resource-policy'));
  scopes.set(scope, { version, document });
  return document;
}

function together(policies: readonly LogPolicy[]): string | undefined {
  const Statement = policies.flatMap(({ document }) => {
    const { Statement: of } = JSON.parse(document) as { readonly Statement: unknown };
    return of;
  });
  return Statement.length === 0 ? undefined : JSON.stringify({ Version: '2012-10-17', Statement });
}
