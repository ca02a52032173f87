// Law: a job of an environment that launches instances is placed on one that belongs to it, runs,
// meets the specification, and is of the environment's present revision; one of an environment on a
// cluster on a node of it that takes jobs. Nodes of multi-node jobs
// are placed neither on Spot Instances nor on Fargate.

import type { HostId } from '../../src/base/ids.ts';
import {
  hasInstances,
  isOnCluster,
} from '../../src/core/compute-environment/compute-environment.ts';
import type { Instance } from '../../src/core/host/host.ts';
import { holdingsOf, type Holding, type Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';
import { removed, written } from '../rows.ts';

export function placedWhereAllowed(): Checker {
  /** As they were before the transactions in hand. */
  const before = new Map<HostId, Instance>();

  function wrongWith(
    { placement: { hostId, computeEnvironmentArn }, ofNodes }: Holding,
    is: Instance | undefined,
    ledger: Ledger,
  ): string | undefined {
    const environment = ledger.environments.get(computeEnvironmentArn);
    if (ofNodes && environment?.type === 'MANAGED' && environment.computeResources?.type !== 'EC2')
      return `takes no nodes: it is ${environment.computeResources?.type}`;
    if (environment !== undefined && isOnCluster(environment))
      return is?.computeEnvironmentArn === computeEnvironmentArn ? wrongWithNode(is) : 'is no node';
    if (environment === undefined || !hasInstances(environment))
      return is === undefined ? undefined : 'is an instance of another environment';
    if (is === undefined) return before.has(hostId) ? 'has ended' : 'is no instance';
    if (is.computeEnvironmentArn !== computeEnvironmentArn) return 'belongs to another environment';
    if (is.unfit !== undefined) return `does not meet the specification: ${is.unfit}`;
    // What follows from a placement in the same transaction may drain it.
    const was = before.get(hostId)?.state;
    if (is.state === 'PENDING' || was === 'DRAINING' || was === 'SHUTTING_DOWN')
      return `is ${is.state}, and was ${was}`;
    return is.revision < environment.revision
      ? `is of revision ${is.revision}, and its environment of ${environment.revision}`
      : undefined;
  }

  /** A node that takes none may have been one that does before the transaction in hand. */
  function wrongWithNode({ id, state }: Instance): string | undefined {
    const was = before.get(id)?.state;
    return state === 'RUNNING' || (was === 'RUNNING' && state === 'DRAINING')
      ? undefined
      : `is ${state}, and was ${was}`;
  }

  return {
    law: 'jobs are placed on instances that may take them',
    check({ commits, ledger }) {
      for (const { commit, placed } of commits) {
        const after = new Map(
          written(commit.rows.hosts).flatMap((host) =>
            host.kind === 'instance' ? [[host.id, host]] : [],
          ),
        );
        for (const job of placed) {
          for (const holding of holdingsOf(job)) {
            const { hostId } = holding.placement;
            const wrong = wrongWith(holding, after.get(hostId) ?? before.get(hostId), ledger);
            if (wrong !== undefined)
              throw new BrokenLaw(`job ${job.id} was placed on host ${hostId}, which ${wrong}`);
          }
        }
        for (const [id, instance] of after) before.set(id, instance);
        for (const id of removed(commit.rows.hosts)) before.delete(id);
      }
    },
  };
}
