// The one host of an environment whose cluster chooses the nodes (ADR 0070). It stands for whatever
// nodes the cluster has or will have, so it has room for anything: what bounds its jobs are
// maxvCpus of the environment, and how many pods may wait there for a node.

import type { HostId } from '../../base/ids.ts';
import { nameInArn } from '../arn.ts';
import {
  clusterArnOf,
  type ComputeEnvironment,
} from '../compute-environment/compute-environment.ts';
import type { Needs } from '../job/needs.ts';
import { clusterConnection } from './connection.ts';
import type { Instance } from './host.ts';

/** More than all jobs of an environment ask for, and few enough that sums of it are exact. */
const anything: Needs = Object.freeze({ milliVcpu: 2 ** 45, memoryMib: 2 ** 45, gpus: 2 ** 45 });

export function clusterHost(environment: ComputeEnvironment, id: HostId, nowMs: number): Instance {
  const { arn, scope, revision } = environment;
  const clusterArn = clusterArnOf(environment) ?? '';
  return {
    id,
    kind: 'instance',
    title: `cluster ${nameInArn(clusterArn) ?? clusterArn}`,
    isCluster: true,
    scope,
    computeEnvironmentArn: arn,
    connection: clusterConnection(clusterArn),
    instanceType: 'cluster',
    spot: false,
    revision,
    capacity: anything,
    state: 'RUNNING',
    launchedAtMs: nowMs,
  };
}
