// When the scaling cycle runs: how long each wish waits, and that no wish takes more than its share
// of the time.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limit } from '../../core/limit.ts';
import { noScaling } from '../../core/schedule/scale/scaling-state.ts';
import type { ScalingWish } from '../../core/schedule/scheduler.ts';
import { Scaler } from './scaler.ts';
import { Rig } from '../../../test/house/rig.ts';

/** How long after a cycle the next one runs, where nothing else happens; undefined: never. */
async function waitOf(
  wish: ScalingWish | undefined,
  dueInMs = Number.POSITIVE_INFINITY,
): Promise<number | undefined> {
  const { control, clock } = await Rig.open();
  const { world } = control;
  const { scheduler } = world;
  let cycles = 0;
  const run = (): void => {
    const { scaling } = scheduler;
    scaler.run(clock.now());
    if (scheduler.scaling !== scaling) cycles++;
  };
  const scaler = new Scaler({
    world,
    scheduler,
    clock,
    ids: {
      uuid: () => '',
      attempt: () => assert.fail(),
      random: () => assert.fail('nothing is launched'),
    },
    wake: run,
  });
  scheduler.wantScaling('soon');
  run();
  scheduler.scaled({ ...noScaling, nextAtMs: clock.now() + dueInMs });
  if (wish !== undefined) scheduler.wantScaling(wish);
  run();
  const fromMs = clock.now();
  for (cycles = 0; cycles === 0 && clock.now() < fromMs + 10_000;) await clock.pass(1);
  scaler.close();
  return cycles === 0 ? undefined : clock.now() - fromMs;
}

describe('the scaling cycle', () => {
  it('runs when somebody wishes it, or when the last one said', async () => {
    assert.equal(await waitOf(undefined), undefined);
    assert.equal(await waitOf('soon'), limit.scalingPauseMs);
    assert.equal(await waitOf('later'), limit.scaleInPauseMs);
    assert.equal(await waitOf(undefined, 3_000), 3_000);
    assert.equal(await waitOf('later', 500), 500);
    assert.equal(await waitOf('soon', 500), limit.scalingPauseMs);
  });

  it('pauses after each, whatever it is due for', async () => {
    assert.equal(await waitOf(undefined, 1), limit.scalingPauseMs);
    assert.equal(await waitOf('later', 1), limit.scalingPauseMs);
  });
});
