// What every operation of EKS works with: ports only; and clusters as requests name them.

import { scopeParts, type Scope } from '../../base/ids.ts';
import { nameInArn } from '../../core/arn.ts';
import type { ClusterDirectory } from '../../port/cluster-directory.ts';
import type { Operation } from '../../wire/operation.ts';

export interface EksDeps {
  /** ARNs of all clusters that the server was told of, of whatever account and region. */
  readonly clusters: readonly string[];
  readonly directory: ClusterDirectory;
}

export type EksOperation<Input, Output> = Operation<EksDeps, Input, Omit<Output, '$metadata'>>;

/** The clusters of an account and region, by name and in the order of names. */
export function clustersIn(
  { clusters }: EksDeps,
  scope: Scope,
): readonly { readonly name: string; readonly arn: string }[] {
  const { account, region } = scopeParts(scope);
  return clusters
    .filter((arn) => arn.split(':')[3] === region && arn.split(':')[4] === account)
    .map((arn) => ({ arn, name: nameInArn(arn) ?? arn }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
