// A container of an attempt becomes what an engine runs: what is stored of it with AWS's variables
// put in. What it gets of secrets is said beside it, and fetched by others. What cannot be given to
// any engine is said here, in the words in which the attempt then fails.

import type { ContainerProperties, KeyValuePair } from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import {
  scopeParts,
  splitContainerId,
  splitJobId,
  type ContainerId,
  type JobId,
  type Scope,
} from '../../base/ids.ts';
import { nameInArn, taskArn } from '../../core/arn.ts';
import { isFargate } from '../../core/compute-environment/compute-environment.ts';
import { startsTogether } from '../../core/host/connection.ts';
import { instanceIdOf } from '../../core/host/host.ts';
import { attemptContainers, logsOf, type Placement } from '../../core/job/attempt.ts';
import { noLogGroup, type LogStream } from '../../core/job/container.ts';
import type { JobDetailRecord, LiveJob } from '../../core/job/job.ts';
import { podContainersOf } from '../../core/job/pod.ts';
import { inGroup } from '../../core/job/pod-group.ts';
import { propertiesAt, runsOfJob, type Runs } from '../../core/job/runs.ts';
import { sharedMemoryMib } from '../../core/job/task.ts';
import type { ContainerTerms, JobTerms } from '../../core/job/terms.ts';
import {
  batchVariables,
  platformVariables,
  roleVariables,
  type NodeFacts,
} from '../../core/job/variables.ts';
import { trainingArnOf, trainingVariables } from '../../core/service-job/service-job.ts';
import { trainingHost } from '../../core/service-job/training-attempt.ts';
import type { World } from '../../core/world/world.ts';
import type { ContainerSpec, PodPlace, TaskPlace } from '../../port/engine.ts';
import type { ContainerNetwork, JobCredentials } from '../../port/job-credentials.ts';
import { secretsOf, type ContainerSecrets } from './container-secrets.ts';
import { routingOf } from './log-routing.ts';

export interface SpecAndSecrets {
  readonly spec: ContainerSpec;
  /** What is still to be put into it; absent: nothing. */
  readonly secrets: ContainerSecrets | undefined;
  /** The log stream that must be there, and what is said where it is not; undefined: none. */
  readonly stream: StreamWanted | undefined;
}

interface StreamWanted {
  readonly scope: Scope;
  readonly group: string;
  readonly name: string;
  readonly absent: string;
}

/** What goes into the environment of containers and is no job's own. */
export interface EnvironmentParts {
  /** Variables of every container. */
  readonly forAll: readonly KeyValuePair[];
  /** Absent: roles mean nothing. */
  readonly credentials?: JobCredentials | undefined;
}

/** What a container is of: a job that is under way, or a node of one that is to be. */
type ContainersJob = Pick<LiveJob, 'id' | 'terms'> & { readonly attempt: Placement };

