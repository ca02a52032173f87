// Instances that are machines of their own: their books alone say what fits there, and nothing of
// this machine is asked, whether there is one or not.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../../base/assert.ts';
import { arn, hostId, type HostId } from '../../../base/ids.ts';
import { host, needs, scope, worldOf, type Case } from '../../../../test/house/world.ts';
import { Fleet } from '../../../../test/house/fleet.ts';
import type { Instance } from '../../host/host.ts';
import type { Needs } from '../../job/needs.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import type { Claim } from '../order/job-class.ts';
import type { Hold } from '../order/hold.ts';
import { blockedReason } from '../explain/explain.ts';
import { noMachineNote } from '../scale/managed-environments.ts';
import { fit } from './fit.ts';
import { nearestRoom } from './nearest-room.ts';

const node = (number: number, capacity: Needs, more: Partial<Instance> = {}): Instance => ({
  kind: 'instance',
  id: idOf(number),
  title: `node ${number}`,
  scope,
  computeEnvironmentArn: arn('own'),
  instanceType: 'my.node',
  spot: false,
  revision: 1,
  capacity,
  state: 'RUNNING',
  launchedAtMs: 0,
  own: true,
  ...more,
});
const idOf = (number: number): HostId => hostId(String(number).padStart(32, 'e'));

/** One vCPU on this machine, which the nodes would not fit on. */
function worldWith(nodes: readonly Instance[], given: Partial<Case> = {}): LiveWorld {
  const world = worldOf({
    environments: { '~own': 0 },
    capacity: needs(1, 128),
    jobs: [],
    ...given,
  });
  for (const one of nodes) world.apply({ type: 'host-stored', host: one });
  return world;
}

const queueOf = (world: LiveWorld) => must(world.jobQueues.get(arn('q')), 'it was made');
const fitOf = (world: LiveWorld, claim: Claim, holds: readonly Hold[] = []) =>
  fit(world, queueOf(world), claim, holds);
const two = [node(1, needs(4, 4000)), node(2, needs(8, 8000, 1))];

describe('instances that are machines of their own', () => {
  const cases: [what: string, needs: Needs, on: number | string][] = [
    ['one that is larger than this machine has its place', needs(4, 4000), 1],
    ['one goes where there is room', needs(6, 4000), 2],
    ['one with a GPU goes where that is', needs(1, 128, 1), 2],
    ['what none could hold is told of them, not of this machine', needs(16, 128), 'hosts'],
    ['… GPUs that none has', needs(1, 128, 2), 'hosts'],
  ];
  for (const joined of [true, false])
    for (const [what, wanted, on] of cases)
      it(`${what}${joined ? '' : ', where no machine has joined'}`, () => {
        const world = worldWith(two);
        if (!joined) world.apply({ type: 'host-left', hostId: host, atMs: 0 });
        const place = fitOf(world, { needs: wanted });
        if (typeof on === 'number')
          assert.deepEqual(place, {
            fits: true,
            computeEnvironmentArn: arn('own'),
            hostId: idOf(on),
            machineId: undefined,
          });
        else
          assert.equal(
            !place.fits && place.because.type === 'larger-than-every-host' && place.because.what,
            on,
          );
      });

  it('take nothing of this machine, and give back what jobs held', () => {
    const fleet = new Fleet({ environments: { own: { hosts: [] } }, capacity: needs(1, 128) });
    fleet.world.apply({ type: 'host-stored', host: node(1, needs(4, 4000)) });
    const jobs = [1, 2, 3].map(() => fleet.submit({ needs: needs(2, 1000) }));
    assert.deepEqual(fleet.pass(), jobs.slice(0, 2), 'two have room');
    assert.deepEqual(fleet.world.hostUse(host), needs(0, 0));
    assert.match(fleet.reason(jobs[2] as string).text, /node 1/);
    fleet.end(jobs[0] as string);
    assert.deepEqual(fleet.pass(), [jobs[2]]);
  });

  it('keep room, on themselves alone', () => {
    const world = worldWith([node(1, needs(4, 4000))]);
    const room = nearestRoom(world, queueOf(world), { needs: needs(3, 1000) }, [], undefined);
    assert.deepEqual(room, {
      computeEnvironmentArn: arn('own'),
      hostIds: [idOf(1)],
      on: new Map([[idOf(1), needs(3, 1000)]]),
    });
    const hold = { room, needs: needs(3, 1000), overtaken: true } as unknown as Hold;
    assert.ok(fitOf(world, { needs: needs(1) }, [hold]).fits);
    const place = fitOf(world, { needs: needs(2) }, [hold]);
    assert.equal(!place.fits && place.because.type, 'kept-for-another');
  });

  it('run what they say that they do, or what their type does', () => {
    const arm = node(1, needs(4, 4000), { architecture: 'arm64' });
    const typed = node(2, needs(4, 4000), { instanceType: 'm6g.large' });
    const unsaid = node(3, needs(4, 4000));
    const claim = { needs: needs(1), architecture: 'x86_64' } as const;
    for (const [one, fits] of [
      [arm, false],
      [typed, false],
      [unsaid, true],
    ] as const) {
      const world = worldWith([one]);
      const place = fitOf(world, claim);
      assert.equal(place.fits, fits, one.title);
      if (!place.fits)
        assert.match(blockedReason(world, place.because, claim, queueOf(world)).text, /run arm64/);
    }
  });

  for (const joined of [true, false])
    it(`take the nodes of a multi-node job, one each${joined ? '' : ', where no machine has joined'}`, () => {
      const fleet = new Fleet({ environments: { own: { hosts: [] } }, capacity: needs(1, 128) });
      for (const number of [1, 2, 3])
        fleet.world.apply({ type: 'host-stored', host: node(number, needs(4, 4000)) });
      if (!joined) fleet.world.apply({ type: 'host-left', hostId: host, atMs: 0 });
      const gang = fleet.submit({ needs: needs(2, 1000), nodes: [[2, needs(2, 1000)]] });
      assert.deepEqual(fleet.pass(), [gang]);
      for (const number of [1, 2, 3])
        assert.deepEqual(
          fleet.world.hostUse(idOf(number)),
          needs(4, 4000),
          'each has one to itself',
        );
      assert.equal(fleet.submit({ needs: needs(1) }) && fleet.pass().length, 0);
    });

  it('are told to be too few for the nodes, whatever this machine is', () => {
    const fleet = new Fleet({ environments: { own: { hosts: [] } } });
    fleet.world.apply({ type: 'host-stored', host: node(1, needs(4, 4000)) });
    const gang = fleet.submit({ needs: needs(2, 1000), nodes: [[1, needs(2, 1000)]] });
    assert.deepEqual(fleet.pass(), []);
    assert.match(fleet.reason(gang).text, /waiting for 2 hosts, one for each node/);
  });

  it('are launched ones as well: their environment asks their books', () => {
    const world = worldWith([], { environments: { ce: 16 } });
    const ce = must(world.computeEnvironments.get(arn('ce')), 'it was made');
    world.apply({
      type: 'compute-environment-stored',
      environment: {
        ...ce,
        computeResources: {
          ...ce.computeResources,
          type: 'EC2',
          instanceTypes: ['m5.large'],
        } as never,
      },
    });
    const launched = node(1, needs(2, 7000), {
      computeEnvironmentArn: ce.arn,
      instanceType: 'm5.large',
      own: undefined,
    });
    world.apply({ type: 'host-stored', host: launched });
    const place = fitOf(world, { needs: needs(2, 6000) });
    assert.deepEqual(place, { fits: true, computeEnvironmentArn: ce.arn, hostId: launched.id });
  });
});

