// What jobs run in, as operators make and change it: queues, environments, policies, consumable
// resources, hosts, definitions, and the tables beside. It knows no job.

import type { ComputeResource, FairsharePolicy, PlatformCapability } from '@aws-sdk/client-batch';
import { hostId, type HostId } from '../src/base/ids.ts';
import { jobQueueArn, schedulingPolicyArn } from '../src/core/arn.ts';
import type { Command } from '../src/core/command/command.ts';
import type { HostFacts } from '../src/core/host/host.ts';
import type { TableWrite } from '../src/port/table.ts';
import {
  consumables,
  lastingEnvironments,
  lastingQueues,
  passingEnvironment,
  passingQueues,
  registeredHosts,
  scope,
  unmanagedName,
  type Client,
} from './client.ts';
import { ManagedFleet } from './managed-fleet.ts';
import type { NodesWorkload } from './nodes-workload.ts';
import type { Random } from './random.ts';

const registeredFacts: HostFacts = {
  runtime: { name: 'Docker', version: '25.0' },
  kernelVersion: '6.1',
  operatingSystem: 'Amazon Linux',
  osType: 'linux',
  architecture: 'x86_64',
  vcpus: 2,
  memoryMib: 4096,
  gpus: 0,
  canGiveGpus: false,
  logDrivers: ['awslogs'],
};
const lastingPolicy = schedulingPolicyArn(scope, 'lasting');

interface ResourcesOfRun {
  /** The environments launch instances; else they are Fargate's. */
  readonly launches: boolean;
  /** For what such environments may be. */
  readonly fleets: Random;
  /** Their instances are managed ones, drawn from this; absent: EC2's. */
  readonly managed: Random | undefined;
  /** Absent in seeds without multi-node jobs. */
  readonly nodes: NodesWorkload | undefined;
  /** A queue is being deleted, and its jobs with it. */
  readonly onDeletion: (queue: string) => void;
}

export class ResourceWorkload {
  /** Every host that was ever to be registered, and where it is. */
  readonly #hosts = new Map<HostId, string>();
  readonly #client: Client;
  readonly #random: Random;
  readonly #launches: boolean;
  readonly #fleets: Random;
  readonly #managed: ManagedFleet | undefined;
  readonly #nodes: NodesWorkload | undefined;
  readonly #onDeletion: (queue: string) => void;

  constructor(client: Client, { launches, fleets, managed, nodes, onDeletion }: ResourcesOfRun) {
    this.#client = client;
    this.#random = client.random;
    this.#launches = launches;
    this.#fleets = fleets;
    this.#managed = managed && new ManagedFleet(managed);
    this.#nodes = nodes;
    this.#onDeletion = onDeletion;
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
      ...lastingQueues.map((name) => tagging(name, undefined)),
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
          computeResources:
            this.#launches && this.#managed === undefined
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

  changeQueue(): void {
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
    this.#onDeletion(name);
    this.#send({ type: 'delete-job-queue', scope, jobQueue: name });
  }

  /** So many of its jobs at once from here on, or any number. */
  tagQueue(random: Random): void {
    const atOnce = random.chance(60) ? random.between(1, 4) : undefined;
    this.#send(tagging(random.pick(lastingQueues), atOnce));
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

  changePolicy(): void {
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

  changeEnvironment(): void {
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
    if (this.#managed !== undefined)
      return this.#createCommand(
        computeEnvironmentName,
        this.#managed.resources(maxvCpus, this.#instanceTypes()),
      );
    const networks = { maxvCpus, subnets: ['subnet-00000000'], securityGroupIds: ['sg-00000000'] };
    const computeResources = this.#launches
      ? { ...networks, ...this.#fleet(maxvCpus, computeEnvironmentName) }
      : { ...networks, type: 'FARGATE' as const };
    return this.#createCommand(computeEnvironmentName, computeResources);
  }

  #createCommand(computeEnvironmentName: string, computeResources: ComputeResource): Command {
    return {
      type: 'create-compute-environment',
      scope,
      uuid: this.#client.newId(),
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
            spotIamFleetRole: 'AmazonEC2SpotFleetRole',
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
    if (this.#managed !== undefined)
      return this.#send({
        type: 'update-compute-environment',
        scope,
        request: {
          computeEnvironment,
          computeResources: this.#managed.change(this.#instanceTypes()),
        },
      });
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

  changeConsumable(): void {
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

  changeHost(): void {
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
    const id = hostId(this.#client.newId());
    this.#hosts.set(id, dockerHost);
    return {
      type: 'register-host',
      scope,
      hostId: id,
      cluster: `${unmanagedName}_Batch_${unmanagedName}`,
      title: dockerHost,
      endpoint: { url: dockerHost },
      facts: registeredFacts,
    };
  }

  changeDefinition(): void {
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

  #platforms(): PlatformCapability[] {
    if (this.#managed !== undefined) return ['EC2', 'MANAGED_INSTANCES'];
    return this.#launches ? ['EC2'] : ['EC2', 'FARGATE'];
  }

  #registerDefinition(): Command {
    return {
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'job',
        type: 'container',
        platformCapabilities: this.#platforms(),
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
      set: { [`key-${random.below(5)}`]: `value-${this.#client.made++}` },
      remove: [`key-${random.below(5)}`],
    };
  }

  /** Log groups and their streams: tables beside the world, through the same door; and tags. */
  writeTable(): void {
    const random = this.#random;
    const name = `group-${random.below(3)}`;
    if (random.below(4) === 0) {
      this.#send(this.#changeTags());
      return;
    }
    const write = random.pick<TableWrite>([
      { table: 'log-group', write: 'create', row: { scope, name, createdAtMs: this.#client.made } },
      { table: 'log-group', write: 'delete', scope, name },
      {
        table: 'log-stream',
        write: 'create',
        row: {
          scope,
          group: name,
          name: `stream-${random.below(3)}`,
          createdAtMs: this.#client.made,
        },
      },
    ]);
    void this.#client.door.write(write);
  }

  #send(command: Command): void {
    void this.#client.door.submit(command);
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

const mostKey = 'longshore:max-parallel';
const tagging = (queue: string, atOnce: number | undefined): Command => ({
  type: 'change-tags',
  scope,
  arn: jobQueueArn(scope, queue),
  set: atOnce === undefined ? {} : { [mostKey]: String(atOnce) },
  remove: atOnce === undefined ? [mostKey] : [],
});