/** `detail` is its parent's for an array's child. */
export function containerSpec(
  world: World,
  { id: jobId, terms, attempt: placement }: ContainersJob,
  containerId: ContainerId,
  detail: JobDetailRecord,
  { forAll, credentials }: EnvironmentParts,
): SpecAndSecrets | { readonly cannotStart: string } {
  const node = nodeFacts(world, jobId);
  const { index } = splitContainerId(containerId);
  const runs = runsOfJob(detail, node?.node);
  const host = world.hosts.get(placement.hostId);
  const { container, spec: routing } = routingOf(
    propertiesAt(runs, index),
    runs.task,
    index,
    placement.attemptId,
    () => ({
      cluster: placement.cluster ?? '',
      taskArn: taskArn(detail.scope, placement.cluster ?? '', placement.attemptId),
      taskDefinition: nameInArn(detail.definitionArn) ?? '',
      instanceId: host?.kind === 'instance' ? instanceIdOf(host) : undefined,
    }),
  );
  const { needs } = must(
    attemptContainers(terms)[index],
    'what is started is one of the containers',
  );
  const queueName = world.jobQueues.get(detail.queueArn)?.name ?? detail.queueArn;
  const environment = world.computeEnvironments.get(placement.computeEnvironmentArn);
  const namespace = environment?.capacity?.namespace;
  const variables =
    detail.service === undefined
      ? batchVariables({
          jobId,
          attemptNumber: placement.number,
          queueName,
          computeEnvironmentName: environment?.name ?? '',
          arraySize: detail.arraySize,
          node,
          kubernetesNodeUid: runs.pod && host?.kind === 'instance' ? host.uid : undefined,
        })
      : trainingVariables(detail.scope, detail.service, placement.attemptId);
  const own = under(forAll, container.environment ?? []);
  const { region } = scopeParts(detail.scope);
  const platform =
    detail.service === undefined
      ? platformVariables({
          fargate: environment !== undefined && isFargate(environment),
          pod: runs.pod !== undefined,
          region,
        })
      : [{ name: 'AWS_REGION', value: region }];
  const granted = credentials?.variablesFor({
    scope: detail.scope,
    jobId,
    attemptId: placement.attemptId,
    jobRoleArn: container.jobRoleArn,
    executionRoleArn: container.executionRoleArn,
    trainingJobArn: trainingArnOf(detail, placement.attemptId),
    network: networkOf(placement, node !== undefined),
    isElsewhere: host?.kind === 'registered',
  }) ?? { variables: [], secrets: [] };
  if ('cannotStart' in granted) return granted;
  const names = [...own, ...(container.secrets ?? [])].map(({ name = '' }) => name);
  const place = placeOf(
    grouped(runs, detail, placement, node),
    index,
    terms,
    placement,
    (roleArn) => {
      const leading = credentials?.variablesOfAccount(detail.scope, roleArn);
      return leading && roleVariables(leading, names);
    },
  );
  if ('cannotStart' in place) return place;
  const ofRole = roleVariables(granted.variables, names);
  return {
    secrets: secretsOf(container, detail.scope, placement.attemptId),
    stream: streamOf(
      detail.scope,
      logsOf(terms, placement)[index],
      environment !== undefined && isFargate(environment),
    ),
    spec: {
      containerId,
      ...(host?.kind === 'instance' &&
        host.connection !== undefined && {
          on: {
            hostId: host.id,
            reference: host.reference,
            ...(namespace !== undefined && { namespace }),
            ...(placement.anyNode && {
              anyNode: {
                architecture: terms.architecture,
                environmentUuid: environment?.uuid ?? '',
              },
            }),
          },
        }),
      image: container.image ?? '',
      entrypoint: detail.service?.entrypoint,
      command: container.command ?? [],
      environment: [...under(under(platform, ofRole), own), ...variables],
      secretEnvironment: roleVariables(granted.secrets, names),
      ...needs,
      region,
      ephemeralStorageGib: container.ephemeralStorage?.sizeInGiB,
      user: container.user,
      privileged: container.privileged,
      readonlyRootFilesystem: container.readonlyRootFilesystem,
      ulimits: container.ulimits,
      volumes: container.volumes,
      mountPoints: container.mountPoints,
      linuxParameters: container.linuxParameters,
      logConfiguration: container.logConfiguration,
      ...routing,
      network: node &&
        placement.network && { ...placement.network, numNodes: node.numNodes, node: node.node },
      ...(detail.service && { hostNames: [trainingHost] }),
      ...place,
      labels: {
        'longshore.job': jobId,
        'longshore.job-name': detail.name,
        'longshore.job-queue': queueName,
      },
    },
  };
}

/** Where its group was not there, it is not: in the words of Fargate's agent, or of Docker. */
function streamOf(
  scope: Scope,
  log: LogStream | undefined,
  fargate: boolean,
): StreamWanted | undefined {
  if (log?.ofGivenGroup === undefined) return undefined;
  const step = fargate
    ? 'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times'
    : 'CannotStartContainerError: Error response from daemon: failed to initialize logging driver';
  const absent = `${step}: failed to create Cloudwatch log stream: ${noLogGroup}`;
  return { scope, group: log.group, name: log.stream, absent };
}

