// A job in words: where it stands, how it ended, in one line or in full. Reads what DescribeJobs
// says and nothing else.

import type {
  AttemptDetail,
  EksContainerDetail,
  JobDetail,
  TaskContainerDetails,
} from '@aws-sdk/client-batch';
import { shellWord } from '../../base/shell-word.ts';
import { durationText, timeText } from './time.ts';
import { inLine, statusText, type Style } from './style.ts';

export const jobStatuses = [
  'SUBMITTED',
  'PENDING',
  'RUNNABLE',
  'STARTING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
] as const;

export const isEnded = (job: { readonly status?: string | undefined }): boolean =>
  job.status === 'SUCCEEDED' || job.status === 'FAILED';

/** Queue, definition or environment: what follows the last slash of an ARN, or the name itself. */
export const nameOfArn = (arnOrName: string | undefined): string =>
  (arnOrName ?? '').replace(/^arn:.*\//, '');

/** The compute environment of a cluster: AWS Batch names clusters by it. */
export const environmentOfCluster = (arn: string): string =>
  nameOfArn(arn).replace(/_Batch_[^_]*$/, '');

export type StatusCounts = Partial<Record<string, number>>;

/** Children by status; undefined for a job that is no array. */
export const childCounts = (job: JobDetail): StatusCounts | undefined =>
  job.arrayProperties?.size === undefined ? undefined : (job.arrayProperties.statusSummary ?? {});

/** `5 SUCCEEDED, 1 RUNNING`, the finished ones first; statuses that nothing has are left out. */
export function countsText(counts: StatusCounts, style: Style): string {
  const order = [...jobStatuses]
    .reverse()
    .sort((a, b) => Number(isEnded({ status: b })) - Number(isEnded({ status: a })));
  const present = order.filter((status) => (counts[status] ?? 0) > 0);
  return present.map((status) => `${counts[status]} ${statusText(style, status)}`).join(', ');
}

const titleOf = (job: JobDetail): string => `${job.jobName ?? ''} (${job.jobId})`;

/** Where a job stands that has not ended, and why. */
export function standText(job: JobDetail, style: Style): string {
  const counts = childCounts(job);
  const children = counts === undefined ? '' : countsText(counts, style);
  const reason = [children, job.statusReason].filter(Boolean).join('; ');
  return inLine(`${titleOf(job)} ${statusText(style, job.status)}${reason && `: ${reason}`}`);
}

/** How a job ended, how long it took from its submission on, and why. */
export function endText(job: JobDetail, style: Style): string {
  const took =
    job.stoppedAt !== undefined && job.createdAt !== undefined
      ? ` after ${durationText(job.stoppedAt - job.createdAt)}`
      : '';
  const causes = job.status === 'FAILED' ? failureCauses(job) : [];
  return inLine(
    `${titleOf(job)} ${statusText(style, job.status)}${took}${causes.length > 0 ? `: ${causes.join('; ')}` : ''}`,
  );
}

/** What is known of a failure, the most telling last. */
export function failureCauses(job: JobDetail): string[] {
  const causes: string[] = [];
  if (job.statusReason) causes.push(job.statusReason);
  const counts = childCounts(job);
  if (counts !== undefined)
    causes.push(`${counts['FAILED'] ?? 0} of ${job.arrayProperties?.size} children failed`);
  // A multi-node parallel job has no container of its own: its attempts are its main node's.
  const { exitCode, reason } =
    job.container ??
    (job.nodeProperties && job.attempts?.at(-1)?.container) ??
    containersOf(job).find((each) => each.essential !== false && each.exitCode !== 0) ??
    {};
  if (exitCode !== undefined && counts === undefined) causes.push(`exit code ${exitCode}`);
  if (reason && reason !== job.statusReason) causes.push(reason);
  return causes;
}

/** A job in full, as lines of `title  value`. */
export function describeText(job: JobDetail, style: Style): string {
  const lines = linesOf(job, style).filter(
    (line): line is [string, string] => line[1] !== undefined && line[1] !== '',
  );
  const width = Math.max(...lines.map(([title]) => title.length));
  return lines
    .map(([title, value]) => `${style('dim', title.padEnd(width))}  ${inLine(value)}\n`)
    .join('');
}

type Line = readonly [title: string, value: string | undefined];

function linesOf(job: JobDetail, style: Style): Line[] {
  const { container, arrayProperties: array, nodeProperties: nodes, nodeDetails: node } = job;
  const pod = job.eksProperties?.podProperties;
  return [
    ['Job', `${style('bold', job.jobName ?? '')}  ${job.jobId}`],
    ['Status', `${statusText(style, job.status)}${stoppingText(job)}`],
    ['Reason', job.statusReason],
    ['Queue', nameOfArn(job.jobQueue)],
    ['Definition', nameOfArn(job.jobDefinition)],
    ['Created', timeText(job.createdAt)],
    ['Started', since(job.startedAt, job.createdAt, 'waited')],
    ['Stopped', since(job.stoppedAt, job.startedAt, 'ran')],
    [
      'Array',
      array?.size === undefined
        ? undefined
        : `${array.size} children: ${countsText(array.statusSummary ?? {}, style)}`,
    ],
    ['Index', array?.index === undefined ? undefined : String(array.index)],
    ['Nodes', nodes && `${nodes.numNodes}, of which ${nodes.mainNode} is the main one`],
    ['Node', node && `${node.nodeIndex}${node.isMainNode ? ', the main one' : ''}`],
    [
      'Depends on',
      job.dependsOn?.map(({ jobId, type }) => [jobId, type].filter(Boolean).join(' ')).join(', '),
    ],
    ['Parameters', mapText(job.parameters)],
    ['Image', container?.image],
    ['Command', container?.command?.map(quoted).join(' ')],
    ['Needs', needsText(job)],
    [
      'Environment',
      container?.environment?.map(({ name, value }) => `${name}=${quoted(value ?? '')}`).join(' '),
    ],
    ['Exit code', container?.exitCode === undefined ? undefined : String(container.exitCode)],
    ['Container', container?.reason],
    ['Log stream', container?.logStreamName],
    [
      'Pod',
      pod?.podName && [pod.podName, pod.nodeName && `on ${pod.nodeName}`].filter(Boolean).join(' '),
    ],
    ...containersOf(job).map((one) => containerLine(one, pod !== undefined)),
    ...attemptLines(job),
    ['Tags', mapText(job.tags)],
  ];
}

/** Of a job that has several, or runs in a pod: init containers of that come first. */
const containersOf = ({
  ecsProperties,
  eksProperties,
}: JobDetail): readonly TaskContainerDetails[] => {
  const { initContainers = [], containers = [] } = eksProperties?.podProperties ?? {};
  return [
    ...(ecsProperties?.taskProperties?.[0]?.containers ?? []),
    ...initContainers.map((one) => podContainer(one, ' (init)')),
    ...containers.map((one) => podContainer(one, '')),
  ];
};

const podContainer = (
  { name, image, command = [], args = [], exitCode, reason }: EksContainerDetail,
  kind: string,
): TaskContainerDetails => ({
  name: `${name || 'default'}${kind}`,
  image,
  command: [...command, ...args],
  exitCode,
  reason,
});

function containerLine(
  {
    name = '',
    image,
    command = [],
    essential,
    dependsOn = [],
    exitCode,
    reason,
  }: TaskContainerDetails,
  isPod: boolean,
): Line {
  const facts = [
    [image, ...command.map(quoted)].join(' '),
    essential === false || isPod ? undefined : 'essential',
    ...dependsOn.map((on) => `waits for ${on.condition} of ${on.containerName}`),
    exitCode === undefined ? undefined : `exit code ${exitCode}`,
    reason,
  ];
  return [`Container ${name}`, facts.filter(Boolean).join('; ')];
}

/** A stop that was asked for and has not happened yet. */
function stoppingText(job: JobDetail): string {
  if (isEnded(job)) return '';
  return job.isTerminated === true
    ? ', being terminated'
    : job.isCancelled === true
      ? job.status === 'STARTING' || job.status === 'RUNNING'
        ? ', cancelled too late: it runs on, and is not tried again'
        : ', being cancelled'
      : '';
}

function since(
  at: number | undefined,
  before: number | undefined,
  did: string,
): string | undefined {
  if (at === undefined) return undefined;
  return before === undefined
    ? timeText(at)
    : `${timeText(at)}  (${did} ${durationText(at - before)})`;
}

function attemptLines(job: JobDetail): Line[] {
  const attempts: readonly AttemptDetail[] = job.eksAttempts ?? job.attempts ?? [];
  // A single attempt says nothing that the job does not say.
  if (attempts.length < 2) return [];
  return attempts.map((attempt, index) => {
    const facts = [
      attempt.startedAt !== undefined && attempt.stoppedAt !== undefined
        ? `ran ${durationText(attempt.stoppedAt - attempt.startedAt)}`
        : 'did not run',
      attempt.container?.exitCode === undefined
        ? undefined
        : `exit code ${attempt.container.exitCode}`,
      attempt.container?.reason,
      attempt.statusReason,
    ];
    return [`Attempt ${index + 1}`, facts.filter(Boolean).join('; ')];
  });
}

function needsText(job: JobDetail): string | undefined {
  const { container } = job;
  if (container === undefined) return undefined;
  const required = (type: string): string | undefined =>
    container.resourceRequirements?.find((entry) => entry.type === type)?.value;
  const vcpus = required('VCPU') ?? container.vcpus;
  const memoryMib = required('MEMORY') ?? container.memory;
  const gpus = required('GPU');
  return [vcpus && `${vcpus} vCPU`, memoryMib && `${memoryMib} MiB`, gpus && `${gpus} GPU`]
    .filter(Boolean)
    .join(', ');
}

const mapText = (map: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(' ');

/** A word as a shell would want it written. */
export const quoted = shellWord;
