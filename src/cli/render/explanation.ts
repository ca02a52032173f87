// An explanation in words: where the job stands, why, what would help, and where to look. Pure;
// reads what the server said.

import type {
  Explanation,
  ExplainedAttempt,
  ExplainedCause,
  ExplainedDependency,
  ExplainedEnvironments,
  ExplainedFailure,
  ExplainedHolder,
  ExplainedHolders,
  ExplainedPlace,
  ExplainedStop,
} from '../../api/explanation.ts';
import { countsText, isEnded } from './job.ts';
import { inLine, statusText, type Style } from './style.ts';
import { durationText, timeText } from './time.ts';

export function explainText(explanation: Explanation, style: Style, nowMs: number): string {
  const {
    jobId,
    jobName,
    status,
    notBefore,
    stopping,
    children,
    failures,
    dependencies,
    rootCause,
    place,
    environments,
    holders,
    remedies,
    notes,
    attempts,
    notRetried,
    log,
    host,
  } = explanation;
  const lines = [
    `${style('bold', jobName)} (${jobId}) ${statusText(style, status)}${sinceText(explanation, nowMs)}`,
  ];
  if (explanation.reason) lines.push(`  ${explanation.reason}`);
  if (notBefore !== undefined)
    lines.push(
      `  not before ${timeText(notBefore)}${notBefore > nowMs ? `, in ${durationText(notBefore - nowMs)}` : ''}`,
    );
  if (stopping !== undefined) lines.push(`  ${stopText(stopping, nowMs)}`);
  if (host !== undefined)
    lines.push(`  on ${host.name}, compute environment ${host.computeEnvironment}`);
  if (children !== undefined) lines.push(`  children: ${countsText(children, style)}`);
  section(
    lines,
    'why children failed',
    failureTexts(failures ?? [], explanation.otherFailures ?? 0),
  );
  if (rootCause !== undefined) lines.push(`  root cause: ${causeText(rootCause)}`);
  section(
    lines,
    status === 'FAILED' ? 'failed by' : 'depends on',
    dependencies.flatMap((dependency) => dependencyTexts(dependency, style, nowMs)),
  );
  if (place !== undefined)
    lines.push(...placeTexts(explanation, place, nowMs).map((text) => `  ${text}`));
  section(lines, 'compute environments', (environments ?? []).map(environmentsText));
  if (holders !== undefined) section(lines, `${holders.of} is in use by`, holderTexts(holders));
  section(lines, 'what would help', remedies);
  section(lines, 'note', notes ?? []);
  section(lines, 'attempts', attempts.map(attemptText));
  if (notRetried !== undefined) lines.push(`  not tried again: ${notRetried}`);
  if (log !== undefined)
    lines.push(`  log: group ${log.group}, stream ${log.stream} (longshore logs ${jobId})`);
  return lines.map((line) => `${inLine(line)}\n`).join('');
}

function section(lines: string[], title: string, items: readonly string[]): void {
  if (items.length === 0) return;
  lines.push(`  ${title}:`, ...items.map((item) => `    ${item}`));
}

const numberText = (value: number): string => value.toLocaleString('en-US');
const jobText = (jobId: string, jobName: string | undefined): string =>
  jobName === undefined ? jobId : `${jobName} (${jobId})`;

function sinceText(
  { status, createdAt, startedAt, stoppedAt }: Explanation,
  nowMs: number,
): string {
  if (isEnded({ status }))
    return stoppedAt === undefined
      ? ''
      : ` since ${timeText(stoppedAt)}, ${durationText(stoppedAt - createdAt)} after its submission`;
  if (startedAt !== undefined) return ` since ${timeText(startedAt)}`;
  return `, submitted ${durationText(nowMs - createdAt)} ago`;
}

const stops: Readonly<Record<ExplainedStop['by'], string>> = {
  cancel: 'it was cancelled',
  terminate: 'it was terminated',
  timeout: 'it took longer than its timeout allows',
  host: 'its instance ends',
  preempt: 'it was preempted: it waits again',
  unplaced: 'there was no room for one of its nodes',
  'main-node': 'its main node has ended',
};

function stopText({ by, reason, since, killedAt }: ExplainedStop, nowMs: number): string {
  const kill =
    killedAt > nowMs
      ? `it is killed in ${durationText(killedAt - nowMs)} if it has not ended by itself`
      : 'it is being killed';
  return `is being stopped: ${stops[by]} ${durationText(nowMs - since)} ago (${reason}); ${kill}`;
}

function failureTexts(failures: readonly ExplainedFailure[], others: number): string[] {
  const texts = failures.map(
    ({ count, reason, first }) => `${numberText(count)} x ${reason}; first: ${first}`,
  );
  return others === 0 ? texts : [...texts, `${numberText(others)} x other causes`];
}