/**
 * What a job's container is, of several the one at this index; of a multi-node parallel job that of
 * the node.
 */
export const containerOf = (
  world: World,
  jobId: JobId,
  detail: JobDetailRecord,
  index: number,
): ContainerProperties => propertiesAt(runsOfJob(detail, nodeFacts(world, jobId)?.node), index);

function networkOf(placement: Placement, isNode: boolean): ContainerNetwork {
  if (startsTogether(placement)) return 'pod';
  return isNode ? (placement.network?.kind ?? 'usual') : 'usual';
}

/** A node's pod with what schedulers of its cluster count by. */
function grouped(
  runs: Runs,
  detail: JobDetailRecord,
  { network }: Placement,
  node: NodeFacts | undefined,
): Runs {
  if (runs.pod === undefined || node === undefined || network === undefined) return runs;
  const main = must(runsOfJob(detail, node.mainNode).pod, 'all nodes are pods, or none is');
  const { numNodes } = node;
  return { pod: inGroup(runs.pod, main, { id: network.id, numNodes }) };
}

/** Nothing where it is the only container, and no part of a task or a pod. */
function placeOf(
  { task, pod }: Runs,
  index: number,
  terms: JobTerms,
  placement: Placement,
  variablesOfRole: PodPlace['variablesOfRole'],
): Pick<ContainerSpec, 'task' | 'pod' | 'entrypoint'> | { readonly cannotStart: string } {
  const { attemptId, pod: where } = placement;
  if (pod !== undefined) {
    const containers = podContainersOf(pod);
    const { container, init } = must(containers[index], 'the container is one of the pod');
    return {
      task: { attemptId, containers: containers.length },
      pod: {
        namespace: pod.metadata?.namespace ?? where?.namespace ?? 'default',
        properties: pod,
        container,
        init,
        ...(pod.serviceAccountName && { variablesOfRole }),
      },
      entrypoint: container.command,
    };
  }
  if (task === undefined) return {};
  const containers = attemptContainers(terms);
  const isTogether = startsTogether(placement);
  const hurried = isTogether ? containers.find((_, at) => isBounded(containers, at)) : undefined;
  if (hurried !== undefined)
    return {
      cannotStart: `CannotCreateContainerError: a Kubernetes cluster cannot give startTimeout (container ${hurried.name}): it orders containers by itself`,
    };
  return {
    task: {
      attemptId,
      containers: containers.length,
      ...(isTogether && { after: containers[index]?.dependsOn ?? [] }),
      ipcMode: (task.ipcMode || undefined) as TaskPlace['ipcMode'],
      pidMode: (task.pidMode || undefined) as TaskPlace['pidMode'],
      sharedMemoryMib: sharedMemoryMib(task),
    },
  };
}

/** Others wait for it, and not for ever. */
const isBounded = (containers: readonly ContainerTerms[], at: number): boolean =>
  containers[at]?.startTimeoutSeconds !== undefined &&
  containers.some(({ dependsOn = [] }) => dependsOn.some(({ container }) => container === at));

/** The first where the second do not say otherwise, then the second. */
const under = (
  first: readonly KeyValuePair[],
  second: readonly KeyValuePair[],
): readonly KeyValuePair[] => [
  ...first.filter(({ name }) => !second.some((variable) => variable.name === name)),
  ...second,
];

/** Which node of a multi-node parallel job it is: the job itself is its main node. */
function nodeFacts(world: World, jobId: JobId): NodeFacts | undefined {
  const { parent, node } = splitJobId(jobId);
  const job = world.jobs.get(parent);
  const nodes = job?.terms.nodes;
  if (job === undefined || nodes === undefined) return undefined;
  const { mainNode, numNodes } = nodes;
  if (node === undefined) return { node: mainNode, mainNode, numNodes };
  return {
    node,
    mainNode,
    numNodes,
    mainNodeAddress: job.status === 'RUNNING' ? job.attempt.address : undefined,
  };
}
