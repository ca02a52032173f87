// The node properties of a multi-node parallel job: how ranges divide the nodes among them, and
// what a submission's overrides make of a definition's (user guide, chapters Multi-node Parallel
// Jobs and Job Definition Parameters, "Node Properties"). Pure; forms and ranges of single members
// were checked before.

import type {
  NodeOverrides,
  NodeProperties,
  NodePropertyOverride,
  NodeRangeProperty,
} from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import { consumableProperties } from './consumables.ts';
import { nodesOf } from './nodes.ts';
import { podOf } from './pod.ts';
import { resolveRuns, runsOf } from './runs.ts';

/** Nodes from one index to another, both included, and what they run. */
interface NodeSpan {
  readonly from: number;
  readonly to: number;
  readonly range: NodeRangeProperty;
}

/**
 * Ascending and disjoint, together all nodes: of nested ranges the inner one counts. Refused are a
 * node in no range, a range without a node, and ranges that overlap without one being inside the
 * other: AWS documents nesting only, and which of two such ranges a node belongs to nobody could
 * say.
 */
export function nodeSpans({
  numNodes = 0,
  mainNode = 0,
  nodeRangeProperties = [],
}: NodeProperties): readonly NodeSpan[] | Refusal {
  if (mainNode >= numNodes)
    return refuse(
      'invalid',
      `nodeProperties.mainNode must be less than the number of nodes, which is ${numNodes}; it is ${mainNode}.`,
    );
  const spans = nodeRangeProperties.map((range): NodeSpan => ({
    ...nodesOf(range.targetNodes ?? '', numNodes),
    range,
  }));
  for (const [index, span] of spans.entries()) {
    const text = span.range.targetNodes;
    if (span.from >= numNodes)
      return refuse(
        'invalid',
        `The lower boundary of node range ${text} must be less than the number of nodes, which is ${numNodes}.`,
      );
    if (span.from > span.to) return refuse('invalid', `Node range ${text} ends before it begins.`);
    const clash = spans
      .slice(0, index)
      .find((other) => overlap(span, other) && isInside(span, other) === isInside(other, span));
    if (clash !== undefined)
      return refuse(
        'invalid',
        `Node ranges ${clash.range.targetNodes} and ${text} overlap: of two ranges that share nodes one must be inside the other.`,
      );
  }
  return divided(spans, numNodes);
}

const overlap = (a: NodeSpan, b: NodeSpan): boolean => a.from <= b.to && b.from <= a.to;
const isInside = (a: NodeSpan, b: NodeSpan): boolean => b.from <= a.from && a.to <= b.to;

/**
 * The innermost range that a node lies in is its shortest, and changes only where a range begins or
 * ends.
 */
function divided(spans: readonly NodeSpan[], numNodes: number): NodeSpan[] | Refusal {
  const inner = spans.toSorted((a, b) => a.to - a.from - (b.to - b.from));
  const starts = [...new Set([0, ...spans.flatMap(({ from, to }) => [from, to + 1])])]
    .filter((start) => start < numNodes)
    .sort((a, b) => a - b);
  const found: NodeSpan[] = [];
  for (const [index, from] of starts.entries()) {
    const range = inner.find((span) => span.from <= from && from <= span.to)?.range;
    if (range === undefined)
      return refuse('invalid', `Node ranges must account for all nodes; node ${from} is in none.`);
    found.push({ from, to: (starts[index + 1] ?? numNodes) - 1, range });
  }
  return found;
}

/**
 * The type that all nodes run on; undefined: none is asked for. "All node groups in a multi-node
 * parallel job must use the same instance type."
 */
export function instanceTypeOf({
  nodeRangeProperties = [],
}: NodeProperties): string | undefined | Refusal {
  const types = new Set(
    nodeRangeProperties
      .flatMap(({ instanceTypes = [], container }) => [
        ...instanceTypes,
        container?.instanceType ?? '',
      ])
      .filter((type) => type !== ''),
  );
  if (types.size > 1)
    return refuse(
      'invalid',
      `All node ranges of a multi-node parallel job must use the same instance type; they have ${[...types].join(', ')}.`,
    );
  return [...types][0];
}

