// Rules of the service that configuration may decide otherwise; each with AWS's answer as its
// default. Fixed for the life of a process: deciding the same command in the same world gives the
// same events.

import { ec2Catalogue, type Catalogue } from './instance-type/catalogue.ts';
import { defaultMarket, type Market } from './schedule/scale/market.ts';
import { awsLimits, type Limits } from './limit.ts';

export interface Settings {
  readonly limits: Limits;
  /** ARNs of the clusters that environments on Amazon EKS may name: those that the server knows. */
  readonly clusters: readonly string[];
  /** The one of them that is the capacity of new environments that say nothing else. */
  readonly clusterCapacity?: string | undefined;
  /** An engine runs the pods of jobs on those clusters; until one does, none is submitted. */
  readonly runsPods: boolean;
  /**
   * The server has an engine of its own. Without one this machine never joins: Fargate's jobs,
   * service jobs and instances that would be slices of it have no place.
   */
  readonly hasMachine: boolean;
  /** The end of a host costs its jobs no attempt; on AWS it does. */
  readonly hostLossFree: boolean;
  /**
   * This machine takes the jobs of UNMANAGED environments as well; on AWS nothing does before
   * somebody brings a host.
   */
  readonly machineServesUnmanaged: boolean;
  /**
   * So many pods of an environment may wait for a node at a time, where its cluster chooses the
   * nodes.
   */
  readonly podsWaiting: number;
  /** How long a registered host may be silent before it counts as lost. */
  readonly hostLostSeconds: number;
  /** Least `timeout.attemptDurationSeconds`; AWS's is 60. */
  readonly timeoutSecondsMin: number;
  /** By so many jobs may one that does not fit be overtaken before room is kept for it … */
  readonly overtakeJobs: number;
  /** … or for so long, whichever comes first. */
  readonly overtakeSeconds: number;
  /** Whether what environments name must be known to our own IAM and EC2, or may be elsewhere. */
  readonly references: 'lenient' | 'strict';
  /**
   * Instances that managed environments may have at once, all together; EC2's quotas differ by
   * account and type.
   */
  readonly instanceLimit: number;
  /** EC2's instance types, and the user's own. */
  readonly instanceTypes: Catalogue;
  /** Spot prices, and how many instances of a type can be had. */
  readonly market: Market;
}

export const defaultSettings: Settings = Object.freeze({
  limits: awsLimits,
  clusters: [],
  runsPods: false,
  hasMachine: true,
  hostLossFree: false,
  machineServesUnmanaged: false,
  podsWaiting: 100,
  hostLostSeconds: 60,
  timeoutSecondsMin: 60,
  overtakeJobs: 100,
  overtakeSeconds: 300,
  references: 'lenient',
  instanceLimit: Number.MAX_SAFE_INTEGER,
  instanceTypes: ec2Catalogue,
  market: defaultMarket,
});
