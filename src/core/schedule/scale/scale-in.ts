// Which idle instances of an environment end now: those that no waiting job needs, after their
// delay, down to minvCpus.

import { limit } from '../../limit.ts';
import type { ScalingBooks } from './scaling-books.ts';
import { floorOf, type ScalingEnvironment, type ScalingInstance } from './scaling-environment.ts';

interface Idle {
  readonly ends: readonly ScalingInstance[];
  /** When the next one becomes due, or may have lost the job that it is kept for. */
  readonly nextAtMs: number | undefined;
}

/**
 * When an idle instance may end. Where the clock was set back, nobody knows how long it has been
 * idle: long enough.
 */
export function dueAtMs(
  { scaleDownDelayMs }: ScalingEnvironment,
  { lastJobEndedAtMs: sinceMs }: ScalingInstance,
  nowMs: number,
): number {
  if (scaleDownDelayMs === Number.POSITIVE_INFINITY) return scaleDownDelayMs;
  return sinceMs === undefined || sinceMs > nowMs ? nowMs : sinceMs + scaleDownDelayMs;
}

/**
 * Those that joined last go first, for placing fills the first. The delay counts from an instance's
 * last job; one on which none ever ran waits for nothing, and so does one that drains (the API's
 * documentation of minScaleDownDelayMinutes).
 */
export function idleToEnd(
  environment: ScalingEnvironment,
  books: ScalingBooks,
  nowMs: number,
): Idle {
  const floor = floorOf(environment);
  const ends: ScalingInstance[] = [];
  let staying = books.stayingVcpus;
  let nextAtMs: number | undefined;
  for (const instance of environment.instances.toReversed()) {
    if (instance.jobs > 0 || instance.state === 'launching') continue;
    if (instance.state === 'draining') {
      ends.push(instance);
      continue;
    }
    if (books.isDrained(instance)) continue;
    if (staying - instance.type.vcpus < floor) continue;
    const dueMs = dueAtMs(environment, instance, nowMs);
    // The job that it is kept for may start on another, or be cancelled, and nothing of that
    // happens here.
    const atMs = books.needs(instance) ? Math.max(dueMs, nowMs + limit.keptInstancePauseMs) : dueMs;
    if (atMs <= nowMs) {
      ends.push(instance);
      staying -= instance.type.vcpus;
    } else if (nextAtMs === undefined || atMs < nextAtMs) {
      nextAtMs = atMs;
    }
  }
  return { ends, nextAtMs };
}
