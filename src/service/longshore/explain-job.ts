// Explains a job: why it waits and what would help, or why it ended. Reads and changes nothing.
// What a caller may describe, it may have explained.

import type {
  Explanation,
  ExplainedAttempt,
  ExplainedCause,
  ExplainedDependency,
} from '../../api/explanation.ts';
import { splitJobId, type Scope } from '../../base/ids.ts';
import { nameInArn } from '../../core/arn.ts';
import { isJobName, jobIdOf } from '../../core/job/job-reference.ts';
import type { EndedAttempt } from '../../core/job/attempt.ts';
import { isArrayParent, isLive, type EndedJob } from '../../core/job/job.ts';
import type { Stop } from '../../core/job/stop.ts';
import { decidingRule } from '../../core/job/retry.ts';
import type { JobTerms, RetryRule } from '../../core/job/terms.ts';
import { isEnded } from '../../core/job/status.ts';
import { stopGraceSeconds } from '../../core/command/job/stop-job.ts';
import type { Holder } from '../../core/schedule/explain/holders.ts';
import type { DependencyView, WaitView } from '../../port/explanation-view.ts';
import type { JobView } from '../../port/reader.ts';
import { invalid, notFound } from '../../wire/error-catalogue.ts';
import type { Operation } from '../../wire/operation.ts';
import { onAll } from '../access.ts';
import type { LongshoreDeps } from './deps.ts';
import { failedChildren } from './failed-children.ts';
import { failureRemedies } from './failure-remedies.ts';

export const explainJob: Operation<LongshoreDeps, { readonly jobId: string }, Explanation> = {
  authorizes: () => onAll('batch:DescribeJobs'),

  async handle({ reader, clock, lackOf }, { jobId: given }, { scope }) {
    const jobId = jobIdOf(scope, given);
    if (jobId === undefined)
      throw isJobName(given)
        ? notFound(`Job ${given}`)
        : invalid(`'${given.slice(0, 150)}' is not the id of a job`);
    const { parent, node } = splitJobId(jobId);
    if (node !== undefined) throw invalid(`Node ${jobId} waits with its job: ask for ${parent}`);
    const view = reader.jobs.one(scope, jobId);
    if (view === undefined) throw notFound(`Job ${given}`);
    const { job } = view;
    const dependencies = reader.waits.dependencies(scope, jobId);
    const rootCause = job.status === 'FAILED' ? rootOf(dependencies) : undefined;
    const explanation = {
      ...explanationOf(view, reader.waits.of(scope, jobId)),
      dependencies: dependencies.map(dependencyOf),
      rootCause: rootCause && causeOf(rootCause),
      host: hostOf(reader, scope, job),
      notes: [...notesOf(reader, scope, view), ...credentialNotes(lackOf, job)],
    };
    const failed = isArrayParent(job) ? (view.statusSummary?.FAILED ?? 0) : 0;
    const failures =
      isArrayParent(job) && failed > 0
        ? await failedChildren({ jobs: reader.jobs, clock }, scope, job, failed)
        : undefined;
    const first = failures?.failures[0]?.first;
    // What helps the root helps what failed by it; what helps a child helps its array.
    const telling = [
      view,
      rootCause && reader.jobs.one(scope, rootCause.jobId),
      first && reader.jobs.one(scope, first),
    ].filter((one) => one !== undefined && one !== '');
    return {
      ...explanation,
      ...failures,
      remedies: [...explanation.remedies, ...new Set(telling.flatMap(failureRemedies))],
    };
  },
};

/** The job that failed by itself, behind those that failed by it. */
function rootOf(dependencies: readonly DependencyView[]): DependencyView | undefined {
  const failed = dependencies.find(({ status }) => status === 'FAILED');
  return failed && (rootOf(failed.dependencies) ?? failed);
}

const causeOf = ({
  jobId,
  name,
  reason,
  exitCode,
  containerReason,
}: DependencyView): ExplainedCause => ({ jobId, jobName: name, reason, exitCode, containerReason });

const dependencyOf = ({
  jobId,
  type,
  name,
  status,
  isMet,
  reason,
  exitCode,
  containerReason,
  startedAtMs,
  dependencies,
  leftOff,
}: DependencyView): ExplainedDependency => ({
  jobId,
  type,
  jobName: name,
  status,
  isMet,
  reason,
  exitCode,
  containerReason,
  startedAt: startedAtMs,
  dependencies: dependencies.length === 0 ? undefined : dependencies.map(dependencyOf),
  leftOff: leftOff === 0 ? undefined : leftOff,
});

function hostOf(
  { clusters }: LongshoreDeps['reader'],
  scope: Scope,
  job: JobView['job'],
): Explanation['host'] {
  if (isArrayParent(job) || !isLive(job)) return undefined;
  const { computeEnvironmentArn, hostId, nodeName } = job.attempt;
  if (nodeName !== undefined)
    return { name: `node ${nodeName}`, computeEnvironment: nameInArn(computeEnvironmentArn) ?? '' };
  const environment = clusters.environments(scope).find(({ arn }) => arn === computeEnvironmentArn);
  const instance = environment && clusters.containerInstance(environment, hostId);
  return instance && { name: instance.host.title, computeEnvironment: instance.environment.name };
}

/** Why what it runs finds no credentials. */
function credentialNotes(lackOf: LongshoreDeps['lackOf'], job: JobView['job']): string[] {
  if (isArrayParent(job) || !isLive(job)) return [];
  const lack = lackOf(job.attempt.attemptId);
  return lack === undefined ? [] : [`It has no credentials of its role: ${lack}.`];
}