describe('a server that has no engine of its own', () => {
  const settings = { hasMachine: false };

  for (const type of ['FARGATE', 'EC2'] as const)
    it(`lets jobs of ${type} wait, and says why; clients that wait for AWS’s tokens see none`, () => {
      const fleet = new Fleet({ environments: { ce: { type } }, settings });
      fleet.world.apply({ type: 'host-left', hostId: host, atMs: 0 });
      const { text, token, remedies } = fleet.reason(fleet.submit({ needs: needs(1) }));
      assert.deepEqual(
        [text, token],
        ['waiting for a machine: this server has no engine of its own', undefined],
      );
      assert.match(remedies[0] ?? '', /--engine docker/);
      assert.equal(fleet.cycle(), '', 'nothing is launched');
      const environment = must(fleet.world.computeEnvironments.get(arn('ce')), 'it was made');
      assert.equal(
        noMachineNote(fleet.world, environment),
        'This server has no engine of its own: jobs of compute environment ce wait until it is started with one.',
      );
    });

  it('with an engine that has not answered yet, it is another matter', () => {
    const fleet = new Fleet({ environments: { ce: { type: 'FARGATE' } } });
    fleet.world.apply({ type: 'host-left', hostId: host, atMs: 0 });
    assert.equal(
      fleet.reason(fleet.submit({ needs: needs(1) })).token,
      'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
    );
  });

  it('runs jobs on hosts that were brought to it, single ones and nodes', () => {
    const fleet = new Fleet({
      environments: { own: { hosts: [needs(2, 2000), needs(2, 2000)] } },
      settings: { ...settings, machineServesUnmanaged: true },
    });
    fleet.world.apply({ type: 'host-left', hostId: host, atMs: 0 });
    const environment = must(fleet.world.computeEnvironments.get(arn('own')), 'it was made');
    assert.equal(noMachineNote(fleet.world, environment), undefined);
    const single = fleet.submit({ needs: needs(1) });
    assert.deepEqual(fleet.pass(), [single]);
    fleet.end(single);
    const gang = fleet.submit({ needs: needs(1), nodes: [[1, needs(1)]] });
    assert.deepEqual(fleet.pass(), [gang]);
  });
});
