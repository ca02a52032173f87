// The Kubernetes clusters that jobs may run on, from the command line: the ARN by which compute
// environments name each, and the context of the kubeconfig that leads to it. It reaches none.

import { scopeOf } from '../base/ids.ts';
import { clusterArnForm, clusterNameForm, eksClusterArn } from '../core/arn.ts';

export interface ClusterContext {
  /** As an environment's `eksConfiguration` names it. */
  readonly arn: string;
  /** Of the kubeconfig. */
  readonly context: string;
}

/** Says what is wrong with a flag's value. */
export class BadCluster extends Error {
  override readonly name = 'BadCluster';
}

/** In place of `NAME=CONTEXT`: the context that is current when `up` starts. */
export const currentCluster = 'current';

/**
 * Each `ARN=CONTEXT`, or `NAME=CONTEXT` for a cluster of this account and region. Throws
 * {@link BadCluster}.
 */
export function clusterContexts(
  given: readonly string[],
  { account, region }: { readonly account: string; readonly region: string },
): readonly ClusterContext[] {
  const clusters: ClusterContext[] = [];
  for (const text of given) {
    const [, cluster = '', context = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    const arn = clusterNameForm.test(cluster)
      ? eksClusterArn(scopeOf(account, region), cluster)
      : cluster;
    if (context === '' || !clusterArnForm.test(arn))
      throw new BadCluster(
        `'${text}' is not ARN=CONTEXT or NAME=CONTEXT, as arn:aws:eks:us-east-1:123456789012:cluster/lab=kind-lab, with a context of the kubeconfig`,
      );
    if (clusters.some((other) => other.arn === arn))
      throw new BadCluster(`the cluster ${arn} is given twice`);
    clusters.push({ arn, context });
  }
  return clusters;
}
