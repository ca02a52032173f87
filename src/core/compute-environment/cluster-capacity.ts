// Environments of AWS Batch's ordinary kinds whose capacity is a Kubernetes cluster: a tag of ours
// says so when one is created, or the server's setting for all that say nothing (ADR 0068). They
// stay what they are to the API, and their jobs are pods on nodes that the cluster has. Pure; it
// knows no node.

import type { CreateComputeEnvironmentCommandInput } from '@aws-sdk/client-batch';
import { refuse, type Refusal } from '../../base/refusal.ts';
import type { Scope } from '../../base/ids.ts';
import { eksClusterArn, nameInArn } from '../arn.ts';
import { ownTagsOf } from '../own-tag/own-tags.ts';
import type { Settings } from '../settings.ts';
import type { ClusterCapacity, ComputeEnvironment } from './compute-environment.ts';
import { unknownCluster } from './eks.ts';
import { isManagedType } from './managed-instances.ts';

const invalid = (message: string): Refusal => refuse('invalid', message);

/**
 * Of a new environment; undefined: it has none. Who says nothing has what the server is set to,
 * where it can have it.
 */
export function capacityOf(
  { clusters, clusterCapacity }: Pick<Settings, 'clusters' | 'clusterCapacity'>,
  scope: Scope,
  request: CreateComputeEnvironmentCommandInput,
): ClusterCapacity | Refusal | undefined {
  const { cluster, namespace } = ownTagsOf(request.tags) ?? {};
  const refusal = canHaveCluster(request);
  if (cluster === undefined) {
    const isUsual = clusterCapacity !== undefined && refusal === undefined;
    if (isUsual) return { clusterArn: clusterCapacity, ...(namespace && { namespace }) };
    return namespace === undefined
      ? undefined
      : invalid('Tag longshore:namespace says nothing without longshore:cluster.');
  }
  if (refusal !== undefined) return refusal;
  const clusterArn = eksClusterArn(scope, cluster);
  return clusters.includes(clusterArn)
    ? { clusterArn, ...(namespace && { namespace }) }
    : invalid(unknownCluster(clusterArn));
}

/** Of a new environment, which is on a cluster or not: who chooses the nodes of its jobs. */
export function placementOf(
  { tags }: Pick<CreateComputeEnvironmentCommandInput, 'tags'>,
  isOnCluster: boolean,
): ComputeEnvironment['placement'] | Refusal {
  const { placement } = ownTagsOf(tags) ?? {};
  if (placement === undefined) return undefined;
  if (!isOnCluster)
    return invalid('Tag longshore:placement is for compute environments on a Kubernetes cluster.');
  return placement === 'cluster' ? placement : undefined;
}

/** What keeps such an environment from it, if anything does. */
function canHaveCluster({
  type,
  eksConfiguration,
  computeResources,
}: CreateComputeEnvironmentCommandInput): Refusal | undefined {
  if (eksConfiguration !== undefined)
    return invalid(
      'Tag longshore:cluster is for ECS compute environments: one on Amazon EKS names its cluster in eksConfiguration.',
    );
  if (type !== 'MANAGED')
    return invalid(
      'Tag longshore:cluster is for MANAGED compute environments: hosts of an UNMANAGED one are registered.',
    );
  return isManagedType(computeResources?.type)
    ? invalid('Tag longshore:cluster is not for compute environments of managed instances.')
    : undefined;
}

/** What is taken and has no effect, for the environment's `statusReason`. */
export function capacityNotes({
  capacity,
  placement,
}: Pick<ComputeEnvironment, 'capacity' | 'placement'>): string[] {
  if (capacity === undefined) return [];
  const cluster = nameInArn(capacity.clusterArn) ?? capacity.clusterArn;
  const where =
    placement === 'cluster'
      ? `where cluster ${cluster} places them`
      : `on nodes that cluster ${cluster} has`;
  return [
    `Its jobs run as pods ${where}: no node is launched or ended, so that all of computeResources but type and maxvCpus has no effect.`,
  ];
}
