// What waits, as planning sees it, and why some of it has no place. It is read off the world by
// scaling-cycle.ts and met by scale.ts; here nothing is planned.

import type { Arn } from '../../../base/ids.ts';
import type { Demand } from './pack.ts';
import type { NodesDemand } from './scale-nodes.ts';

/**
 * A job queue's waiting jobs in the order in which they are to start, jobs of the same needs
 * together.
 */
export interface QueueDemand {
  readonly priority?: number;
  readonly environments: readonly Arn[];
  readonly waiting: readonly JobsDemand[];
}

export interface JobsDemand extends Demand {
  /** Others went before it for so long that instances which run jobs make way for it. */
  readonly overtaken?: boolean;
  /** Which of the overtaken ones, in queues of the same priority, goes first: the lower. */
  readonly turn?: number;
  /** Multi-node parallel jobs: `needs` are those of all nodes. */
  readonly nodes?: NodesDemand | undefined;
  /** What the caller knows them by. */
  readonly key?: string;
}

/**
 * Why jobs have no place even when the plan is carried out. Of several environments, the one that
 * comes nearest.
 */
export type UnmetReason =
  /** No type of any environment holds such a job: final until somebody changes one. */
  | 'too-large'
  /** Every environment is DISABLED, gone, or cut off from what its instances need. */
  | 'no-environment'
  /** Types would hold it, but Spot does not offer them, or not for the bid. */
  | 'spot-price'
  /**
   * No instance of a type that holds it is to be had: pools are empty, or BEST_FIT waits for its
   * type.
   */
  | 'no-capacity'
  /** The account may not have more instances. */
  | 'instance-limit'
  /** maxvCpus is reached. */
  | 'max-vcpus';

const nearness: readonly UnmetReason[] = [
  'no-environment',
  'too-large',
  'spot-price',
  'no-capacity',
  'instance-limit',
  'max-vcpus',
];
/** Of two environments' reasons. */
export const nearerReason = (a: UnmetReason, b: UnmetReason): UnmetReason =>
  nearness.indexOf(a) > nearness.indexOf(b) ? a : b;

/** Jobs for which a plan being made has no place yet. */
export interface Open extends JobsDemand {
  /** Its queue's number among those that were given. */
  readonly queue: number;
  count: number;
  because: UnmetReason;
  /**
   * Instances make way for the nodes of the first of them: what there is of their type is worth
   * keeping.
   */
  isRoomMade: boolean;
}

/** Single jobs that stand together are packed together; nodes have their turn alone. */
export function inTurn(waiting: readonly Open[]): Open[][] {
  const turns: Open[][] = [];
  for (const one of waiting) {
    const last = turns.at(-1);
    if (last?.[0] === undefined || last[0].nodes !== undefined || one.nodes !== undefined)
      turns.push([one]);
    else last.push(one);
  }
  return turns;
}
