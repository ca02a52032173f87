// Law: the nodes of a multi-node job have their places all at once or not at all: in one
// transaction, in one environment and one network, and, but directly on this machine, each on a
// host that nobody else is on, all instances of one type. Those that are launched are those that
// had places, as they had them.

import { splitJobId, type AttemptId, type HostId } from '../../src/base/ids.ts';
import type { Instance } from '../../src/core/host/host.ts';
import type { LiveJob } from '../../src/core/job/job.ts';
import {
  holdingsOf,
  isNode,
  launchedIn,
  underWay,
  type Change,
  type Holding,
  type Ledger,
} from '../ledger.ts';
import { law, type Checker } from './checker.ts';
import { written } from '../rows.ts';

export function nodesAllOrNone(): Checker {
  /** Who is on each host, by attempt. */
  const onHosts = new Map<HostId, Map<AttemptId, LiveJob['id']>>();
  /** Those that launched, or that their owner registered: all but this machine. */
  const shared = new Map<HostId, Instance | undefined>();

  function note(holdings: readonly Holding[], isThere: boolean): void {
    for (const {
      jobId,
      placement: { hostId, attemptId },
    } of holdings) {
      const there = onHosts.get(hostId) ?? new Map<AttemptId, LiveJob['id']>();
      onHosts.set(hostId, there);
      if (isThere) there.set(attemptId, jobId);
      else there.delete(attemptId);
    }
  }

  function checkPlaced(job: LiveJob, ledger: Ledger): void {
    const {
      id,
      attempt,
      terms: { nodes },
    } = job;
    if (nodes === undefined) return;
    const others = job.status === 'STARTING' ? (job.otherNodes ?? []) : [];
    const wanted = Array.from({ length: nodes.numNodes }, (_, node) => node).filter(
      (node) => node !== nodes.mainNode,
    );
    law(
      others.map(({ node }) => node).join() === wanted.join(),
      `job ${id} was placed, and of its nodes ${wanted.join(', ')} those that have places are ${others.map(({ node }) => node).join(', ')}`,
    );
    for (const { node, number, computeEnvironmentArn, network } of others) {
      law(
        computeEnvironmentArn === attempt.computeEnvironmentArn,
        `node ${node} of job ${id} was placed in ${computeEnvironmentArn}, and the main one in ${attempt.computeEnvironmentArn}`,
      );
      law(
        number === attempt.number &&
          network?.id === attempt.attemptId &&
          attempt.network?.id === attempt.attemptId &&
          network.kind === attempt.network.kind,
        `node ${node} of job ${id} was placed apart from the main one`,
      );
    }
    const hosts = [attempt, ...others].map(({ hostId }) => hostId);
    const types = new Set(hosts.map((hostId) => shared.get(hostId)?.instanceType));
    law(
      types.size === 1,
      `the nodes of job ${id} were placed on instances of types ${[...types].join(', ')}`,
    );
    const isManaged = ledger.environments.get(attempt.computeEnvironmentArn)?.type === 'MANAGED';
    law(
      !isManaged || nodes.instanceType === undefined || types.has(nodes.instanceType),
      `the nodes of job ${id} were placed on ${[...types].join()}, and want ${nodes.instanceType}`,
    );
    for (const hostId of hosts)
      law(
        !shared.has(hostId) || onHosts.get(hostId)?.size === 1,
        `a node of job ${id} was placed on host ${hostId}, beside ${[...(onHosts.get(hostId)?.values() ?? [])].join(', ')}`,
      );
  }

  /** The job's row of the same transaction says where its nodes had their places. */
  function checkLaunched(change: Change, changes: readonly Change[]): void {
    const { parent } = splitJobId(change.id);
    const places = holdingsOf(changes.find(({ id }) => id === parent)?.before).map(
      ({ placement }) => placement,
    );
    for (const node of launchedIn(change)) {
      const launched = underWay(node)?.attempt ?? node.attempts.at(-1);
      const place = places.find(({ attemptId }) => attemptId === launched?.attemptId);
      law(
        place !== undefined &&
          place.hostId === launched?.hostId &&
          place.number === launched.number,
        `node ${change.id} was launched where no place had been kept for it`,
      );
    }
  }

  return {
    law: 'nodes are placed together or not at all',
    check({ commits, ledger }) {
      for (const { commit, changes, placed } of commits) {
        for (const host of written(commit.rows.hosts))
          shared.set(host.id, host.kind === 'instance' ? host : undefined);
        for (const { before } of changes) note(holdingsOf(before), false);
        for (const { after } of changes) note(holdingsOf(after), true);
        for (const job of placed) checkPlaced(job, ledger);
        for (const change of changes) if (isNode(change.id)) checkLaunched(change, changes);
      }
    },
  };
}
