// Explains a job: why it waits and what would help, or why it ended. Reads and changes nothing. What a caller may describe, it
// may have explained.

import type { Explanation, ExplainedAttempt } from '../../api/explanation.ts';
import { splitJobId, type Scope } from '../../base/ids.ts';
import { nameInArn } from '../../core/arn.ts';
import { isJobName, jobIdOf } from '../../core/job/job-reference.ts';
import type { EndedAttempt } from '../../core/job/attempt.ts';
import { isArrayParent, isLive, terminateOf, type StopRequest } from '../../core/job/job.ts';
import { decidingRule } from '../../core/job/retry.ts';
import type { JobTerms, RetryRule } from '../../core/job/terms.ts';
import type { JobView, WaitView } from '../../port/reader.ts';
import { invalid, notFound } from '../../wire/error-catalogue.ts';
import type { Operation } from '../../wire/operation.ts';
import type { LongshoreDeps } from './deps.ts';

export const explainJob: Operation<LongshoreDeps, { readonly jobId: string }, Explanation> = {
  authorizes: () => [{ action: 'batch:DescribeJobs', resources: ['*'] }],

  handle({ reader }, { jobId: given }, { scope }) {
    const jobId = jobIdOf(scope, given);
    if (jobId === undefined) throw isJobName(given) ? notFound(`Job ${given}`) : invalid(`'${given.slice(0, 150)}' is not the id of a job`);
    const { parent, node } = splitJobId(jobId);
    if (node !== undefined) throw invalid(`Node ${jobId} waits with its job: ask for ${parent}`);
    const view = reader.job(scope, jobId);
    if (view === undefined) throw notFound(`Job ${given}`);
    return { ...explanationOf(view, reader.wait(scope, jobId)), host: hostOf(reader, scope, view.job) };
  },
};

function hostOf({ clusters }: LongshoreDeps['reader'], scope: Scope, job: JobView['job']): Explanation['host'] {
  if (isArrayParent(job) || !isLive(job)) return undefined;
  const { computeEnvironmentArn, hostId } = job.attempt;
  const environment = clusters.environments(scope).find(({ arn }) => arn === computeEnvironmentArn);
  const instance = environment && clusters.containerInstance(environment, hostId);
  return instance && { name: instance.host.title, computeEnvironment: instance.environment.name };
}

function explanationOf(view: JobView, wait: WaitView | undefined): Omit<Explanation, 'host'> {
  const { id, detail, job, arrayIndex } = view;
  const attempts = isArrayParent(job) ? [] : job.attempts;
  const last = attempts.at(-1);
  const shown = isArrayParent(job) ? undefined : isLive(job) && job.status === 'RUNNING' ? job.attempt : last;
  return {
    jobId: id,
    jobName: detail.name,
    jobArn: arrayIndex === undefined ? detail.arn : `${detail.arn}:${arrayIndex}`,
    jobQueue: nameInArn(detail.queueArn) ?? detail.queueArn,
    jobDefinition: nameInArn(detail.definitionArn) ?? detail.definitionArn,
    status: job.status,
    reason: wait?.text || job.statusReason,
    createdAt: job.createdAtMs,
    startedAt: !isArrayParent(job) && job.status === 'RUNNING' ? job.attempt.startedAtMs : 'startedAtMs' in job ? job.startedAtMs : undefined,
    stoppedAt: 'stoppedAtMs' in job ? job.stoppedAtMs : undefined,
    children: view.statusSummary,
    dependencies: (wait?.dependencies ?? []).map(({ jobId, type, name, status, isMet }) => ({ jobId, type, jobName: name, status, isMet })),
    place: wait?.place && {
      ahead: wait.place.ahead,
      shareIdentifier: wait.place.share,
      since: wait.place.sinceMs,
      aheadInOtherQueues: wait.place.aheadInOtherQueues.map(({ queue, priority, jobs }) => ({ jobQueue: queue, priority, jobs })),
    },
    remedies: wait?.remedies ?? [],
    attempts: attempts.map((attempt) => attemptOf(attempt, job.terms)),
    notRetried: isArrayParent(job) || job.status !== 'FAILED' ? undefined : notRetried(job.terms, attempts, (terminateOf(job.stopRequested) ?? job.stopRequested)?.by),
    log: shown?.log && { group: shown.log.group, stream: shown.log.stream },
  };
}

function attemptOf(attempt: EndedAttempt, terms: JobTerms): ExplainedAttempt {
  const rule = attempt.exitCode === 0 ? undefined : decidingRule(terms, attempt);
  return {
    startedAt: attempt.startedAtMs,
    stoppedAt: attempt.stoppedAtMs,
    exitCode: attempt.exitCode,
    reason: attempt.containerReason,
    statusReason: attempt.statusReason,
    decidedBy: rule && ruleText(rule),
  };
}

function ruleText({ action, onExitCode, onReason, onStatusReason }: RetryRule): string {
  const conditions = Object.entries({ onExitCode, onReason, onStatusReason }).flatMap(([name, pattern]) => (pattern === undefined ? [] : [`${name} ${pattern}`]));
  return `${action.toUpperCase()} on ${conditions.join(' and ') || 'anything'}`;
}

function notRetried(terms: JobTerms, attempts: readonly EndedAttempt[], stoppedBy: StopRequest['by'] | undefined): string {
  if (stoppedBy === 'timeout') return 'an attempt that takes too long is never retried';
  if (stoppedBy === 'cancel' || stoppedBy === 'terminate') return `it was ${stoppedBy === 'cancel' ? 'cancelled' : 'terminated'}, and is not retried then`;
  const last = attempts.at(-1);
  if (last === undefined) return 'it never started';
  const used = attempts.filter(({ free }) => free !== true).length;
  const allowed = terms.retry?.attempts ?? 1;
  if (used >= allowed) return allowed === 1 ? 'its retryStrategy allows one attempt' : `all ${allowed} attempts that its retryStrategy allows are used`;
  const rule = decidingRule(terms, last);
  return rule?.action === 'exit' ? `its retryStrategy says ${ruleText(rule)}` : 'it failed for a reason that is not retried';
}
