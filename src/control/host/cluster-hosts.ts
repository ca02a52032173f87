// Environments whose cluster chooses the nodes (ADR 0070): the cluster is their host while it is
// heard of, and what runs on a node that is gone is over. Compares for NodeHosts, which says when;
// it judges no job, and a cluster that says nothing has lost nothing.

import { containerIdOf, hostId as asHostId, type Arn, type AttemptId } from '../../base/ids.ts';
import {
  isOpen,
  type ComputeEnvironment,
} from '../../core/compute-environment/compute-environment.ts';
import type { Instance } from '../../core/host/host.ts';
import { containerRuns } from '../../core/job/attempt.ts';
import { isUnderWay } from '../../core/job/container-run.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import type { ClusterNode } from '../../port/cluster-nodes.ts';
import type { Ids } from '../../port/ids.ts';
import type { CommandQueue } from '../turn/command-queue.ts';
import { unlessStopped } from '../turn/stopped.ts';

interface ClusterHostsParts {
  readonly world: World;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'random'>;
  readonly bus: Pick<CommandQueue, 'issue'>;
  readonly onProblem: (what: string, error: unknown) => void;
}

export class ClusterHosts {
  readonly #parts: ClusterHostsParts;
  /** Since when nodes with attempts of an environment are not ready, or not there, by name. */
  readonly #silentSince = new Map<Arn, ReadonlyMap<string, number>>();

  constructor(parts: ClusterHostsParts) {
    this.#parts = parts;
  }

  /** `nodes`: all that the cluster has; undefined: nothing is heard of it. */
  compare(environment: ComputeEnvironment, nodes: readonly ClusterNode[] | undefined): void {
    const { world, bus, ids, onProblem } = this.#parts;
    const isHeard = nodes !== undefined;
    const [host] = world.hosts.instancesOf(environment.arn);
    const isUpToDate = host === undefined ? !isHeard : (host.unheard !== true) === isHeard;
    if (!isUpToDate && isOpen(environment))
      bus
        .issue(
          {
            type: 'join-cluster',
            hostId: asHostId(ids.random()),
            computeEnvironmentArn: environment.arn,
            isHeard,
          },
          'capacity',
        )
        .catch(unlessStopped(onProblem, `cluster of ${environment.name}`));
    if (isHeard && host !== undefined) this.#compareNodes(environment.arn, host, nodes);
  }

  #compareNodes(environmentArn: Arn, { id }: Instance, nodes: readonly ClusterNode[]): void {
    const { world, clock } = this.#parts;
    const ready = new Set(nodes.flatMap(({ name, isReady }) => (isReady ? [name] : [])));
    const before = this.#silentSince.get(environmentArn);
    const silent = new Map<string, number>();
    const nowMs = clock.now();
    const mostMs = world.settings.hostLostSeconds * 1000;
    for (const attemptId of world.attemptsOn(id)) {
      const nodeName = world.jobOfAttempt(attemptId)?.attempt.nodeName;
      if (nodeName === undefined || ready.has(nodeName)) continue;
      const sinceMs = silent.get(nodeName) ?? before?.get(nodeName) ?? nowMs;
      silent.set(nodeName, sinceMs);
      if (nowMs - sinceMs >= mostMs) this.#lose(attemptId, nowMs);
    }
    if (silent.size > 0) this.#silentSince.set(environmentArn, silent);
    else this.#silentSince.delete(environmentArn);
  }

  /** Whatever it may still do there: its pod goes as soon as anybody hears of the node. */
  #lose(attemptId: AttemptId, atMs: number): void {
    const { world, bus, onProblem } = this.#parts;
    const job = world.jobOfAttempt(attemptId);
    for (const [index, run] of (job === undefined ? [] : containerRuns(job.attempt)).entries())
      if (isUnderWay(run))
        bus
          .issue(
            {
              type: 'report-container',
              containerId: containerIdOf(attemptId, index),
              report: { type: 'lost', atMs, reason: 'its node is gone' },
            },
            'capacity',
          )
          .catch(unlessStopped(onProblem, `attempt ${attemptId}`));
  }
}
