// `--cluster current`: the cluster that `kubectl` would use here, under a name of its own, so that
// another one that is current later is not taken for it. It reads the kubeconfig and reaches no
// cluster.

import { partitionOf } from '../base/partition.ts';
import { Failure, UsageError } from '../cli/failure.ts';
import { clusterArnForm } from '../core/arn.ts';
import { BadKubeconfig } from '../engine/kubernetes/cluster-access.ts';
import { KubeconfigFiles } from '../engine/kubernetes/kubeconfig-files.ts';
import type { ClusterContext } from './clusters.ts';
import type { ServerConfig } from './config.ts';

/** With the cluster among those that the configuration names. Throws {@link Failure}. */
export async function withCurrentCluster(
  config: ServerConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly config: ServerConfig; readonly cluster: ClusterContext }> {
  const cluster = clusterOf(await currentContext(environment), config);
  const other = config.clusters.find(({ arn }) => arn === cluster.arn);
  if (other !== undefined && other.context !== cluster.context)
    throw new UsageError(
      `--cluster: the current context ${cluster.context} and ${other.context} are both called ${cluster.arn}`,
    );
  const clusters = [...config.clusters.filter((one) => one !== other), cluster];
  const settings = {
    ...config.settings,
    clusters: clusters.map(({ arn }) => arn),
    runsPods: true,
  };
  return { config: { ...config, clusters, settings }, cluster };
}

async function currentContext(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  try {
    const { currentContext: name, contexts } = await KubeconfigFiles.read({
      environment,
    });
    if (name !== undefined) return name;
    const known = contexts.length === 0 ? 'it has none' : `it has ${contexts.join(', ')}`;
    throw new Failure(
      `--cluster current: no context of the kubeconfig is current; ${known}. Choose with: kubectl config use-context NAME`,
    );
  } catch (error) {
    if (!(error instanceof BadKubeconfig)) throw error;
    throw new Failure(`--cluster current: ${error.message}`);
  }
}

/**
 * `aws eks update-kubeconfig` names contexts by the ARNs of their clusters; of any other name the
 * letters that a cluster's may have are taken.
 */
export function clusterOf(
  context: string,
  { account, region }: Pick<ServerConfig, 'account' | 'region'>,
): ClusterContext {
  if (clusterArnForm.test(context)) return { arn: context, context };
  const name = context
    .replaceAll(/[^0-9A-Za-z_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 90);
  return {
    arn: `arn:${partitionOf(region)}:eks:${region}:${account}:cluster/${name || 'current'}`,
    context,
  };
}
