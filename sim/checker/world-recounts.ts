// Law: what the world keeps by increments is what a count from scratch gives, and what the store
// would rebuild is the world.

import { restoreWorld } from '../../src/core/world/restore.ts';
import { checkWorld } from '../../src/core/world/invariant.ts';
import {
  isArrayParent,
  type ArrayParent,
  type Job,
  type WorldJob,
} from '../../src/core/job/job.ts';
import { needsKey } from '../../src/core/job/needs.ts';
import type { World } from '../../src/core/world/world.ts';
import { isSame, type Alike } from '../same.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export const worldRecounts: Checker = {
  law: 'the world recounts, and the store rebuilds it',
  check({ commits, server, ledger }) {
    if (server === undefined || commits.length === 0) return;
    const { world } = server;
    for (const { changes } of commits) {
      for (const { id } of changes)
        if (world.jobs.get(id) !== ledger.open.get(id))
          throw new BrokenLaw(`job ${id} is in the world another than was committed`);
    }
    if (world.jobs.size !== ledger.open.size)
      throw new BrokenLaw(
        `the world holds ${world.jobs.size} jobs, and ${ledger.open.size} have not ended`,
      );
    if (world.attempts.size !== ledger.live.size)
      throw new BrokenLaw(
        `the world knows ${world.attempts.size} attempts, and ${ledger.live.size} are under way`,
      );
  },
  /** What came up is what had been committed. */
  checkStart({ server, ledger }) {
    if (server === undefined) return;
    const alike: Alike = new Map();
    for (const [id, job] of ledger.open) {
      const [committed, rebuilt] = [
        withoutChildren(job),
        withoutChildren(server.world.jobs.get(id)),
      ];
      if (!isSame(committed, rebuilt, alike))
        throw new BrokenLaw(
          `job ${id} was committed and is not rebuilt:\n  committed: ${JSON.stringify(committed)}\n  rebuilt:   ${JSON.stringify(rebuilt)}`,
        );
    }
    if (server.world.jobs.size !== ledger.open.size)
      throw new BrokenLaw(
        `${server.world.jobs.size} jobs were rebuilt, and ${ledger.open.size} have not ended`,
      );
    checkWorld(server.world);
  },
  checkNowAndThen({ server, store }) {
    if (server === undefined) return;
    const { world } = server;
    checkWorld(world);
    // What a start makes of counts of overtaking is stored with the first transaction after it, and
    // a start before that one makes the same of them.
    if (world.changes.overtaken.size > 0) return;
    compare(world, restoreWorld(store.load(), world.settings));
  },
};

/** Those are in rows of their own. */
const withoutChildren = <T extends Job | WorldJob | ArrayParent | undefined>(job: T) =>
  job !== undefined && isArrayParent(job) ? { ...job, children: undefined } : job;

function compare(world: World, rebuilt: World): void {
  compareJobs(world.jobs, rebuilt.jobs);
  const [live, again] = [describe(world), describe(rebuilt)];
  if (live !== again)
    throw new BrokenLaw(`the store rebuilds another world:\n${firstDifference(live, again)}`);
}

function compareJobs(live: World['jobs'], rebuilt: World['jobs']): void {
  const alike: Alike = new Map();
  for (const job of live.values())
    if (!isSame(job, rebuilt.get(job.id), alike))
      throw new BrokenLaw(
        `the store rebuilds another job:\n  live:    ${show(job)}\n  rebuilt: ${show(rebuilt.get(job.id))}`,
      );
  for (const job of rebuilt.values())
    if (!live.has(job.id))
      throw new BrokenLaw(`the store rebuilds a job that is not there:\n  rebuilt: ${show(job)}`);
}

const show = (job: WorldJob | undefined): string =>
  JSON.stringify(job) +
  (job !== undefined && isArrayParent(job) ? JSON.stringify(job.children.summary()) : '');

/** Everything else of a world that must survive, as sorted text. */
function describe(world: World): string {
  const lines: string[] = [];
  for (const environment of world.computeEnvironments.values())
    lines.push(
      `environment ${JSON.stringify(environment)} uses ${JSON.stringify(world.environmentUse(environment.arn))}`,
    );
  for (const environment of world.serviceEnvironments.values()) {
    const units = environment.capacityLimits.map(({ capacityUnit }) => capacityUnit);
    const used = ['NUM_INSTANCES', ...units].map((unit) =>
      world.serviceEnvironments.used(environment.arn, unit),
    );
    lines.push(`service environment ${JSON.stringify(environment)} uses ${used.join()}`);
  }
  for (const queue of world.jobQueues.values())
    lines.push(`queue ${JSON.stringify(queue)} jobs ${world.jobs.inQueue(queue.arn)}`);
  for (const definition of world.jobDefinitions.values())
    lines.push(
      `definition ${JSON.stringify(definition)} last ${world.jobDefinitions.lastRevision(definition.scope, definition.name)}`,
    );
  for (const { arn, quantity } of world.consumableResources.values())
    lines.push(`consumable ${arn} ${quantity}, held ${world.consumableResources.held(arn)}`);
  for (const policy of world.schedulingPolicies.values())
    lines.push(`policy ${JSON.stringify(policy)}`);
  for (const share of world.quotaShares.values())
    lines.push(`quota share ${JSON.stringify(share)}, ${world.quotaShares.jobsIn(share.arn)} jobs`);
  for (const queue of world.jobQueues.values()) {
    // A share that never held anything has no row, and no need of one.
    for (const share of world.scheduler.lines.of(queue.arn).shares?.values() ?? []) {
      if (share.atSecond > 0 || share.jobs > 0)
        lines.push(
          `share ${queue.arn} ${share.identifier} used ${share.usage} at ${share.atSecond}, holds ${share.milliVcpu}, jobs ${share.jobs}`,
        );
    }
  }
  for (const row of world.scheduler.backlog.overtakenRows())
    lines.push(`overtaken ${row.key} by ${row.jobs} since ${row.sinceMs}`);
  for (const { jobClass, entry } of world.scheduler.backlog.classes())
    lines.push(`backlog ${jobClass.key} from ${entry.rank}`);
  for (const [attemptId, { hostId, computeEnvironmentArn, needs }] of world.allocations)
    lines.push(`allocation ${attemptId} ${hostId} ${computeEnvironmentArn} ${needsKey(needs)}`);
  return lines.sort().join('\n');
}

function firstDifference(a: string, b: string): string {
  const others = new Set(b.split('\n'));
  const mine = new Set(a.split('\n'));
  return [
    ...[...mine].filter((line) => !others.has(line)).map((line) => `  live:    ${line}`),
    ...[...others].filter((line) => !mine.has(line)).map((line) => `  rebuilt: ${line}`),
  ]
    .slice(0, 6)
    .join('\n');
}
