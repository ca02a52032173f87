// GetJobQueueSnapshot: who goes next in a queue, since when, and what the queue's jobs hold. AWS
// lists RUNNABLE jobs, so that an array shows its children and never its parent.

import type {
  FairshareUtilizationDetail,
  GetJobQueueSnapshotCommandInput,
  GetJobQueueSnapshotCommandOutput,
} from '@aws-sdk/client-batch';
import { jobArn } from '../../../core/arn.ts';
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
        jobs: snapshot.front.map(({ jobId, sinceMs }) => ({
          jobArn: jobArn(scope, jobId),
          earliestTimeAtPosition: sinceMs,
        })),
        lastUpdatedAt,
      },
      queueUtilization: {
        totalCapacityUsage: [vcpus(snapshot.usedMilliVcpu)],
        fairshareUtilization: fairshareUtilization(snapshot),
        lastUpdatedAt,
      },
    };
  },
};

const vcpus = (milliVcpu: number) => ({ capacityUnit: 'VCPU', quantity: milliVcpu / 1000 });

/** AWS counts the shares that are using capacity, and names the twenty that use most. */
function fairshareUtilization({
  shares,
}: QueueSnapshotView): FairshareUtilizationDetail | undefined {
  if (shares === undefined) return undefined;
  const top = shares.slice(0, limit.snapshotShares);
  return {
    activeShareCount: shares.length,
    topCapacityUtilization: top.map(({ identifier, usedMilliVcpu }) => ({
      shareIdentifier: identifier,
      capacityUsage: [vcpus(usedMilliVcpu)],
    })),
  };
}
