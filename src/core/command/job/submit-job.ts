// SubmitJob: a job comes into being, with its container resolved once and for all (user guide,
// chapter Submitting a Job). It passes SUBMITTED and becomes RUNNABLE in the same decision where
// nothing holds it.

import type { SubmitJobCommandInput, SubmitServiceJobCommandInput } from '@aws-sdk/client-batch';
import { childId, type JobId, type Arn, type Scope } from '../../../base/ids.ts';
import { isRefusal, refuse } from '../../../base/refusal.ts';
import { jobArn } from '../../arn.ts';
import type { Event } from '../../event.ts';
import { dependentJobFailed } from '../../job/dependency.ts';
import { ChildTable } from '../../job/child-table.ts';
import type { LiveArrayParent, JobDetailRecord, WaitingJob } from '../../job/job.ts';
import { consumablesOfAll } from '../../job/nodes.ts';
import { parallelTerms } from '../../job/parallel.ts';
import { hasPods } from '../../job/pod.ts';
import { termsOf, timeoutRefusal } from '../../job/terms.ts';
import type { World } from '../../world/world.ts';
import { fullRefusal, openQueue } from './open-queue.ts';
import { platformRefusal } from './platform.ts';
import { resolveDependencies, type PastJob } from './resolve-dependencies.ts';
import { containerWork, nodesWork } from './submitted-work.ts';
import type { Decided } from '../decision.ts';

/** AWS has this member for service jobs alone, whose SDKs do not send it here. */
export type SubmitJobInput = SubmitJobCommandInput &
  Pick<SubmitServiceJobCommandInput, 'preemptionConfiguration'>;

export interface SubmitJob {
  readonly type: 'submit-job';
  readonly scope: Scope;
  readonly jobId: JobId;
  readonly request: SubmitJobInput;
  /**
   * Jobs that it depends on and that have ended before, arrays by their parents: they are no part
   * of the world. Control fills it in.
   */
  readonly past?: ReadonlyMap<JobId, PastJob> | undefined;
  /** Tags of the definition, where they are propagated: tags are no part of the world. */
  readonly definitionTags?: Readonly<Record<string, string>> | undefined;
}

interface SubmitJobReply {
  readonly jobId: JobId;
  readonly jobName: string;
  readonly jobArn: Arn;
}

const noAttempts: readonly never[] = Object.freeze([]);

