// The service jobs of a run: service environments, queues of training jobs (one by submission, one
// with fair shares, one with quota shares), what clients submit to them, change and stop, and what
// they were promised. Drawn from a stream of its own, so that seeds without them stay what they
// are.

import type { ServiceJobEvaluateOnExit, SubmitServiceJobCommandInput } from '@aws-sdk/client-batch';
import { jobId, type JobId } from '../src/base/ids.ts';
import { isRefusal } from '../src/base/refusal.ts';
import { jobQueueArn, quotaShareArn, schedulingPolicyArn } from '../src/core/arn.ts';
import type { Command } from '../src/core/command/command.ts';
import type { CapacityLimit } from '../src/core/service-environment/service-environment.ts';
import { scope, type Client } from './client.ts';
import { Expectation, type Plan, type RunPlan } from './oracle.ts';
import { drawnSharing } from './quota-workload.ts';
import type { Random } from './random.ts';

const plainQueue = 'training';
const fairQueue = 'training-fair';
const quotaQueue = 'training-quotas';
/** Counts all instances together, by their types, and comes and goes. */
const environments = { all: 'trainers', byType: 'trainers-by-type', passing: 'trainers-passing' };
const shares = ['red', 'green'] as const;
/** Of one vCPU each, and of two; the last has a GPU, which not every machine has. */
const types = ['ml.t2.nano', 'ml.t2.micro', 'ml.t3.micro'] as const;
const typeWithGpu = 'ml.g4dn.xlarge';

interface ServicesOfRun {
  readonly random: Random;
  readonly longestMs: number;
  readonly lossIsFree: boolean;
  /** Every job's, of whatever kind. */
  readonly expectations: Map<JobId, Expectation>;
}

export class ServicesWorkload {
  readonly #client: Client;
  readonly #random: Random;
  readonly #longestMs: number;
  readonly #lossIsFree: boolean;
  readonly #expectations: Map<JobId, Expectation>;
  readonly #jobs: JobId[] = [];
  readonly #jobsOfShare = new Map<string, JobId[]>();

  constructor(client: Client, { random, longestMs, lossIsFree, expectations }: ServicesOfRun) {
    this.#client = client;
    this.#random = random;
    this.#longestMs = longestMs;
    this.#lossIsFree = lossIsFree;
    this.#expectations = expectations;
  }

