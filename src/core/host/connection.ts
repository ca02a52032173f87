// Connections: through which engine a host's containers run. A machine and a registered host have
// an engine each; the nodes of a cluster share one. How a connection is made is a port's affair.

import type { ConnectionKey, HostId } from '../../base/ids.ts';
import type { Host } from './host.ts';

const clusterPrefix = 'cluster:';

/** Of a host that has an engine of its own. */
export const hostConnection = (id: HostId): ConnectionKey => `host:${id}` as ConnectionKey;

/** Of all nodes of a cluster. */
export const clusterConnection = (arn: string): ConnectionKey =>
  `${clusterPrefix}${arn}` as ConnectionKey;

/** The ARN of the cluster that is connected to; undefined: it is no cluster's. */
export const clusterOf = (key: ConnectionKey): string | undefined =>
  key.startsWith(clusterPrefix) ? key.slice(clusterPrefix.length) : undefined;

/**
 * Whether its engine takes all containers of an attempt at once and orders them by itself: a pod
 * gets no more of them later.
 */
export const startsTogether = ({
  connection,
}: {
  readonly connection?: ConnectionKey | undefined;
}): boolean => connection !== undefined && clusterOf(connection) !== undefined;

/** A slice's containers run on its machine. */
export const connectionOf = (host: Host): ConnectionKey =>
  sharedConnection(host) ??
  hostConnection((host.kind === 'instance' ? host.machineId : undefined) ?? host.id);

/**
 * What has to be kept with an attempt, so that its containers are found when the host is gone and
 * the others that share its engine are not; undefined: nothing.
 */
export const sharedConnection = (host: Host): ConnectionKey | undefined =>
  host.kind === 'instance' ? host.connection : undefined;

/** Whether it counts where instances are limited: those of a cluster are its own. */
export const isLaunched = (host: Host): boolean =>
  host.kind === 'instance' && sharedConnection(host) === undefined;
