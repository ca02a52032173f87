// What the quota shares of a queue hold, and which job of each goes next, at this moment
// (GetJobQueueSnapshot). Changes nothing.

import type { Arn, JobId } from '../../base/ids.ts';
import { addNeeds, noNeeds, type Needs } from '../../core/job/needs.ts';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import { jobUnits, type JobUnit } from '../../core/quota-share/quota-share.ts';
import type { World } from '../../core/world/world.ts';
import type { QuotasView, QuotaUsage } from '../../port/reader.ts';
import { runnable } from './runnable.ts';

const quantityIn: Readonly<Record<JobUnit, (needs: Needs) => number>> = {
  VCPU: ({ milliVcpu }) => milliVcpu / 1000,
  MEMORY: ({ memoryMib }) => memoryMib,
  GPU: ({ gpus }) => gpus,
};

/** Undefined: the queue's jobs are in no quota shares. */
export function quotasOf(world: World, queue: JobQueue): QuotasView | undefined {
  const policy =
    queue.schedulingPolicyArn && world.schedulingPolicies.get(queue.schedulingPolicyArn);
  if (!policy || policy.kind !== 'quota-share') return undefined;
  const shares = [...world.quotaShares.of(queue.arn).values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const named = new Set(
    shares.flatMap(({ capacityLimits }) => capacityLimits.map(({ capacityUnit }) => capacityUnit)),
  );
  const units = jobUnits.filter((unit) => unit === 'VCPU' || named.has(unit));
  const usage = (needs: Needs): QuotaUsage =>
    units.map((unit) => ({ capacityUnit: unit, quantity: quantityIn[unit](needs) }));
  const held = heldByShare(world, queue.arn);
  const fronts = frontsByShare(world, queue.arn);
  return {
    used: usage([...held.values()].reduce(addNeeds, noNeeds)),
    shares: shares.map(({ name }) => ({
      name,
      used: usage(held.get(name) ?? noNeeds),
      front: fronts.get(name),
    })),
  };
}

function heldByShare(world: World, queueArn: Arn): Map<string, Needs> {
  const held = new Map<string, Needs>();
  for (const { share, needs } of world.allocations.values())
    if (share?.queueArn === queueArn)
      held.set(share.identifier, addNeeds(held.get(share.identifier) ?? noNeeds, needs));
  return held;
}

/** A list of the line is a share's: its first job is the share's. */
function frontsByShare(
  world: World,
  queueArn: Arn,
): Map<string, { readonly jobId: JobId; readonly sinceMs: number }> {
  const fronts = new Map<string, { readonly jobId: JobId; readonly sinceMs: number }>();
  for (const list of world.scheduler.lines.of(queueArn).lists())
    for (const jobId of list) {
      const job = runnable(world, jobId);
      const { share } = job.terms;
      if (share !== undefined) fronts.set(share.identifier, { jobId, sinceMs: list.sinceMs(job) });
      break;
    }
  return fronts;
}
