// The variables that a container finds beside its own: those of AWS Batch (user guide, chapter Job
// Environment Variables), and those of Amazon ECS that clients rely on (Amazon ECS developer guide,
// Amazon ECS environment variables).

import { splitJobId, type JobId } from '../../base/ids.ts';
import type { KeyValuePair } from '@aws-sdk/client-batch';

interface VariableFacts {
  readonly jobId: JobId;
  readonly attemptNumber: number;
  readonly queueName: string;
  readonly computeEnvironmentName: string;
  readonly arraySize?: number | undefined;
  /** Which node it is of a multi-node parallel job. */
  readonly node?: NodeFacts | undefined;
  /** Of a pod: the UID of the Kubernetes node that it runs on, where that is known before. */
  readonly kubernetesNodeUid?: string | undefined;
}

export interface NodeFacts {
  readonly node: number;
  readonly mainNode: number;
  readonly numNodes: number;
  /** Where the main node is reached; of the others only. */
  readonly mainNodeAddress?: string | undefined;
}

/**
 * What Amazon ECS says of where a task runs: Metaflow's steps end at once without it. A job's own
 * value for one of them stands. Of pods it knows nothing.
 */
export function platformVariables({
  fargate,
  pod,
  region,
}: {
  readonly fargate: boolean;
  readonly pod: boolean;
  readonly region: string;
}): KeyValuePair[] {
  if (pod) return [];
  if (!fargate) return [{ name: 'AWS_EXECUTION_ENV', value: 'AWS_ECS_EC2' }];
  return [
    { name: 'AWS_EXECUTION_ENV', value: 'AWS_ECS_FARGATE' },
    { name: 'AWS_DEFAULT_REGION', value: region },
    { name: 'AWS_REGION', value: region },
  ];
}

const ofCredentials = /^AWS_CONTAINER_(?:CREDENTIALS|AUTHORIZATION)_/;
const ofRegion = /^AWS_(?:DEFAULT_)?REGION$/;
const ofEndpoint = /^AWS_ENDPOINT_URL/;

/**
 * The variables of a job's role, but for those that mean nothing, or something else, beside what
 * the job says itself: its own credentials are for its own endpoints. `names` are those of all
 * variables of its own, whatever their values come from.
 */
export function roleVariables<T extends { readonly name?: string | undefined }>(
  granted: readonly T[],
  names: readonly string[],
): readonly T[] {
  const says = (form: RegExp): boolean => names.some((name) => form.test(name));
  const isOthers = says(/^AWS_(?:ACCESS_KEY_ID|PROFILE)$/);
  const unwanted = [
    ...(says(ofCredentials) ? [ofCredentials] : []),
    ...(isOthers || says(ofRegion) ? [ofRegion] : []),
    ...(isOthers || says(/^AWS_ENDPOINT_URL$/) ? [ofEndpoint] : []),
  ];
  return granted.filter(({ name = '' }) => !unwanted.some((form) => form.test(name)));
}

/** In the order in which AWS sets them. */
export function batchVariables(facts: VariableFacts): KeyValuePair[] {
  const variables: KeyValuePair[] = [
    { name: 'AWS_BATCH_CE_NAME', value: facts.computeEnvironmentName },
    { name: 'AWS_BATCH_JOB_ID', value: facts.jobId },
    { name: 'AWS_BATCH_JOB_ATTEMPT', value: String(facts.attemptNumber) },
    { name: 'AWS_BATCH_JQ_NAME', value: facts.queueName },
  ];
  const { index } = splitJobId(facts.jobId);
  if (index !== undefined) {
    variables.push({ name: 'AWS_BATCH_JOB_ARRAY_INDEX', value: String(index) });
    variables.push({ name: 'AWS_BATCH_JOB_ARRAY_SIZE', value: String(facts.arraySize) });
  }
  if (facts.node !== undefined) variables.push(...nodeVariables(facts.node));
  if (facts.kubernetesNodeUid !== undefined)
    variables.push({
      name: 'AWS_BATCH_JOB_KUBERNETES_NODE_UID',
      value: facts.kubernetesNodeUid,
    });
  return variables;
}

function nodeVariables({ node, mainNode, numNodes, mainNodeAddress }: NodeFacts): KeyValuePair[] {
  const variables: KeyValuePair[] = [
    { name: 'AWS_BATCH_JOB_MAIN_NODE_INDEX', value: String(mainNode) },
    { name: 'AWS_BATCH_JOB_NODE_INDEX', value: String(node) },
    { name: 'AWS_BATCH_JOB_NUM_NODES', value: String(numNodes) },
  ];
  if (mainNodeAddress !== undefined)
    variables.push({
      name: 'AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS',
      value: mainNodeAddress,
    });
  return variables;
}
