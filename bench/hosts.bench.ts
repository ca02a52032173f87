// Finding a host: 5,000 instances of mixed types with 100,000 running jobs; jobs end and others
// take their place. By the index, and by looking at each host, for comparison.

import { arn, hostId, type HostId } from '../src/base/ids.ts';
import { ec2Catalogue } from '../src/core/instance-type/catalogue.ts';
import { capacityOf } from '../src/core/instance-type/instance-type.ts';
import type { Needs } from '../src/core/job/needs.ts';
import { HostIndex } from '../src/core/schedule/fit/host-index.ts';
import { fitsIn } from '../src/core/schedule/fit/room.ts';
import { draws } from './draws.ts';
import type { Figure } from './report.ts';

const environment = arn('bench');
const hostCount = 5_000;
const jobCount = 100_000;
const rounds = 100_000;

interface Running {
  readonly host: HostId;
  readonly needs: Needs;
}

export function hostsBench(): Promise<Figure[]> {
  const draw = draws(7);
  const types = ['m6i', 'c6i', 'r6i']
    .flatMap((family) => ec2Catalogue.family(family))
    .filter((type) => type.vcpus >= 16 && type.vcpus <= 64);
  const index = new HostIndex();
  const hosts: HostId[] = [];
  for (let at = 0; at < hostCount; at++) {
    const id = hostId(String(at));
    hosts.push(id);
    const type = draw.one(types);
    index.add(environment, id, { ...type, capacity: capacityOf(type) }, capacityOf(type));
  }
  const someNeeds = (): Needs => ({
    milliVcpu: 1000 * draw.upTo(2),
    memoryMib: 512 * draw.upTo(12),
    gpus: 0,
  });
  const running: Running[] = [];
  const place = (): void => {
    const needs = someNeeds();
    const host = index.find(environment, needs);
    if (host === undefined) return;
    index.take(host, needs);
    running.push({ host, needs });
  };
  for (let tries = 0; running.length < jobCount && tries < 2 * jobCount; tries++) place();

  const began = performance.now();
  for (let round = 0; round < rounds; round++) {
    const at = draw.upTo(running.length) - 1;
    const ended = running[at] as Running;
    running[at] = running.at(-1) as Running;
    running.pop();
    index.giveBack(ended.host, ended.needs);
    place();
  }
  const perPlacement = (performance.now() - began) / rounds;
  return Promise.resolve([
    {
      what: 'a placement among 5,000 hosts with 100,000 jobs',
      value: perPlacement * 1000,
      unit: 'µs',
      target: { bound: 'at most', value: 200 },
      note: 'one job ends, one is placed',
    },
    {
      what: 'the same by looking at each host',
      value: scan(index, hosts, someNeeds) * 1000,
      unit: 'µs',
      note: 'finding alone',
    },
  ]);
}

function scan(index: HostIndex, hosts: readonly HostId[], someNeeds: () => Needs): number {
  const free = hosts.map((id) => index.free(id) as Needs);
  const began = performance.now();
  let found = 0;
  for (let round = 0; round < 1_000; round++) {
    const needs = someNeeds();
    if (free.some((one) => fitsIn(one, needs))) found++;
  }
  return (performance.now() - began) / Math.max(found, 1_000);
}
