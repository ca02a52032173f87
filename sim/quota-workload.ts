// The quota shares of a run: a queue of its own with shares that are made, changed, disabled and
// deleted, and in which of them jobs are submitted. Drawn from a stream of its own, so that seeds
// without them stay what they are. It sends nothing itself.

import { jobQueueArn, quotaShareArn, schedulingPolicyArn } from '../src/core/arn.ts';
import type { Command } from '../src/core/command/command.ts';
import { scope } from './client.ts';
import type { Random } from './random.ts';

/** The queue whose policy has quota shares. */
export const quotaQueue = 'quotas';
const shares = ['alpha', 'beta', 'gamma'] as const;

/** Where the jobs of a share are noted, for whoever deletes it stops them. */
export const placeOfShare = (share: string): string => `${quotaQueue}/${share}`;

/** Whether a share lends what lies idle, and may borrow. */
export function drawnSharing(random: Random) {
  const strategy = random.pick(['RESERVE', 'LEND', 'LEND_AND_BORROW', 'LEND_AND_BORROW'] as const);
  return strategy === 'LEND_AND_BORROW'
    ? { strategy, borrowLimit: random.pick([undefined, -1, 0, 50, 100, 300]) }
    : { strategy };
}

/** What of a submission says where it stands. */
interface ShareSubmission {
  readonly shareIdentifier: string | undefined;
  readonly schedulingPriorityOverride: number | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

export class QuotaWorkload {
  readonly #random: Random;
  /** A share is being deleted, and its jobs with it. */
  readonly #onDeletion: (share: string) => void;

  constructor(random: Random, onDeletion: (share: string) => void) {
    this.#random = random;
    this.#onDeletion = onDeletion;
  }

  /** The commands that make the queue, on these environments, and its shares. */
  prepare(environments: readonly string[]): Command[] {
    return [
      {
        type: 'create-scheduling-policy',
        scope,
        request: {
          name: quotaQueue,
          quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' },
        },
      },
      {
        type: 'create-job-queue',
        scope,
        request: {
          jobQueueName: quotaQueue,
          priority: this.#random.between(1, 9),
          schedulingPolicyArn: schedulingPolicyArn(scope, quotaQueue),
          computeEnvironmentOrder: environments.map((computeEnvironment, order) => ({
            order,
            computeEnvironment,
          })),
        },
      },
      ...shares.map((share) => this.#create(share)),
    ];
  }

  /** After the faults: everything that is in a share may run. */
  restore(): Command[] {
    return [
      { type: 'update-job-queue', scope, request: { jobQueue: quotaQueue, state: 'ENABLED' } },
      ...shares.map((share) =>
        this.#update(share, {
          state: 'ENABLED',
          capacityLimits: [
            { capacityUnit: 'VCPU', maxCapacity: 100_000 },
            { capacityUnit: 'MEMORY', maxCapacity: 100_000_000 },
            { capacityUnit: 'GPU', maxCapacity: 1_000 },
          ],
        }),
      ),
    ];
  }

  /** Whether the next submission is to this queue. */
  isNext(): boolean {
    return this.#random.chance(45);
  }

  submission(): ShareSubmission {
    const random = this.#random;
    return {
      shareIdentifier: random.chance(98) ? random.pick(shares) : random.pick([undefined, 'nobody']),
      schedulingPriorityOverride: random.chance(50) ? random.below(4) : undefined,
      ...(random.chance(20) && {
        tags: { 'longshore:preemption-retries': String(random.below(3)) },
      }),
    };
  }

  /** Whether it is the turn of the shares to change. */
  isChange(): boolean {
    return this.#random.chance(8);
  }

  change(): Command[] {
    const random = this.#random;
    const share = random.pick(shares);
    const draw = random.below(10);
    if (draw < 3) return [this.#update(share, { capacityLimits: this.#limits() })];
    if (draw < 5)
      return [
        this.#update(share, {
          resourceSharingConfiguration: drawnSharing(this.#random),
          preemptionConfiguration: { inSharePreemption: this.#inShare() },
        }),
      ];
    if (draw < 8)
      return [
        this.#update(share, { state: random.pick(['ENABLED', 'ENABLED', 'DISABLED'] as const) }),
      ];
    if (draw < 9) return [this.#create(share)];
    this.#onDeletion(placeOfShare(share));
    return [
      this.#update(share, { state: 'DISABLED' }),
      { type: 'delete-quota-share', scope, arn: arnOf(share) },
    ];
  }

  #create(quotaShareName: string): Command {
    return {
      type: 'create-quota-share',
      scope,
      request: {
        quotaShareName,
        jobQueue: quotaQueue,
        capacityLimits: this.#limits(),
        resourceSharingConfiguration: drawnSharing(this.#random),
        preemptionConfiguration: { inSharePreemption: this.#inShare() },
      },
    };
  }

  #update(share: string, more: object): Command {
    return { type: 'update-quota-share', scope, request: { quotaShareArn: arnOf(share), ...more } };
  }

  #limits() {
    const random = this.#random;
    const limits = [{ capacityUnit: 'VCPU', maxCapacity: random.pick([0, 1, 2, 2, 3, 4]) }];
    if (random.chance(25))
      limits.push({ capacityUnit: 'MEMORY', maxCapacity: random.pick([128, 2048, 4096]) });
    if (random.chance(10)) limits.push({ capacityUnit: 'GPU', maxCapacity: random.below(2) });
    return limits;
  }

  #inShare(): 'ENABLED' | 'DISABLED' {
    return this.#random.pick(['ENABLED', 'DISABLED'] as const);
  }
}

const arnOf = (share: string) => quotaShareArn(jobQueueArn(scope, quotaQueue), share);
