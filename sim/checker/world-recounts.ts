// Law: what the world keeps by increments is what a count from scratch gives, and what the store would rebuild is the world.

import { restoreWorld } from '../../src/control/control.ts';
import { checkWorld } from '../../src/core/invariant.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import type { World } from '../../src/core/world.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export const worldRecounts: Checker = {
  law: 'the world recounts, and the store rebuilds it',
  check({ world, store, written }) {
    if (world === undefined) return;
    checkWorld(world);
    // Only a commit changes what the store would rebuild.
    if (written.length > 0 && world.changes.isEmpty) compare(world, restoreWorld(store.load(), world.settings));
  },
};

function compare(world: World, rebuilt: World): void {
  const [live, again] = [describe(world), describe(rebuilt)];
  if (live !== again) throw new BrokenLaw(`the store rebuilds another world:\n${firstDifference(live, again)}`);
}

/** Everything of a world that must survive, as sorted text. */
function describe(world: World): string {
  const lines: string[] = [];
  for (const environment of world.computeEnvironments.values()) lines.push(`environment ${JSON.stringify(environment)} uses ${JSON.stringify(world.environmentUse(environment.arn))}`);
  for (const queue of world.jobQueues.values()) lines.push(`queue ${JSON.stringify(queue)} jobs ${world.queueJobCount(queue.arn)}`);
  for (const definition of world.jobDefinitions.values()) lines.push(`definition ${JSON.stringify(definition)} last ${world.jobDefinitions.lastRevision(definition.scope, definition.name)}`);
  for (const job of world.jobs.values()) {
    const children = isArrayParent(job) ? JSON.stringify(job.children.summary()) : '';
    lines.push(`job ${sortedJson({ ...job, children: undefined })} ${children}`);
  }
  for (const { jobClass, entry } of world.backlog.classes()) lines.push(`backlog ${jobClass.key} from ${entry.rank}`);
  for (const [attemptId, allocation] of world.allocations) lines.push(`allocation ${attemptId} ${sortedJson(allocation)}`);
  return lines.sort().join('\n');
}

const sortedJson = (value: object): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );

function firstDifference(a: string, b: string): string {
  const others = new Set(b.split('\n'));
  const mine = new Set(a.split('\n'));
  return [...[...mine].filter((line) => !others.has(line)).map((line) => `  live:    ${line}`), ...[...others].filter((line) => !mine.has(line)).map((line) => `  rebuilt: ${line}`)].slice(0, 6).join('\n');
}
