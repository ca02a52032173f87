// Which node of a multi-node parallel job goes to which of given hosts, one on each. It knows sizes
// only: which hosts are empty, and whose they are, is for the caller to say.

import type { HostId } from '../../../base/ids.ts';
import type { Needs } from '../../job/needs.ts';
import type { NodeTerms } from '../../job/terms.ts';
import { fitsIn } from './room.ts';

export interface Candidate {
  readonly id: HostId;
  readonly capacity: Needs;
}

/** A host is larger by its GPUs, then its vCPUs, then its memory. */
export const bySize = (a: Needs, b: Needs): number =>
  b.gpus - a.gpus || b.milliVcpu - a.milliVcpu || b.memoryMib - a.memoryMib;

interface Group {
  readonly needs: Needs;
  readonly hosts: Candidate[];
}

/**
 * The host of each node, by its index; undefined where the hosts do not hold all nodes, whichever
 * goes where. Larger nodes are given a host first, each the first of the candidates that holds it.
 */
export function assignNodes(
  { numNodes, groups }: NodeTerms,
  candidates: readonly Candidate[],
): readonly HostId[] | undefined {
  if (candidates.length < numNodes) return undefined;
  // Ascending, and together all nodes.
  const all = groups.map(({ from, to, terms: { needs } }) => ({
    from,
    to,
    needs,
    hosts: [] as Candidate[],
  }));
  const free = new Set(candidates);
  for (const group of all.toSorted((a, b) => bySize(a.needs, b.needs))) {
    for (let node = group.from; node <= group.to; node++)
      if (!findHost(group, all, free, new Set())) return undefined;
  }
  return all.flatMap(({ hosts }) => hosts.map(({ id }) => id));
}

/** A free host, or one that another group can do without because it finds another. */
function findHost(
  group: Group,
  all: readonly Group[],
  free: Set<Candidate>,
  asked: Set<Group>,
): boolean {
  asked.add(group);
  for (const host of free) {
    if (!fitsIn(host.capacity, group.needs)) continue;
    free.delete(host);
    group.hosts.push(host);
    return true;
  }
  for (const other of all) {
    const at = asked.has(other)
      ? -1
      : other.hosts.findIndex((host) => fitsIn(host.capacity, group.needs));
    if (at < 0 || !findHost(other, all, free, asked)) continue;
    group.hosts.push(...other.hosts.splice(at, 1));
    return true;
  }
  return false;
}
