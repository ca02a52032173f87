// Law: nothing starts before what it depends on has succeeded, and what depends on a failure fails with AWS's reason and
// without ever having started. Judged from the store alone, by what was asked for.

import type { JobDependency } from '@aws-sdk/client-batch';
import { jobId, splitJobId, type Scope } from '../../src/base/ids.ts';
import { dependentJobFailed } from '../../src/core/job/dependency.ts';
import { isArrayParent, type ArrayParent, type Job } from '../../src/core/job/job.ts';
import type { Store } from '../../src/port/store.ts';
import { law, type Checker, type Observed } from './checker.ts';

export const dependenciesRespected: Checker = {
  law: 'dependencies are respected',
  checkEnd({ store, expectations }: Observed) {
    for (const [id, { scope, dependsOn }] of expectations) {
      const job = dependsOn.length > 0 ? store.reader.job(scope, id)?.job : undefined;
      if (job === undefined) continue;
      if (!isArrayParent(job)) checkOne(store, scope, factsOf(job), undefined, dependsOn);
      else for (let index = 0; index < job.arraySize; index++) checkOne(store, scope, factsOrRest(store, job, index), { parent: job, index }, dependsOn);
    }
  },
};

interface Facts {
  readonly id: string;
  readonly status: string;
  readonly statusReason?: string | undefined;
  readonly firstPlacedAtMs?: number | undefined;
  readonly stoppedAtMs?: number | undefined;
  readonly stopped: boolean;
}

function checkOne(store: Store, scope: Scope, mine: Facts, child: { parent: ArrayParent; index: number } | undefined, dependsOn: readonly JobDependency[]): void {
  const targets = dependsOn.flatMap((dependency) => targetOf(store, scope, child, dependency));
  for (const target of targets) {
    if (mine.firstPlacedAtMs === undefined) continue;
    law(target.status === 'SUCCEEDED', `${mine.id} was started, and ${target.id}, on which it depends, is ${target.status}`);
    law((target.stoppedAtMs ?? 0) <= mine.firstPlacedAtMs, `${mine.id} was started before ${target.id} had ended`);
  }
  const failed = targets.some((target) => target.status === 'FAILED');
  if (failed && !mine.stopped) law(mine.status === 'FAILED' && mine.statusReason === dependentJobFailed, `${mine.id} depends on a failure and is ${mine.status}: ${mine.statusReason}`);
  if (!failed) law(mine.statusReason !== dependentJobFailed, `${mine.id} failed for a dependency, and none of its dependencies did`);
}

function targetOf(store: Store, scope: Scope, child: { parent: ArrayParent; index: number } | undefined, { jobId: given, type }: JobDependency): Facts[] {
  if (type === 'SEQUENTIAL') return child === undefined || child.index === 0 ? [] : [factsOrRest(store, child.parent, child.index - 1)];
  const { parent, index } = splitJobId(given ?? '');
  const target = store.reader.job(scope, parent)?.job;
  if (target === undefined) return [];
  if (!isArrayParent(target)) return [factsOf(target)];
  const at = type === 'N_TO_N' ? child?.index : index;
  return [at === undefined ? parentFacts(target) : factsOrRest(store, target, at)];
}

const factsOf = (job: Job): Facts => ({
  id: job.id,
  status: job.status,
  statusReason: job.statusReason,
  firstPlacedAtMs: job.attempts[0]?.placedAtMs,
  stoppedAtMs: 'stoppedAtMs' in job ? job.stoppedAtMs : undefined,
  stopped: job.stopRequested !== undefined,
});

const parentFacts = (parent: ArrayParent): Facts => ({ id: parent.id, status: parent.status, stoppedAtMs: 'stoppedAtMs' in parent ? parent.stoppedAtMs : undefined, stopped: parent.stopRequested !== undefined });

/** A child without a row is what its parent says of the rest. */
function factsOrRest(store: Store, parent: ArrayParent, index: number): Facts {
  const own = store.reader.child(parent.id, index)?.job;
  if (own !== undefined) return factsOf(own);
  const { rest } = parent;
  const ended = 'statusReason' in rest ? { statusReason: rest.statusReason, stoppedAtMs: rest.stoppedAtMs } : {};
  return { id: jobId(`${parent.id}:${index}`), status: rest.status, ...ended, firstPlacedAtMs: undefined, stopped: parent.stopRequested !== undefined };
}
