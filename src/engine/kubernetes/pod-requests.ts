// What a pod asks its node for, as the scheduler of its cluster counts it, and which node has it:
// of pods that are none of ours nothing else is kept, for there may be very many. Pure.

import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { Needs } from '../../core/job/needs.ts';
import { quantityOf } from './quantity.ts';

export interface PodOnNode extends Needs {
  readonly node: string;
  /** A DaemonSet's or the node's own: it is there for as long as the node is. */
  readonly isPartOfNode: boolean;
}

type Quantities = Readonly<Record<string, unknown>> | undefined;

export const noNeeds: Needs = { milliVcpu: 0, memoryMib: 0, gpus: 0 };

export const together = (a: Needs, b: Needs): Needs => each(a, b, (one, other) => one + other);
const larger = (a: Needs, b: Needs): Needs => each(a, b, Math.max);
/** Of what there is, less than nothing is never left. */
export const rest = (whole: Needs, taken: Needs): Needs =>
  each(whole, taken, (there, gone) => Math.max(0, there - gone));

const each = (a: Needs, b: Needs, of: (a: number, b: number) => number): Needs => ({
  milliVcpu: of(a.milliVcpu, b.milliVcpu),
  memoryMib: of(a.memoryMib, b.memoryMib),
  gpus: of(a.gpus, b.gpus),
});

/** More than a pod has. */
const mostContainers = 1_000;
const longestName = 253;

/** Undefined: no node has it. */
export function podOnNode({ metadata, spec }: Pod): PodOnNode | undefined {
  const node = spec?.nodeName;
  if (spec === undefined || typeof node !== 'string' || node === '' || node.length > longestName)
    return undefined;
  const owners = metadata?.ownerReferences ?? [];
  return {
    node,
    isPartOfNode: owners.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node'),
    ...together(wholeOf(spec) ?? containersOf(spec), asked(spec.overhead)),
  };
}

/**
 * All containers that run side by side, or what the largest init container needs beside those that
 * were begun before it and go on (Kubernetes, sidecar containers).
 */
function containersOf({ containers, initContainers }: PodSpec): Needs {
  let beside = noNeeds;
  let first = noNeeds;
  for (const container of listOf(initContainers)) {
    const requests = asked(container.resources?.requests);
    first = larger(first, together(beside, requests));
    // The types are older than sidecars.
    if ((container as { restartPolicy?: unknown }).restartPolicy === 'Always')
      beside = together(beside, requests);
  }
  const main = listOf(containers).reduce(
    (sum, { resources }) => together(sum, asked(resources?.requests)),
    beside,
  );
  return larger(first, main);
}

/** What is said of the pod as a whole goes before what is said of its containers. */
function wholeOf(spec: PodSpec): Needs | undefined {
  const { requests } = (spec as { resources?: { requests?: Quantities } }).resources ?? {};
  return requests && { ...containersOf(spec), ...said(requests) };
}

const asked = (requests: Quantities): Needs => ({ ...noNeeds, ...said(requests) });

/** Rounded up: what is left is to be there. */
function said(requests: Quantities): Partial<Needs> {
  const amount = (of: string, unit: number): number =>
    // What is said in thousandths is whole in them, whatever binary fractions make of it.
    Math.ceil(quantityOf(requests?.[of]) / unit - 1e-7);
  return {
    ...(requests?.['cpu'] !== undefined && { milliVcpu: amount('cpu', 1e-3) }),
    ...(requests?.['memory'] !== undefined && { memoryMib: amount('memory', 2 ** 20) }),
    ...(requests?.['nvidia.com/gpu'] !== undefined && { gpus: amount('nvidia.com/gpu', 1) }),
  };
}

const listOf = (containers: readonly Container[] | undefined): readonly Container[] =>
  Array.isArray(containers) ? containers.slice(0, mostContainers) : [];