export function decideSubmitJob(
  world: World,
  command: SubmitJob,
  nowMs: number,
): Decided<SubmitJobReply> {
  const { request, scope, jobId } = command;
  const queue = openQueue(world, scope, request.jobQueue);
  if (isRefusal(queue)) return queue;
  if (queue.jobQueueType === 'SAGEMAKER_TRAINING')
    return refuse(
      'invalid',
      `Job queue ${queue.name} is for service jobs: SubmitServiceJob submits them.`,
    );
  const definition = world.jobDefinitions.find(scope, request.jobDefinition ?? '');
  if (definition === undefined)
    return refuse(
      'not-found',
      `JobDefinition ${request.jobDefinition} does not exist or is not ACTIVE.`,
    );

  const unfit = platformRefusal(
    queue.jobQueueType,
    { capabilities: definition.request.platformCapabilities, isPod: hasPods(definition.request) },
    `JobDefinition ${definition.name}:${definition.revision} is`,
    queue.name,
  );
  if (unfit) return unfit;
  if (queue.jobQueueType === 'EKS' && request.propagateTags !== undefined)
    return refuse(
      'invalid',
      'propagateTags must not be specified for a job that runs on Amazon EKS resources.',
    );

  const { tagsPerResource, containerOverridesLength } = world.settings.limits;
  const full = fullRefusal(world, queue);
  if (full !== undefined) return full;

  const parameters = { ...definition.request.parameters, ...request.parameters };
  const retryStrategy = request.retryStrategy ?? definition.request.retryStrategy;
  const timeout = request.timeout ?? definition.request.timeout;
  const refused = timeoutRefusal(world.settings, request.timeout);
  if (refused) return refused;
  const schedulingPriority =
    request.schedulingPriorityOverride ?? definition.request.schedulingPriority;
  const shareIdentifier = request.shareIdentifier || undefined;
  const share = world.scheduler.lines
    .of(queue.arn)
    .admit({ shareIdentifier, schedulingPriority }, nowMs);
  if (isRefusal(share)) return share;
  const work =
    definition.request.nodeProperties === undefined
      ? containerWork(world, definition, command, parameters)
      : nodesWork(world, definition, definition.request.nodeProperties, queue, command, parameters);
  if (isRefusal(work)) return work;
  if (queue.jobQueueType === 'EKS' && !world.settings.runsPods)
    return refuse(
      'invalid',
      `Job queue ${queue.name} has Amazon EKS compute environments, and this server is told of no cluster (--cluster).`,
    );
  const ownTags = world.ownTags.effective(definition.arn, request.tags);
  const parallel = parallelTerms(ownTags, {
    scope,
    jobId,
    isArray: request.arrayProperties?.size !== undefined,
    tags: request.tags,
  });
  if (isRefusal(parallel)) return parallel;
  const said = request.preemptionConfiguration?.preemptionRetriesBeforeTermination;
  if (
    request.preemptionConfiguration !== undefined &&
    world.scheduler.lines.of(queue.arn).quotas === undefined
  )
    return refuse(
      'invalid',
      `preemptionConfiguration cannot be specified: job queue ${queue.name} has no quota shares.`,
    );
  // Who says it of the job goes before what stands in tags.
  const retries = said ?? ownTags?.preemptionRetries;
  const preemption = retries === undefined ? undefined : { retries };
  const terms = termsOf(definition, {
    ...work,
    retryStrategy,
    timeout,
    share,
    preemption,
    ownTags,
    parallel,
  });

  const dependencies = resolveDependencies(world, {
    scope,
    dependsOn: request.dependsOn ?? [],
    arraySize: request.arrayProperties?.size,
    past: command.past ?? new Map(),
    isAfterAny: terms.after === 'any',
  });
  if (isRefusal(dependencies)) return dependencies;
  const waitsFor = dependencies.waitsFor.length > 0 ? dependencies.waitsFor : undefined;

  const detail: JobDetailRecord = {
    id: jobId,
    arn: jobArn(scope, jobId),
    scope: queue.scope,
    sequence: world.nextSequence,
    name: request.jobName ?? '',
    queueArn: queue.arn,
    definitionArn: definition.arn,
    definitionName: definition.name,
    createdAtMs: nowMs,
    arraySize: request.arrayProperties?.size,
    shareIdentifier: share?.identifier,
    schedulingPriority,
    parameters,
    dependsOn: request.dependsOn,
    retryStrategy,
    timeout,
    propagateTags: request.propagateTags ?? definition.request.propagateTags,
    platformCapabilities: definition.request.platformCapabilities,
    consumableResourceProperties: work.consumableResourceProperties,
    consumables: consumablesOfAll(terms),
    ...work.runs,
    nodeProperties: work.nodeProperties,
  };
  const identity = {
    id: jobId,
    scope: queue.scope,
    queueArn: queue.arn,
    terms,
    createdAtMs: nowMs,
    sequence: detail.sequence,
    waitsFor,
  };
  const tags = request.tags && Object.keys(request.tags).length > 0 ? request.tags : undefined;
  const events: Event[] = [
    { type: 'job-submitted', detail, job: newJob(identity, detail.arraySize, nowMs), tags },
  ];
  if (
    detail.propagateTags &&
    Object.keys({ ...command.definitionTags, ...tags }).length > tagsPerResource
  ) {
    events.push(
      ...failAtOnce(
        jobId,
        detail.arraySize,
        `The job's tags and its definition's come to more than ${tagsPerResource}.`,
        nowMs,
      ),
    );
  } else if (work.overridesLength > containerOverridesLength) {
    events.push(
      ...failAtOnce(
        jobId,
        detail.arraySize,
        `Container Overrides length must be at most ${containerOverridesLength}`,
        nowMs,
      ),
    );
  } else if (dependencies.failed) {
    events.push(...failAtOnce(jobId, detail.arraySize, dependentJobFailed, nowMs));
  } else {
    events.push({
      type: waitsFor === undefined ? 'job-runnable' : 'job-pending',
      jobId,
      atMs: nowMs,
    });
    events.push(...failChildren(jobId, detail.arraySize ?? 0, dependencies.failedChildren, nowMs));
  }
  return { events, effects: [], reply: { jobId, jobName: detail.name, jobArn: detail.arn } };
}

function newJob(
  identity: Omit<WaitingJob, 'status' | 'attempts'>,
  arraySize: number | undefined,
  nowMs: number,
): WaitingJob | LiveArrayParent {
  if (arraySize === undefined) return { ...identity, attempts: noAttempts, status: 'SUBMITTED' };
  return {
    ...identity,
    arraySize,
    status: 'SUBMITTED',
    rest: { status: 'SUBMITTED' },
    children: new ChildTable(arraySize, 'SUBMITTED', nowMs),
  };
}

/** A job that ends where it begins. */
function failAtOnce(
  jobId: JobId,
  arraySize: number | undefined,
  statusReason: string,
  atMs: number,
): Event[] {
  const ended: Event = { type: 'job-ended', jobId, status: 'FAILED', statusReason, atMs };
  return arraySize === undefined
    ? [ended]
    : [{ type: 'waiting-children-failed', parentId: jobId, statusReason, atMs }, ended];
}

/** Children whose counterpart has failed already. */
function failChildren(
  parentId: JobId,
  arraySize: number,
  indexes: ReadonlySet<number>,
  atMs: number,
): Event[] {
  const events: Event[] = [...indexes].map((index) => ({
    type: 'job-ended',
    jobId: childId(parentId, index),
    status: 'FAILED',
    statusReason: dependentJobFailed,
    atMs,
  }));
  if (indexes.size > 0 && indexes.size === arraySize)
    events.push({
      type: 'job-ended',
      jobId: parentId,
      status: 'FAILED',
      statusReason: 'Array Child Job failed',
      atMs,
    });
  return events;
}
