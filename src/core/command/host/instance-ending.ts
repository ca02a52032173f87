// How instances come to their end, and what ends with them: asked for by whichever command ends
// some. It says what happens and changes nothing.

import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import type { Effect } from '../../effect.ts';
import type { Event } from '../../event.ts';
import type { EndCause, Instance } from '../../host/host.ts';
import { instanceEndedReason, stateAtEnd } from '../../host/instance.ts';
import { takesStop } from '../../job/stop.ts';
import type { World } from '../../world/world.ts';
import type { Followed } from '../decision.ts';
import { stopEffects } from '../job/stop-job.ts';

/**
 * The instance ends: at once where it is idle, else as soon as what runs there has stopped. Its
 * jobs fail by the end of their host, and are retried by their own strategy.
 */
export function endInstance(
  world: World,
  instance: Instance,
  cause: EndCause,
  nowMs: number,
  becomes?: 'stopped' | 'terminated',
): Followed {
  if (instance.state === 'SHUTTING_DOWN') return asked(instance, becomes);
  const { events, effects } = stopJobsOn(world, instance, nowMs);
  return {
    events: [
      {
        type: 'host-stored',
        host: {
          ...instance,
          state: 'SHUTTING_DOWN',
          ending: { cause, sinceMs: nowMs, becomes: instance.own && becomes },
        },
      },
      ...events,
    ],
    effects,
  };
}

/**
 * Nothing runs there any more: it is gone from the books, and its provider is told so. One of its
 * owner's that only leaves its cluster runs on.
 */
export function leave(instance: Instance, atMs: number): Followed {
  const { id: hostId } = instance;
  return {
    events: [{ type: 'host-left', hostId, atMs }],
    effects: stateAtEnd(instance) === undefined ? [] : [{ type: 'end-instance', hostId }],
  };
}

/** One that ends already may be another afterwards than was asked for first. */
function asked(instance: Instance, becomes: 'stopped' | 'terminated' | undefined): Followed {
  const { own, ending } = instance;
  if (!own || ending === undefined || becomes === undefined || becomes === ending.becomes)
    return { events: [], effects: [] };
  const host = { ...instance, ending: { ...ending, becomes } };
  return { events: [{ type: 'host-stored', host }], effects: [] };
}

/** What runs there is stopped, and ends by the end of its host. */
export function stopJobsOn(world: World, instance: Instance, nowMs: number): Followed {
  const events: Event[] = [];
  const effects: Effect[] = [];
  const stop = { by: 'host', reason: instanceEndedReason(instance), atMs: nowMs } as const;
  for (const attemptId of world.attemptsOn(instance.id)) {
    // None for a node whose place is kept until its main node runs: nothing runs there.
    const job = world.jobOfAttempt(attemptId);
    // One that somebody stopped ends by that.
    if (job === undefined || !takesStop(job.stops, stop)) continue;
    events.push({ type: 'stop-requested', jobId: job.id, stop });
    effects.push(...stopEffects(job));
  }
  return { events, effects };
}

/**
 * Instances of an older revision make way: no more jobs go there, and their jobs run on for as long
 * as the update policy says, or end now (doc/compute-environments.md, updates).
 */
export function replaceInstances(
  world: World,
  environment: ComputeEnvironment,
  nowMs: number,
): Followed {
  const { terminateJobsOnUpdate = false, jobExecutionTimeoutMinutes = 30 } =
    environment.updatePolicy ?? {};
  const events: Event[] = [];
  const effects: Effect[] = [];
  for (const instance of world.hosts.instancesOf(environment.arn)) {
    if (
      instance.own ||
      instance.revision >= environment.revision ||
      instance.state === 'SHUTTING_DOWN'
    )
      continue;
    if (terminateJobsOnUpdate) {
      const ending = endInstance(world, instance, 'scaling', nowMs);
      events.push(...ending.events);
      effects.push(...ending.effects);
    } else if (instance.drainUntilMs === undefined) {
      events.push({
        type: 'host-stored',
        host: {
          ...instance,
          state: 'DRAINING',
          drainUntilMs: nowMs + jobExecutionTimeoutMinutes * 60_000,
        },
      });
    }
  }
  return { events, effects };
}
