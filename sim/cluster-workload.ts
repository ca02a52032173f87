// What runs that have a cluster have beside the others: environments on it, their queues, and jobs
// whose attempts are pods, of ordinary definitions and of Amazon EKS. Drawn from a stream of its
// own, so that seeds without them stay what they are. It sends nothing itself.

import type {
  ComputeResource,
  EksContainer,
  EksPodProperties,
  TaskContainerProperties,
} from '@aws-sdk/client-batch';
import type { Scope } from '../src/base/ids.ts';
import type { Command } from '../src/core/command/command.ts';
import { clusterArn, clusterName } from './cluster.ts';
import type { PlannedContainer, RunPlan } from './oracle.ts';
import type { Random } from './random.ts';

/** Each with a queue of its name. */
export const clusterEnvironments = ['pods', 'eks'] as const;

type Shape = Omit<PlannedContainer, 'runs'>;

/** Of ordinary definitions: what a pod can say of it alone. */
const tasks: Readonly<Record<string, readonly Shape[]>> = {
  'pod-task-pair': [
    { name: 'main', essential: true, dependsOn: [] },
    { name: 'side', essential: false, dependsOn: [] },
  ],
  'pod-task-chain': [
    { name: 'first', essential: false, dependsOn: [] },
    { name: 'main', essential: true, dependsOn: [{ on: 'first', condition: 'SUCCESS' }] },
    { name: 'side', essential: false, dependsOn: [{ on: 'main', condition: 'START' }] },
  ],
};

/** Of Amazon EKS: how many init containers, and how many others. */
const pods: Readonly<Record<string, readonly [init: number, others: number]>> = {
  'eks-one': [0, 1],
  'eks-two': [0, 2],
  'eks-init': [1, 1],
  'eks-wide': [2, 2],
};

const shapeOfPod = ([init, others]: readonly [number, number]): Shape[] => {
  const names = Array.from({ length: init }, (_, at) => `init-${at}`);
  return [
    ...names.map((name, at) => ({
      name,
      essential: true,
      dependsOn: succeeded(names.slice(0, at)),
    })),
    ...Array.from({ length: others }, (_, at) => ({
      name: `main-${at}`,
      essential: true,
      dependsOn: succeeded(names),
    })),
  ];
};

const succeeded = (names: readonly string[]): Shape['dependsOn'] =>
  names.map((on) => ({ on, condition: 'SUCCESS' }));

/** A submission, but for what every job has. */
interface ClusterSubmission {
  readonly queue: (typeof clusterEnvironments)[number];
  /** Absent: that of ordinary jobs. */
  readonly jobDefinition?: string;
  readonly task?: readonly PlannedContainer[];
  /** Its containers end as those of a pod of Amazon EKS do. */
  readonly isPod?: true;
}

export class ClusterWorkload {
  /** The server has no machine of its own: all its environments are on the cluster. */
  readonly isAlone: boolean;
  readonly #random: Random;
  readonly #longestMs: number;

  constructor(random: Random, isAlone: boolean, longestMs: number) {
    this.#random = random;
    this.isAlone = isAlone;
    this.#longestMs = longestMs;
  }

