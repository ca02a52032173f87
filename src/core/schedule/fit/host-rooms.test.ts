// Where a job fits among given hosts, and why it does not, is what a look at each of them in turn
// says, whatever became of them before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { must } from '../../../base/assert.ts';
import { arn, attemptId, containerIdOf, hostId, jobId, type HostId } from '../../../base/ids.ts';
import {
  carryOut,
  host as machineId,
  needs,
  scope,
  submit,
  worldOf,
} from '../../../../test/house/world.ts';
import { beneath } from '../../host/beneath.ts';
import { unavailable, type EnvironmentHost, type Host } from '../../host/host.ts';
import { isLive } from '../../job/job.ts';
import { mostOfEach, type Needs } from '../../job/needs.ts';
import { checkWorld } from '../../world/invariant.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import type { Claim } from '../order/job-class.ts';
import { holdOn, type Hold } from '../order/hold.ts';
import { fitHost } from './fit-host.ts';
import { anyHostHasRoom, couldEver, otherArchitecture, withKept } from './host-room.ts';
import { Pass } from './place.ts';
import { hasRoom } from './room.ts';

type Plain =
  | { readonly on: HostId; readonly beside: HostId | undefined }
  | { readonly because: string; readonly what?: unknown };

/** A look at each host in the order in which they joined. */
function plain(world: LiveWorld, claim: Claim, holds: readonly Hold[]): Plain {
  const environment = must(world.computeEnvironments.get(arn('own')), 'it was made');
  let later: Plain | undefined;
  let other: string | undefined;
  let unusable = 0;
  const small: Host[] = [];
  for (const host of world.hostsFor(environment)) {
    const { type, machine } = beneath(world.hosts, host);
    const kept = (of: Host): Needs => withKept(world.hostUse(of.id), holds, of);
    const tooSmall = [host, machine].find((one) => one && !couldEver(one, claim.needs));
    const found = otherArchitecture(world, host, claim);
    if (unavailable(host) !== undefined) unusable++;
    else if (found !== undefined) other ??= found;
    else if (type === 'not-joined') later ??= { because: 'no-host' };
    else if (tooSmall !== undefined) small.push(tooSmall);
    else if (!hasRoom(host.capacity, world.hostUse(host.id), claim.needs))
      later ??= { because: 'host-full', what: host.id };
    else if (machine !== undefined && !hasRoom(machine.capacity, kept(machine), claim.needs))
      later ??= { because: 'host-full', what: machine.id };
    else if (holdOn(holds, host.id) && !hasRoom(host.capacity, kept(host), claim.needs))
      later ??= { because: 'kept-for-another', what: holdOn(holds, host.id) };
    else return { on: host.id, beside: machine?.id };
  }
  if (later !== undefined) return later;
  if (unusable > 0) return { because: 'hosts-unavailable', what: unusable };
  const own = small.filter(({ kind }) => kind !== 'machine');
  if (small.length > 0) {
    const largest = (own.length > 0 ? own : small).map(({ capacity }) => capacity);
    return { because: 'larger-than-every-host', what: mostOfEach(largest) };
  }
  if (other !== undefined) return { because: 'other-architecture', what: other };
  return { because: 'no-host-registered' };
}

function indexed(world: LiveWorld, claim: Claim, holds: readonly Hold[]): Plain {
  const environment = must(world.computeEnvironments.get(arn('own')), 'it was made');
  const fit = fitHost(world, environment, claim, holds);
  if (fit.fits) return { on: fit.hostId, beside: fit.machineId };
  const { because } = fit;
  const what =
    because.type === 'host-full'
      ? because.host.id
      : because.type === 'kept-for-another'
        ? because.hold
        : because.type === 'hosts-unavailable'
          ? because.hosts
          : because.type === 'larger-than-every-host'
            ? because.largest
            : because.type === 'other-architecture'
              ? because.found
              : undefined;
  return { because: because.type, ...(what !== undefined && { what }) };
}

/** Whether any machine of its own has room. */
const anyPlain = (world: LiveWorld, wanted: Needs, holds: readonly Hold[]): boolean =>
  [...world.hosts.machines(), ...world.hosts.registered(), ...world.hosts.apart()].some(
    (one) =>
      unavailable(one) === undefined &&
      couldEver(one, wanted) &&
      hasRoom(one.capacity, withKept(world.hostUse(one.id), holds, one), wanted),
  );

const amounts = (most: number): fc.Arbitrary<Needs> =>
  fc
    .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }), fc.nat(2))
    .map(([vcpus, gib, gpus]) => needs(vcpus, gib * 128, gpus === 2 ? 1 : 0));

