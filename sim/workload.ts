// What clients ask of the server: every operation that changes something, drawn from the seed.
// Keeps what they were promised; whether it was kept is the checkers' affair.

import type {
  ComputeResource,
  EvaluateOnExit,
  FairsharePolicy,
  JobDependency,
  KeyValuePair,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import {
  hostId,
  jobId,
  nodeId,
  scopeOf,
  type HostId,
  type JobId,
  type Scope,
} from '../src/base/ids.ts';
import { isRefusal } from '../src/base/refusal.ts';
import { jobQueueArn, schedulingPolicyArn } from '../src/core/arn.ts';
import type { HostFacts } from '../src/core/host/host.ts';
import type { TableWrite, TableWriteOutcome } from '../src/port/table.ts';
import { NodesWorkload } from './nodes-workload.ts';
import type { ExitRule, Plan, RunPlan } from './oracle.ts';
import { Expectation, startFailure } from './oracle.ts';
import type { Random } from './random.ts';
import type { Command } from '../src/core/command/command.ts';

const scope: Scope = scopeOf('000000000000', 'us-east-1');

/** What was answered to whom. */
export type Answer =
  | { readonly command: Command; readonly reply: unknown }
  | { readonly write: TableWrite; readonly outcome: TableWriteOutcome };

/** The door as clients see it. Undefined: the server died, or stopped, first. */
interface Door {
  submit(command: Command): Promise<unknown>;
  write(write: TableWrite): Promise<TableWriteOutcome | undefined>;
}

/** The queues that stay; others come and go. */
const lastingQueues = ['low', 'high', 'shared'] as const;
const passingQueues = ['passing-1', 'passing-2'] as const;
const lastingEnvironments = ['first', 'second'] as const;
const passingEnvironment = 'passing';
/** An UNMANAGED environment with a queue of its own, and hosts that its owner registers. */
const unmanagedName = 'own';
export const registeredHosts = ['tcp://host-1', 'tcp://host-2'] as const;
const registeredFacts: HostFacts = {
  dockerVersion: '25.0',
  kernelVersion: '6.1',
  operatingSystem: 'Amazon Linux',
  osType: 'linux',
  architecture: 'x86_64',
  vcpus: 2,
  memoryMib: 4096,
  gpus: 0,
  gpuRuntime: false,
  logDrivers: ['awslogs'],
};
const consumables = ['licences', 'tokens'] as const;
const lastingPolicy = schedulingPolicyArn(scope, 'lasting');

export class Workload {
  readonly expectations = new Map<JobId, Expectation>();
  /** The jobs of passing queues, by queue: whoever deletes the queue stops them. */
  readonly #jobsOfQueue = new Map<string, JobId[]>();
  /** Every host that was ever to be registered, and where it is. */
  readonly #hosts = new Map<HostId, string>();
  readonly #random: Random;
  readonly #door: Door;
  readonly #newId: () => string;
  readonly #lossIsFree: boolean;
  /** Milliseconds that most jobs of this seed take at most. */
  readonly #longestMs: number;
  /** Its environments launch instances; else they are Fargate's. */
  readonly #launches: boolean;
  /** For what such environments may be. */
  readonly #fleets: Random;
  /** This machine is a host of the UNMANAGED environment, too: there nodes lie side by side. */
  readonly machineServesUnmanaged: boolean;
  /** Absent in seeds without multi-node jobs. */
  readonly #nodes: NodesWorkload | undefined;
  #made = 0;

  constructor(random: Random, door: Door, newId: () => string, lossIsFree: boolean) {
    this.#random = random;
    this.#door = door;
    this.#newId = newId;
    this.#lossIsFree = lossIsFree;
    const launches = random.chance(60);
    this.#fleets = random.fork('fleets');
    this.#longestMs = random.pick([200, 3_000, 20_000]);
    const nodes = random.fork('nodes');
    if (nodes.chance(50)) this.#nodes = new NodesWorkload(nodes, this.#longestMs, consumables);
    this.#launches = launches || (this.#nodes !== undefined && nodes.chance(60));
    this.machineServesUnmanaged = this.#nodes !== undefined && nodes.chance(25);
  }

  /** The commands that make the world in which everything takes place. */
  prepare(): Command[] {
    return [
      ...lastingEnvironments.map((name, index) =>
        this.#createEnvironment(name, this.#roomy(3 + index)),
      ),
      {
        type: 'create-scheduling-policy',
        scope,
        request: { name: 'lasting', fairsharePolicy: this.#fairsharePolicy() },
      },
      ...lastingQueues.map((name, index) => this.#createQueue(name, 1 + (index % 2) * 8)),
      {
        type: 'update-job-queue',
        scope,
        request: { jobQueue: 'low', jobStateTimeLimitActions: [timeLimit(20)] },
      },
      {
        type: 'create-compute-environment',
        scope,
        uuid: unmanagedName,
        request: { computeEnvironmentName: unmanagedName, type: 'UNMANAGED', serviceRole: 'role' },
      },
      {
        type: 'create-job-queue',
        scope,
        request: {
          jobQueueName: unmanagedName,
          priority: 5,
          computeEnvironmentOrder: environmentOrder([unmanagedName]),
        },
      },
      ...registeredHosts.map((address) => this.#registerHost(address)),
      {
        type: 'create-consumable-resource',
        scope,
        request: {
          consumableResourceName: 'licences',
          resourceType: 'REPLENISHABLE',
          totalQuantity: 3,
        },
      },
      {
        type: 'create-consumable-resource',
        scope,
        request: {
          consumableResourceName: 'tokens',
          resourceType: 'NON_REPLENISHABLE',
          totalQuantity: 30,
        },
      },
      this.#registerDefinition(),
      ...(this.#nodes?.definitions(scope) ?? []),
    ];
  }

  /** So many vCPUs; more where nodes have an instance each. */
  #roomy(vcpus: number): number {
    return this.#nodes === undefined ? vcpus : 3 * vcpus;
  }

  /** After the faults: everything is set so that what can run will run. */
  restore(): Command[] {
    return [
      ...lastingEnvironments.map((name): Command => ({
        type: 'update-compute-environment',
        scope,
        request: {
          computeEnvironment: name,
          state: 'ENABLED',
          computeResources: { maxvCpus: this.#roomy(4) },
        },
      })),
      ...lastingQueues.map((name): Command => ({
        type: 'update-job-queue',
        scope,
        request: {
          jobQueue: name,
          state: 'ENABLED',
          computeEnvironmentOrder: environmentOrder(lastingEnvironments),
        },
      })),
      {
        type: 'update-compute-environment',
        scope,
        request: {
          computeEnvironment: passingEnvironment,
          state: 'ENABLED',
          computeResources: this.#launches
            ? { maxvCpus: this.#roomy(4), minvCpus: 0 }
            : { maxvCpus: this.#roomy(4) },
        },
      },
      ...consumables.map((name): Command => ({
        type: 'update-consumable-resource',
        scope,
        request: { consumableResource: name, operation: 'SET', quantity: 100_000 },
      })),
      ...registeredHosts.map((address) => this.#registerHost(address)),
      ...[...this.#hosts.keys()].map((id): Command => ({
        type: 'drain-host',
        scope,
        hostId: id,
        status: 'ACTIVE',
      })),
    ];
  }

  /** One thing that a client or an operator does. */
  act(): void {
    const draw = this.#random.below(100);
    if (draw < 62) this.#submitJob();
    else if (draw < 78) this.#stopJob();
    else if (draw < 84) this.#changeQueue();
    else if (draw < 88) this.#changeEnvironment();
    else if (draw < 90) this.#changeHost();
    else if (draw < 92) this.#changeDefinition();
    else if (draw < 94) this.#changePolicy();
    else if (draw < 96) this.#changeConsumable();
    else this.#writeTable();
  }

  /** Stops a job, as an operator does who sees that it can never run. */
  cancel(id: JobId): void {
    this.#stop(id, id, 'cancel');
  }

  #send(command: Command): void {
    void this.#door.submit(command);
  }

  // ---- jobs ----

  #submitJob(): void {
    if (this.#nodes?.isNext() === true) return this.#submitNodes(this.#nodes);
    const random = this.#random;
    const size = random.chance(20) ? random.between(2, 6) : undefined;
    const id = jobId(this.#newId());
    const plan = this.#plan(size);
    const queue = random.chance(75)
      ? random.pick(lastingQueues)
      : random.pick([...passingQueues, unmanagedName, unmanagedName]);
    this.#submit(id, plan, queue, this.#request(plan, queue));
  }

  #submitNodes(workload: NodesWorkload): void {
    const { random } = workload;
    const { nodes, ...given } = workload.submission();
    const plan: Plan = { ...this.#plan(undefined), nodes };
    const queue = random.chance(40)
      ? unmanagedName
      : random.chance(85)
        ? random.pick(lastingQueues)
        : random.pick(passingQueues);
    const {
      containerOverrides: _container,
      consumableResourcePropertiesOverride: _consumables,
      ...request
    } = this.#request(plan, queue);
    this.#submit(jobId(this.#newId()), plan, queue, { ...request, ...given });
  }

  #plan(size: number | undefined): Plan {
    const random = this.#random;
    const attempts = random.chance(45) ? random.between(2, 4) : 1;
    return {
      arraySize: size,
      dependsOn: this.#dependsOn(size),
      attempts,
      rules: attempts > 1 && random.chance(50) ? this.#rules() : [],
      timeoutSeconds: random.chance(20) ? random.between(1, 20) : undefined,
      runs: Array.from({ length: random.between(1, 3) }, () => this.#runPlan()),
    };
  }

  #submit(id: JobId, plan: Plan, queue: string, request: SubmitJobCommandInput): void {
    const expectation = new Expectation(plan, this.#lossIsFree);
    this.expectations.set(id, expectation);
    const jobs = this.#jobsOfQueue.get(queue) ?? [];
    this.#jobsOfQueue.set(queue, jobs);
    jobs.push(id);
    void this.#door.submit({ type: 'submit-job', scope, jobId: id, request }).then((reply) => {
      if (reply === undefined) return;
      if (isRefusal(reply)) this.expectations.delete(id);
      else expectation.accepted = true;
    });
  }

  #request(plan: Plan, jobQueue: string): SubmitJobCommandInput {
    const random = this.#random;
    const environment: KeyValuePair[] = [{ name: 'SEED', value: 'sown' }];
    const resourceRequirements = random.chance(4)
      ? [{ type: 'GPU' as const, value: String(random.between(1, 2)) }]
      : undefined;
    return {
      jobName: `job-${this.#made++}`,
      jobQueue,
      jobDefinition: random.chance(95) ? 'job' : 'job:1',
      containerOverrides: {
        environment,
        vcpus: random.pick([1, 1, 1, 2, 3, 4, this.#nodes === undefined ? 9 : 99]),
        memory: random.pick([64, 64, 64, 2048]),
        resourceRequirements,
      },
      arrayProperties: plan.arraySize === undefined ? undefined : { size: plan.arraySize },
      shareIdentifier:
        (jobQueue === 'shared') !== random.chance(2)
          ? random.pick(['a', 'a', 'b1', 'b2', 'c'])
          : undefined,
      schedulingPriorityOverride: random.chance(20) ? random.below(3) : undefined,
      consumableResourcePropertiesOverride: random.chance(12)
        ? {
            consumableResourceList: [
              { consumableResource: random.pick(consumables), quantity: random.between(1, 3) },
            ],
          }
        : undefined,
      dependsOn: plan.dependsOn as JobDependency[],
      retryStrategy:
        plan.attempts === 1
          ? undefined
          : { attempts: plan.attempts, evaluateOnExit: plan.rules as EvaluateOnExit[] },
      timeout:
        plan.timeoutSeconds === undefined
          ? undefined
          : { attemptDurationSeconds: plan.timeoutSeconds },
      tags: random.chance(5) ? { made: String(this.#made) } : undefined,
    };
  }

  #runPlan(): RunPlan {
    const random = this.#random;
    return {
      durationMs: random.chance(8)
        ? random.between(10_000, 60_000)
        : random.chance(30)
          ? 0
          : random.below(this.#longestMs),
      exitCode: random.chance(65) ? 0 : random.between(1, 3),
      outOfMemory: random.chance(5),
      startFails: random.chance(4),
      ignoresStop: random.chance(10),
      lines: random.chance(30)
        ? Array.from({ length: random.between(1, 3) }, (_, line) => `line ${line} of ${this.#made}`)
        : [],
    };
  }

  #rules(): ExitRule[] {
    const random = this.#random;
    return Array.from({ length: random.between(1, 3) }, () => ({
      ...random.pick([
        { onExitCode: String(random.between(1, 3)) },
        { onExitCode: '*' },
        { onReason: `${startFailure.slice(0, 12)}*` },
        { onReason: 'OutOfMemoryError*' },
        { onStatusReason: 'Host EC2*' },
        { onStatusReason: 'Task failed to start', onReason: '*' },
      ]),
      action: random.pick(['RETRY', 'EXIT', 'retry', 'exit'] as const),
    }));
  }

  /** Now and then, on jobs that were submitted lately, whatever has become of them. */
  #dependsOn(arraySize: number | undefined): JobDependency[] {
    const random = this.#random;
    const known = random.chance(35)
      ? [...this.expectations].slice(-25).filter(([, expectation]) => expectation.accepted)
      : [];
    if (known.length === 0)
      return arraySize !== undefined && random.chance(20) ? [{ type: 'SEQUENTIAL' }] : [];
    return Array.from({ length: random.between(1, 3) }, () => {
      const [id, { plan }] = random.pick(known);
      if (plan.arraySize === undefined) return { jobId: id };
      if (plan.arraySize === arraySize && random.chance(70)) return { jobId: id, type: 'N_TO_N' };
      return { jobId: random.chance(50) ? id : `${id}:${random.below(plan.arraySize)}` };
    });
  }

  #stopJob(): void {
    const random = this.#random;
    const by = random.pick(['cancel', 'terminate'] as const);
    if (random.chance(3))
      return this.#send({
        type: 'stop-job',
        scope,
        jobId: jobId(this.#newId()),
        by,
        reason: 'nobody is there',
      });
    const ids = [...this.expectations.keys()];
    if (ids.length === 0) return;
    const id = random.pick(ids.slice(-30));
    const { arraySize, nodes } = (this.expectations.get(id) as Expectation).plan;
    // Refused: a node is not stopped alone.
    if (nodes !== undefined && this.#nodes?.random.chance(20) === true)
      return this.#send({
        type: 'stop-job',
        scope,
        jobId: nodeId(id, this.#nodes.random.below(nodes.numNodes)),
        by,
        reason: 'it alone',
      });
    this.#stop(
      id,
      arraySize !== undefined && random.chance(50) ? jobId(`${id}:${random.below(arraySize)}`) : id,
      by,
    );
  }

  #stop(id: JobId, target: JobId, by: 'cancel' | 'terminate'): void {
    const reason = `stopped by request ${this.#made++}`;
    this.expectations.get(id)?.stops.add(reason);
    this.#send({ type: 'stop-job', scope, jobId: target, by, reason });
  }

  // ---- what they run in ----

  #changeQueue(): void {
    const random = this.#random;
    if (random.chance(50)) {
      const request = random.pick([
        { state: 'ENABLED' },
        { state: 'ENABLED' },
        { state: 'DISABLED' },
        { priority: random.between(1, 9) },
        { jobStateTimeLimitActions: random.chance(70) ? [timeLimit(random.between(10, 60))] : [] },
        {
          computeEnvironmentOrder: environmentOrder(
            random.pick([
              ['first'],
              ['second', 'first'],
              ['first', 'second'],
              ['first', 'second', 'passing'],
            ]),
          ),
        },
      ] as const);
      return this.#send({
        type: 'update-job-queue',
        scope,
        request: { jobQueue: random.pick(lastingQueues), ...request },
      });
    }
    const name = random.pick(passingQueues);
    const draw = random.below(4);
    if (draw < 2) return this.#send(this.#createQueue(name, random.between(1, 9)));
    this.#send({
      type: 'update-job-queue',
      scope,
      request: { jobQueue: name, state: draw === 2 ? 'DISABLED' : 'ENABLED' },
    });
    if (draw === 3) return;
    for (const id of this.#jobsOfQueue.get(name) ?? [])
      this.expectations.get(id)?.stops.add('Terminated: the job queue is being deleted');
    this.#send({ type: 'delete-job-queue', scope, jobQueue: name });
  }

  #createQueue(jobQueueName: string, priority: number): Command {
    const policy = jobQueueName === 'shared' ? lastingPolicy : undefined;
    return {
      type: 'create-job-queue',
      scope,
      request: {
        jobQueueName,
        priority,
        schedulingPolicyArn: policy,
        computeEnvironmentOrder: environmentOrder(lastingEnvironments),
      },
    };
  }

  #changePolicy(): void {
    const random = this.#random;
    const draw = random.below(4);
    if (draw < 2)
      return this.#send({
        type: 'update-scheduling-policy',
        scope,
        request: { arn: lastingPolicy, fairsharePolicy: this.#fairsharePolicy() },
      });
    if (draw === 2)
      return this.#send({
        type: 'create-scheduling-policy',
        scope,
        request: { name: 'passing', fairsharePolicy: this.#fairsharePolicy() },
      });
    this.#send({
      type: 'delete-scheduling-policy',
      scope,
      arn: random.chance(70) ? schedulingPolicyArn(scope, 'passing') : lastingPolicy,
    });
  }

  #fairsharePolicy(): FairsharePolicy {
    const random = this.#random;
    return {
      shareDecaySeconds: random.pick([0, 600, 3600]),
      computeReservation: random.pick([0, 0, 0, 20, 50]),
      shareDistribution: [
        { shareIdentifier: 'a', weightFactor: 0.5 },
        { shareIdentifier: 'b*', weightFactor: random.pick([1, 2, 10]) },
      ],
    };
  }

  #changeEnvironment(): void {
    const random = this.#random;
    const computeEnvironment = random.chance(70)
      ? random.pick(lastingEnvironments)
      : passingEnvironment;
    if (this.#launches && this.#fleets.chance(40)) return this.#changeFleet(computeEnvironment);
    const draw = random.below(6);
    if (draw < 2)
      return this.#send({
        type: 'update-compute-environment',
        scope,
        request: {
          computeEnvironment,
          computeResources: { maxvCpus: this.#roomy(random.between(1, 5)) },
        },
      });
    if (draw < 4)
      return this.#send({
        type: 'update-compute-environment',
        scope,
        request: { computeEnvironment, state: random.pick(['ENABLED', 'ENABLED', 'DISABLED']) },
      });
    if (draw === 4)
      return this.#send(
        this.#createEnvironment(passingEnvironment, this.#roomy(random.between(1, 4))),
      );
    this.#send({
      type: 'delete-compute-environment',
      scope,
      computeEnvironment: passingEnvironment,
    });
  }

  #createEnvironment(computeEnvironmentName: string, maxvCpus: number): Command {
    const networks = { maxvCpus, subnets: ['subnet-00000000'], securityGroupIds: ['sg-00000000'] };
    const computeResources = this.#launches
      ? { ...networks, ...this.#fleet(maxvCpus, computeEnvironmentName) }
      : { ...networks, type: 'FARGATE' as const };
    return {
      type: 'create-compute-environment',
      scope,
      uuid: this.#newId(),
      request: { computeEnvironmentName, type: 'MANAGED', computeResources },
    };
  }

  /**
   * How an environment buys, what, and how much it keeps; one that comes and goes keeps nothing.
   */
  #fleet(
    maxvCpus: number,
    name: string,
  ): Pick<
    ComputeResource,
    | 'type'
    | 'allocationStrategy'
    | 'minvCpus'
    | 'instanceTypes'
    | 'instanceRole'
    | 'spotIamFleetRole'
    | 'scalingPolicy'
  > {
    const random = this.#fleets;
    const mustTakeNodes = this.#nodes !== undefined && name === 'first';
    const bought =
      random.chance(60) || mustTakeNodes
        ? {
            type: 'EC2' as const,
            allocationStrategy: random.pick([
              'BEST_FIT',
              'BEST_FIT_PROGRESSIVE',
              'BEST_FIT_PROGRESSIVE',
              'BEST_FIT_PROGRESSIVE_ORDERED',
            ] as const),
          }
        : {
            type: 'SPOT' as const,
            spotIamFleetRole: 'fleet',
            allocationStrategy: random.pick([
              'BEST_FIT',
              'SPOT_CAPACITY_OPTIMIZED',
              'SPOT_PRICE_CAPACITY_OPTIMIZED',
              'SPOT_CAPACITY_OPTIMIZED_PRIORITIZED',
            ] as const),
          };
    return {
      ...bought,
      minvCpus:
        name !== passingEnvironment && random.chance(40)
          ? random.pick([2, 2, 4].filter((vcpus) => vcpus <= maxvCpus))
          : 0,
      instanceTypes: this.#instanceTypes(),
      instanceRole: 'ecsInstanceRole',
      ...(random.chance(25) ? { scalingPolicy: { minScaleDownDelayMinutes: 20 } } : {}),
    };
  }

  #instanceTypes(): string[] {
    return [
      ...this.#fleets.pick([
        ['optimal'],
        ['m5.large', 'm5.xlarge'],
        ['c5'],
        ['r5.large', 'c5.xlarge', 'm5.2xlarge'],
      ]),
      'g4dn.xlarge',
    ];
  }

  /** What only environments that launch instances have. */
  #changeFleet(computeEnvironment: string): void {
    const random = this.#fleets;
    // Other types mean other instances: those that are there make way, or end at once.
    if (random.chance(30))
      return this.#send({
        type: 'update-compute-environment',
        scope,
        request: {
          computeEnvironment,
          computeResources: { instanceTypes: this.#instanceTypes() },
          updatePolicy: {
            terminateJobsOnUpdate: random.chance(40),
            jobExecutionTimeoutMinutes: random.pick([1, 1, 30]),
          },
        },
      });
    const computeResources = random.pick([
      { minvCpus: random.pick([0, 0, 2, 4]) },
      { minvCpus: 0, desiredvCpus: random.between(1, 5) },
      { scalingPolicy: { minScaleDownDelayMinutes: random.pick([20, 30]) } },
      { maxvCpus: this.#roomy(random.between(1, 3)) },
    ]);
    this.#send({
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment, computeResources },
    });
  }

  #changeConsumable(): void {
    const random = this.#random;
    const request = random.pick([
      { operation: 'SET', quantity: random.below(6) },
      { operation: 'ADD', quantity: random.below(10) },
      { operation: 'REMOVE', quantity: random.below(3) },
    ]);
    this.#send({
      type: 'update-consumable-resource',
      scope,
      request: { consumableResource: random.pick(consumables), ...request },
    });
  }

  #changeHost(): void {
    const random = this.#random;
    const id = random.pick([...this.#hosts.keys()]);
    const draw = random.below(4);
    if (draw === 0) return this.#send(this.#registerHost(random.pick(registeredHosts)));
    if (draw === 1)
      return this.#send({ type: 'deregister-host', scope, hostId: id, force: random.chance(50) });
    this.#send({
      type: 'drain-host',
      scope,
      hostId: id,
      status: random.pick(['ACTIVE', 'ACTIVE', 'DRAINING']),
    });
  }

  /** Under an id of its own each time. */
  #registerHost(dockerHost: string): Command {
    const id = hostId(this.#newId());
    this.#hosts.set(id, dockerHost);
    return {
      type: 'register-host',
      scope,
      hostId: id,
      cluster: `${unmanagedName}_Batch_${unmanagedName}`,
      title: dockerHost,
      address: { dockerHost },
      facts: registeredFacts,
    };
  }

  #changeDefinition(): void {
    const random = this.#random;
    this.#send(
      random.chance(60)
        ? this.#registerDefinition()
        : {
            type: 'deregister-job-definition',
            scope,
            jobDefinition: `job:${random.between(1, 6)}`,
          },
    );
  }

  #registerDefinition(): Command {
    return {
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'job',
        type: 'container',
        platformCapabilities: ['EC2', 'FARGATE'],
        schedulingPriority: 0,
        containerProperties: { image: 'fake', vcpus: 1, memory: 64 },
      },
    };
  }

  /** Also of queues that come and go: tags go with what has them. */
  #changeTags(): Command {
    const random = this.#random;
    return {
      type: 'change-tags',
      scope,
      arn: jobQueueArn(scope, random.pick([...lastingQueues, ...passingQueues])),
      set: { [`key-${random.below(5)}`]: `value-${this.#made++}` },
      remove: [`key-${random.below(5)}`],
    };
  }

  /** Log groups and their streams: tables beside the world, through the same door; and tags. */
  #writeTable(): void {
    const random = this.#random;
    const name = `group-${random.below(3)}`;
    if (random.below(4) === 0) {
      this.#send(this.#changeTags());
      return;
    }
    const write = random.pick<TableWrite>([
      { table: 'log-group', write: 'create', row: { scope, name, createdAtMs: this.#made } },
      { table: 'log-group', write: 'delete', scope, name },
      {
        table: 'log-stream',
        write: 'create',
        row: { scope, group: name, name: `stream-${random.below(3)}`, createdAtMs: this.#made },
      },
    ]);
    void this.#door.write(write);
  }
}

/**
 * Jobs that fit nowhere are cancelled when they have blocked the head of their queue for so long.
 */
const timeLimit = (maxTimeSeconds: number) => ({
  reason: 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
  state: 'RUNNABLE' as const,
  maxTimeSeconds,
  action: 'CANCEL' as const,
});

const environmentOrder = (
  names: readonly string[],
): { order: number; computeEnvironment: string }[] =>
  names.map((computeEnvironment, index) => ({ order: index + 1, computeEnvironment }));