  /** The commands that make environments and queues. */
  prepare(): Command[] {
    return [
      createEnvironment(environments.all, this.#limitOfAll()),
      createEnvironment(environments.byType, this.#limitsByType([1, 2, 3])),
      createPolicy(fairQueue, { fairsharePolicy: {} }),
      createPolicy(quotaQueue, { quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' } }),
      this.#createQueue(plainQueue, environments.all),
      this.#createQueue(fairQueue, environments.all, fairQueue),
      this.#createQueue(quotaQueue, environments.byType, quotaQueue),
      ...shares.map((share) => this.#createShare(share)),
    ];
  }

  /** After the faults: everything that waits may run. */
  restore(): Command[] {
    const limits = [...types, typeWithGpu].map((capacityUnit) => ({
      capacityUnit,
      maxCapacity: 50,
    }));
    return [
      updateEnvironment(environments.all, {
        state: 'ENABLED',
        capacityLimits: [{ capacityUnit: 'NUM_INSTANCES', maxCapacity: 50 }],
      }),
      updateEnvironment(environments.byType, { state: 'ENABLED', capacityLimits: limits }),
      ...[plainQueue, fairQueue, quotaQueue].map((jobQueue): Command => ({
        type: 'update-job-queue',
        scope,
        request: {
          jobQueue,
          state: 'ENABLED',
          ...(jobQueue === plainQueue && usingEnvironment(environments.all)),
        },
      })),
      ...shares.map((share) => updateShare(share, { state: 'ENABLED', capacityLimits: limits })),
    ];
  }

  /** Whether it is the turn of service jobs, or of what they run in. */
  isNext(): boolean {
    return this.#random.chance(25);
  }

  act(): void {
    const draw = this.#random.below(100);
    if (draw < 60) this.#submit();
    else if (draw < 72) this.#stop();
    else if (draw < 80) this.#updateJob();
    else if (draw < 88) this.#changeEnvironment();
    else if (draw < 94) this.#changeShare();
    else this.#changeQueue();
  }

  #submit(): void {
    const random = this.#random;
    const id = jobId(this.#client.newId());
    const jobQueue = random.pick([plainQueue, plainQueue, fairQueue, quotaQueue, quotaQueue]);
    const share =
      jobQueue === plainQueue && random.chance(98)
        ? undefined
        : random.pick([...shares, ...shares]);
    const plan = this.#plan(jobQueue === quotaQueue);
    const request = this.#request(plan, jobQueue, share);
    const expectation = new Expectation(plan, this.#lossIsFree);
    expectation.mayBePreempted = jobQueue === quotaQueue;
    this.#expectations.set(id, expectation);
    this.#jobs.push(id);
    if (jobQueue === quotaQueue && share !== undefined) {
      const known = this.#jobsOfShare.get(share) ?? [];
      this.#jobsOfShare.set(share, [...known, id]);
    }
    void this.#client.door
      .submit({ type: 'submit-service-job', scope, jobId: id, request })
      .then((reply) => {
        if (reply === undefined) return;
        if (isRefusal(reply)) this.#expectations.delete(id);
        else expectation.accepted = true;
      });
  }

  #plan(hasQuotas: boolean): Plan {
    const random = this.#random;
    const attempts = random.chance(45) ? random.between(2, 4) : 1;
    const given = random.chance(20) ? random.between(1, 20) : undefined;
    const most = random.chance(15) ? random.between(1, 20) : 3600;
    return {
      arraySize: undefined,
      dependsOn: [],
      attempts,
      rules: attempts > 1 && random.chance(50) ? this.#rules() : [],
      timeoutSeconds: Math.min(given ?? most, most),
      preemptionRetries: hasQuotas && random.chance(30) ? random.below(3) : undefined,
      service: { timeoutSeconds: given, maxRuntimeSeconds: most },
      runs: Array.from({ length: random.between(1, 3) }, () => this.#runPlan()),
    };
  }

  #runPlan(): RunPlan {
    const random = this.#random;
    return {
      durationMs: random.chance(8)
        ? random.between(10_000, 60_000)
        : random.chance(30)
          ? 0
          : random.below(3 * this.#longestMs),
      exitCode: random.chance(65) ? 0 : random.between(1, 3),
      outOfMemory: random.chance(5),
      startFails: random.chance(4),
      ignoresStop: random.chance(10),
      lines: random.chance(30) ? [`epoch of ${this.#client.made}`] : [],
    };
  }

  #rules(): Plan['rules'] {
    const random = this.#random;
    return Array.from({ length: random.between(1, 3) }, () => ({
      onStatusReason: random.pick([
        '*AlgorithmError*',
        `*exit code: ${random.between(1, 3)}`,
        'Received status from SageMaker: InternalServerError*',
        '*ClientError: Cannot*image',
        '*',
      ]),
      action: random.pick(['RETRY', 'EXIT', 'retry', 'exit'] as const),
    }));
  }

  #request(plan: Plan, jobQueue: string, share: string | undefined): SubmitServiceJobCommandInput {
    const random = this.#random;
    const { attempts, rules, preemptionRetries, service } = plan;
    const InstanceType = random.chance(3)
      ? typeWithGpu
      : random.pick(['ml.t2.nano', 'ml.t2.nano', ...types]);
    return {
      jobName: `training-${this.#client.made++}`,
      jobQueue,
      serviceJobType: 'SAGEMAKER_TRAINING',
      serviceRequestPayload: JSON.stringify({
        TrainingJobName: 'train',
        RoleArn: 'arn:aws:iam::210987654321:role/trainer',
        AlgorithmSpecification: { TrainingImage: 'fake', TrainingInputMode: 'File' },
        OutputDataConfig: { S3OutputPath: 's3://bucket/output' },
        ResourceConfig: { InstanceType, InstanceCount: 1, VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: service?.maxRuntimeSeconds },
      }),
      ...(jobQueue === quotaQueue ? { quotaShareName: share } : { shareIdentifier: share }),
      schedulingPriority: random.chance(50) ? random.below(4) : undefined,
      retryStrategy:
        attempts === 1
          ? undefined
          : { attempts, evaluateOnExit: rules as ServiceJobEvaluateOnExit[] },
      timeoutConfig:
        service?.timeoutSeconds === undefined
          ? undefined
          : { attemptDurationSeconds: service.timeoutSeconds },
      preemptionConfiguration:
        preemptionRetries === undefined
          ? undefined
          : { preemptionRetriesBeforeTermination: preemptionRetries },
    };
  }

  #stop(): void {
    const ids = this.#jobs.slice(-6);
    if (ids.length > 0) this.#terminate(this.#random.pick(ids));
  }

  #terminate(id: JobId): void {
    const reason = `terminated by request ${this.#client.made++}`;
    this.#expectations.get(id)?.stops.add(reason);
    this.#send({ type: 'stop-job', scope, jobId: id, by: 'terminate', reason, isService: true });
  }

  /** Stops a job, as an operator does who sees that it can never run. */
  cancel(id: JobId): void {
    this.#terminate(id);
  }

  #updateJob(): void {
    const ids = this.#jobs.slice(-6);
    if (ids.length === 0) return;
    this.#send({
      type: 'update-service-job',
      scope,
      jobId: this.#random.pick(ids),
      schedulingPriority: this.#random.below(4),
    });
  }

  #changeEnvironment(): void {
    const random = this.#random;
    const name = random.pick(Object.values(environments));
    const limits = () =>
      name === environments.byType ? this.#limitsByType([1, 2, 3]) : this.#limitOfAll();
    if (name === environments.passing && random.chance(60)) {
      if (random.chance(60)) return this.#send(createEnvironment(name, limits()));
      this.#send(updateEnvironment(name, { state: 'DISABLED' }));
      return this.#send({ type: 'delete-service-environment', scope, serviceEnvironment: name });
    }
    this.#send(
      updateEnvironment(
        name,
        random.chance(60)
          ? { capacityLimits: limits() }
          : { state: random.pick(['ENABLED', 'ENABLED', 'DISABLED'] as const) },
      ),
    );
  }

  #changeShare(): void {
    const random = this.#random;
    const share = random.pick(shares);
    const draw = random.below(10);
    if (draw < 4) return this.#send(updateShare(share, { capacityLimits: this.#limitsByType() }));
    if (draw < 6)
      return this.#send(
        updateShare(share, { resourceSharingConfiguration: drawnSharing(this.#random) }),
      );
    if (draw < 8)
      return this.#send(
        updateShare(share, { state: random.pick(['ENABLED', 'ENABLED', 'DISABLED'] as const) }),
      );
    if (draw < 9) return this.#send(this.#createShare(share));
    for (const id of this.#jobsOfShare.get(share) ?? [])
      this.#expectations.get(id)?.stops.add('Terminated: the quota share is being deleted');
    this.#send(updateShare(share, { state: 'DISABLED' }));
    this.#send({ type: 'delete-quota-share', scope, arn: arnOfShare(share) });
  }

  #changeQueue(): void {
    const random = this.#random;
    const jobQueue = random.pick([plainQueue, fairQueue, quotaQueue]);
    const request = random.pick([
      { state: 'ENABLED' },
      { state: 'DISABLED' },
      { priority: random.between(1, 9) },
      jobQueue === plainQueue
        ? usingEnvironment(random.pick([environments.all, environments.passing]))
        : { priority: random.between(1, 9) },
    ] as const);
    this.#send({ type: 'update-job-queue', scope, request: { jobQueue, ...request } });
  }

  #limitOfAll(): CapacityLimit[] {
    return [{ capacityUnit: 'NUM_INSTANCES', maxCapacity: this.#random.pick([1, 1, 2, 3]) }];
  }

  /** A share's, unless it says otherwise. */
  #limitsByType(most: readonly number[] = [1, 1, 2]): CapacityLimit[] {
    const random = this.#random;
    return types.map((capacityUnit) => ({
      capacityUnit,
      maxCapacity: random.pick(most),
    }));
  }

  #createShare(quotaShareName: string): Command {
    return {
      type: 'create-quota-share',
      scope,
      request: {
        quotaShareName,
        jobQueue: quotaQueue,
        capacityLimits: this.#limitsByType(),
        resourceSharingConfiguration: drawnSharing(this.#random),
        preemptionConfiguration: {
          inSharePreemption: this.#random.pick(['ENABLED', 'DISABLED'] as const),
        },
      },
    };
  }

  #createQueue(jobQueueName: string, environment: string, policy?: string): Command {
    return {
      type: 'create-job-queue',
      scope,
      request: {
        jobQueueName,
        jobQueueType: 'SAGEMAKER_TRAINING',
        priority: this.#random.between(1, 9),
        schedulingPolicyArn: policy && schedulingPolicyArn(scope, policy),
        ...usingEnvironment(environment),
      },
    };
  }

  #send(command: Command): void {
    void this.#client.door.submit(command);
  }
}

const usingEnvironment = (serviceEnvironment: string) => ({
  serviceEnvironmentOrder: [{ order: 1, serviceEnvironment }],
});

const arnOfShare = (share: string) => quotaShareArn(jobQueueArn(scope, quotaQueue), share);

const updateShare = (share: string, more: object): Command => ({
  type: 'update-quota-share',
  scope,
  request: { quotaShareArn: arnOfShare(share), ...more },
});

const createPolicy = (name: string, policy: object): Command => ({
  type: 'create-scheduling-policy',
  scope,
  request: { name, ...policy },
});

const createEnvironment = (name: string, capacityLimits: readonly CapacityLimit[]): Command => ({
  type: 'create-service-environment',
  scope,
  request: {
    serviceEnvironmentName: name,
    serviceEnvironmentType: 'SAGEMAKER_TRAINING',
    capacityLimits: [...capacityLimits],
  },
  capacityLimits,
});

const updateEnvironment = (
  serviceEnvironment: string,
  more: {
    readonly state?: 'ENABLED' | 'DISABLED';
    readonly capacityLimits?: readonly CapacityLimit[];
  },
): Command => ({ type: 'update-service-environment', scope, serviceEnvironment, ...more });
