// Lenders and borrowers: a queue with quota shares on hosts of its own, of which one share has no
// jobs for a while, so that the others fill everything with long ones, and then comes back for what
// is its own; and so on, with another share each time. Drawn from a stream of its own, so that
// seeds without them stay what they are.

import { hostId, jobId, type HostId, type JobId } from '../src/base/ids.ts';
import { isRefusal } from '../src/base/refusal.ts';
import { jobQueueArn, quotaShareArn, schedulingPolicyArn } from '../src/core/arn.ts';
import type { Command } from '../src/core/command/command.ts';
import { scope, type Client } from './client.ts';
import { Expectation } from './oracle.ts';
import type { Random } from './random.ts';

/** The queue, its policy, and the environment that no other queue has. */
const name = 'lenders';
const addresses = ['tcp://lent-1', 'tcp://lent-2'] as const;

/** Of another account: whether it is there nobody can say, over the wire no more than else. */
const serviceRole = 'arn:aws:iam::210987654321:role/service';

interface ShareOfRun {
  readonly share: string;
  readonly strategy: 'LEND' | 'LEND_AND_BORROW';
  readonly borrowLimit: number | undefined;
  limit: number;
}

interface LendersOfRun {
  readonly random: Random;
  readonly lossIsFree: boolean;
  /** Every job's, of whatever kind. */
  readonly expectations: Map<JobId, Expectation>;
}

export class LendersWorkload {
  readonly #client: Client;
  readonly #random: Random;
  readonly #lossIsFree: boolean;
  readonly #expectations: Map<JobId, Expectation>;
  readonly #shares: readonly ShareOfRun[];
  /** vCPUs of each host, by its address. */
  readonly #hosts: ReadonlyMap<string, number>;
  readonly #registered: { readonly id: HostId; readonly address: string }[] = [];
  #phase: 'lent' | 'wanted' | 'over' = 'over';
  #owner: ShareOfRun;
  #jobs: JobId[] = [];
  #pauseMs = 0;

