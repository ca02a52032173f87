// Law: nothing is placed before a job that goes before it and could have had its place: of a queue
// with a higher priority, or of the same queue and submitted earlier, or retried and thus in front.
// Room may be kept only for jobs whose kind has waited as long, or been overtaken as often, as the
// settings say, and instances for nodes, once there is one for each; who has room kept may go first
// among queues of its priority. Those of which only so many may run at once are passed by.

import type { Arn } from '../../src/base/ids.ts';
import type { JobQueue } from '../../src/core/job-queue/job-queue.ts';
import type { LiveJob } from '../../src/core/job/job.ts';
import type { Needs } from '../../src/core/job/needs.ts';
import type { JobTerms } from '../../src/core/job/terms.ts';
import { partsOf, type Ledger, type Runnable } from '../ledger.ts';
import { isSame } from '../same.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { Waits } from './waits.ts';

export function orderHonoured(): Checker {
  const waits = new Waits();

  function checkKept(observed: Observed, placed: LiveJob, waiting: Runnable): void {
    const [mine, other] = [waiting.queueArn, placed.queueArn].map(
      (arn) => observed.ledger.queues.get(arn) as JobQueue,
    ) as [JobQueue, JobQueue];
    if (mine.priority === other.priority && waits.mayBeKept(placed, observed)) return;
    throw new BrokenLaw(
      `job ${placed.id} of ${other.name} was placed in ${placed.attempt.computeEnvironmentArn}, and ${waiting.id} of ${mine.name}, which goes before it and needs no more, waits`,
    );
  }

  return {
    law: 'priorities and the order of submission are honoured',
    check(observed) {
      const { commits, ledger } = observed;
      for (const { placed } of commits) {
        if (placed.length === 0) continue;
        const waiting = ledger.runnable();
        for (const job of placed) {
          const queue = ledger.queues.get(job.queueArn);
          if (queue !== undefined)
            for (const one of waiting)
              if (isUnfair(ledger, job, queue, one)) checkKept(observed, job, one);
        }
        waits.note(waiting, placed, observed);
      }
    },
  };
}

/** Whether the one that waits goes before the one that was placed, and could have had its place. */
function isUnfair(ledger: Ledger, placed: LiveJob, other: JobQueue, waiting: Runnable): boolean {
  if (waiting.sequence === placed.sequence || ledger.mayBePassed(waiting)) return false;
  const mine = waiting.queueArn === placed.queueArn ? other : ledger.queues.get(waiting.queueArn);
  if (mine === undefined || !goesBefore(waiting, mine, placed, other)) return false;
  const { computeEnvironmentArn } = placed.attempt;
  const environments = [
    ...mine.computeEnvironmentOrder.map(({ computeEnvironment }) => computeEnvironment),
    ...(mine.serviceEnvironmentOrder ?? []).map(({ serviceEnvironment }) => serviceEnvironment),
  ];
  return (
    environments.some((environment) => environment === computeEnvironmentArn) &&
    asksNoMore(waiting.job.terms, placed.terms)
  );
}

function goesBefore(waiting: Runnable, mine: JobQueue, placed: LiveJob, other: JobQueue): boolean {
  // What one share holds back of another is the affair of another law.
  if (
    mine.schedulingPolicyArn !== undefined &&
    (mine !== other || waiting.job.terms.share?.identifier !== placed.terms.share?.identifier)
  )
    return false;
  if (mine.priority !== other.priority) return mine.priority > other.priority;
  if (mine !== other) return false;
  const its = waiting.job.terms.share?.schedulingPriority ?? 0;
  const theirs = placed.terms.share?.schedulingPriority ?? 0;
  if (its !== theirs) return its > theirs;
  const wasRetried = placed.attempts.length > 0;
  return waiting.retried === wasRetried ? waiting.sequence < placed.sequence : waiting.retried;
}

/** Whether terms ask for no more than others, of hosts and of consumable resources. */
export const asksNoMore = (mine: JobTerms, others: JobTerms): boolean =>
  mine.service?.instanceType === others.service?.instanceType &&
  fitsBeside(mine, others) &&
  partsOf(mine).every(({ consumables = [] }) =>
    consumables.every(({ arn }) => sumOf(arn, mine) <= sumOf(arn, others)),
  );

/**
 * What fits on the host of any node could have had that node's place. Nodes go where others of
 * their kind go, if these are no fewer.
 */
function fitsBeside(mine: JobTerms, others: JobTerms): boolean {
  if (mine.nodes === undefined)
    return others.nodes === undefined
      ? isLess(mine.needs, others.needs)
      : partsOf(others).some(({ needs }) => isLess(mine.needs, needs));
  if (
    others.nodes === undefined ||
    mine.nodes.instanceType !== others.nodes.instanceType ||
    mine.nodes.numNodes > others.nodes.numNodes
  )
    return false;
  const [its, theirs] = [partsOf(mine), partsOf(others)];
  return (
    its.every(({ needs }, node) => isLess(needs, (theirs[node] as JobTerms).needs)) &&
    isSame(largest(its), largest(theirs))
  );
}

/** By this the type of the nodes' instances is chosen. */
const largest = (parts: readonly JobTerms[]): number[] => [
  Math.max(...parts.map(({ needs }) => needs.milliVcpu)),
  Math.max(...parts.map(({ needs }) => needs.memoryMib)),
];

const sumOf = (arn: Arn, terms: JobTerms): number =>
  partsOf(terms).reduce(
    (sum, { consumables }) =>
      sum + (consumables?.find((claim) => claim.arn === arn)?.quantity ?? 0),
    0,
  );

const isLess = (a: Needs, b: Needs): boolean =>
  a.milliVcpu <= b.milliVcpu && a.memoryMib <= b.memoryMib && a.gpus <= b.gpus;
