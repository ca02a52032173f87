// The jobs of a run that have several containers: their definitions, and what each container does.
// Drawn from a stream of its own, so that seeds without them stay what they are. It sends nothing
// itself.

import type { TaskContainerProperties } from '@aws-sdk/client-batch';
import type { Scope } from '../src/base/ids.ts';
import type { Command } from '../src/core/command/command.ts';
import type { PlannedContainer, RunPlan } from './oracle.ts';
import type { Random } from './random.ts';

/** A container as its definition says it, but for what it does. */
type Shape = Omit<PlannedContainer, 'runs'>;

/**
 * From a plain pair to chains, and two that are essential. A container has a vCPU, and the largest
 * instances that every list of types has have four.
 */
const shapes: Readonly<Record<string, readonly Shape[]>> = {
  'task-sidecar': [
    { name: 'main', essential: true, dependsOn: [] },
    { name: 'side', essential: false, dependsOn: [] },
  ],
  'task-database': [
    { name: 'main', essential: true, dependsOn: [{ on: 'migrate', condition: 'SUCCESS' }] },
    { name: 'migrate', essential: false, dependsOn: [{ on: 'db', condition: 'START' }] },
    { name: 'db', essential: false, dependsOn: [] },
  ],
  'task-wide': [
    { name: 'init', essential: false, dependsOn: [] },
    { name: 'one', essential: true, dependsOn: [{ on: 'init', condition: 'COMPLETE' }] },
    { name: 'two', essential: true, dependsOn: [{ on: 'one', condition: 'START' }] },
    { name: 'last', essential: false, dependsOn: [{ on: 'init', condition: 'SUCCESS' }] },
  ],
};

/** Seconds; AWS allows 2 and more. */
const startTimeout = 5;

export class TasksWorkload {
  readonly #random: Random;
  readonly #longestMs: number;

  constructor(random: Random, longestMs: number) {
    this.#random = random;
    this.#longestMs = longestMs;
  }

  definitions(scope: Scope): Command[] {
    return Object.entries(shapes).map(([name, containers]) => ({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: name,
        type: 'container',
        schedulingPriority: 0,
        ecsProperties: {
          taskProperties: [{ containers: containers.map((each) => this.#container(each)) }],
        },
      },
    }));
  }

  #container({ name, essential, dependsOn }: Shape): TaskContainerProperties {
    return {
      name,
      image: 'fake',
      essential,
      dependsOn: dependsOn.map(({ on, condition }) => ({ containerName: on, condition })),
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '64' },
      ],
      stopTimeout: this.#random.pick([undefined, 2, 20]),
      ...(this.#random.chance(40) && { startTimeout }),
    };
  }

  /** Whether the next job is one of these. */
  isNext(): boolean {
    return this.#random.chance(12);
  }

  submission(): { readonly jobDefinition: string; readonly task: readonly PlannedContainer[] } {
    const [jobDefinition, containers] = this.#random.pick(Object.entries(shapes));
    const task = containers.map((each) => ({
      ...each,
      runs: Array.from({ length: this.#random.between(1, 3) }, () =>
        this.#runPlan(each, containers),
      ),
    }));
    return { jobDefinition, task };
  }

  /** What others do not wait for the end of often serves until it is stopped. */
  #runPlan({ name, essential }: Shape, all: readonly Shape[]): RunPlan {
    const random = this.#random;
    const isWaitedFor = all.some(({ dependsOn }) =>
      dependsOn.some(({ on, condition }) => on === name && condition !== 'START'),
    );
    const serves = !essential && !isWaitedFor && random.chance(50);
    return {
      durationMs: serves ? 3_600_000 : random.pick([0, random.below(this.#longestMs)]),
      exitCode: random.chance(75) ? 0 : random.between(1, 3),
      outOfMemory: random.chance(4),
      startFails: random.chance(4),
      ignoresStop: random.chance(10),
      lines: random.chance(30) ? [`${name} is there`] : [],
    };
  }
}