  constructor(client: Client, { random, lossIsFree, expectations }: LendersOfRun) {
    this.#client = client;
    this.#random = random;
    this.#lossIsFree = lossIsFree;
    this.#expectations = expectations;
    const hosts = addresses.slice(0, random.between(1, 2));
    this.#hosts = new Map(hosts.map((address) => [address, random.between(2, 4)]));
    const count = random.between(2, 4);
    this.#shares = Array.from({ length: count }, (_, index) => ({
      share: `lender-${index + 1}`,
      strategy: index === 1 || random.chance(50) ? 'LEND_AND_BORROW' : 'LEND',
      borrowLimit: index === 1 ? -1 : random.pick([undefined, -1, 100, 300]),
      // Of the second nothing may be its own; all together may own more than there is.
      limit: index === 1 ? random.below(2) : random.between(index === 0 ? 2 : 1, 4),
    }));
    this.#owner = this.#shares[0] as ShareOfRun;
  }

  /** The addresses of the hosts. */
  get addresses(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  /** The commands that make the queue, what it runs on, and its shares. */
  prepare(): Command[] {
    return [
      {
        type: 'create-compute-environment',
        scope,
        uuid: name,
        request: { computeEnvironmentName: name, type: 'UNMANAGED', serviceRole },
      },
      {
        type: 'create-scheduling-policy',
        scope,
        request: { name, quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' } },
      },
      {
        type: 'create-job-queue',
        scope,
        request: {
          jobQueueName: name,
          priority: this.#random.between(1, 9),
          schedulingPolicyArn: schedulingPolicyArn(scope, name),
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
        },
      },
      ...this.addresses.map((address) => this.#registerHost(address)),
      ...this.#shares.map((share): Command => ({
        type: 'create-quota-share',
        scope,
        request: {
          quotaShareName: share.share,
          jobQueue: name,
          capacityLimits: limitsOf(share.limit),
          resourceSharingConfiguration: {
            strategy: share.strategy,
            ...(share.strategy === 'LEND_AND_BORROW' && { borrowLimit: share.borrowLimit }),
          },
          preemptionConfiguration: {
            inSharePreemption: this.#random.pick(['ENABLED', 'DISABLED', 'DISABLED'] as const),
          },
        },
      })),
    ];
  }

  /** After the faults: everything that waits may run. */
  restore(): Command[] {
    return [
      ...this.#open(),
      ...this.addresses.map((address) => this.#registerHost(address)),
      ...this.#shares.map(({ share }) =>
        updateShare(share, { state: 'ENABLED', capacityLimits: limitsOf(100_000) }),
      ),
    ];
  }

  /** What comes next comes after the pause. */
  isNext(): boolean {
    return this.#random.chance(30) && this.#pauseMs === 0;
  }

  /** How long nobody does anything after what was done last. */
  takePauseMs(): number {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = 0;
    return pauseMs;
  }

  act(): void {
    const random = this.#random;
    if (random.chance(15)) return this.#disturb();
    if (this.#phase === 'over') {
      this.#lend();
      this.#phase = 'lent';
      this.#pauseMs = random.pick([1_000, 3_000, 20_000]);
    } else if (this.#phase === 'lent') {
      this.#comeBack();
      this.#phase = 'wanted';
      this.#pauseMs = random.pick([0, 2_000, 40_000, 90_000, 400_000]);
    } else {
      for (const id of this.#jobs) if (random.chance(85)) this.#terminate(id);
      this.#jobs = [];
      this.#phase = 'over';
      this.#pauseMs = random.pick([0, 500, 35_000]);
    }
  }

  /** Everybody who may borrow fills what there is, and more waits. */
  #lend(): void {
    const random = this.#random;
    if (random.chance(80)) for (const command of this.#open()) this.#send(command);
    const owners = this.#shares.filter(({ limit }) => limit > 1);
    this.#owner = random.pick(owners.length > 0 ? owners : this.#shares);
    const others = this.#shares.filter((each) => each !== this.#owner);
    const borrowers = others.filter(({ borrowLimit }) => borrowLimit === -1);
    const most = random.between(1, 2);
    let left = [...this.#hosts.values()].reduce((sum, vcpus) => sum + vcpus, random.between(0, 2));
    while (left > 0) {
      const { share } = random.pick(random.chance(80) && borrowers.length > 0 ? borrowers : others);
      const vcpus = random.between(1, most);
      this.#submit(share, vcpus, random.between(600_000, 1_500_000));
      left -= vcpus;
    }
  }

  /** It wants what is its own, now and then more. */
  #comeBack(): void {
    const random = this.#random;
    const { share, limit } = this.#owner;
    const most = random.between(1, 2);
    // Those of one priority, that ask for the same, are of one kind for the planner.
    const priority = random.chance(60) ? random.below(3) : undefined;
    for (let left = limit + (random.chance(15) ? 1 : 0); left > 0;) {
      const vcpus = Math.min(left, random.between(1, most));
      this.#submit(share, vcpus, random.pick([5_000, 40_000, 600_000]), priority);
      left -= vcpus;
    }
  }

  #disturb(): void {
    const random = this.#random;
    const share = random.pick(this.#shares);
    const draw = random.below(10);
    if (draw < 4) {
      share.limit = random.between(0, 4);
      return this.#send(updateShare(share.share, { capacityLimits: limitsOf(share.limit) }));
    }
    if (draw < 6)
      return this.#send(
        updateShare(share.share, { state: random.pick(['ENABLED', 'DISABLED'] as const) }),
      );
    if (draw < 7) return this.#send(setEnvironment(random.pick(['ENABLED', 'DISABLED'] as const)));
    const { id, address } = random.pick(this.#registered);
    if (draw < 9)
      return this.#send({
        type: 'drain-host',
        scope,
        hostId: id,
        status: random.pick(['ACTIVE', 'DRAINING'] as const),
      });
    this.#send(this.#registerHost(address));
  }

  /** Nothing stands in the way of any job. */
  #open(): Command[] {
    return [
      { type: 'update-job-queue', scope, request: { jobQueue: name, state: 'ENABLED' } },
      setEnvironment('ENABLED'),
      ...this.#shares.map(({ share }) => updateShare(share, { state: 'ENABLED' })),
      ...this.#registered.map(({ id }): Command => ({
        type: 'drain-host',
        scope,
        hostId: id,
        status: 'ACTIVE',
      })),
    ];
  }

  /** Under an id of its own each time. */
  #registerHost(address: string): Command {
    const id = hostId(this.#client.newId());
    this.#registered.push({ id, address });
    return {
      type: 'register-host',
      scope,
      hostId: id,
      cluster: `${name}_Batch_${name}`,
      title: address,
      endpoint: { url: address },
      facts: {
        runtime: { name: 'Docker', version: '25.0' },
        kernelVersion: '6.1',
        operatingSystem: 'Amazon Linux',
        osType: 'linux',
        architecture: 'x86_64',
        vcpus: this.#hosts.get(address) ?? 0,
        memoryMib: 16_384,
        gpus: 0,
        canGiveGpus: false,
        logDrivers: ['awslogs'],
      },
    };
  }

  #submit(share: string, vcpus: number, durationMs: number, priority?: number): void {
    const random = this.#random;
    const id = jobId(this.#client.newId());
    const retries = random.chance(10) ? random.below(3) : undefined;
    const run = {
      durationMs,
      exitCode: 0,
      outOfMemory: false,
      startFails: random.chance(3),
      ignoresStop: random.chance(10),
      lines: [],
    };
    const expectation = new Expectation(
      {
        arraySize: undefined,
        dependsOn: [],
        attempts: 1,
        rules: [],
        timeoutSeconds: undefined,
        preemptionRetries: retries,
        runs: [run],
      },
      this.#lossIsFree,
    );
    expectation.mayBePreempted = true;
    this.#expectations.set(id, expectation);
    this.#jobs.push(id);
    void this.#client.door
      .submit({
        type: 'submit-job',
        scope,
        jobId: id,
        request: {
          jobName: `lent-${this.#client.made++}`,
          jobQueue: name,
          jobDefinition: 'job',
          containerOverrides: { vcpus, memory: 64 },
          shareIdentifier: share,
          schedulingPriorityOverride: priority ?? (random.chance(50) ? random.below(3) : undefined),
          tags: retries === undefined ? {} : { 'longshore:preemption-retries': String(retries) },
        },
      })
      .then((reply) => {
        if (reply === undefined) return;
        if (isRefusal(reply)) this.#expectations.delete(id);
        else expectation.accepted = true;
      });
  }

  #terminate(id: JobId): void {
    const reason = `terminated by request ${this.#client.made++}`;
    this.#expectations.get(id)?.stops.add(reason);
    this.#send({ type: 'stop-job', scope, jobId: id, by: 'terminate', reason });
  }

  #send(command: Command): void {
    void this.#client.door.submit(command);
  }
}

const limitsOf = (maxCapacity: number) => [{ capacityUnit: 'VCPU', maxCapacity }];

const updateShare = (share: string, more: object): Command => ({
  type: 'update-quota-share',
  scope,
  request: { quotaShareArn: quotaShareArn(jobQueueArn(scope, name), share), ...more },
});

const setEnvironment = (state: 'ENABLED' | 'DISABLED'): Command => ({
  type: 'update-compute-environment',
  scope,
  request: { computeEnvironment: name, state },
});
