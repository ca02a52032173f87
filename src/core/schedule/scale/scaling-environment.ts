// A managed compute environment and its instances as planning sees them: settings and what is free,
// no jobs and no engine.

import type { Arn, HostId } from '../../../base/ids.ts';
import type { Choice } from '../../instance-type/choices.ts';
import type { InstanceType } from '../../instance-type/instance-type.ts';
import type { Needs } from '../../job/needs.ts';
import type { Purchase } from './strategy.ts';

export interface ScalingInstance {
  readonly id: HostId;
  readonly type: InstanceType;
  /**
   * `draining`: it takes no more jobs and goes when it is idle, as after an infrastructure update.
   */
  readonly state: 'launching' | 'running' | 'draining';
  /** What jobs leave of its capacity. */
  readonly free: Needs;
  /** Attempts that hold resources on it. */
  readonly jobs: number;
  /** For nodes of a multi-node parallel job: no other job goes there. */
  readonly isKept?: true | undefined;
  /** Absent where no job ever ran on it. */
  readonly lastJobEndedAtMs?: number | undefined;
}

export interface ScalingEnvironment extends Purchase {
  readonly arn: Arn;
  /** A DISABLED environment takes no waiting jobs; it keeps minvCpus all the same. */
  readonly state: 'ENABLED' | 'DISABLED';
  readonly minvCpus: number;
  readonly maxvCpus: number;
  /** What somebody asked for explicitly, as long as it is to be held; demand moves the rest. */
  readonly desiredvCpus?: number | undefined;
  readonly choices: readonly Choice[];
  /** Nothing is launched: from none of its subnets it would get out. */
  readonly isCutOff?: boolean;
  /** ECS_RESERVED_MEMORY of its instances where it is not the default. */
  readonly reservedMemoryMib?: number | undefined;
  /** How long an instance stays idle after its last job; without end: for ever. */
  readonly scaleDownDelayMs: number;
  /**
   * What jobs may yet ask for, where that is bounded and the number of instances is not; absent:
   * maxvCpus bounds instances.
   */
  readonly jobsMilliVcpuLeft?: number | undefined;
  /** In the order in which they joined, which is that in which jobs fill them. */
  readonly instances: readonly ScalingInstance[];
}

/**
 * vCPUs that stay whatever the demand. What somebody asked for cannot hold up the end of a DISABLED
 * environment.
 */
export const floorOf = ({ state, minvCpus, desiredvCpus = 0 }: ScalingEnvironment): number =>
  state === 'ENABLED' ? Math.max(minvCpus, desiredvCpus) : minvCpus;

/** maxvCpus is exceeded by at most one instance, and never with BEST_FIT on demand. */
export const mayExceed = (environment: ScalingEnvironment): boolean =>
  environment.strategy !== 'BEST_FIT' || environment.spot;
