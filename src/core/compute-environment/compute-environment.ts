// A compute environment: what capacity jobs may use. Holds no instance and no usage; those are
// facts of the world.

import type {
  ComputeResource,
  EcsSettings,
  EksConfiguration,
  UpdatePolicy,
} from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../base/ids.ts';
import { isServiceLinkedRole, nameInArn } from '../arn.ts';
import type { Launch } from './launch.ts';
import { isManagedType, isSpot } from './managed-instances.ts';
import type { CutOffSubnet } from './subnet.ts';

export interface ComputeEnvironment {
  readonly arn: Arn;
  readonly scope: Scope;
  readonly name: string;
  readonly uuid: string;
  readonly type: 'MANAGED' | 'UNMANAGED';
  readonly state: 'ENABLED' | 'DISABLED';
  readonly status: 'CREATING' | 'UPDATING' | 'DELETING' | 'VALID' | 'INVALID';
  readonly statusReason?: string | undefined;
  /**
   * As it was asked for. `desiredvCpus` is what was last set; what is reported moves with demand.
   */
  readonly computeResources?: ComputeResource | undefined;
  /** What makes it one on Amazon EKS: the cluster whose nodes run its jobs. */
  readonly eks?: EksConfiguration | undefined;
  /** Of one that is not on Amazon EKS: where its jobs are pods all the same. */
  readonly capacity?: ClusterCapacity | undefined;
  /** Of one on a cluster: who chooses the node of a job; absent: our scheduler (ADR 0070). */
  readonly placement?: 'cluster' | undefined;
  /** Always an ARN; the service-linked role where none was given. */
  readonly serviceRole: string;
  readonly updatePolicy?: UpdatePolicy | undefined;
  readonly ecsSettings?: EcsSettings | undefined;
  readonly unmanagedvCpus?: number | undefined;
  readonly context?: string | undefined;
  /** Counts its infrastructure updates, from 1: instances of an older revision make way. */
  readonly revision: number;
  /** Where it launches instances. */
  readonly launch?: Launch | undefined;
  /** Those of its subnets from which nothing gets out. */
  readonly cutOff?: readonly CutOffSubnet[] | undefined;
  /** Its Spot Fleet role may not tag what it launches. */
  readonly launchesUntagged?: true | undefined;
  /** What makes it INVALID as soon as it has settled. */
  readonly problem?: string | undefined;
  /** One on Amazon EKS shows none. */
  readonly ecsClusterArn: string;
  readonly createdAtMs: number;
}

/** The cluster whose nodes run an environment's jobs. */
export interface ClusterCapacity {
  readonly clusterArn: string;
  /** In which their pods are; absent: where whoever connects to the cluster has them. */
  readonly namespace?: string | undefined;
}

/**
 * Upper bound of what may run at once. An unmanaged environment has no bound of its own: its hosts
 * are the bound.
 */
export function maxMilliVcpu(environment: ComputeEnvironment): number {
  const max = environment.computeResources?.maxvCpus;
  return max === undefined ? Number.MAX_SAFE_INTEGER : max * 1000;
}

/** Whether it runs: while its instances are being replaced it takes jobs on the new ones. */
export const isOpen = ({ status }: ComputeEnvironment): boolean =>
  status === 'VALID' || status === 'UPDATING';

/**
 * Whether it launches instances: EC2's and Spot's do, Fargate's jobs run on what nobody sees, those
 * of a cluster on nodes that it has.
 */
export function hasInstances(environment: ComputeEnvironment): boolean {
  return environment.type === 'MANAGED' && !isFargate(environment) && !isOnCluster(environment);
}

/** Whether its hosts are those that somebody brought: its owner, or the cluster that it is on. */
export const hasGivenHosts = (environment: ComputeEnvironment): boolean =>
  environment.type === 'UNMANAGED' || isOnCluster(environment);

/** Whether its jobs are pods on nodes of a Kubernetes cluster, whatever their definitions are. */
export const isOnCluster = ({
  eks,
  capacity,
}: Pick<ComputeEnvironment, 'eks' | 'capacity'>): boolean =>
  eks !== undefined || capacity !== undefined;

/** The ARN of the cluster whose nodes are its hosts; undefined: it is on none. */
export const clusterArnOf = ({
  eks,
  capacity,
}: Pick<ComputeEnvironment, 'eks' | 'capacity'>): string | undefined =>
  eks?.eksClusterArn ?? capacity?.clusterArn;

/** Whether its cluster chooses the node of each job: it has one host, which is no node. */
export const isPlacedByCluster = ({ placement }: Pick<ComputeEnvironment, 'placement'>): boolean =>
  placement === 'cluster';

/** Whether it is one on Amazon EKS, whose jobs' definitions are pods. */
export const isEks = ({ eks }: Pick<ComputeEnvironment, 'eks'>): boolean => eks !== undefined;

/** Whether its instances are Amazon ECS Managed Instances. */
export const isManagedInstances = ({
  computeResources,
}: Pick<ComputeEnvironment, 'computeResources'>): boolean => isManagedType(computeResources?.type);

/** Whether its instances are Spot's. */
export const buysSpot = ({ computeResources }: ComputeEnvironment): boolean =>
  computeResources !== undefined && isSpot(computeResources);

/**
 * Whether `maxvCpus` bounds what jobs ask for, as on Fargate and managed instances; else the vCPUs
 * of its instances.
 */
export const boundsJobs = (environment: ComputeEnvironment): boolean =>
  !hasInstances(environment) || isManagedInstances(environment);

/** Whether how its instances are replaced is its own to say; of others the API says nothing. */
export const hasUpdatePolicy = (environment: ComputeEnvironment): boolean =>
  environment.type === 'MANAGED' && !isFargate(environment) && !isManagedInstances(environment);

/** Whether the cluster is its own: by name or ARN, as ECS and the container agent take it. */
export const hasCluster = ({ eks, ecsClusterArn }: ComputeEnvironment, cluster: string): boolean =>
  eks === undefined && (ecsClusterArn === cluster || nameInArn(ecsClusterArn) === cluster);

/** Whether its capacity is Fargate's, which decides what may stand beside it in a queue. */
export function isFargate(environment: Pick<ComputeEnvironment, 'computeResources'>): boolean {
  return environment.computeResources?.type?.startsWith('FARGATE') ?? false;
}

/** Why its instance types, images, networks and the like cannot be changed; undefined: they can. */
export function fixedBecause(environment: ComputeEnvironment): string | undefined {
  if (isFargate(environment)) return 'it is a Fargate one';
  if (isManagedInstances(environment)) return undefined;
  if (!isServiceLinkedRole(environment.serviceRole))
    return 'it does not use the service-linked role';
  return (environment.computeResources?.allocationStrategy ?? 'BEST_FIT') === 'BEST_FIT'
    ? 'its allocation strategy is BEST_FIT'
    : undefined;
}
