// Law: nobody is forgotten by scaling: while no cycle is due, one that was run now would launch nothing. It uses the product's own
// plan: what it judges is that whatever lets a job want an instance has a new one made. Which instances make way for a job that
// others overtake is left to the law of starvation.

import type { World } from '../../src/core/world.ts';
import { scalingCycle } from '../../src/core/schedule/scaling-cycle.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export function plansCurrent(): Checker {
  /** What plans are made for has changed since somebody looked. */
  let isToBeLooked = false;
  return {
    law: 'plans are current',
    check({ commits }) {
      isToBeLooked ||= commits.some(({ commit }) => commit.jobQueues.length + commit.computeEnvironments.length + commit.schedulingPolicies.length + commit.consumableResources.length > 0);
    },
    checkNowAndThen() {
      isToBeLooked = true;
    },
    checkTime({ server, nowMs, clockSetMs }) {
      if (!isToBeLooked || server === undefined || clockSetMs > 0 || isDue(server.world, nowMs)) return;
      isToBeLooked = false;
      for (const { arn, launches } of scalingCycle(server.world, nowMs).plan.environments) {
        if (launches.length > 0) throw new BrokenLaw(`no cycle is due, and ${launches.map(({ type, count }) => `${count} ${type.name}`).join(', ')} should be launched in ${arn}`);
      }
    },
  };
}

/** A pass or a cycle comes by itself; before the machine has joined, none does. */
const isDue = (world: World, nowMs: number): boolean =>
  world.scheduleWanted || world.scalingWanted || world.instancesChanged || world.backlog.hasGrown || nowMs >= world.scaling.nextAtMs || world.hosts.machines().next().done === true;
