// The simulation's own tests: it repeats itself, and a bug that is planted for each checker is caught by that checker.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Control } from '../src/control/control.ts';
import type { JobId } from '../src/base/ids.ts';
import type { Event } from '../src/core/event.ts';
import type { ArrayParent, Job } from '../src/core/job/job.ts';
import type { World } from '../src/core/world.ts';
import type { Engine } from '../src/port/engine.ts';
import { simulate, type SimulationOptions } from './simulation.ts';

test('the same seed gives the same hash, and another seed another', async () => {
  const [first, again, other] = [await simulate(7, { commands: 40 }), await simulate(7, { commands: 40 }), await simulate(8, { commands: 40 })];
  assert.equal(first.hash, again.hash);
  assert.notEqual(first.hash, other.hash);
});

/** Lets every event pass through `change` before the world folds it. */
const changingEvents = (change: (event: Event, world: World) => Event | undefined) => (control: Control): void => {
  const { world } = control;
  const apply = world.apply.bind(world);
  world.apply = (event) => {
    const changed = change(event, world);
    if (changed !== undefined) apply(changed);
  };
};

const planted: Record<string, { options: SimulationOptions; caughtBy: RegExp }> = {
  'resources that are never given back': {
    options: { sabotage: changingEvents((event) => (event.type === 'resources-released' ? undefined : event)) },
    caughtBy: /the world recounts|resources are held by attempts under way only/,
  },
  'a start that is not idempotent, of attempts that the engine does not list': {
    options: {
      sabotageEngine: (engine: Engine) => new Proxy(engine, {
        get: (target, name) => {
          if (name === 'list') return () => Promise.resolve([]);
          if (name !== 'start') return (target[name as keyof Engine] as (...given: unknown[]) => unknown).bind(target);
          return async (spec: Parameters<Engine['start']>[0]) => {
            await target.remove(spec.attemptId).catch(() => undefined);
            await target.start(spec);
          };
        },
      }),
    },
    caughtBy: /an attempt starts once/,
  },
  'an end that changes afterwards': {
    options: {
      sabotage: changingEvents((event, world) => {
        if (event.type === 'job-runnable') for (const [id, job] of plantedEnds) world.changes.jobs.set(id, { ...job, statusReason: 'rewritten' });
        for (const job of world.changes.jobs.values()) if (job.status === 'SUCCEEDED') plantedEnds.set(job.id, job);
        return event;
      }),
    },
    caughtBy: /ends are for ever/,
  },
  'a dependency that is not waited for': {
    options: { sabotage: changingEvents((event) => (event.type === 'job-pending' ? { ...event, type: 'job-runnable' } : event)) },
    caughtBy: /dependencies are respected|only a waiting job becomes RUNNABLE/,
  },
  'a failure that is kept from its dependents': {
    options: { sabotage: changingEvents((event) => (event.type === 'job-ended' && event.statusReason === 'Dependent Job failed' && !event.jobId.includes(':') ? undefined : event)) },
    caughtBy: /dependencies are respected|accepted jobs survive/,
  },
  'a success that is told as a failure': {
    options: { sabotage: changingEvents((event) => (event.type === 'job-ended' && event.status === 'SUCCEEDED' ? { ...event, status: 'FAILED' } : event)) },
    caughtBy: /accepted jobs survive, and end as they should/,
  },
};
const plantedEnds = new Map<JobId, Job | ArrayParent>();

for (const [bug, { options, caughtBy }] of Object.entries(planted)) {
  test(`a planted bug is caught: ${bug}`, async () => {
    const findings: string[] = [];
    // One bug may break more than one law; it is this one that has to see it.
    for (let seed = 1; seed <= 20 && !findings.some((finding) => caughtBy.test(finding)); seed++) {
      await simulate(seed, { ...options, commands: 80 }).catch((error: Error) => findings.push(error.message));
    }
    assert.match(findings.at(-1) ?? 'nothing was found', caughtBy);
  });
}
