// Who holds the room that a job waits for: the jobs that have most of it. Asked by people only;
// costs what runs, and what is shown is of the asker's own account and region.

import { never } from '../../../base/assert.ts';
import { splitJobId, type JobId, type Scope } from '../../../base/ids.ts';
import { nameInArn } from '../../arn.ts';
import type { Allocation } from '../../world/allocations.ts';
import { addNeeds, noNeeds, type Needs } from '../../job/needs.ts';
import type { World } from '../../world/world.ts';
import type { Blocked } from '../fit/blocked.ts';
import { atMostOf } from './explain-at-most.ts';

/**
 * A job, an array with those of its children that run, or a multi-node parallel job with its nodes.
 */
export interface Holder {
  readonly jobId: JobId;
  /** Attempts under way. */
  readonly attempts: number;
  readonly needs: Needs;
  /** How much of the consumable resource, where that is what is waited for. */
  readonly quantity?: number | undefined;
}

interface Holders {
  /** What is held. */
  readonly of: string;
  /** Those that hold most, first. */
  readonly first: readonly Holder[];
  /** What others hold together: of this account, and of accounts that are none of the asker's. */
  readonly others?: Omit<Holder, 'jobId'> | undefined;
}

const shown = 5;

/** Undefined where it is not for want of room, or nothing holds any. */
export function holdersOf(
  world: World,
  scope: Scope,
  queueArn: string,
  because: Blocked,
): Holders | undefined {
  const what = whatIsHeld(because, queueArn);
  if (what === undefined) return undefined;
  const all = new Map<JobId, Holder>();
  let foreign = nothing;
  for (const allocation of world.allocations.values()) {
    if (!what.counts(allocation)) continue;
    const { parent } = splitJobId(allocation.jobId);
    const quantity = what.quantityOf?.(allocation);
    if (world.jobs.get(allocation.jobId)?.scope !== scope)
      foreign = sum(foreign, allocation, quantity);
    else
      all.set(parent, { jobId: parent, ...sum(all.get(parent) ?? nothing, allocation, quantity) });
  }
  if (all.size === 0 && foreign.attempts === 0) return undefined;
  const sorted = [...all.values()].sort(
    (a, b) => weight(b) - weight(a) || (a.jobId < b.jobId ? -1 : 1),
  );
  const others = [foreign, ...sorted.slice(shown)].reduce(plus, nothing);
  return {
    of: what.of,
    first: sorted.slice(0, shown),
    others: others.attempts > 0 ? others : undefined,
  };
}

type Sum = Omit<Holder, 'jobId'>;
const nothing: Sum = { attempts: 0, needs: noNeeds, quantity: 0 };
const plus = (a: Sum, b: Sum): Sum => ({
  attempts: a.attempts + b.attempts,
  needs: addNeeds(a.needs, b.needs),
  quantity: (a.quantity ?? 0) + (b.quantity ?? 0),
});

const sum = (known: Sum, { needs }: Allocation, quantity: number | undefined): Sum => ({
  attempts: known.attempts + 1,
  needs: addNeeds(known.needs, needs),
  quantity: quantity === undefined ? undefined : (known.quantity ?? 0) + quantity,
});

const weight = ({ needs, quantity }: Holder): number =>
  quantity ?? needs.milliVcpu * 4 + needs.memoryMib + needs.gpus * 1_000_000;

interface Held {
  readonly of: string;
  readonly counts: (allocation: Allocation) => boolean;
  readonly quantityOf?: (allocation: Allocation) => number;
}

function whatIsHeld(because: Blocked, queueArn: string): Held | undefined {
  switch (because.type) {
    case 'host-full': {
      const { id, title } = because.host;
      return { of: title, counts: ({ hostId, machineId }) => hostId === id || machineId === id };
    }
    case 'cluster-busy': {
      const { id, title } = because.host;
      return { of: title, counts: ({ hostId, waits }) => waits === true && hostId === id };
    }
    case 'environment-full':
    case 'instances-full':
    case 'no-instance':
    case 'nodes-wait-for-instances':
    case 'nodes-wait-for-hosts': {
      const { arn, name } = because.environment;
      return {
        of: `compute environment ${name}`,
        counts: ({ computeEnvironmentArn }) => computeEnvironmentArn === arn,
      };
    }
    case 'held-back':
      return {
        of: `queue ${nameInArn(queueArn) ?? queueArn}`,
        counts: ({ share }) => share?.queueArn === queueArn,
      };
    case 'at-most':
      return {
        of: atMostOf(because, nameInArn(queueArn) ?? queueArn),
        counts: because.counts,
      };
    case 'consumable-short': {
      const { arn } = because;
      const quantityOf = ({ consumables = [] }: Allocation): number =>
        consumables.reduce((all, claim) => all + (claim.arn === arn ? claim.quantity : 0), 0);
      return {
        of: `consumable resource ${nameInArn(arn) ?? arn}`,
        counts: (allocation) => quantityOf(allocation) > 0,
        quantityOf,
      };
    }
    case 'no-environment-available':
    case 'larger-than-every-environment':
    case 'larger-than-every-host':
    case 'other-architecture':
    case 'no-host':
    case 'cut-off':
    case 'no-host-registered':
    case 'hosts-unavailable':
    case 'kept-for-another':
    case 'no-nodes':
      return undefined;
    case 'service-blocked': {
      const { environment } = because;
      return (
        environment && {
          of: `service environment ${environment.name}`,
          counts: ({ computeEnvironmentArn }) => computeEnvironmentArn === environment.arn,
        }
      );
    }
    default:
      return never(because);
  }
}
