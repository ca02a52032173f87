// What a node of a cluster says of itself, and the host that it is to an environment on that
// cluster. Nobody launched it here, and nobody here ends it.

import type { HostId } from '../../base/ids.ts';
import { refuse, type Refusal } from '../../base/refusal.ts';
import {
  clusterArnOf,
  type ComputeEnvironment,
} from '../compute-environment/compute-environment.ts';
import { sameNeeds, type Needs } from '../job/needs.ts';
import { nameInArn } from '../arn.ts';
import { clusterConnection, clusterOf, sharedConnection } from './connection.ts';
import type { Host, Instance } from './host.ts';

/** A node as its cluster knows it. */
export interface NodeFacts {
  readonly name: string;
  /** No other node ever has it, though it may have the name. */
  readonly uid: string;
  /** What pods of jobs may take of it: others take the rest. */
  readonly capacity: Needs;
  /** What they could take if pods of others ended that may; absent: as much. */
  readonly atMost?: Needs | undefined;
  /** Its id in EC2, where it is an instance there. */
  readonly instanceId?: string | undefined;
  /** Its name in EC2's catalogue, where it says one. */
  readonly instanceType?: string | undefined;
  /** EC2's word. */
  readonly architecture?: string | undefined;
  /** Where pods on its network are reached. */
  readonly address?: string | undefined;
}

/** What a node is called that does not say its type. */
const anyType = 'node';

/** As it stands now: a host that was known keeps what is not the node's. */
export function nodeHost(
  environment: ComputeEnvironment,
  {
    name,
    uid,
    capacity,
    atMost,
    instanceId,
    instanceType = anyType,
    architecture,
    address,
  }: NodeFacts,
  {
    id,
    known,
    takesJobs,
    nowMs,
  }: {
    readonly id: HostId;
    readonly known: Instance | undefined;
    readonly takesJobs: boolean;
    readonly nowMs: number;
  },
): Instance {
  const { arn, scope, revision } = environment;
  return {
    ...(known ?? {
      id,
      kind: 'instance',
      title: `node ${name}`,
      scope,
      computeEnvironmentArn: arn,
      connection: clusterConnection(clusterArnOf(environment) ?? ''),
      reference: name,
      uid,
      spot: false,
      revision,
      launchedAtMs: nowMs,
    }),
    capacity,
    atMost,
    instanceId,
    instanceType,
    architecture,
    address,
    state: takesJobs ? 'RUNNING' : 'DRAINING',
  };
}

/** Whether the host says of its node what the node says. */
export const isUpToDate = (host: Instance, node: NodeFacts, takesJobs: boolean): boolean =>
  (host.state === 'RUNNING') === takesJobs &&
  sameNeeds(host.capacity, node.capacity) &&
  sameNeeds(host.atMost ?? host.capacity, node.atMost ?? node.capacity) &&
  host.instanceId === node.instanceId &&
  host.instanceType === (node.instanceType ?? anyType) &&
  host.architecture === node.architecture &&
  host.address === node.address;

/** Of a node: whoever wants it drained, ended or rebooted does that in its cluster. */
export function nodeRefusal(host: Host): Refusal | undefined {
  const connection = sharedConnection(host);
  const cluster = connection && clusterOf(connection);
  return cluster === undefined
    ? undefined
    : refuse(
        'invalid',
        `${host.title} belongs to cluster ${nameInArn(cluster) ?? cluster}, and is drained and deleted there.`,
      );
}