interface ResolvedNodes {
  readonly nodeProperties: NodeProperties;
  /** Characters of the overrides of the range that has most. */
  readonly overridesLength: number;
}

/**
 * What a submission runs: the definition's properties with its overrides laid over and parameters
 * put in.
 */
export function resolveNodes(
  defined: NodeProperties,
  overrides: NodeOverrides | undefined,
  parameters: Readonly<Record<string, string>>,
): ResolvedNodes | Refusal {
  const { nodeRangeProperties: ranges = [] } = defined;
  const changes = new Map(
    (overrides?.nodePropertyOverrides ?? []).map((change) => [change.targetNodes, change]),
  );
  const strangers = [...changes.keys()].filter(
    (text) => !ranges.some(({ targetNodes }) => targetNodes === text),
  );
  if (strangers.length > 0)
    return refuse(
      'invalid',
      `NodeOverride targets should match job definition. Non matching targets - ${strangers.join(', ')}`,
    );
  if (
    overrides?.numNodes !== undefined &&
    !ranges.some(({ targetNodes }) => targetNodes?.endsWith(':'))
  ) {
    return refuse(
      'invalid',
      'NumNodes override can only be applied if the job definition has at least 1 target node without a range_end i.e (:) or (range_start:).',
    );
  }
  const resolved: NodeRangeProperty[] = [];
  let longest = 0;
  for (const range of ranges) {
    const { targetNodes } = range;
    const found = resolveRange(range, changes.get(targetNodes) ?? { targetNodes }, parameters);
    if (isRefusal(found)) return found;
    resolved.push(found.range);
    longest = Math.max(longest, found.overridesLength);
  }
  return {
    nodeProperties: {
      numNodes: overrides?.numNodes ?? defined.numNodes,
      mainNode: defined.mainNode,
      nodeRangeProperties: resolved,
    },
    overridesLength: longest,
  };
}

function resolveRange(
  range: NodeRangeProperty,
  change: NodePropertyOverride,
  parameters: Readonly<Record<string, string>>,
): { readonly range: NodeRangeProperty; readonly overridesLength: number } | Refusal {
  const found = resolveRuns(runsOf(range), change, parameters);
  if (isRefusal(found)) return found;
  const { container, task, pod } = found.runs;
  const resolved: NodeRangeProperty = {
    ...range,
    ...(container && { container }),
    ...(task && { ecsProperties: { taskProperties: [task] } }),
    ...(pod && { eksProperties: { podProperties: pod } }),
  };
  const consumables = consumableProperties(
    change.consumableResourcePropertiesOverride,
    range.consumableResourceProperties,
  );
  if (consumables !== undefined) resolved.consumableResourceProperties = consumables;
  // A type may stand in two places; the override counts in both.
  const type = change.instanceTypes?.[0] ?? change.containerOverrides?.instanceType;
  if (type) {
    if (change.instanceTypes?.length || range.instanceTypes?.length)
      resolved.instanceTypes = [type];
    if (container?.instanceType) container.instanceType = type;
  }
  return { range: resolved, overridesLength: found.overridesLength };
}

/** Whether these are the properties of a job, in a definition as in a submission. */
export function nodePropertiesRefusal(properties: NodeProperties): Refusal | undefined {
  return [nodeSpans(properties), instanceTypeOf(properties), podsRefusal(properties)].find(
    isRefusal,
  );
}

/**
 * All nodes are pods or none is, and all pods are in one namespace: "For multi-node parallel jobs,
 * the same value must be provided across all the node ranges."
 */
export function podsRefusal({ nodeRangeProperties = [] }: NodeProperties): Refusal | undefined {
  const pods = nodeRangeProperties.map(({ eksProperties }) => podOf(eksProperties));
  if (pods.every((pod) => pod === undefined)) return undefined;
  if (pods.includes(undefined))
    return refuse(
      'invalid',
      'Either all node ranges of a multi-node parallel job have eksProperties, or none.',
    );
  return new Set(pods.map((pod) => pod?.metadata?.namespace || undefined)).size > 1
    ? refuse(
        'invalid',
        'All node ranges of a multi-node parallel job must have the same namespace in eksProperties.podProperties.metadata.',
      )
    : undefined;
}
