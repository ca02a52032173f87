// A job for an architecture is placed where containers run as that, and nowhere else; what it waits
// for is said, with what would help. Pure.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../../base/assert.ts';
import { arn } from '../../../base/ids.ts';
import { host, needs, worldOf, type Case } from '../../../../test/house/world.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import type { JobArchitecture } from '../../job/container.ts';
import { blockedReason } from '../explain/explain.ts';
import { classKey } from '../order/job-class.ts';
import { fit } from './fit.ts';
import { nearestRoom } from './nearest-room.ts';

/** On a machine that runs containers as this; undefined: nobody says. */
function worldOn(architecture: string | undefined, given: Partial<Case> = {}): LiveWorld {
  const world = worldOf({ jobs: [], ...given });
  const machine = must(world.hosts.get(host), 'it was made');
  assert.ok(machine.kind === 'machine');
  world.apply({ type: 'host-stored', host: { ...machine, architecture } });
  return world;
}

const placeOf = (world: LiveWorld, architecture: JobArchitecture | undefined) =>
  fit(world, must(world.jobQueues.get(arn('q')), 'it was made'), { needs: needs(1), architecture });

const reasonOf = (world: LiveWorld, architecture: JobArchitecture) => {
  const place = placeOf(world, architecture);
  assert.ok(!place.fits);
  const queue = must(world.jobQueues.get(arn('q')), 'it was made');
  return blockedReason(world, place.because, { needs: needs(1) }, queue);
};

describe('jobs for an architecture', () => {
  const cases: [machine: string | undefined, job: JobArchitecture | undefined, fits: boolean][] = [
    ['x86_64', undefined, true],
    ['x86_64', 'x86_64', true],
    ['x86_64', 'arm64', false],
    ['arm64', undefined, true],
    ['arm64', 'arm64', true],
    ['arm64', 'x86_64', false],
    [undefined, 'arm64', true],
  ];
  for (const [machine, job, fits] of cases)
    it(`${job ?? 'any'} on ${machine ?? 'a machine that does not say'}: ${fits}`, () => {
      assert.equal(placeOf(worldOn(machine), job).fits, fits);
    });

  it('wait for ever where no host runs as that, and it is said what would help', () => {
    const { text, token, remedies } = reasonOf(worldOn('x86_64'), 'arm64');
    assert.equal(token, 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT');
    assert.equal(
      text,
      'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job is for arm64 (runtimePlatform), and the hosts of compute environment ce run x86_64',
    );
    assert.match(remedies[0] ?? '', /cpuArchitecture X86_64 in its runtimePlatform, or none$/);
  });

  it('a DISABLED environment is named only where it would do', () => {
    const environments = { ce: 4, '-rests': 100 };
    const world = worldOn('x86_64', { environments });
    assert.match(reasonOf(world, 'arm64').text, /run x86_64$/);
    const queue = must(world.jobQueues.get(arn('q')), 'it was made');
    const large = fit(world, queue, { needs: needs(8), architecture: 'x86_64' });
    assert.ok(!large.fits);
    assert.equal(
      blockedReason(world, large.because, { needs: needs(8) }, queue).text,
      'waiting for compute environment rests: it is DISABLED',
    );
  });

  it('stand in a class of their own, and no room is kept for them where they cannot run', () => {
    const keys = [undefined, 'x86_64', 'arm64'] as const;
    const made = keys.map((architecture) => classKey(arn('q'), { needs: needs(1), architecture }));
    assert.equal(new Set(made).size, 3);
    const world = worldOn('x86_64');
    const queue = must(world.jobQueues.get(arn('q')), 'it was made');
    const roomFor = (architecture: JobArchitecture) =>
      nearestRoom(world, queue, { needs: needs(4), architecture }, [], undefined);
    assert.equal(roomFor('arm64'), undefined);
    assert.ok(roomFor('x86_64'));
  });
});
