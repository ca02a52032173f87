// Law: instances stay within minvCpus and maxvCpus. None is launched beyond maxvCpus but one that
// lies across it, and not that one with BEST_FIT on demand; minvCpus is there whatever the demand,
// while there is room and instances are to be had.

import type { Arn, HostId } from '../../src/base/ids.ts';
import {
  hasInstances,
  type ComputeEnvironment,
} from '../../src/core/compute-environment/compute-environment.ts';
import type { Instance } from '../../src/core/host/host.ts';
import type { Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { written } from '../rows.ts';

/** So soon they are launched again, unless launches fail one after the other. */
const slackMs = 10_000;
/** Every environment of the workload has a type that is no larger. */
const smallestVcpus = 2;

const vcpusOf = (instances: readonly Instance[]): number =>
  instances.reduce((sum, { capacity }) => sum + capacity.milliVcpu / 1000, 0);

/** One instance may lie across maxvCpus. */
const mayLieAcross = ({
  computeResources: { type, allocationStrategy = 'BEST_FIT' } = {} as never,
}: ComputeEnvironment): boolean => type === 'SPOT' || allocationStrategy !== 'BEST_FIT';

export function instancesBounded(): Checker {
  const seen = new Set<HostId>();
  /** When minvCpus was last there, or could not be, by elapsed time. */
  const rightMs = new Map<Arn, number>();

  function checkLaunches(
    launched: readonly Instance[],
    environment: ComputeEnvironment,
    all: readonly Instance[],
  ): void {
    const { type, maxvCpus = 0 } = environment.computeResources ?? {};
    // Of managed ones, and on a cluster, maxvCpus bounds jobs: capacity-recounts.ts.
    if (type === 'ECS_MANAGED_INSTANCES' || !hasInstances(environment)) return;
    const across = mayLieAcross(environment)
      ? Math.max(...launched.map(({ capacity }) => capacity.milliVcpu / 1000))
      : 0;
    const total = vcpusOf(all);
    if (total <= maxvCpus || (across > 0 && total - across < maxvCpus)) return;
    throw new BrokenLaw(
      `environment ${environment.name} launched ${launched.map(({ title }) => title).join(', ')} and has ${total} vCPUs of a maximum of ${maxvCpus}`,
    );
  }

  function checkMinimum(
    environment: ComputeEnvironment,
    { server, elapsedMs, upSinceMs }: Observed,
    all: readonly Instance[],
  ): void {
    const { minvCpus = 0, maxvCpus = 0 } = environment.computeResources ?? {};
    const total = vcpusOf(all);
    const hasRoom = mayLieAcross(environment)
      ? total < maxvCpus
      : total + smallestVcpus <= maxvCpus;
    // Those that make way have a place until they are gone.
    const isRight =
      total >= minvCpus ||
      !hasRoom ||
      server === undefined ||
      environment.status !== 'VALID' ||
      all.some(({ state }) => state === 'DRAINING' || state === 'SHUTTING_DOWN');
    const sinceMs = isRight
      ? elapsedMs
      : Math.max(rightMs.get(environment.arn) ?? elapsedMs, upSinceMs);
    rightMs.set(environment.arn, sinceMs);
    if (elapsedMs - sinceMs > slackMs)
      throw new BrokenLaw(
        `environment ${environment.name} has had ${total} vCPUs for ${elapsedMs - sinceMs} ms, and its minvCpus is ${minvCpus}`,
      );
  }

  return {
    law: 'instances stay within minvCpus and maxvCpus',
    check({ commits, ledger }) {
      if (commits.length === 0) return;
      const launched = commits.flatMap(({ commit }) =>
        written(commit.rows.hosts).flatMap((host) =>
          host.kind === 'instance' && !seen.has(host.id) ? [host] : [],
        ),
      );
      if (launched.length === 0) return;
      for (const { id } of launched) seen.add(id);
      for (const environment of ledger.environments.values()) {
        const fresh = launched.filter(
          ({ id, computeEnvironmentArn: arn }) =>
            arn === environment.arn && ledger.instances.has(id),
        );
        if (fresh.length > 0) checkLaunches(fresh, environment, instancesOf(environment, ledger));
      }
    },
    checkTime(observed) {
      const { ledger, server } = observed;
      if (isScarce(server)) return;
      for (const environment of ledger.environments.values()) {
        // One that is asked for again has its time from then on.
        if ((environment.computeResources?.minvCpus ?? 0) === 0 || !hasInstances(environment))
          rightMs.delete(environment.arn);
        else checkMinimum(environment, observed, instancesOf(environment, ledger));
      }
    },
  };
}

const instancesOf = ({ arn }: ComputeEnvironment, ledger: Ledger): Instance[] =>
  [...ledger.instances.values()].filter((instance) => instance.computeEnvironmentArn === arn);

/** Instances cannot be had without end. */
export const isScarce = (server: Observed['server']): boolean =>
  server === undefined ||
  server.world.settings.market.pools.size > 0 ||
  server.world.settings.instanceLimit < Number.MAX_SAFE_INTEGER;