  prepare(scope: Scope, launches: boolean): Command[] {
    const networks = { maxvCpus: 8, subnets: ['subnet-00000000'], securityGroupIds: ['sg-0000'] };
    const bought: ComputeResource = {
      ...networks,
      type: 'EC2',
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      minvCpus: 0,
      instanceTypes: ['optimal'],
      instanceRole: 'ecsInstanceRole',
    };
    return [
      {
        type: 'create-compute-environment',
        scope,
        uuid: 'pods',
        request: {
          computeEnvironmentName: 'pods',
          type: 'MANAGED',
          computeResources: launches ? bought : { ...networks, type: 'FARGATE' },
          tags: { 'longshore:cluster': clusterName, 'longshore:namespace': 'batch' },
        },
      },
      {
        type: 'create-compute-environment',
        scope,
        uuid: 'eks',
        request: {
          computeEnvironmentName: 'eks',
          type: 'MANAGED',
          computeResources: bought,
          eksConfiguration: { eksClusterArn: clusterArn, kubernetesNamespace: 'batch' },
        },
      },
      ...clusterEnvironments.map((name): Command => ({
        type: 'create-job-queue',
        scope,
        request: {
          jobQueueName: name,
          priority: this.#random.between(1, 9),
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
        },
      })),
      ...Object.entries(tasks).map(([jobDefinitionName, shape]): Command => ({
        type: 'register-job-definition',
        scope,
        request: {
          jobDefinitionName,
          type: 'container',
          platformCapabilities: [launches ? 'EC2' : 'FARGATE'],
          ecsProperties: {
            taskProperties: [
              {
                ...(!launches && { executionRoleArn: 'arn:aws:iam::000000000000:role/execution' }),
                containers: shape.map((each) => this.#taskContainer(each)),
              },
            ],
          },
        },
      })),
      ...Object.entries(pods).map(([jobDefinitionName, counts]): Command => ({
        type: 'register-job-definition',
        scope,
        request: {
          jobDefinitionName,
          type: 'container',
          eksProperties: { podProperties: this.#pod(counts) },
        },
      })),
    ];
  }

  #taskContainer({ name, essential, dependsOn }: Shape): TaskContainerProperties {
    return {
      name,
      image: 'fake',
      essential,
      dependsOn: dependsOn.map(({ on, condition }) => ({ containerName: on, condition })),
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '2048' },
      ],
      stopTimeout: this.#random.pick([undefined, 2, 20]),
    };
  }

  #pod(counts: readonly [number, number]): EksPodProperties {
    const [init] = counts;
    const all = shapeOfPod(counts).map(({ name }): EksContainer => ({
      name,
      image: 'fake',
      resources: { limits: { cpu: this.#random.pick(['0.5', '1', '1']), memory: '256Mi' } },
    }));
    return { containers: all.slice(init), ...(init > 0 && { initContainers: all.slice(0, init) }) };
  }

  /** Whether the next job is one of these. */
  isNext(): boolean {
    return this.#random.chance(this.isAlone ? 25 : 35);
  }

  submission(): ClusterSubmission {
    const random = this.#random;
    if (random.chance(50)) {
      const [jobDefinition, counts] = random.pick(Object.entries(pods));
      return { queue: 'eks', jobDefinition, isPod: true, task: this.#planned(shapeOfPod(counts)) };
    }
    if (random.chance(60)) return { queue: 'pods' };
    const [jobDefinition, shape] = random.pick(Object.entries(tasks));
    return { queue: 'pods', jobDefinition, task: this.#planned(shape) };
  }

  #planned(shape: readonly Shape[]): PlannedContainer[] {
    return shape.map((each) => ({
      ...each,
      runs: Array.from({ length: this.#random.between(1, 3) }, () => this.#runPlan(each)),
    }));
  }

  #runPlan({ name, essential }: Shape): RunPlan {
    const random = this.#random;
    const serves = !essential && name === 'side' && random.chance(50);
    return {
      durationMs: serves ? 3_600_000 : random.pick([0, random.below(this.#longestMs)]),
      exitCode: random.chance(80) ? 0 : random.between(1, 3),
      outOfMemory: random.chance(4),
      startFails: random.chance(3),
      ignoresStop: random.chance(10),
      lines: random.chance(30) ? [`${name} is there`] : [],
    };
  }

  /** Whether somebody changes one of the environments now, and how. */
  change(scope: Scope): Command | undefined {
    const random = this.#random;
    if (!random.chance(2)) return undefined;
    return {
      type: 'update-compute-environment',
      scope,
      request: {
        computeEnvironment: random.pick(clusterEnvironments),
        ...random.pick([
          { computeResources: { maxvCpus: random.between(2, 8) } },
          { state: 'ENABLED' },
          { state: 'DISABLED' },
        ] as const),
      },
    };
  }

  restore(scope: Scope): Command[] {
    return clusterEnvironments.map((computeEnvironment) => ({
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment, state: 'ENABLED', computeResources: { maxvCpus: 8 } },
    }));
  }
}
