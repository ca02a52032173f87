// What pods of ours are called and marked with, so that they and the containers in them are found
// again by whoever comes next, and by people. Pure.

import { attemptId, type AttemptId } from '../../base/ids.ts';

export const attemptLabel = 'longshore.dev/attempt';
/** Tells the servers apart that use one cluster: the mark of the data directory (ADR 0018). */
export const serverLabel = 'longshore.dev/server';
/** It keeps what is known of a pod until we have taken it off. */
export const observedFinalizer = 'longshore.dev/observed';
/** Keeps the scheduler from a pod whose Secrets are not there yet. */
export const secretsGate = 'longshore.dev/secrets';
/** Names of the containers that are ours, in the order of the attempt's. */
export const containersAnnotation = 'longshore.dev/containers';
/** The node that it is for. */
export const nodeAnnotation = 'longshore.dev/node';
/** `cluster`: that chooses its node. */
export const placementAnnotation = 'longshore.dev/placement';

/** Of a node of a multi-node parallel job: the attempt of its main node. */
export const nodesLabel = 'longshore.dev/nodes';
/** It was made to be placed together with its main node, and begins when that runs. */
export const awaitsMainAnnotation = 'longshore.dev/awaits-main-node';

/** Nodes of AWS Batch bear it as a taint, that others keep off them. */
export const batchNodeTaint = 'batch.amazonaws.com/batch-node';
/** A node that bears it is for that compute environment alone. */
export const environmentLabel = 'batch.amazonaws.com/compute-environment-uuid';
export const jobLabel = 'batch.amazonaws.com/job-id';

/** As AWS Batch calls the pod of an attempt. */
export const podNameOf = (attempt: AttemptId): string => `aws-batch.${attempt}`;

/** As AWS Batch calls the only container of a pod that has no name. */
export const onlyContainerName = 'default';

/** Of a container whose definition gives none that a pod's could have. */
export const containerNameAt = (index: number, of: number): string =>
  of === 1 ? onlyContainerName : `container-${index}`;

/** What is needed to tell whose a pod is. */
interface MarkedPod {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Undefined: it is of no attempt. */
export function attemptOf({ labels }: Pick<MarkedPod, 'labels'>): AttemptId | undefined {
  const text = labels[attemptLabel];
  return text === undefined || text === '' ? undefined : attemptId(text);
}

/** Names of the containers that are ours, in the order of the attempt's. */
export const containerNamesOf = ({ annotations }: Pick<MarkedPod, 'annotations'>): string[] =>
  (annotations[containersAnnotation] ?? onlyContainerName).split(',');

const labelValue = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;

/**
 * What people are told of a pod: as labels, by which they choose, where they can be, and whole as
 * annotations.
 */
export function tellingOf(facts: Readonly<Record<string, string>>): {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
} {
  const said = Object.entries(facts);
  return {
    labels: Object.fromEntries(said.filter(([, value]) => labelValue.test(value))),
    annotations: Object.fromEntries(said.filter(([, value]) => !labelValue.test(value))),
  };
}
