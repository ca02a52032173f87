// The multi-node jobs of a run: their definitions, which parts of these a submission overrides, and
// what their nodes do. Drawn from a stream of its own, so that seeds without them stay what they
// are. It sends nothing itself.

import type { NodeOverrides, NodeRangeProperty } from '@aws-sdk/client-batch';
import type { Scope } from '../src/base/ids.ts';
import type { Plan, RunPlan } from './oracle.ts';
import type { Random } from './random.ts';
import type { Command } from '../src/core/command/command.ts';

/** What clients know of a definition. */
interface Shape {
  readonly name: string;
  readonly numNodes: number;
  readonly mainNode: number;
  readonly ranges: readonly NodeRangeProperty[];
}

/** One submission, but for what every job has. */
interface NodesSubmission {
  readonly jobDefinition: string;
  readonly nodeOverrides: NodeOverrides | undefined;
  readonly nodes: NonNullable<Plan['nodes']>;
}

export class NodesWorkload {
  readonly random: Random;
  readonly #longestMs: number;
  readonly #consumables: readonly string[];
  readonly #shapes: readonly Shape[];

  constructor(random: Random, longestMs: number, consumables: readonly string[]) {
    this.random = random;
    this.#longestMs = longestMs;
    this.#consumables = consumables;
    this.#shapes = ['nodes-1', 'nodes-2', 'nodes-3', 'nodes-4'].map((name) => this.#shape(name));
  }

  /** Two nodes come most often: two registered hosts are all that there are. */
  #shape(name: string): Shape {
    const { random } = this;
    const numNodes = name === 'nodes-1' ? 2 : random.pick([2, 2, 3, 4, 5]);
    const instanceTypes = random.chance(25) ? [random.pick(['m5.large', 'c5.xlarge'])] : undefined;
    const split = random.chance(50) ? random.between(1, numNodes - 1) : undefined;
    const targets =
      split === undefined
        ? ['0:']
        : random.pick([
            [`0:${split - 1}`, `${split}:`],
            ['0:', `${split}:${numNodes - 1}`],
          ]);
    const ranges = targets.map((targetNodes): NodeRangeProperty => ({
      targetNodes,
      instanceTypes,
      container: {
        image: 'fake',
        vcpus: random.pick([1, 1, 1, 1, 2, 3]),
        memory: random.pick([64, 64, 64, 2048]),
      },
      consumableResourceProperties: this.#claims(6),
    }));
    return { name, numNodes, mainNode: random.below(numNodes), ranges };
  }

  #claims(percent: number) {
    const { random } = this;
    return random.chance(percent)
      ? {
          consumableResourceList: [
            { consumableResource: random.pick(this.#consumables), quantity: 1 },
          ],
        }
      : undefined;
  }

  definitions(scope: Scope): Command[] {
    return this.#shapes.map(({ name, numNodes, mainNode, ranges }) => ({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: name,
        type: 'multinode',
        schedulingPriority: 0,
        nodeProperties: { numNodes, mainNode, nodeRangeProperties: [...ranges] },
      },
    }));
  }

  /** Whether the next job is one of these. */
  isNext(): boolean {
    return this.random.chance(10);
  }

  /**
   * Some are refused: overrides may leave too few nodes, or more than a range without an end holds.
   */
  submission(): NodesSubmission {
    const { random } = this;
    const { name, numNodes, mainNode, ranges } = random.pick(this.#shapes);
    const other = random.chance(20) ? random.between(2, 5) : undefined;
    const target = random.chance(20) ? random.pick(ranges).targetNodes : undefined;
    const change =
      target === undefined
        ? undefined
        : {
            targetNodes: target,
            containerOverrides: { vcpus: random.pick([1, 2]) },
            consumableResourcePropertiesOverride: this.#claims(30),
          };
    return {
      jobDefinition: name,
      nodeOverrides:
        other === undefined && change === undefined
          ? undefined
          : { numNodes: other, nodePropertyOverrides: change && [change] },
      nodes: {
        numNodes: other ?? numNodes,
        mainNode,
        runs: Array.from({ length: random.between(2, 4) }, (_, at) => this.#runPlan(at)),
      },
    };
  }

  /** Many die early, or serve until the main node has ended. */
  #runPlan(at: number): RunPlan {
    const { random } = this;
    return {
      durationMs: random.pick([
        0,
        random.below(this.#longestMs),
        random.below(this.#longestMs),
        600_000,
        3_600_000,
      ]),
      exitCode: random.chance(60) ? 0 : random.between(1, 3),
      outOfMemory: random.chance(5),
      startFails: random.chance(6),
      ignoresStop: random.chance(15),
      lines: random.chance(20) ? [`node ${at} is there`] : [],
    };
  }
}
