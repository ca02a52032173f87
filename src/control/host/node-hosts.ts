// Compares the nodes that clusters have with the hosts of the environments on them, when a cluster
// says something and now and then, and issues what is missing: nodes join, change and are gone.
// Where a cluster chooses the nodes itself, cluster-hosts.ts does that. It judges no job, and a
// cluster that says nothing has lost nothing.

import { hostId as asHostId, type HostId } from '../../base/ids.ts';
import {
  clusterArnOf,
  isOpen,
  isPlacedByCluster,
  type ComputeEnvironment,
} from '../../core/compute-environment/compute-environment.ts';
import type { Instance } from '../../core/host/host.ts';
import { isUpToDate, type NodeFacts } from '../../core/host/node.ts';
import { limit } from '../../core/limit.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import type { ClusterNode, ClusterNodes } from '../../port/cluster-nodes.ts';
import type { Ids } from '../../port/ids.ts';
import { Alarm } from '../alarm.ts';
import type { CommandQueue } from '../turn/command-queue.ts';
import { unlessStopped } from '../turn/stopped.ts';
import { ClusterHosts } from './cluster-hosts.ts';

interface NodeHostsParts {
  readonly world: World;
  readonly nodes: ClusterNodes;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'random'>;
  readonly bus: Pick<CommandQueue, 'issue'>;
  readonly onProblem: (what: string, error: unknown) => void;
}

export class NodeHosts {
  readonly #parts: NodeHostsParts;
  readonly #clusters: ClusterHosts;
  readonly #next: Alarm;
  /** Since when a host's node was found not to be ready. */
  #silentSince = new Map<HostId, number>();
  #isDue = false;

  constructor(parts: NodeHostsParts) {
    this.#parts = parts;
    this.#clusters = new ClusterHosts(parts);
    this.#next = new Alarm(parts.clock, () => this.#compare());
  }

  open(): void {
    this.#parts.nodes.open(() => this.#soon());
    this.#next.setIn(0);
  }

  close(): void {
    this.#next.cancel();
    this.#parts.nodes.close();
  }

  /** Nodes come in crowds. */
  #soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#next.setIn(limit.nodesGatherMs);
  }

  #compare(): void {
    this.#isDue = false;
    const { world, nodes } = this.#parts;
    const silent = new Map<HostId, number>();
    for (const environment of world.computeEnvironments.values()) {
      const cluster = clusterArnOf(environment);
      const there = cluster === undefined ? undefined : nodes.of(cluster);
      if (isPlacedByCluster(environment)) this.#clusters.compare(environment, there);
      else if (there !== undefined) this.#compareOne(environment, there, silent);
    }
    this.#silentSince = silent;
    this.#next.setIn(limit.reconcilePeriodMs);
  }

  #compareOne(
    environment: ComputeEnvironment,
    nodes: readonly ClusterNode[],
    silent: Map<HostId, number>,
  ): void {
    const missing = new Map<string, Instance>();
    for (const host of this.#parts.world.hosts.instancesOf(environment.arn))
      missing.set(host.reference ?? '', host);
    for (const node of nodes) {
      if (node.environmentUuid !== undefined && node.environmentUuid !== environment.uuid) continue;
      const host = missing.get(node.name);
      // Another node has its name: it joins when this one is gone.
      if (host !== undefined && host.uid !== node.uid) continue;
      missing.delete(node.name);
      if (host !== undefined && !node.isReady && this.#isSilent(host, silent)) this.#gone(host);
      else this.#isAsItIs(environment, node, host);
    }
    for (const host of missing.values()) this.#gone(host);
  }

  #isAsItIs(environment: ComputeEnvironment, node: ClusterNode, host: Instance | undefined): void {
    const takesJobs = node.isReady && node.isOpen;
    if (!isOpen(environment) || host?.state === 'SHUTTING_DOWN') return;
    if (host === undefined ? !takesJobs : isUpToDate(host, node, takesJobs)) return;
    const { bus, ids, onProblem } = this.#parts;
    bus
      .issue(
        {
          type: 'join-instance',
          hostId: host?.id ?? asHostId(ids.random()),
          isNew: host === undefined,
          computeEnvironmentArn: environment.arn,
          node: factsOf(node),
          takesJobs,
        },
        'capacity',
      )
      .catch(unlessStopped(onProblem, `node ${node.name}`));
  }

  /** For as long as a host of the user's own may be silent; by our own clock. */
  #isSilent({ id }: Instance, silent: Map<HostId, number>): boolean {
    const { clock, world } = this.#parts;
    const sinceMs = this.#silentSince.get(id) ?? clock.now();
    silent.set(id, sinceMs);
    return clock.now() - sinceMs >= world.settings.hostLostSeconds * 1000;
  }

  #gone({ id, title }: Instance): void {
    const { bus, onProblem } = this.#parts;
    bus
      .issue({ type: 'report-instance', hostId: id, report: 'ended' }, 'capacity')
      .catch(unlessStopped(onProblem, title));
  }
}

/** Without what is not the host's to keep. */
const factsOf = ({
  name,
  uid,
  capacity,
  atMost,
  instanceId,
  instanceType,
  architecture,
  address,
}: ClusterNode): NodeFacts => ({
  name,
  uid,
  capacity,
  atMost,
  instanceId,
  instanceType,
  architecture,
  address,
});
