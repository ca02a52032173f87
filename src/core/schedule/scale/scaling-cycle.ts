// The scaling cycle: reads demand and instances off the world, lets the plan be made, and says
// which commands carry it out. It asks what a pass would ask, so that an instance is launched only
// for a job that would be placed on it.

import type { Arn } from '../../../base/ids.ts';
import { must } from '../../../base/assert.ts';
import { hasInstances, isOpen } from '../../compute-environment/compute-environment.ts';
import { isLaunched } from '../../host/connection.ts';
import type { InstanceType } from '../../instance-type/instance-type.ts';
import { consumablesOfAll } from '../../job/nodes.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { availableEnvironments } from '../fit/available-environments.ts';
import { consumableShort } from '../fit/consumables.ts';
import { noHolds, type Hold } from '../order/hold.ts';
import { isOvertaken, overtakenAtMs } from '../fit/overtaken.ts';
import type { Claim, HeadView } from '../order/job-class.ts';
import { isNodeType, largestNode, nodeTypeOf } from '../fit/node-type.ts';
import { Startable } from './startable.ts';
import type { NodesDemand } from './scale-nodes.ts';
import type { JobsDemand, QueueDemand } from './demand.ts';
import { planScaling, type ScalingPlan } from './scale.ts';
import { sliceCouldEver } from '../fit/host-room.ts';
import { otherArchitectureOf, scalingEnvironment } from './managed-environments.ts';
import { noScaling, type ScalingState } from './scaling-state.ts';

interface ScalingCycle {
  readonly plan: ScalingPlan;
  readonly state: ScalingState;
}

export function scalingCycle(world: World, nowMs: number): ScalingCycle {
  const environments = [...world.computeEnvironments.values()].filter(
    (environment) => hasInstances(environment) && isOpen(environment),
  );
  if (environments.length === 0)
    return {
      plan: { environments: [], unmet: [], nextScaleDownAtMs: undefined },
      state: noScaling,
    };
  const heads = [...world.scheduler.backlog.classes()];
  const queues = demandOf(world, heads, new Set(environments.map(({ arn }) => arn)), nowMs);
  const kept = world.scheduler.backlog.keptForNodes();
  const plan = planScaling(
    queues,
    environments.map((environment) => scalingEnvironment(world, environment, kept)),
    world.settings.market,
    nowMs,
    instancesLeft(world),
  );
  const unmet = new Map(
    plan.unmet.map(({ key, because }) => [must(key, 'all that waits was given its key'), because]),
  );
  const makingRoom = new Set(
    plan.unmet.flatMap(({ key, isRoomMade }) => (key !== undefined && isRoomMade ? [key] : [])),
  );
  return {
    plan,
    state: {
      unmet,
      makingRoom,
      overtaken: new Set(queues.flatMap((queue) => queue.overtaken)),
      nextAtMs: Math.min(
        plan.nextScaleDownAtMs ?? Number.POSITIVE_INFINITY,
        nextOvertakenAtMs(world, heads, nowMs),
      ),
    },
  };
}

/** When instances will make way for another job, though nothing else happens until then. */
function nextOvertakenAtMs(world: World, heads: readonly HeadView[], nowMs: number): number {
  let nextAtMs = Number.POSITIVE_INFINITY;
  for (const head of heads) {
    const atMs = overtakenAtMs(world, head);
    if (atMs > nowMs) nextAtMs = Math.min(nextAtMs, atMs);
  }
  return nextAtMs;
}

function instancesLeft(world: World): number {
  let instances = 0;
  for (const host of world.hosts.values()) if (isLaunched(host)) instances++;
  return Math.max(0, world.settings.instanceLimit - instances);
}

// ---- demand ----

interface Demand extends QueueDemand {
  readonly arn: Arn;
  /** Classes whose head was overtaken for long enough. */
  readonly overtaken: readonly string[];
}

/**
 * Queues of higher priority first, and in each the classes in the order of their heads; those that
 * room is kept for go first.
 */
function demandOf(
  world: World,
  heads: readonly HeadView[],
  managed: ReadonlySet<Arn>,
  nowMs: number,
): Demand[] {
  const ofQueues = new Map<Arn, HeadView[]>();
  for (const head of heads) {
    const { queueArn } = head.jobClass;
    const known = ofQueues.get(queueArn);
    if (known === undefined) ofQueues.set(queueArn, [head]);
    else known.push(head);
  }
  const queues = [...ofQueues.keys()].map((arn) =>
    must(world.jobQueues.get(arn), 'a queue outlives the jobs that wait in it'),
  );
  queues.sort((a, b) => b.priority - a.priority || (a.arn < b.arn ? -1 : 1));
  const startable = new Startable(world);
  const turns = turnsOf(heads.filter((head) => isOvertaken(world, head, nowMs)));
  return queues.map((queue) => {
    const own = must(ofQueues.get(queue.arn), 'its classes were found');
    const environments = queue.computeEnvironmentOrder.map((entry) => entry.computeEnvironment);
    return {
      arn: queue.arn,
      priority: queue.priority,
      environments,
      // No instance is launched for what waits where there are none.
      waiting: environments.some((arn) => managed.has(arn))
        ? waitingIn(world, queue, own, turns, startable)
        : [],
      overtaken: own.flatMap((head) => (turns.has(head) ? [head.jobClass.key] : [])),
    };
  });
}

