// Law: an environment comes to rest. It is CREATING only until it has settled, UPDATING only while
// instances of an older revision are there, DELETING only while it has instances; and it goes from
// status to status as on AWS: an update never shows CREATING, and nothing comes back from DELETING.

import type { Arn } from '../../src/base/ids.ts';
import type { ComputeEnvironment } from '../../src/core/compute-environment/compute-environment.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { written } from '../rows.ts';

type Status = ComputeEnvironment['status'];

/** A server that is up has settled what it could by then. */
const slackMs = 10_000;

const nextOf: Readonly<Record<Status, readonly Status[]>> = {
  CREATING: ['VALID', 'INVALID', 'UPDATING', 'DELETING'],
  VALID: ['UPDATING', 'INVALID', 'DELETING'],
  UPDATING: ['VALID', 'INVALID', 'DELETING'],
  // An update that has come to rest in the transaction that began it.
  INVALID: ['UPDATING', 'VALID', 'DELETING'],
  DELETING: [],
};

export function environmentsSettle(): Checker {
  const known = new Map<Arn, ComputeEnvironment>();
  /** Since when nothing holds an environment in its status, by elapsed time. */
  const idleSinceMs = new Map<Arn, number>();

  function checkStep(to: ComputeEnvironment): void {
    const from = known.get(to.arn);
    known.set(to.arn, to);
    // Another of the same name has another uuid.
    if (from === undefined || from.uuid !== to.uuid || from.status === to.status) return;
    if (!nextOf[from.status].includes(to.status))
      throw new BrokenLaw(`environment ${to.name} went from ${from.status} to ${to.status}`);
  }

  function isHeld({ arn, status, revision }: ComputeEnvironment, { ledger }: Observed): boolean {
    if (status === 'VALID' || status === 'INVALID') return true;
    for (const instance of ledger.instances.values())
      if (
        instance.computeEnvironmentArn === arn &&
        (status === 'DELETING' || instance.revision < revision)
      )
        return true;
    return false;
  }

  return {
    law: 'compute environments come to rest, and go from status to status as on AWS',
    check({ commits }) {
      for (const { commit } of commits)
        for (const environment of written(commit.rows.computeEnvironments)) checkStep(environment);
    },
    checkTime(observed) {
      const { ledger, server, elapsedMs, upSinceMs } = observed;
      for (const environment of ledger.environments.values()) {
        if (server === undefined || isHeld(environment, observed)) {
          idleSinceMs.delete(environment.arn);
          continue;
        }
        const sinceMs = Math.max(idleSinceMs.get(environment.arn) ?? elapsedMs, upSinceMs);
        idleSinceMs.set(environment.arn, sinceMs);
        if (elapsedMs - sinceMs > slackMs)
          throw new BrokenLaw(
            `environment ${environment.name} has been ${environment.status} for ${elapsedMs - sinceMs} ms, and nothing holds it`,
          );
      }
    },
  };
}