const hostFacts = fc.record({
  kind: fc.constantFrom('registered', 'node', 'slice'),
  capacity: amounts(8),
  architecture: fc.constantFrom('x86_64', 'arm64'),
  takes: fc.boolean(),
  isOwn: fc.boolean(),
});
type Facts = typeof hostFacts extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  fc.record({ do: fc.constant('join' as const), facts: hostFacts }),
  fc.record({ do: fc.constant('turn' as const), which: fc.nat(), takes: fc.boolean() }),
  fc.record({ do: fc.constant('leave' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('run' as const), needs: amounts(4) }),
  fc.record({ do: fc.constant('end' as const), which: fc.nat() }),
  fc.record({
    do: fc.constant('ask' as const),
    needs: amounts(10),
    architecture: fc.constantFrom(undefined, 'x86_64', 'arm64'),
    kept: fc.option(fc.tuple(fc.nat(), amounts(8)), { nil: undefined }),
  }),
);

function hostOf(number: number, facts: Facts): EnvironmentHost {
  const { kind, capacity, architecture, takes, isOwn } = facts;
  const id = hostId(String(number).padStart(32, 'e'));
  const common = {
    id,
    title: `host ${number}`,
    scope,
    computeEnvironmentArn: arn('own'),
    capacity,
  };
  if (kind !== 'registered')
    return {
      ...common,
      kind: 'instance',
      instanceType: 'my.node',
      spot: false,
      revision: 1,
      state: takes ? 'RUNNING' : 'DRAINING',
      launchedAtMs: 0,
      own: isOwn || undefined,
      ...(kind === 'slice' ? { machineId } : { architecture }),
    };
  return {
    ...common,
    kind: 'registered',
    status: takes ? 'ACTIVE' : 'DRAINING',
    oldContainers: [],
    endpoint: { url: 'unix:///x' },
    registeredAtMs: 0,
    facts: {
      runtime: { name: 'Docker', version: '1' },
      kernelVersion: '',
      operatingSystem: '',
      osType: 'linux',
      architecture,
      vcpus: capacity.milliVcpu / 1000,
      memoryMib: capacity.memoryMib,
      gpus: capacity.gpus,
      canGiveGpus: capacity.gpus > 0,
      logDrivers: [],
    },
  };
}

const turned = (host: EnvironmentHost, takes: boolean): EnvironmentHost =>
  host.kind === 'registered'
    ? { ...host, status: takes ? 'ACTIVE' : 'DRAINING' }
    : { ...host, state: takes ? 'RUNNING' : 'DRAINING' };

test('given hosts: the index finds what a look at each in turn does, and the same reasons', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.boolean(), (steps, serves) => {
      const world = worldOf({
        environments: { '~own': 0 },
        capacity: needs(4, 512),
        jobs: [],
        settings: { machineServesUnmanaged: serves },
      });
      let count = 0;
      const hosts = (): EnvironmentHost[] => [...world.hosts.of(arn('own'))];
      const one = <T>(all: readonly T[], at: number): T | undefined => all[at % all.length];
      for (const each of steps) {
        if (each.do === 'join')
          world.apply({ type: 'host-stored', host: hostOf(++count, each.facts) });
        else if (each.do === 'turn') {
          const host = one(hosts(), each.which);
          if (host !== undefined)
            world.apply({ type: 'host-stored', host: turned(host, each.takes) });
        } else if (each.do === 'leave') {
          const host = one(hosts(), each.which);
          if (host !== undefined && world.attemptsOn(host.id).size === 0)
            world.apply({ type: 'host-left', hostId: host.id, atMs: 1 });
        } else if (each.do === 'run') {
          submit(world, { needs: each.needs });
          const pass = new Pass(world, world.scheduler, 1);
          for (let next = pass.next(); next !== undefined; next = pass.next()) {
            const id = attemptId(String(++count).padStart(32, 'a'));
            carryOut(
              world,
              { type: 'place-job', attemptId: id, ...next, otherNodes: undefined },
              1,
            );
          }
          pass.end();
        } else if (each.do === 'end') {
          const job = world.jobs.get(one([...world.attempts.values()], each.which) ?? jobId(''));
          if (job !== undefined && isLive(job))
            carryOut(
              world,
              {
                type: 'report-container',
                containerId: containerIdOf(job.attempt.attemptId, 0),
                report: { type: 'exited', atMs: 2, exit: { exitCode: 0, outOfMemory: false } },
              },
              1,
            );
        } else {
          const claim: Claim = { needs: each.needs, architecture: each.architecture };
          const kept = each.kept && one(hosts(), each.kept[0]);
          const holds: Hold[] =
            kept === undefined || each.kept === undefined
              ? []
              : [
                  {
                    jobId: jobId('j'),
                    queueArn: arn('q'),
                    needs: each.kept[1],
                    room: {
                      computeEnvironmentArn: arn('own'),
                      hostIds: [kept.id],
                      on: new Map([[kept.id, each.kept[1]]]),
                    },
                    overtaken: true,
                    number: 0,
                  },
                ];
          assert.deepEqual(indexed(world, claim, holds), plain(world, claim, holds));
          assert.equal(
            anyHostHasRoom(world, each.needs, holds),
            anyPlain(world, each.needs, holds),
          );
        }
        world.takeChanges();
      }
      checkWorld(world);
    }),
    { numRuns: 300 },
  );
});