/**
 * The order in which instances make way for them: that of submission, whichever were there first to
 * have room kept.
 */
const turnsOf = (overtaken: readonly HeadView[]): ReadonlyMap<HeadView, number> =>
  new Map(
    overtaken.toSorted((a, b) => a.entry.rank - b.entry.rank).map((head, turn) => [head, turn]),
  );

function waitingIn(
  world: World,
  queue: JobQueue,
  heads: HeadView[],
  turns: ReadonlyMap<HeadView, number>,
  startable: Startable,
): JobsDemand[] {
  const line = world.scheduler.lines.of(queue.arn);
  const compare = line.comparing();
  const granted = line.granting();
  const isHeld = ({ jobClass }: HeadView): number => (jobClass.hold === undefined ? 1 : 0);
  // As a pass would begin: those that room is kept for first.
  heads.sort((a, b) => isHeld(a) - isHeld(b) || compare(a, b));
  const mostMilliVcpu = bound(world, queue);
  const shapes = new Map<string, JobsDemand & { count: number }>();
  const first: JobsDemand[] = [];
  for (const head of heads) {
    const { jobClass } = head;
    const { claim, hold, needs, unmetKey: key } = jobClass;
    // Nothing is launched in vain.
    if (!sliceCouldEver(world, needs) || !couldRun(world, queue, claim)) continue;
    // What waits for something else than room needs no instance yet.
    const left = startable.left(queue.arn, claim);
    if (
      left === 0 ||
      consumableShort(world, consumablesOfAll(claim)) !== undefined ||
      line.holdsBack(claim, noHolds) !== undefined
    )
      continue;
    const most = Math.ceil(mostMilliVcpu / Math.max(1, needs.milliVcpu)) + 1;
    let count = granted(claim, Math.min(left, jobClass.count(most, world.runnableIn)));
    startable.give(queue.arn, claim, count);
    const turn = turns.get(head);
    if (turn !== undefined && count > 0) {
      first.push({
        key,
        needs,
        count: 1,
        overtaken: true,
        turn,
        nodes: nodesDemand(world, queue, claim, hold),
      });
      count--;
    } else if (claim.nodes !== undefined && hold?.room !== undefined && count > 0) {
      shapes.set(jobClass.key, {
        key,
        needs,
        count: 1,
        nodes: nodesDemand(world, queue, claim, hold),
      });
      count--;
    }
    if (count === 0) continue;
    const known = shapes.get(key);
    if (known === undefined)
      shapes.set(key, { key, needs, count, nodes: nodesDemand(world, queue, claim, undefined) });
    else known.count += count;
  }
  return [...first, ...shapes.values()];
}

function nodesDemand(
  world: World,
  queue: JobQueue,
  { nodes }: Claim,
  hold: Hold | undefined,
): NodesDemand | undefined {
  if (nodes === undefined) return undefined;
  const typeIn = new Map<Arn, InstanceType>();
  for (const environment of availableEnvironments(world, queue)) {
    const type = hasInstances(environment) ? nodeTypeOf(world, environment, nodes) : undefined;
    if (type !== undefined && isNodeType(type)) typeIn.set(environment.arn, type);
  }
  return {
    numNodes: nodes.numNodes,
    largest: largestNode(nodes),
    typeIn,
    kept: new Set(hold?.room?.hostIds),
  };
}

/** Nothing is launched for what would run as something else there. */
function couldRun(world: World, queue: JobQueue, { architecture }: Claim): boolean {
  if (architecture === undefined) return true;
  for (const environment of availableEnvironments(world, queue))
    if (otherArchitectureOf(world, environment, architecture) === undefined) return true;
  return false;
}

/** No more can start at once, however many wait: so far they are counted. */
function bound(world: World, queue: JobQueue): number {
  let vcpus = 0;
  for (const { computeEnvironment } of queue.computeEnvironmentOrder)
    vcpus += world.computeEnvironments.get(computeEnvironment)?.computeResources?.maxvCpus ?? 0;
  return vcpus * 1000;
}
