// Schedulers of a cluster beside ours that place the pods of a multi-node parallel job together, or
// none of them, and count them for that: Kueue's groups of plain pods, and PodGroups of the
// coscheduling plugin and of Volcano (their documentation). A job says by labels and annotations of
// its pods that it is theirs; here every pod of it gets what they count by. Pure.

import type { EksMetadata, EksPodProperties } from '@aws-sdk/client-batch';
import type { AttemptId } from '../../base/ids.ts';

const kueueQueue = 'kueue.x-k8s.io/queue-name';
const kueueGroup = 'kueue.x-k8s.io/pod-group-name';
const kueueCount = 'kueue.x-k8s.io/pod-group-total-count';
const kueueRetriable = 'kueue.x-k8s.io/retriable-in-group';

/** They name a PodGroup that somebody has made. */
const podGroupLabels = [
  'scheduling.x-k8s.io/pod-group',
  'pod-group.scheduling.sigs.k8s.io',
  'pod-group.scheduling.sigs.k8s.io/name',
];
const podGroupAnnotations = ['scheduling.k8s.io/group-name'];

/** Whether who places it counts the pods of its job: then none begins before all are there. */
export const isCounted = ({ metadata }: EksPodProperties): boolean =>
  labelsOf(metadata).length > 0 || annotationsOf(metadata).length > 0;

const labelsOf = (metadata: EksMetadata | undefined): [string, string][] =>
  entriesOf(metadata?.labels, [kueueQueue, ...podGroupLabels]);
const annotationsOf = (metadata: EksMetadata | undefined): [string, string][] =>
  entriesOf(metadata?.annotations, podGroupAnnotations);

const entriesOf = (
  marks: Readonly<Record<string, string>> | undefined,
  names: readonly string[],
): [string, string][] =>
  names.flatMap((name): [string, string][] => {
    const value = marks?.[name];
    return value === undefined ? [] : [[name, value]];
  });

/**
 * The pod of a node as those schedulers want it. What the main node's says of its group counts for
 * nodes that say nothing. Of Kueue's group each attempt at the job is one of its own, in which no
 * pod stands in for another that failed.
 */
export function inGroup(
  pod: EksPodProperties,
  mainNodesPod: EksPodProperties,
  { id, numNodes }: { readonly id: AttemptId; readonly numNodes: number },
): EksPodProperties {
  if (!isCounted(mainNodesPod)) return pod;
  const { metadata } = pod;
  const labels = { ...Object.fromEntries(labelsOf(mainNodesPod.metadata)), ...metadata?.labels };
  const isKueues = labels[kueueQueue] !== undefined;
  return {
    ...pod,
    metadata: {
      ...metadata,
      labels: { ...labels, ...(isKueues && { [kueueGroup]: id }) },
      annotations: {
        ...Object.fromEntries(annotationsOf(mainNodesPod.metadata)),
        ...metadata?.annotations,
        ...(isKueues && { [kueueCount]: String(numNodes), [kueueRetriable]: 'false' }),
      },
    },
  };
}
