// What fit answers: the place that a claim has, or why it has none just now. The words for it are
// explain's. Types only.

import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import type { EnvironmentHost, Host } from '../../host/host.ts';
import type { Needs } from '../../job/needs.ts';
import type { ConsumableShort } from './consumables.ts';
import type { KeptForAnother, Destination } from '../order/hold.ts';
import type { NoNodes } from './node-type.ts';
import type { HeldBack } from '../order/line.ts';
import type { AtMost } from '../order/parallel.ts';
import type { ServiceEnvironment } from '../../service-environment/service-environment.ts';
import type { Words } from '../words.ts';
import type { UnmetReason } from '../scale/demand.ts';

export type Fit =
  | (Destination & { readonly fits: true })
  | { readonly fits: false; readonly because: Blocked };

/**
 * Why nothing in the queue's order can take the claim just now; of several environments, the one
 * that comes nearest.
 */
export type Blocked =
  /**
   * No environment that could hold it is both ENABLED and VALID; absent: none that is DISABLED or
   * INVALID could either.
   */
  | { readonly type: 'no-environment-available'; readonly resting?: ComputeEnvironment | undefined }
  /** No environment could ever hold it, ENABLED or not: final until somebody changes one. */
  | { readonly type: 'larger-than-every-environment'; readonly largestMilliVcpu: number }
  /** No host, present or to be had, could hold it, by its vCPUs, memory or GPUs: final likewise. */
  | TooLarge
  | OtherArchitecture
  | { readonly type: 'no-host' }
  /**
   * No instance of the environment has room, and one could: `unmet` says why none is launched,
   * where that is known.
   */
  | {
      readonly type: 'no-instance';
      readonly environment: ComputeEnvironment;
      readonly unmet: UnmetReason | undefined;
    }
  /** What the environment launches would not get out of its subnets. */
  | { readonly type: 'cut-off'; readonly environment: ComputeEnvironment }
  /** Its hosts are the user's own, and none is registered. */
  | { readonly type: 'no-host-registered'; readonly environment: ComputeEnvironment }
  /** There are so many hosts, and none of them takes jobs now: why the first does not. */
  | {
      readonly type: 'hosts-unavailable';
      readonly environment: ComputeEnvironment;
      readonly host: EnvironmentHost;
      readonly why: string;
      readonly hosts: number;
    }
  /** Its instances have no room, and maxvCpus allows no more of them. */
  | { readonly type: 'instances-full'; readonly environment: ComputeEnvironment }
  | {
      readonly type: 'environment-full';
      readonly environment: ComputeEnvironment;
      readonly usedMilliVcpu: number;
    }
  | { readonly type: 'host-full'; readonly host: Host; readonly used: Needs }
  /** Its cluster chooses the nodes, and as many pods wait there for one as may. */
  | {
      readonly type: 'cluster-busy';
      readonly host: Host;
      readonly waiting: number;
    }
  | NodesBlocked
  | KeptForAnother
  | HeldBack
  | AtMost
  | ServiceBlocked
  | ConsumableShort;

/** A service environment, or what stands behind it, does not take the job. */
export interface ServiceBlocked extends Words {
  readonly type: 'service-blocked';
  /** Until somebody changes something. */
  readonly isFinal: boolean;
  /** Whose capacity is in use. */
  readonly environment?: ServiceEnvironment | undefined;
  /** AWS's, where it has one for this. */
  readonly token?: string | undefined;
}

/** `largest`: of each amount the most that there is. */
export interface TooLarge {
  readonly type: 'larger-than-every-host';
  /**
   * What is too small: the instance types that an environment may launch, the hosts of an UNMANAGED
   * one, or this machine, of which instances and Fargate's capacity are slices.
   */
  readonly what: 'types' | 'hosts' | 'machine';
  readonly environments: readonly ComputeEnvironment[];
  readonly largest: Needs;
}

/** Whatever the environment's hosts have room for, they run as something else: final likewise. */
export interface OtherArchitecture {
  readonly type: 'other-architecture';
  readonly environment: ComputeEnvironment;
  /** What the job must run as, and what the first such host does; EC2's words. */
  readonly wanted: string;
  readonly found: string;
}

/** Why nodes have no place, beyond what may keep any job from one. */
export type NodesBlocked =
  /** The environment runs none of them until somebody changes it. */
  | { readonly type: 'no-nodes'; readonly environment: ComputeEnvironment; readonly why: NoNodes }
  /**
   * So many instances of the type are empty and so many start, and there are to be as many as
   * nodes. `unmet`: why no more are launched.
   */
  | {
      readonly type: 'nodes-wait-for-instances';
      readonly environment: ComputeEnvironment;
      readonly instanceType: string;
      readonly empty: number;
      readonly starting: number;
      readonly unmet: UnmetReason | undefined;
    }
  /**
   * How many of the environment's hosts that take jobs are empty. `wouldDo`: they would do if they
   * all were.
   */
  | {
      readonly type: 'nodes-wait-for-hosts';
      readonly environment: ComputeEnvironment;
      readonly hosts: number;
      readonly empty: number;
      readonly wouldDo: boolean;
    };
