// Clusters: every compute environment has one, named as AWS Batch names those that it makes. There
// are no others.

import type { Cluster } from '@aws-sdk/client-ecs';
import type { Scope } from '../../base/ids.ts';
import { must } from '../../base/assert.ts';
import { nameInArn } from '../../core/arn.ts';
import {
  hasCluster,
  type ComputeEnvironment,
} from '../../core/compute-environment/compute-environment.ts';
import type { ClusterReader } from '../../port/cluster-reader.ts';
import { clusterNotFound } from './error.ts';

export const clusterName = (environment: ComputeEnvironment): string =>
  must(nameInArn(environment.ecsClusterArn), 'a cluster has a name');

/**
 * The environment whose cluster is meant, by name or ARN; `default` where nothing is said, as ECS
 * takes it.
 */
export function clusterOf(
  reader: ClusterReader,
  scope: Scope,
  given: string | undefined,
): ComputeEnvironment | undefined {
  return reader
    .environments(scope)
    .find((environment) => hasCluster(environment, given ?? 'default'));
}

/** Throws ClusterNotFoundException. */
export function knownCluster(
  reader: ClusterReader,
  scope: Scope,
  given: string | undefined,
): ComputeEnvironment {
  const found = clusterOf(reader, scope, given);
  if (found === undefined) throw clusterNotFound();
  return found;
}

export function clusterDetail(reader: ClusterReader, environment: ComputeEnvironment): Cluster {
  const instances = reader.containerInstances(environment);
  const count = (of: (instance: (typeof instances)[number]) => number): number =>
    instances.reduce((sum, instance) => sum + of(instance), 0);
  return {
    clusterArn: environment.ecsClusterArn,
    clusterName: clusterName(environment),
    status: environment.status === 'DELETING' ? 'DEPROVISIONING' : 'ACTIVE',
    registeredContainerInstancesCount: instances.length,
    runningTasksCount: count((instance) => instance.runningTasks),
    pendingTasksCount: count((instance) => instance.pendingTasks),
    activeServicesCount: 0,
    statistics: [],
    tags: [],
    settings: [
      {
        name: 'containerInsights',
        value: (environment.ecsSettings?.containerInsights ?? 'DISABLED').toLowerCase(),
      },
    ],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
  };
}
