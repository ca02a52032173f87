// What lies beneath a host: the machine that an instance is a slice of, whose room bounds it beside
// its own books, or a cluster, whose room nobody here knows. The one place that is asked; whether
// there is room is `fit`'s affair.

import type { HostId } from '../../base/ids.ts';
import type { Host, Machine } from './host.ts';

/** What the containers of a host take of beside the host itself. */
export type Beneath =
  /** It is a machine of its own. */
  | { readonly type: 'nothing'; readonly machine?: undefined }
  /** Nodes that a cluster has or will have: it says itself what goes where, and when. */
  | { readonly type: 'cluster'; readonly machine?: undefined }
  /** It is a slice of this one. */
  | { readonly type: 'machine'; readonly machine: Machine }
  /** It is a slice, and its machine is not there yet: that joins when its engine is open. */
  | { readonly type: 'not-joined'; readonly machine?: undefined };

/** Whether what runs there takes nothing of a machine beside the host itself. */
export const isApart = ({ type }: Beneath): boolean => type === 'nothing' || type === 'cluster';

const nothing: Beneath = Object.freeze({ type: 'nothing' });
const cluster: Beneath = Object.freeze({ type: 'cluster' });
const notJoined: Beneath = Object.freeze({ type: 'not-joined' });

const isCluster = (host: Host): boolean => host.kind === 'instance' && host.isCluster === true;

export function beneath(hosts: { get(id: HostId): Host | undefined }, host: Host): Beneath {
  if (isCluster(host)) return cluster;
  if (host.kind !== 'instance' || host.machineId === undefined) return nothing;
  const machine = hosts.get(host.machineId);
  return machine?.kind === 'machine' ? { type: 'machine', machine } : notJoined;
}
