// Scaling and placing in turns until every job has a place: what a plan is worth when jobs are not
// placed as it imagined, but one by one as they came.

import { arn, hostId, type HostId } from '../src/base/ids.ts';
import type { InstanceType } from '../src/core/instance-type/instance-type.ts';
import { needsKey, type Needs } from '../src/core/job/needs.ts';
import { HostIndex } from '../src/core/schedule/fit/host-index.ts';
import { defaultMarket } from '../src/core/schedule/scale/market.ts';
import type { Demand } from '../src/core/schedule/scale/pack.ts';
import { planScaling } from '../src/core/schedule/scale/scale.ts';
import type { ScalingEnvironment } from '../src/core/schedule/scale/scaling-environment.ts';
import { offerOf } from '../src/core/schedule/scale/strategy.ts';
import { draws } from './draws.ts';

/**
 * What the instances cost when all jobs, shuffled, have a place; in millionths of a dollar per
 * hour.
 */
export function costWhenPlaced(types: readonly InstanceType[], waiting: readonly Demand[]): number {
  const environment: ScalingEnvironment = {
    arn: arn('bench'),
    state: 'ENABLED',
    spot: false,
    strategy: 'BEST_FIT_PROGRESSIVE',
    bidPercentage: 100,
    minvCpus: 0,
    maxvCpus: 1_000_000_000,
    choices: [{ name: 'bench', types }],
    scaleDownDelayMs: 0,
    instances: [],
  };
  const index = new HostIndex();
  const hosts: { id: HostId; type: InstanceType }[] = [];
  let cost = 0;
  for (let jobs = shuffled(waiting); jobs.length > 0;) {
    const instances = hosts.map(({ id, type }) => ({
      id,
      type,
      state: 'running' as const,
      jobs: 1,
      free: index.free(id) as Needs,
    }));
    const plan = planScaling(
      [{ environments: [environment.arn], waiting: counted(jobs) }],
      [{ ...environment, instances }],
      defaultMarket,
      0,
    );
    for (const { type, count } of plan.environments[0]?.launches ?? []) {
      const { kind } = offerOf(type, environment, defaultMarket, undefined);
      for (let at = 0; at < count; at++) {
        const id = hostId(String(hosts.length));
        index.add(environment.arn, id, kind, kind.capacity);
        hosts.push({ id, type });
        cost += kind.microUsd;
      }
    }
    const left = jobs.filter((needs) => {
      const host = index.find(environment.arn, needs);
      if (host !== undefined) index.take(host, needs);
      return host === undefined;
    });
    if (left.length === jobs.length) throw new Error('a cycle of scaling gave no job a place');
    jobs = left;
  }
  return cost;
}

function shuffled(waiting: readonly Demand[]): readonly Needs[] {
  const draw = draws(3);
  const jobs = waiting.flatMap(({ needs, count }) => Array.from({ length: count }, () => needs));
  for (let at = jobs.length - 1; at > 0; at--) {
    const other = draw.upTo(at + 1) - 1;
    [jobs[at], jobs[other]] = [jobs[other] as Needs, jobs[at] as Needs];
  }
  return jobs;
}

function counted(jobs: readonly Needs[]): readonly Demand[] {
  const byKey = new Map<string, { needs: Needs; count: number }>();
  for (const needs of jobs) {
    const found = byKey.get(needsKey(needs));
    if (found === undefined) byKey.set(needsKey(needs), { needs, count: 1 });
    else found.count++;
  }
  return [...byKey.values()];
}
