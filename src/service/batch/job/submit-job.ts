// SubmitJob: everything that the request alone can be judged by. Queue, definition and their states
// are core's.

import type {
  ContainerOverrides,
  SubmitJobCommandInput,
  SubmitJobCommandOutput,
} from '@aws-sdk/client-batch';
import { jobId, type Arn, type JobId } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import type { SubmitJobInput } from '../../../core/command/job/submit-job.ts';
import { resolveContainer } from '../../../core/job/container.ts';
import { resolveTask, taskOf } from '../../../core/job/task.ts';
import type { JobDefinition } from '../../../core/job-definition/job-definition.ts';
import { limit } from '../../../core/limit.ts';
import type { Tags } from '../../../port/reader.ts';
import { integerIn } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { consumableResources, creation, definitionResource, queueResource } from '../access.ts';
import { submittedContainers } from '../container-access.ts';
import type { BatchDeps, BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkConsumables } from '../rule/consumables.ts';
import { checkContainerOverrides } from '../rule/container-overrides.ts';
import { readDependencies } from '../rule/dependencies.ts';
import { checkEcsOverrides, checkFargateTask } from '../rule/ecs-properties.ts';
import { checkEksOverrides } from '../rule/eks-properties.ts';
import { checkName, checkReference } from '../rule/name.ts';
import { checkNodeOverrides } from '../rule/node-properties.ts';
import { checkFargateSize } from '../rule/resource-requirements.ts';
import { checkShareIdentifier } from '../rule/fair-share.ts';
import { checkRetryStrategy } from '../rule/retry.ts';
import { checkTags } from '../rule/tags.ts';
import { refuseNul } from '../rule/text.ts';
import { submitCommand } from '../submit-command.ts';

export const submitJob: BatchOperation<SubmitJobInput, Reply<SubmitJobCommandOutput>> = {
  authorizes: (input, context) =>
    creation(
      'batch:SubmitJob',
      [
        definitionResource(context, input.jobDefinition),
        queueResource(context, input.jobQueue),
        ...consumableResources(context, [
          input.consumableResourcePropertiesOverride,
          ...(input.nodeOverrides?.nodePropertyOverrides ?? []).map(
            (change) => change.consumableResourcePropertiesOverride,
          ),
        ]),
      ],
      input.tags,
      submittedContainers(input),
    ),

  async handle(deps, input, context) {
    const { once } = context;
    const before = once === undefined ? undefined : deps.reader.jobs.one(context.scope, once);
    if (before !== undefined) return submitted(before.detail);
    deps.submitRate?.take(context.scope);
    const { limits } = deps.settings;
    checkName(input.jobName, 'jobName');
    checkReference(input.jobQueue, 'jobQueue');
    checkReference(input.jobDefinition, 'jobDefinition');
    const size = input.arrayProperties?.size;
    integerIn(size, limit.arraySizeMin, limits.arraySize, 'arrayProperties.size');
    const dependsOn = readDependencies(context.scope, input.dependsOn, size !== undefined, limits);
    refuseNul(input.parameters, 'parameters');
    const definition = (): JobDefinition | undefined =>
      deps.reader.batch.jobDefinition(context.scope, input.jobDefinition ?? '')?.definition;
    checkOverrides(input.containerOverrides, definition);
    checkTaskOverrides(input, definition);
    checkShareIdentifier(input.shareIdentifier, 'shareIdentifier');
    integerIn(
      input.schedulingPriorityOverride,
      0,
      limit.schedulingPriorityMax,
      'schedulingPriorityOverride',
    );
    checkTags(input.tags, limits, 'job');
    integerIn(
      input.preemptionConfiguration?.preemptionRetriesBeforeTermination,
      0,
      limit.preemptionRetries,
      'preemptionConfiguration.preemptionRetriesBeforeTermination',
    );
    if (input.nodeOverrides !== undefined) checkNodeOverrides(input.nodeOverrides);
    if (input.eksPropertiesOverride !== undefined)
      checkEksOverrides(input.eksPropertiesOverride, 'eksPropertiesOverride');
    checkConsumables(
      input.consumableResourcePropertiesOverride,
      'consumableResourcePropertiesOverride',
    );
    const retryStrategy = checkRetryStrategy(input.retryStrategy, limits);
    const request = { ...input, retryStrategy, dependsOn };
    const command = {
      type: 'submit-job',
      scope: context.scope,
      jobId: jobId(once ?? deps.ids.uuid()),
      request,
      definitionTags: definitionTags(deps, input, context),
    } as const;
    return submitCommand(deps, command, context);
  },
};

const submitted = ({ id, name, arn }: { id: JobId; name: string; arn: Arn }) => ({
  jobId: id,
  jobName: name,
  jobArn: arn,
});

/**
 * Propagated tags of both together may be too many, which they cannot be where the submission has
 * none.
 */
function definitionTags(
  { reader }: BatchDeps,
  input: SubmitJobCommandInput,
  { scope }: RequestContext,
): Tags | undefined {
  if (input.tags === undefined || input.propagateTags === false) return undefined;
  return reader.batch.jobDefinition(scope, input.jobDefinition ?? '')?.tags;
}

/**
 * `definition` is asked for only where amounts are overridden: what they may be depends on its
 * platform.
 */
function checkOverrides(
  overrides: ContainerOverrides | undefined,
  definition: () => JobDefinition | undefined,
): void {
  if (overrides === undefined) return;
  const where = 'containerOverrides';
  if (overrides.instanceType)
    throw invalid(`${where}.instanceType is only for multi-node parallel jobs`);
  const { vcpus, memory, resourceRequirements = [] } = overrides;
  const request =
    vcpus === undefined && memory === undefined && resourceRequirements.length === 0
      ? undefined
      : definition()?.request;
  const fargate = request?.platformCapabilities?.includes('FARGATE') ?? false;
  checkContainerOverrides(overrides, where, fargate);
  if (fargate)
    checkFargateSize(
      resolveContainer(request?.containerProperties ?? {}, overrides, {}).resourceRequirements,
      where,
    );
}

/** Likewise of a task, whose containers are overridden by their names. */
function checkTaskOverrides(
  { ecsPropertiesOverride, parameters }: SubmitJobCommandInput,
  definition: () => JobDefinition | undefined,
): void {
  const [overrides] = ecsPropertiesOverride?.taskProperties ?? [];
  if (ecsPropertiesOverride === undefined || overrides === undefined) return;
  const where = 'ecsPropertiesOverride';
  const sizes = (overrides.containers ?? []).some((one) => one.resourceRequirements?.length);
  const request = sizes ? definition()?.request : undefined;
  const fargate = request?.platformCapabilities?.includes('FARGATE') ?? false;
  checkEcsOverrides(ecsPropertiesOverride, where, fargate);
  const task = taskOf(request?.ecsProperties);
  if (!fargate || task === undefined) return;
  // What cannot be resolved, core refuses in its own words.
  const resolved = resolveTask(task, ecsPropertiesOverride, {
    ...request?.parameters,
    ...parameters,
  });
  if (!isRefusal(resolved)) checkFargateTask(resolved.task, where);
}
