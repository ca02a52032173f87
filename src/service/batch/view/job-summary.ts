// A job as ListJobs answers it.

import type { JobSummary, NodePropertiesSummary } from '@aws-sdk/client-batch';
import { isCancelled } from '../../../core/job/job.ts';
import { stopBy } from '../../../core/job/stop.ts';
import type { JobView } from '../../../port/reader.ts';
import {
  arrayFacts,
  containerEnd,
  containerJobStatus,
  jobArnOf,
  startedAt,
  statusReason,
  stoppedAt,
} from './facts.ts';

export function jobSummary(view: JobView): JobSummary {
  const { detail, job } = view;
  const end = containerEnd(job);
  return {
    jobArn: jobArnOf(view),
    jobId: view.id,
    jobName: detail.name,
    createdAt: job.createdAtMs,
    shareIdentifier: detail.shareIdentifier,
    status: containerJobStatus(job),
    statusReason: statusReason(view),
    startedAt: startedAt(job),
    stoppedAt: stoppedAt(job),
    container: end.exitCode === undefined && end.reason === undefined ? undefined : end,
    arrayProperties: arrayFacts(view),
    nodeProperties: nodeSummary(view),
    jobDefinition: detail.definitionArn,
    // "This field is only present when the value is true."
    isCancelled: isCancelled(job) || undefined,
    isTerminated: stopBy(job.stops, 'terminate') && true,
  };
}

/** The number of a multi-node parallel job's nodes; for a node also which it is. */
function nodeSummary({
  detail: { nodeProperties },
  nodeIndex,
}: JobView): NodePropertiesSummary | undefined {
  if (nodeProperties === undefined) return undefined;
  const { numNodes, mainNode } = nodeProperties;
  return nodeIndex === undefined
    ? { numNodes }
    : { isMainNode: nodeIndex === mainNode, numNodes, nodeIndex };
}
