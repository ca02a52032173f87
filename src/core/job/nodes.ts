// The nodes of a multi-node parallel job: which there are, and what each asks for (user guide,
// chapter Multi-node Parallel Jobs). The job's own value stands for its main node; the others are
// jobs of their own while they run. Pure facts of a submission: where nodes are and how they fare
// is not known here.

import type { NodeProperties, NodeRangeProperty } from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import type { ConsumableClaim } from '../consumable-resource/consumable-resource.ts';
import { addNeeds, timesNeeds, type Needs } from './needs.ts';
import type { JobTerms, NodeTerms } from './terms.ts';

/** What one node is held to. */
export const termsOfNode = ({ groups }: NodeTerms, node: number): JobTerms =>
  must(
    groups.find(({ from, to }) => from <= node && node <= to),
    'every node belongs to a group',
  ).terms;

/** The needs of all nodes together; any other job's own. */
export function needsOfAll({ needs, nodes }: Pick<JobTerms, 'needs' | 'nodes'>): Needs {
  if (nodes === undefined) return needs;
  return nodes.groups.reduce(
    (sum, { from, to, terms }) => addNeeds(sum, timesNeeds(terms.needs, to - from + 1)),
    { milliVcpu: 0, memoryMib: 0, gpus: 0 },
  );
}

/** What all nodes consume together; of any other job its own. */
export function consumablesOfAll({
  consumables,
  nodes,
}: Pick<JobTerms, 'consumables' | 'nodes'>): readonly ConsumableClaim[] | undefined {
  if (nodes === undefined) return consumables;
  const sums = new Map<ConsumableClaim['arn'], number>();
  for (const { from, to, terms } of nodes.groups)
    for (const { arn, quantity } of terms.consumables ?? [])
      sums.set(arn, (sums.get(arn) ?? 0) + quantity * (to - from + 1));
  return sums.size === 0 ? undefined : [...sums].map(([arn, quantity]) => ({ arn, quantity }));
}

/**
 * The first and the last node of a range `n:m`, of which either end may be open, or of a single
 * index. The text is well-formed. A range may say more nodes than there are: fewer may be submitted
 * than were defined.
 */
export function nodesOf(
  targetNodes: string,
  numNodes: number,
): { readonly from: number; readonly to: number } {
  const [first, last = first] = targetNodes.split(':');
  return {
    from: first ? Number(first) : 0,
    to: Math.min(last ? Number(last) : Infinity, numNodes - 1),
  };
}

/** What a node runs: of nested ranges the innermost counts. */
export function propertiesOfNode(
  { numNodes = 0, nodeRangeProperties = [] }: NodeProperties,
  node: number,
): NodeRangeProperty {
  let innermost: { range: NodeRangeProperty; size: number } | undefined;
  for (const range of nodeRangeProperties) {
    const { from, to } = nodesOf(range.targetNodes ?? '', numNodes);
    if (from <= node && node <= to && (innermost === undefined || to - from < innermost.size))
      innermost = { range, size: to - from };
  }
  return must(innermost, 'every node lies in a range').range;
}
