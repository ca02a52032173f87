// An explanation in words: where the job stands, why, what would help, and where to look. Pure; reads what the server said.

import type { Explanation, ExplainedAttempt, ExplainedDependency, ExplainedPlace } from '../../api/explanation.ts';
import { countsText, isEnded } from './job.ts';
import { inLine, statusText, type Style } from './style.ts';
import { durationText, timeText } from './time.ts';

export function explainText(explanation: Explanation, style: Style, nowMs: number): string {
  const { jobId, jobName, status, children, dependencies, place, remedies, attempts, notRetried, log, host } = explanation;
  const lines = [`${style('bold', jobName)} (${jobId}) ${statusText(style, status)}${sinceText(explanation, nowMs)}`];
  if (explanation.reason) lines.push(`  ${explanation.reason}`);
  if (host !== undefined) lines.push(`  on ${host.name}, compute environment ${host.computeEnvironment}`);
  if (children !== undefined) lines.push(`  children: ${countsText(children, style)}`);
  section(lines, 'depends on', dependencies.map((dependency) => dependencyText(dependency, style)));
  if (place !== undefined) lines.push(...placeTexts(explanation, place, nowMs).map((text) => `  ${text}`));
  section(lines, 'what would help', remedies);
  section(lines, 'attempts', attempts.map(attemptText));
  if (notRetried !== undefined) lines.push(`  not tried again: ${notRetried}`);
  if (log !== undefined) lines.push(`  log: group ${log.group}, stream ${log.stream} (longshore logs ${jobId})`);
  return lines.map((line) => `${inLine(line)}\n`).join('');
}

function section(lines: string[], title: string, items: readonly string[]): void {
  if (items.length === 0) return;
  lines.push(`  ${title}:`, ...items.map((item) => `    ${item}`));
}

function sinceText({ status, createdAt, startedAt, stoppedAt }: Explanation, nowMs: number): string {
  if (isEnded({ status })) return stoppedAt === undefined ? '' : ` since ${timeText(stoppedAt)}, ${durationText(stoppedAt - createdAt)} after its submission`;
  if (startedAt !== undefined) return ` since ${timeText(startedAt)}`;
  return `, submitted ${durationText(nowMs - createdAt)} ago`;
}

function dependencyText({ jobId, type, jobName, status, isMet }: ExplainedDependency, style: Style): string {
  const name = jobName === undefined ? jobId : `${jobName} (${jobId})`;
  const stands = status === undefined ? 'is over' : statusText(style, status);
  return `${name} ${stands}${type === 'JOB' ? '' : `, ${type}`}${isMet ? '' : ': waited for'}`;
}

function placeTexts({ jobQueue }: Explanation, { ahead, shareIdentifier, since, aheadInOtherQueues }: ExplainedPlace, nowMs: number): string[] {
  const line = shareIdentifier === undefined ? `queue ${jobQueue}` : `share ${shareIdentifier} of queue ${jobQueue}`;
  const own = ahead === 0 ? `next of ${line}` : `${ahead} ${ahead === 1 ? 'job' : 'jobs'} ahead of it in ${line}`;
  const others = aheadInOtherQueues.map(({ jobQueue: queue, priority, jobs }) => `${jobs} more ahead of it in queue ${queue} (priority ${priority}), which shares its compute environments`);
  return [`${own}, for ${durationText(nowMs - since)}`, ...others];
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
