// Advice for hosts that somebody brings, by what keeps each from taking jobs; and who is said to
// hold the room. Pure.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../../base/assert.ts';
import { arn, containerId, jobId, scopeOf } from '../../../base/ids.ts';
import { instanceIdOf, type RegisteredHost } from '../../host/host.ts';
import { Fleet } from '../../../../test/house/fleet.ts';
import { needs, place, scope, worldOf } from '../../../../test/house/world.ts';
import { fit } from '../fit/fit.ts';
import { holdersOf } from './holders.ts';
import { stuckAhead, stuckIn } from './stuck.ts';

const register =
  'register another host: longshore instance register --cluster own --docker-host ssh://USER@HOST';

describe('hosts of the user’s own that take no jobs', () => {
  const given = (change: Partial<RegisteredHost>, hosts = 1) => {
    const fleet = new Fleet({
      environments: { own: { hosts: Array.from({ length: hosts }, () => needs(4, 4096)) } },
    });
    const all = [...fleet.world.hosts.registered()];
    for (const host of all)
      fleet.world.apply({ type: 'host-stored', host: { ...host, ...change } });
    return {
      host: must(all[0], 'there is one'),
      reason: fleet.reason(fleet.submit({ needs: needs(1) })),
    };
  };

  it('drained: activated by the command to paste', () => {
    const { host, reason } = given({ status: 'DRAINING' });
    assert.deepEqual(
      [reason.text, reason.remedies],
      [
        'waiting for a host: host 1 is being drained',
        [`activate it: longshore instance activate ${instanceIdOf(host)}`, register],
      ],
    );
  });

  it('several of them: the first speaks, and they are counted', () => {
    assert.equal(
      given({ status: 'DRAINING' }, 3).reason.text,
      'waiting for a host: host 1 is being drained; of the 3 hosts of compute environment own none takes jobs',
    );
  });

  it('lost, unfit, or with old attempts', () => {
    assert.deepEqual(given({ lost: { sinceMs: 0 } }).reason.remedies, [
      'see why the engine at tcp://host-1:2375 does not answer the server; when it does, jobs go on',
      register,
    ]);
    const { host, reason } = given({
      unfit: 'it has logging drivers none; it must have awslogs among them',
    });
    assert.deepEqual(reason.remedies, [
      `see what it lacks (longshore ami validate ${host.id}), then register it again`,
      register,
    ]);
    assert.deepEqual(
      given({ oldContainers: [{ containerId: containerId('a'), jobId: jobId('j') }] }).reason
        .remedies,
      ['wait until what ran there before has ended', register],
    );
  });

  it('too small: another host, never an instance type; with GPUs where those are asked for', () => {
    const fleet = new Fleet({ environments: { own: { hosts: [needs(4, 4096), needs(2, 8192)] } } });
    const { text, remedies } = fleet.reason(fleet.submit({ needs: needs(8, 64) }));
    assert.match(
      text,
      /the job asks for 8 vCPU and no host of this queue's compute environments has more than 4$/,
    );
    assert.deepEqual(remedies, [
      'register a host with more vCPUs: longshore instance register --cluster own --docker-host ssh://USER@HOST',
      'submit it again with 4 vCPU or fewer',
    ]);
    assert.match(
      fleet.reason(fleet.submit({ needs: needs(4, 8192) })).text,
      /the job asks for 4 vCPU, 8192 MiB and no host .* has all of it$/,
      'one has the vCPUs, another the memory',
    );
    assert.equal(
      fleet.reason(fleet.submit({ needs: needs(1, 64, 2) })).remedies[0],
      'register a host with GPUs: longshore instance register --cluster own --docker-host ssh://USER@HOST --gpus 2',
    );
  });

  it('full: another host, or time', () => {
    const fleet = new Fleet({ environments: { own: { hosts: [needs(1, 4096)] } } });
    fleet.submit({ needs: needs(1) });
    fleet.pass();
    assert.deepEqual(fleet.reason(fleet.submit({ needs: needs(1) })).remedies, [
      'wait until jobs that run there have ended',
      'let more run at once: register another host',
    ]);
  });
});

it('types of several environments are looked at together', () => {
  const fleet = new Fleet({
    environments: {
      small: { instanceTypes: ['c5.large'] },
      larger: { instanceTypes: ['c5.xlarge'] },
    },
  });
  const { text, remedies } = fleet.reason(fleet.submit({ needs: needs(8, 64) }));
  assert.match(
    text,
    /the job asks for 8 vCPU and no instance type of compute environments small, larger has more than 4$/,
  );
  assert.match(remedies[0] ?? '', /such as c5\.2xlarge/);
});

describe('who holds the room', () => {
  it('is told by job, the largest first, and of other accounts only the sum', () => {
    const world = worldOf({
      capacity: needs(4, 4096),
      jobs: [{ needs: needs(1) }, { needs: needs(1), array: 2 }, { needs: needs(1, 512) }],
    });
    place(world);
    const queue = must(world.jobQueues.get(arn('q')), 'it was made');
    const blocked = fit(world, queue, { needs: needs(1) });
    assert.ok(!blocked.fits);
    const own = must(holdersOf(world, scope, queue.arn, blocked.because), 'something is held');
    assert.deepEqual(
      [own.of, own.first.map(({ jobId: id, attempts }) => [id, attempts]), own.others],
      [
        'this machine',
        [
          ['j1', 2],
          ['j2', 1],
          ['j0', 1],
        ],
        undefined,
      ],
    );
    const foreign = must(
      holdersOf(world, scopeOf('111111111111', 'us-east-1'), queue.arn, blocked.because),
      'something is held',
    );
    assert.deepEqual(
      [foreign.first, foreign.others?.attempts, foreign.others?.needs.milliVcpu],
      [[], 4, 4000],
    );
  });
});

describe('jobs that cannot start', () => {
  it('are not ahead of others, one by one, arrays and what waits for more than there ever is', () => {
    const world = worldOf({
      environments: { ce: 4 },
      consumables: { token: 1 },
      jobs: [
        { needs: needs(1) },
        { needs: needs(8) },
        { needs: needs(8), array: 3 },
        { needs: needs(1, 64, 1) },
        { needs: needs(1), consumes: { token: 5 } },
        { needs: needs(1), consumes: { token: 1 } },
        { needs: needs(2) },
        { needs: needs(8) },
      ],
    });
    const job = must(world.jobs.get(jobId('j6')), 'it waits') as never;
    assert.deepEqual(
      [
        world.scheduler.lines.listOf(job).ahead(job),
        stuckAhead(world, job),
        stuckIn(world, arn('q')),
      ],
      [8, 6, 7],
    );
  });

  it('of its own share alone, and of higher priority there', () => {
    const world = worldOf({
      environments: { ce: 4 },
      queues: {
        q: {
          priority: 1,
          order: ['ce'],
          policy: { shareDistribution: [{ shareIdentifier: 'a' }, { shareIdentifier: 'b' }] },
        },
      },
      jobs: [
        { needs: needs(8), share: 'a' },
        { needs: needs(8), share: 'b' },
        { needs: needs(1), share: 'a', priority: 1 },
        { needs: needs(8), share: 'a', priority: 5 },
        { needs: needs(8), share: 'a', priority: 0 },
      ],
    });
    const job = must(world.jobs.get(jobId('j2')), 'it waits') as never;
    assert.deepEqual(
      [world.scheduler.lines.listOf(job).ahead(job), stuckAhead(world, job)],
      [1, 1],
    );
  });
});
