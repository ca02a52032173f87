// What a submission runs and consumes: of a job with one container, and of a multi-node parallel
// job. The definition's properties with the overrides laid over; who may have which overrides is
// refused here (user guide, chapter Submitting a Job).

import type {
  ConsumableResourceProperties,
  NodeProperties,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { must } from '../../../base/assert.ts';
import type { Scope } from '../../../base/ids.ts';
import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import { consumableClaims, consumableProperties } from '../../job/consumables.ts';
import type { JobDefinition } from '../../job-definition/job-definition.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { instanceTypeOf, nodeSpans, podsRefusal, resolveNodes } from '../../job/node-properties.ts';
import { resolveRuns, runsOf, runsTerms, says, type Runs } from '../../job/runs.ts';
import type { NodesWork, Work, WorkTerms } from '../../job/terms.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';

interface SubmittedWork extends Work {
  /** Of a multi-node parallel job what its main node runs. */
  readonly runs: Runs;
  readonly consumableResourceProperties?: ConsumableResourceProperties | undefined;
  readonly nodeProperties?: NodeProperties | undefined;
  /** Characters of the overrides of the container, or of the node range that has most. */
  readonly overridesLength: number;
}

type Parameters = Readonly<Record<string, string>>;

interface Submission {
  readonly scope: Scope;
  readonly request: SubmitJobCommandInput;
}

export function containerWork(
  world: World,
  definition: JobDefinition,
  { request, scope }: Submission,
  parameters: Parameters,
): SubmittedWork | Refusal {
  if (says(request.nodeOverrides))
    return refuse(
      'invalid',
      `nodeOverrides is only for multi-node parallel jobs, and job definition ${definition.name}:${definition.revision} is of type container.`,
    );
  const consumableResourceProperties = consumableProperties(
    request.consumableResourcePropertiesOverride,
    definition.request.consumableResourceProperties,
  );
  const consumables = consumableClaims(
    world.consumableResources,
    scope,
    consumableResourceProperties,
  );
  if (isRefusal(consumables)) return consumables;
  const work = isPlain(request)
    ? definedWork(definition, parameters)
    : resolvedWork(definition, request, parameters);
  if (isRefusal(work)) return work;
  return { ...work, consumableResourceProperties, consumables };
}

type ResolvedWork = Omit<SubmittedWork, 'consumables'>;

/** It says nothing of what its containers are: they are as the definition has them. */
const isPlain = ({
  parameters = {},
  containerOverrides,
  ecsPropertiesOverride,
  eksPropertiesOverride,
}: SubmitJobCommandInput): boolean =>
  containerOverrides === undefined &&
  ecsPropertiesOverride === undefined &&
  eksPropertiesOverride === undefined &&
  Object.keys(parameters).length === 0;

const known = new WeakMap<JobDefinition, ResolvedWork | Refusal>();

/** Most submissions are plain, and all of them of one definition come to the same. */
function definedWork(definition: JobDefinition, parameters: Parameters): ResolvedWork | Refusal {
  let work = known.get(definition);
  if (work === undefined) known.set(definition, (work = resolvedWork(definition, {}, parameters)));
  return work;
}

function resolvedWork(
  {
    name,
    request: { containerProperties: container, ecsProperties, eksProperties },
  }: JobDefinition,
  overrides: Pick<
    SubmitJobCommandInput,
    'containerOverrides' | 'ecsPropertiesOverride' | 'eksPropertiesOverride'
  >,
  parameters: Parameters,
): ResolvedWork | Refusal {
  const runs = runsOf({ container, ecsProperties, eksProperties });
  const resolved = resolveRuns(runs, overrides, parameters);
  if (isRefusal(resolved)) return resolved;
  const terms = runsTerms(resolved.runs, name);
  return isRefusal(terms) ? terms : { ...resolved, ...terms };
}

export function nodesWork(
  world: World,
  definition: JobDefinition,
  defined: NodeProperties,
  queue: JobQueue,
  { request, scope }: Submission,
  parameters: Parameters,
): SubmittedWork | Refusal {
  if (request.arrayProperties?.size !== undefined)
    return refuse(
      'invalid',
      'arrayProperties: This option is not available for multi-node parallel jobs.',
    );
  if (says(request.containerOverrides))
    return refuse(
      'invalid',
      'containerOverrides cannot be used with a multi-node parallel job: use nodeOverrides, whose nodePropertyOverrides hold the containerOverrides of each node range.',
    );
  for (const member of ['ecsPropertiesOverride', 'eksPropertiesOverride'] as const)
    if (says(request[member]))
      return refuse(
        'invalid',
        `${member} cannot be used with a multi-node parallel job: use nodeOverrides, whose nodePropertyOverrides hold that of each node range.`,
      );
  if (request.consumableResourcePropertiesOverride?.consumableResourceList?.length) {
    return refuse(
      'invalid',
      'consumableResourcePropertiesOverride cannot be used with a multi-node parallel job: use nodeOverrides, whose nodePropertyOverrides hold that of each node range.',
    );
  }
  const tooMany = manySecurityGroups(world, queue);
  if (tooMany) return tooMany;
  const resolved = resolveNodes(defined, request.nodeOverrides, parameters);
  if (isRefusal(resolved)) return resolved;
  const { nodeProperties, overridesLength } = resolved;
  const unequal = podsRefusal(nodeProperties);
  if (unequal) return unequal;
  const instanceType = instanceTypeOf(nodeProperties);
  if (isRefusal(instanceType)) return instanceType;
  const spans = nodeSpans(nodeProperties);
  if (isRefusal(spans)) return spans;
  const groups: (NodesWork['groups'][number] & { readonly runs: Runs })[] = [];
  for (const { from, to, range } of spans) {
    const consumables = consumableClaims(
      world.consumableResources,
      scope,
      range.consumableResourceProperties,
    );
    if (isRefusal(consumables)) return consumables;
    const runs = runsOf(range);
    const terms = runsTerms(runs, definition.name);
    if (isRefusal(terms)) return terms;
    const work: WorkTerms = { ...terms, consumables };
    groups.push({ from, to, work, runs });
  }
  const { numNodes = 0, mainNode = 0 } = nodeProperties;
  const main = must(
    groups.find(({ from, to }) => from <= mainNode && mainNode <= to),
    'the main node lies in a range',
  );
  return {
    ...main.work,
    runs: main.runs,
    nodes: { numNodes, mainNode, groups, instanceType },
    nodeProperties,
    overridesLength,
  };
}

/**
 * "Your compute environment may have no more than five security groups associated with it" (user
 * guide, chapter Multi-node Parallel Jobs).
 */
export function manySecurityGroups(world: World, queue: JobQueue): Refusal | undefined {
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    const count = environment?.computeResources?.securityGroupIds?.length ?? 0;
    if (count > limit.interfaceSecurityGroups) {
      return refuse(
        'invalid',
        `A compute environment of multi-node parallel jobs may have at most ${limit.interfaceSecurityGroups} security groups; ${environment?.name} of job queue ${queue.name} has ${count}.`,
      );
    }
  }
  return undefined;
}
