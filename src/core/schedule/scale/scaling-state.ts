// What a scaling cycle leaves behind for passes, explanations and the next cycle.

import type { UnmetReason } from './demand.ts';

/** What the last scaling cycle found: why the jobs that no instance is launched for have none. */
export interface ScalingState {
  readonly unmet: ReadonlyMap<string, UnmetReason>;
  /** Classes of jobs whose head others overtook for long enough: instances make way for it. */
  readonly overtaken: ReadonlySet<string>;
  /**
   * Multi-node parallel jobs, by their `unmetKey`, for which instances make way: those of their
   * type that are there are kept meanwhile.
   */
  readonly makingRoom: ReadonlySet<string>;
  /**
   * When the next cycle is due by itself: an idle instance may end, or one makes way for a job that
   * was overtaken; infinite: never.
   */
  readonly nextAtMs: number;
}

export const noScaling: ScalingState = {
  unmet: new Map(),
  overtaken: new Set(),
  makingRoom: new Set(),
  nextAtMs: Number.POSITIVE_INFINITY,
};