/** What there is to say of the environments that a job waits for or runs in. */
function notesOf(
  reader: LongshoreDeps['reader'],
  scope: Scope,
  { job, detail }: JobView,
): string[] {
  if (isEnded(job.status)) return [];
  const order =
    isArrayParent(job) || !isLive(job)
      ? (reader.batch.jobQueue(scope, detail.queueArn)?.queue.computeEnvironmentOrder ?? []).map(
          ({ computeEnvironment }) => computeEnvironment,
        )
      : [job.attempt.computeEnvironmentArn];
  return order.flatMap((arn) => reader.batch.computeEnvironment(scope, arn)?.note ?? []);
}

function stoppingOf(job: JobView['job']): Explanation['stopping'] {
  const [first] = isArrayParent(job) || !isLive(job) ? [] : (job.stops ?? []);
  if (first === undefined) return undefined;
  const { by, reason, atMs } = first;
  return { by, reason, since: atMs, killedAt: atMs + stopGraceSeconds(job.terms) * 1000 };
}

function explanationOf(
  view: JobView,
  wait: WaitView | undefined,
): Omit<Explanation, 'host' | 'dependencies' | 'notes'> {
  const { id, detail, job, arrayIndex } = view;
  const attempts = isArrayParent(job) ? [] : job.attempts;
  const last = attempts.at(-1);
  const shown = isArrayParent(job)
    ? undefined
    : isLive(job) && job.status === 'RUNNING'
      ? job.attempt
      : last;
  return {
    jobId: id,
    jobName: detail.name,
    jobArn: arrayIndex === undefined ? detail.arn : `${detail.arn}:${arrayIndex}`,
    jobQueue: nameInArn(detail.queueArn) ?? detail.queueArn,
    jobDefinition: nameInArn(detail.definitionArn) ?? detail.definitionArn,
    status: job.status,
    reason: wait?.text || job.statusReason,
    createdAt: job.createdAtMs,
    startedAt:
      !isArrayParent(job) && job.status === 'RUNNING'
        ? job.attempt.startedAtMs
        : 'startedAtMs' in job
          ? job.startedAtMs
          : undefined,
    stoppedAt: 'stoppedAtMs' in job ? job.stoppedAtMs : undefined,
    stopping: stoppingOf(job),
    children: view.statusSummary,
    notBefore: wait?.notBeforeMs,
    place: wait?.place && {
      ahead: wait.place.ahead,
      stuck: wait.place.stuck,
      shareIdentifier: wait.place.share,
      since: wait.place.sinceMs,
      aheadInOtherQueues: wait.place.aheadInOtherQueues.map(({ queue, priority, jobs }) => ({
        jobQueue: queue,
        priority,
        jobs,
      })),
    },
    environments:
      wait && wait.environments.length > 0
        ? wait.environments.map(({ names, of, reason }) => ({
            computeEnvironments: names,
            of,
            reason,
          }))
        : undefined,
    holders: wait?.holders && {
      of: wait.holders.of,
      jobs: wait.holders.first.map((holder) => ({
        jobId: holder.jobId,
        jobName: holder.name,
        ...amountsOf(holder),
      })),
      others: wait.holders.others && amountsOf(wait.holders.others),
    },
    remedies: wait?.remedies ?? [],
    attempts: attempts.map((attempt) => attemptOf(attempt, job.terms)),
    notRetried:
      isArrayParent(job) || job.status !== 'FAILED'
        ? undefined
        : notRetried(job.terms, attempts, stoppedBy(job)),
    log: shown?.log && { group: shown.log.group, stream: shown.log.stream },
  };
}

/** Of the end of its host the attempt speaks. */
const stoppedBy = ({ stops, lateCancel }: EndedJob): Stop['by'] | undefined =>
  (stops?.findLast(({ by }) => by !== 'host') ?? lateCancel)?.by;

const amountsOf = ({ attempts, needs, quantity }: Omit<Holder, 'jobId'>) => ({
  running: attempts,
  vcpus: needs.milliVcpu / 1000,
  memoryMib: needs.memoryMib,
  gpus: needs.gpus,
  quantity: quantity || undefined,
});

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
  const conditions = Object.entries({ onExitCode, onReason, onStatusReason }).flatMap(
    ([name, pattern]) => (pattern === undefined ? [] : [`${name} ${pattern}`]),
  );
  return `${action.toUpperCase()} on ${conditions.join(' and ') || 'anything'}`;
}

function notRetried(
  terms: JobTerms,
  attempts: readonly EndedAttempt[],
  by: Stop['by'] | undefined,
): string {
  if (by === 'timeout') return 'an attempt that takes too long is never retried';
  if (by === 'cancel' || by === 'terminate')
    return `it was ${by === 'cancel' ? 'cancelled' : 'terminated'}, and is not retried then`;
  const last = attempts.at(-1);
  if (last === undefined) return 'it never started';
  const used = attempts.filter(({ free }) => free !== true).length;
  const allowed = terms.retry?.attempts ?? 1;
  if (used >= allowed)
    return allowed === 1
      ? 'its retryStrategy allows one attempt'
      : `all ${allowed} attempts that its retryStrategy allows are used`;
  const rule = decidingRule(terms, last);
  return rule?.action === 'exit'
    ? `its retryStrategy says ${ruleText(rule)}`
    : 'it failed for a reason that is not retried';
}