/** How a job ended, as far as is known. */
function endFacts({
  reason,
  exitCode,
  containerReason,
}: Pick<ExplainedCause, 'reason' | 'exitCode' | 'containerReason'>): string {
  return [exitCode === undefined ? undefined : `exit code ${exitCode}`, containerReason, reason]
    .filter(Boolean)
    .join('; ');
}

function causeText(cause: ExplainedCause): string {
  const facts = endFacts(cause);
  return `${jobText(cause.jobId, cause.jobName)} FAILED${facts && `: ${facts}`}`;
}

/** A long chain is shown by its beginning and its end. */
const chainShown = 12;

function dependencyTexts(dependency: ExplainedDependency, style: Style, nowMs: number): string[] {
  const texts = treeTexts(dependency, style, nowMs);
  if (texts.length <= chainShown) return texts;
  return [
    ...texts.slice(0, chainShown - 4),
    `  … ${texts.length - chainShown} lines more …`,
    ...texts.slice(-4),
  ];
}

function treeTexts(
  dependency: ExplainedDependency,
  style: Style,
  nowMs: number,
  depth = 0,
): string[] {
  const {
    jobId,
    type,
    jobName,
    status,
    isMet,
    reason,
    startedAt,
    dependencies = [],
    leftOff,
  } = dependency;
  const stands = status === undefined ? 'is over' : statusText(style, status);
  const ended = status !== undefined && isEnded({ status });
  const why =
    ended && !isMet
      ? endFacts(dependency)
      : startedAt !== undefined
        ? `runs since ${timeText(startedAt)} (${durationText(nowMs - startedAt)})`
        : isMet
          ? ''
          : reason;
  const indent = '  '.repeat(Math.min(depth, 8));
  const tail = [isMet || ended ? undefined : depth === 0 ? 'this job waits for it' : undefined, why]
    .filter(Boolean)
    .join('; ');
  return [
    `${indent}${jobText(jobId, jobName)} ${stands}${type === 'JOB' ? '' : `, ${type}`}${tail && `: ${tail}`}`,
    ...dependencies.flatMap((one) => treeTexts(one, style, nowMs, depth + 1)),
    ...(leftOff === undefined ? [] : [`${indent}  and ${leftOff} more`]),
  ];
}

function placeTexts(
  { jobQueue }: Explanation,
  { ahead, stuck = 0, shareIdentifier, since, aheadInOtherQueues }: ExplainedPlace,
  nowMs: number,
): string[] {
  const line =
    shareIdentifier === undefined
      ? `queue ${jobQueue}`
      : `share ${shareIdentifier} of queue ${jobQueue}`;
  const own =
    ahead === 0
      ? `first in ${line}`
      : `${numberText(ahead)} ${ahead === 1 ? 'job' : 'jobs'} ahead of it in ${line},`;
  const beside =
    stuck === 0
      ? ''
      : ` (${numberText(stuck)} before it ${stuck === 1 ? 'does' : 'do'} not count: ${stuck === 1 ? 'it' : 'they'} cannot start)`;
  const others = aheadInOtherQueues.map(
    ({ jobQueue: queue, priority, jobs }) =>
      `${numberText(jobs)} more ahead of it in queue ${queue} (priority ${priority}), which shares its compute environments`,
  );
  return [`${own} for ${durationText(nowMs - since)}${beside}`, ...others];
}

const environmentsText = ({ computeEnvironments, of, reason }: ExplainedEnvironments): string =>
  `${computeEnvironments.length} of ${of} (${computeEnvironments.join(', ')}): ${reason}`;

function holderTexts({ jobs, others }: ExplainedHolders): string[] {
  const texts = jobs.map(
    (job) =>
      `${jobText(job.jobId, job.jobName)}: ${amountText(job)}${job.running > 1 ? `, ${numberText(job.running)} running` : ''}`,
  );
  return others === undefined
    ? texts
    : [...texts, `${numberText(others.running)} others: ${amountText(others)}`];
}

function amountText({ vcpus, memoryMib, gpus, quantity }: Omit<ExplainedHolder, 'jobId'>): string {
  if (quantity !== undefined) return `${quantity} of it`;
  return [`${vcpus} vCPU`, `${memoryMib} MiB`, ...(gpus > 0 ? [`${gpus} GPU`] : [])].join(', ');
}

function attemptText(attempt: ExplainedAttempt, index: number): string {
  const { startedAt, stoppedAt, exitCode, reason, statusReason, decidedBy } = attempt;
  const facts = [
    startedAt === undefined ? 'did not run' : `ran ${durationText(stoppedAt - startedAt)}`,
    exitCode === undefined ? undefined : `exit code ${exitCode}`,
    reason,
    statusReason,
    decidedBy === undefined ? undefined : `rule ${decidedBy}`,
  ];
  return `${index + 1}: ${facts.filter(Boolean).join('; ')}`;
}
