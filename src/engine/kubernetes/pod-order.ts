// Containers of an attempt that wait for each other, as a pod can say it: init containers run
// before all others, one after the other, and one that restarts always goes on beside what comes
// after it. A pod knows no COMPLETE: where what was to be complete has failed, the pod fails with
// it. Pure.

import type { ContainerSpec } from '../../port/engine.ts';

/** `init`: runs to its end before those behind it; `sidecar`: begins before them, and goes on. */
export type PodRole = 'init' | 'sidecar' | 'main';

interface Ordered {
  readonly index: number;
  readonly role: PodRole;
}

/**
 * By index, in the order in which a pod has to name them. `cannotStart`: their order cannot be said
 * by a pod.
 */
export function podOrder(
  specs: readonly Pick<ContainerSpec, 'task' | 'pod'>[],
): readonly Ordered[] | { readonly cannotStart: string } {
  const indices = specs.map((_, index) => index);
  if (specs.some(({ pod }) => pod !== undefined))
    return indices.map((index) => ({ index, role: specs[index]?.pod?.init ? 'init' : 'main' }));
  const sorted = inOrder(specs);
  if (sorted === undefined)
    return refused('containers that wait for each other in a circle', indices);
  const roles = new Map<number, PodRole>(indices.map((index) => [index, 'main']));
  const afterOf = (index: number) => specs[index]?.task?.after ?? [];
  // What others need the end of comes before them, and what those need before that.
  for (const index of sorted)
    for (const { container, condition } of afterOf(index))
      if (condition !== 'START') roles.set(container, 'init');
  for (const index of sorted.toReversed()) {
    if (roles.get(index) === 'main') continue;
    for (const { container } of afterOf(index))
      if (roles.get(container) === 'main') roles.set(container, 'sidecar');
  }
  return [
    ...sorted.filter((index) => roles.get(index) !== 'main'),
    ...sorted.filter((index) => roles.get(index) === 'main'),
  ].map((index) => ({ index, role: roles.get(index) ?? 'main' }));
}

const refused = (what: string, which: readonly number[]): { readonly cannotStart: string } => ({
  cannotStart: `CannotCreateContainerError: a Kubernetes cluster cannot give ${what}: container ${[...new Set(which)].join(', ')} of its job`,
});

/** Each behind those that it waits for; undefined: there is a circle. */
function inOrder(specs: readonly Pick<ContainerSpec, 'task'>[]): number[] | undefined {
  const sorted: number[] = [];
  const left = new Set(specs.keys());
  while (left.size > 0) {
    const next = [...left].find((index) =>
      (specs[index]?.task?.after ?? []).every(({ container }) => !left.has(container)),
    );
    if (next === undefined) return undefined;
    left.delete(next);
    sorted.push(next);
  }
  return sorted;
}
