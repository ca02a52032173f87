// GetJobQueueSnapshot: who goes next in a queue, since when, and what the queue's jobs hold. AWS
// lists RUNNABLE jobs, so that an array shows its children and never its parent.

import type {
  FairshareUtilizationDetail,
  FrontOfQuotaShareJobSummary,
  FrontOfQuotaSharesDetail,
  GetJobQueueSnapshotCommandInput,
  GetJobQueueSnapshotCommandOutput,
  QueueSnapshotCapacityUsage,
  QuotaShareUtilizationDetail,
} from '@aws-sdk/client-batch';
import type { Scope } from '../../../base/ids.ts';
import { jobArn, serviceJobArn } from '../../../core/arn.ts';
import { limit } from '../../../core/limit.ts';
import type { QueueSnapshotView } from '../../../port/reader.ts';
import { notFound } from '../../../wire/error-catalogue.ts';
import { queueResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';

export const getJobQueueSnapshot: BatchOperation<
  GetJobQueueSnapshotCommandInput,
  Reply<GetJobQueueSnapshotCommandOutput>
> = {
  authorizes: (input, context) => [
    { action: 'batch:GetJobQueueSnapshot', resources: [queueResource(context, input.jobQueue)] },
  ],

  handle({ reader, clock }, input, { scope }) {
    checkReference(input.jobQueue, 'jobQueue');
    const snapshot = reader.batch.queueSnapshot(scope, input.jobQueue ?? '', limit.snapshotJobs);
    if (snapshot === undefined) throw notFound(`Job queue ${input.jobQueue}`);
    // What is read is as of now: nothing here is gathered from time to time.
    const lastUpdatedAt = clock.now();
    return {
      frontOfQueue: {
        jobs: snapshot.front.map((front) => placeOf(scope, snapshot, front)),
        lastUpdatedAt,
      },
      frontOfQuotaShares: frontOfQuotaShares(scope, snapshot, lastUpdatedAt),
      queueUtilization: {
        totalCapacityUsage: usageOf(snapshot),
        fairshareUtilization: fairshareUtilization(snapshot),
        quotaShareUtilization: quotaShareUtilization(snapshot),
        lastUpdatedAt,
      },
    };
  },
};

const placeOf = (
  scope: Scope,
  { instancesUsed }: QueueSnapshotView,
  { jobId, sinceMs }: QueueSnapshotView['front'][number],
): FrontOfQuotaShareJobSummary => ({
  jobArn: (instancesUsed === undefined ? jobArn : serviceJobArn)(scope, jobId),
  earliestTimeAtPosition: sinceMs,
});

const vcpus = ({ queue }: QueueSnapshotView, milliVcpu: number) => ({
  capacityUnit: queue.jobQueueType === 'EKS' ? 'cpu' : 'VCPU',
  quantity: milliVcpu / 1000,
});

/**
 * "For compute jobs, this is VCPU for Amazon EC2 and cpu for Amazon EKS. For service jobs, this is
 * the instance type."
 */
function usageOf(snapshot: QueueSnapshotView): QueueSnapshotCapacityUsage[] {
  const { usedMilliVcpu, instancesUsed, quotas } = snapshot;
  if (instancesUsed === undefined) return [...(quotas?.used ?? [vcpus(snapshot, usedMilliVcpu)])];
  const sums = new Map<string, number>();
  for (const { capacityUnit, quantity } of instancesUsed)
    sums.set(capacityUnit, (sums.get(capacityUnit) ?? 0) + quantity);
  return [...sums].map(([capacityUnit, quantity]) => ({ capacityUnit, quantity }));
}

/** AWS counts the shares that are using capacity, and names the twenty that use most. */
function fairshareUtilization(snapshot: QueueSnapshotView): FairshareUtilizationDetail | undefined {
  const { shares, instancesUsed } = snapshot;
  if (shares === undefined) return undefined;
  const top = shares.slice(0, limit.snapshotShares);
  return {
    activeShareCount: shares.length,
    topCapacityUtilization: top.map(({ identifier, usedMilliVcpu }) => ({
      shareIdentifier: identifier,
      capacityUsage:
        instancesUsed === undefined
          ? [vcpus(snapshot, usedMilliVcpu)]
          : instancesUsed.flatMap(({ share, capacityUnit, quantity }) =>
              share === identifier ? [{ capacityUnit, quantity }] : [],
            ),
    })),
  };
}

/** "The first RUNNABLE job in each named quota share"; a share of which none waits is left out. */
function frontOfQuotaShares(
  scope: Scope,
  snapshot: QueueSnapshotView,
  lastUpdatedAt: number,
): FrontOfQuotaSharesDetail | undefined {
  const { quotas } = snapshot;
  if (quotas === undefined) return undefined;
  const quotaShares: Record<string, FrontOfQuotaShareJobSummary[]> = {};
  for (const { name, front } of quotas.shares)
    if (front !== undefined) quotaShares[name] = [placeOf(scope, snapshot, front)];
  return { quotaShares, lastUpdatedAt };
}

/** The shares that hold anything, as many as a fair share queue shows, most vCPUs first. */
function quotaShareUtilization({
  quotas,
}: QueueSnapshotView): QuotaShareUtilizationDetail | undefined {
  if (quotas === undefined) return undefined;
  const holding = quotas.shares
    .filter(({ used }) => used.some(({ quantity }) => quantity > 0))
    .toSorted(({ used: a }, { used: b }) => (b[0]?.quantity ?? 0) - (a[0]?.quantity ?? 0));
  return {
    topCapacityUtilization: holding.slice(0, limit.snapshotShares).map(({ name, used }) => ({
      quotaShareName: name,
      capacityUsage: [...used],
    })),
  };
}
