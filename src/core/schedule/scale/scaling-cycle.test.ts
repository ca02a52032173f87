// Whose jobs instances are launched for first, where not all that is wanted may be launched.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../base/assert.ts';
import { arn } from '../../../base/ids.ts';
import { needs, worldOf, type ExampleJob } from '../../../../test/house/world.ts';
import { scalingCycle } from './scaling-cycle.ts';

/**
 * Types with the jobs of one shape each: c6i.large holds those of little memory, r6i.large all. At
 * most one is launched.
 */
function launched(jobs: readonly ExampleJob[], policy?: object, used?: string): string[] {
  const world = worldOf({
    jobs,
    queues: { q: { priority: 1, order: ['ce'], ...(policy && { policy }) } },
  });
  const made = must(world.computeEnvironments.get(arn('ce')), 'it was made');
  world.apply({
    type: 'compute-environment-stored',
    environment: {
      ...made,
      computeResources: {
        type: 'EC2',
        allocationStrategy: 'BEST_FIT',
        maxvCpus: 2,
        instanceTypes: ['c6i.large', 'r6i.large'],
        subnets: [],
      },
    },
  });
  if (used !== undefined)
    world.scheduler.lines.of(arn('q')).restore({
      queueArn: arn('q'),
      shareIdentifier: used,
      usage: 1_000_000n,
      atSecond: 0,
    });
  return scalingCycle(world, 0).plan.environments.flatMap(({ launches }) =>
    launches.map(({ type }) => type.name),
  );
}

const small = needs(2, 1000);
const large = needs(2, 12_000);

test('in a FIFO queue for what was submitted first', () => {
  assert.deepEqual(launched([{ needs: small }, { needs: large }]), ['c6i.large']);
  assert.deepEqual(launched([{ needs: large }, { needs: small }]), ['r6i.large']);
});

test('in a fair share queue by scheduling priority in a share, whichever was submitted first', () => {
  assert.deepEqual(
    launched(
      [
        { needs: small, share: 'a', priority: 1 },
        { needs: large, share: 'a', priority: 9 },
      ],
      {},
    ),
    ['r6i.large'],
  );
});

test('in a fair share queue for the share that used less', () => {
  const jobs = [
    { needs: small, share: 'a' },
    { needs: large, share: 'b' },
  ];
  assert.deepEqual(launched(jobs, {}, 'a'), ['r6i.large']);
  assert.deepEqual(launched(jobs, {}, 'b'), ['c6i.large']);
});
