// What planning knows of multi-node parallel jobs: each node has an instance to itself, all of one
// type, and a job has all of them or none. It plans nothing: what is launched, kept and drained for
// them is said in launching.ts and make-way.ts.

import type { Arn, HostId } from '../../../base/ids.ts';
import { capacityOf, type InstanceType } from '../../instance-type/instance-type.ts';
import type { Needs } from '../../job/needs.ts';
import { fitsIn } from '../fit/room.ts';
import type { PlannedEnvironment } from './planned-environment.ts';
import type { ScalingInstance } from './scaling-environment.ts';
import type { Offer } from './strategy.ts';

/** What one multi-node parallel job asks for. */
export interface NodesDemand {
  readonly numNodes: number;
  /** What holds this holds every node. */
  readonly largest: Needs;
  /** The type on which an environment runs them; one that is not named runs none. */
  readonly typeIn: ReadonlyMap<Arn, InstanceType>;
  /** Instances that are kept for the job. */
  readonly kept: ReadonlySet<HostId>;
}

export interface InstancesForNodes {
  /** Absent: none can be launched. */
  readonly offer: Offer | undefined;
  /** There or on their way. */
  readonly has: readonly ScalingInstance[];
  /** How many more it takes. */
  readonly missing: number;
}

/**
 * `busy`: instances on which jobs run count too, for they will be kept. Undefined where the
 * environment runs no such nodes.
 */
export function instancesForNodes(
  { environment, tiers, books }: PlannedEnvironment,
  { numNodes, largest, typeIn, kept }: NodesDemand,
  busy = false,
): InstancesForNodes | undefined {
  const type = typeIn.get(environment.arn);
  if (type === undefined) return undefined;
  const offer = tiers.flat().find((one) => one.type.name === type.name);
  const has: ScalingInstance[] = [];
  for (const instance of books.forNodes(type.name, kept, busy)) {
    if (has.length === numNodes) break;
    if (
      fitsIn(
        instance.jobs === 0
          ? instance.free
          : capacityOf(instance.type, environment.reservedMemoryMib),
        largest,
      )
    )
      has.push(instance);
  }
  return { offer, has, missing: numNodes - has.length };
}
