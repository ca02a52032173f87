// The pod of a job on Amazon EKS as DescribeJobs answers it: what it was submitted with, and how
// its last attempt and those before fared (user guide, Map a running job to a pod and a node).
// Nothing is added that AWS does not add.

import type {
  EksAttemptContainerDetail,
  EksAttemptDetail,
  EksContainer,
  EksContainerDetail,
  EksPodProperties,
  EksPodPropertiesDetail,
} from '@aws-sdk/client-batch';
import type { EndedAttempt, LiveAttempt } from '../../../core/job/attempt.ts';
import { podContainerName, podNameOf } from '../../../core/job/pod.ts';
import { runsOfJob } from '../../../core/job/runs.ts';
import { shownAttempt, type ShownJob } from './facts.ts';

type Shown = LiveAttempt | EndedAttempt;

export function podDetail({ job }: ShownJob, pod: EksPodProperties): EksPodPropertiesDetail {
  const attempt = shownAttempt(job);
  const detailOf = (container: EksContainer, index: number): EksContainerDetail => ({
    ...container,
    ...endOf(attempt, index),
  });
  return {
    ...pod,
    ...placesOf(pod, detailOf),
    ...(attempt && { podName: podNameOf(attempt.attemptId), nodeName: nodeNameOf(attempt) }),
  };
}

export function podAttempt(
  { detail, nodeIndex }: ShownJob,
  attempt: EndedAttempt,
): EksAttemptDetail {
  const { pod = {} } = runsOfJob(detail, nodeIndex);
  const detailOf = (container: EksContainer, index: number): EksAttemptContainerDetail => ({
    name: podContainerName(container),
    ...endOf(attempt, index),
  });
  return {
    ...placesOf(pod, detailOf),
    eksClusterArn: attempt.pod?.clusterArn,
    podName: podNameOf(attempt.attemptId),
    podNamespace: pod.metadata?.namespace || attempt.pod?.namespace,
    nodeName: nodeNameOf(attempt),
    startedAt: attempt.startedAtMs,
    stoppedAt: attempt.stoppedAtMs,
    statusReason: attempt.statusReason,
  };
}

/** That of its host, or what its cluster has chosen. */
const nodeNameOf = ({ pod, nodeName }: Shown): string | undefined => pod?.node ?? nodeName;

/** Both lists, by the index that each container has in an attempt: init containers come first. */
function placesOf<T>(
  { containers, initContainers }: EksPodProperties,
  detailOf: (container: EksContainer, index: number) => T,
): { readonly containers?: T[]; readonly initContainers?: T[] } {
  const before = initContainers?.length ?? 0;
  return {
    ...(containers && {
      containers: containers.map((container, index) => detailOf(container, before + index)),
    }),
    ...(initContainers && { initContainers: initContainers.map(detailOf) }),
  };
}

/** Absent while it has not ended, and where it never ran. */
function endOf(
  attempt: Shown | undefined,
  index: number,
): Pick<EksContainerDetail, 'exitCode' | 'reason'> {
  const run = attempt?.containers?.[index];
  return run?.state === 'ended' ? { exitCode: run.exitCode, reason: run.reason } : {};
}
