// When the scaling cycle runs, and what its plan makes control do. A job that waits for an instance
// makes it run soon; that instances are idle, every now and then; so that it costs a bounded share
// of the time however busy the server is.

import { must } from '../../base/assert.ts';
import { hostId } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import { scalingCycle } from '../../core/schedule/scale/scaling-cycle.ts';
import type { Scheduler } from '../../core/schedule/scheduler.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import type { Ids } from '../../port/ids.ts';
import { Alarm } from '../alarm.ts';
import type { Command } from '../../core/command/command.ts';

interface ScalerParts {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Has a batch run, in which {@link Scaler.run} is asked again. */
  readonly wake: () => void;
}

export class Scaler {
  readonly #parts: ScalerParts;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;
  readonly #alarm: Alarm;

  constructor(parts: ScalerParts) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts.clock, parts.wake);
  }

  /** The commands that carry out a new plan; none where it is not time for one. */
  run(nowMs: number): readonly Command[] {
    const dueAtMs = this.#dueAtMs();
    // A clock that was set back does not hold it up.
    if (dueAtMs === undefined || (nowMs < dueAtMs && nowMs >= this.#lastAtMs)) {
      this.#alarm.set(dueAtMs);
      return [];
    }
    const { world, scheduler, clock } = this.#parts;
    const machine = world.hosts.machines().next().value;
    if (machine === undefined) return [];
    const { plan, state } = scalingCycle(world, nowMs);
    scheduler.scaled(state);
    this.#lastAtMs = nowMs;
    this.#pauseMs = Math.max(limit.scalingPauseMs, limit.scalingPauseTimes * (clock.now() - nowMs));
    this.#alarm.set(this.#dueAtMs());
    const launches = plan.environments.flatMap(({ arn, launches: each }) =>
      each.map(({ type, count }): Command => ({
        type: 'launch-instances',
        computeEnvironmentArn: arn,
        machineId: machine.id,
        instanceType: type.name,
        hostIds: this.#newIds(count),
      })),
    );
    const ends = plan.environments.flatMap(({ arn, ends: each }) => {
      const { scope } = must(
        world.computeEnvironments.get(arn),
        'the plan is about environments that are there',
      );
      return each.map((id): Command => ({
        type: 'end-instance',
        scope,
        hostId: id,
        cause: 'scaling',
      }));
    });
    const drains = plan.environments.flatMap(({ drains: each }) =>
      each.map((id): Command => ({ type: 'drain-instance', hostId: id })),
    );
    return [...launches, ...drains, ...ends];
  }

  close(): void {
    this.#alarm.cancel();
  }

  #dueAtMs(): number | undefined {
    const { scalingWanted, scaling } = this.#parts.scheduler;
    const soonAtMs = this.#lastAtMs + this.#pauseMs;
    if (scalingWanted === 'soon') return soonAtMs;
    const laterAtMs =
      scalingWanted === 'later' ? this.#lastAtMs + limit.scaleInPauseMs : Number.POSITIVE_INFINITY;
    const dueAtMs = Math.max(soonAtMs, Math.min(laterAtMs, scaling.nextAtMs));
    return dueAtMs === Number.POSITIVE_INFINITY ? undefined : dueAtMs;
  }

  /** The first digits are the instance's id. */
  #newIds(count: number) {
    return Array.from({ length: count }, () => hostId(this.#parts.ids.random()));
  }
}
