// Worlds for tests of the schedule room, written as tables, and passes over them. Only tests import
// it.

import type { FairsharePolicy } from '@aws-sdk/client-batch';
import {
  arn,
  attemptId,
  containerIdOf,
  hostId,
  jobId,
  scopeOf,
  type AttemptId,
  type JobId,
} from '../../src/base/ids.ts';
import type { ComputeEnvironment } from '../../src/core/compute-environment/compute-environment.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import type { Command } from '../../src/core/command/command.ts';
import type { ReportContainer } from '../../src/core/command/job/report-container.ts';
import { checkWorld } from '../../src/core/world/invariant.ts';
import { ChildTable } from '../../src/core/job/child-table.ts';
import type { Needs } from '../../src/core/job/needs.ts';
import type { JobTerms, NodeGroup, NodeTerms } from '../../src/core/job/terms.ts';
import type { RetryDelay } from '../../src/core/own-tag/retry-delay.ts';
import type { JobQueue } from '../../src/core/job-queue/job-queue.ts';
import { defaultSettings, type Settings } from '../../src/core/settings.ts';
import { transact, type Transacted } from '../../src/core/turn/transact.ts';
import { LiveWorld } from '../../src/core/world/live-world.ts';
import { quotaShareArn } from '../../src/core/arn.ts';
import { Pass } from '../../src/core/schedule/fit/place.ts';
import { planPreemptions } from '../../src/core/schedule/preempt/plan-preemptions.ts';

export const scope = scopeOf('000000000000', 'us-east-1');
export const needs = (vcpus: number, memoryMib = 128, gpus = 0): Needs => ({
  milliVcpu: vcpus * 1000,
  memoryMib,
  gpus,
});
export const host = hostId('0'.repeat(32));

export interface Case {
  readonly capacity?: Needs;
  /**
   * maxvCpus by environment name; a leading `-` is a DISABLED one, a leading `~` an UNMANAGED one
   * of so many vCPUs (0: it does not say).
   */
  readonly environments?: Record<string, number>;
  /**
   * Queue name to priority and environments; one with a policy is a fair share queue, one with
   * shares has quotas.
   */
  readonly queues?: Record<
    string,
    {
      priority: number;
      order: string[];
      policy?: FairsharePolicy;
      shares?: Record<string, ExampleShare>;
    }
  >;
  readonly jobs: readonly ExampleJob[];
  /** Quantity by name; a leading `!` is one that is not replenished. */
  readonly consumables?: Readonly<Record<string, number>>;
  readonly settings?: Partial<Settings>;
}

/** A quota share. */
export interface ExampleShare {
  /** By unit. */
  readonly limits: Record<string, number>;
  /** LEND unless it says so; a number is the borrowLimit of LEND_AND_BORROW. */
  readonly sharing?: 'RESERVE' | 'LEND' | number;
  readonly inShare?: boolean;
}

/** In order of submission; `array` is its size. */
export interface ExampleJob {
  readonly queue?: string;
  readonly needs: Needs;
  readonly array?: number;
  readonly share?: string;
  readonly priority?: number;
  /**
   * Multi-node: so many nodes of each size beside those of `needs`, of which one is the main node.
   */
  readonly nodes?: readonly [count: number, needs: Needs][];
  /** … and the type of instance that they ask for. */
  readonly on?: string;
  /** How often it is tried, all in all; absent: once. */
  readonly attempts?: number;
  /** How often it waits again after it was preempted; absent: each time. */
  readonly preemptions?: number;
  /** Between two of its attempts. */
  readonly delay?: RetryDelay;
  /** At most so many of its children at once, or of the group that is named. */
  readonly atMost?: readonly [atOnce: number, group?: string];
  /** Amounts by consumable resource, of each node. */
  readonly consumes?: Readonly<Record<string, number>>;
}

const plain = (name: string): string => name.replace(/^[-~]/, '');

export function worldOf(given: Case): LiveWorld {
  const world = new LiveWorld({ ...defaultSettings, ...given.settings });
  const environments = given.environments ?? { ce: 100 };
  for (const [name, vcpus] of Object.entries(environments)) {
    const managed = !name.startsWith('~');
    const environment = {
      arn: arn(plain(name)),
      scope,
      name: plain(name),
      uuid: plain(name),
      type: managed ? 'MANAGED' : 'UNMANAGED',
      state: name.startsWith('-') ? 'DISABLED' : 'ENABLED',
      status: 'VALID',
      computeResources: managed ? { type: 'FARGATE', maxvCpus: vcpus, subnets: [] } : undefined,
      unmanagedvCpus: managed || vcpus === 0 ? undefined : vcpus,
      serviceRole: '',
      revision: 1,
      ecsClusterArn: '',
      createdAtMs: 0,
    } satisfies ComputeEnvironment;
    world.apply({ type: 'compute-environment-stored', environment });
  }
  const queues: NonNullable<Case['queues']> = given.queues ?? {
    q: { priority: 1, order: Object.keys(environments).map(plain) },
  };
  for (const [name, { priority, order, policy, shares }] of Object.entries(queues)) {
    const schedulingPolicyArn = (policy ?? shares) && arn(`policy-of-${name}`);
    if (schedulingPolicyArn) {
      const identity = { arn: schedulingPolicyArn, scope, name, createdAtMs: 0 };
      world.apply({
        type: 'scheduling-policy-stored',
        policy:
          shares === undefined
            ? { kind: 'fair-share', ...identity, fairsharePolicy: policy }
            : { kind: 'quota-share', ...identity, idleResourceAssignmentStrategy: 'FIFO' },
      });
    }
    const queue = {
      arn: arn(name),
      scope,
      name,
      state: 'ENABLED',
      status: 'VALID',
      priority,
      jobQueueType: 'ECS',
      createdAtMs: 0,
      firstSequence: 1,
      schedulingPolicyArn,
      computeEnvironmentOrder: order.map((one, index) => ({
        order: index,
        computeEnvironment: arn(one),
      })),
    } satisfies JobQueue;
    world.apply({ type: 'job-queue-stored', queue });
    for (const [share, example] of Object.entries(shares ?? {}))
      storeShare(world, name, share, example);
  }
  world.apply({
    type: 'host-stored',
    host: {
      kind: 'machine',
      id: host,
      capacity: given.capacity ?? needs(4, 4096),
      title: 'this machine',
    },
  });
  for (const [name, quantity] of Object.entries(given.consumables ?? {})) {
    const resourceType = name.startsWith('!') ? 'NON_REPLENISHABLE' : 'REPLENISHABLE';
    world.apply({
      type: 'consumable-resource-stored',
      resource: {
        arn: arn(name.replace('!', '')),
        scope,
        name,
        resourceType,
        quantity,
        createdAtMs: 0,
        tokens: [],
      },
    });
  }
  for (const job of given.jobs) submit(world, job);
  return world;
}

/** A quota share is made or changed. */
export function storeShare(
  world: LiveWorld,
  queue: string,
  name: string,
  { limits, sharing = 'LEND', inShare = false }: ExampleShare,
): void {
  const queueArn = arn(queue);
  world.apply({
    type: 'quota-share-stored',
    share: {
      arn: quotaShareArn(queueArn, name),
      scope,
      name,
      queueArn,
      capacityLimits: Object.entries(limits).map(([capacityUnit, maxCapacity]) => ({
        capacityUnit,
        maxCapacity,
      })),
      sharing:
        typeof sharing === 'number'
          ? { strategy: 'LEND_AND_BORROW', borrowLimit: sharing }
          : { strategy: sharing },
      inSharePreemption: inShare,
      state: 'ENABLED',
      status: 'VALID',
      createdAtMs: 0,
    },
  });
}

/** `j0`, `j1` … in order of submission. */
export function submit(world: LiveWorld, job: ExampleJob, atMs = 0): string {
  const sequence = world.nextSequence;
  const each: JobTerms = {
    needs: job.needs,
    retry:
      job.attempts === undefined
        ? undefined
        : { attempts: job.attempts, rules: [], delay: job.delay },
    parallel: parallelOf(job, jobId(`j${sequence - 1}`)),
    share:
      job.share === undefined
        ? undefined
        : { identifier: job.share, schedulingPriority: job.priority ?? 0 },
    preemption: job.preemptions === undefined ? undefined : { retries: job.preemptions },
    consumables:
      job.consumes &&
      Object.entries(job.consumes).map(([name, quantity]) => ({ arn: arn(name), quantity })),
  };
  const terms: JobTerms =
    job.nodes === undefined ? each : { ...each, nodes: nodesOf(each, job.nodes, job.on) };
  const identity = {
    id: jobId(`j${sequence - 1}`),
    scope,
    queueArn: arn(job.queue ?? 'q'),
    terms,
    createdAtMs: atMs,
    sequence,
  };
  const detail = {
    ...identity,
    arn: arn(identity.id),
    name: identity.id,
    definitionArn: arn('d'),
    definitionName: 'd',
    parameters: {},
    container: {},
  };
  const submitted =
    job.array === undefined
      ? { ...identity, attempts: [], status: 'SUBMITTED' as const }
      : {
          ...identity,
          arraySize: job.array,
          status: 'SUBMITTED' as const,
          rest: { status: 'SUBMITTED' as const },
          children: new ChildTable(job.array, 'SUBMITTED', 0),
        };
  world.apply({ type: 'job-submitted', detail, job: submitted });
  world.apply({ type: 'job-runnable', jobId: identity.id, atMs });
  return identity.id;
}

function parallelOf({ atMost }: ExampleJob, id: JobId): JobTerms['parallel'] {
  if (atMost === undefined) return undefined;
  const [atOnce, group] = atMost;
  return { atOnce, among: group ?? id, group };
}

/** The first node is the main one. */
function nodesOf(
  main: JobTerms,
  more: readonly [count: number, needs: Needs][],
  instanceType: string | undefined,
): NodeTerms {
  const groups: NodeGroup[] = [{ from: 0, to: 0, terms: main }];
  for (const [count, one] of more) {
    const from = (groups.at(-1) as NodeGroup).to + 1;
    groups.push({ from, to: from + count - 1, terms: { ...main, needs: one } });
  }
  return { numNodes: (groups.at(-1) as NodeGroup).to + 1, mainNode: 0, groups, instanceType };
}

/** Carries a command out, which must not be refused. */
export function carryOut(world: LiveWorld, command: Command, nowMs: number): Transacted {
  const transacted = transact(world, command, nowMs);
  if (isRefusal(transacted.reply)) throw new Error(transacted.reply.message);
  return transacted;
}

/** Runs a pass until nothing more fits; `job>environment` for each placement. */
export function place(world: LiveWorld, atMs = 1): string[] {
  const placed: string[] = [];
  const pass = new Pass(world, world.scheduler, atMs);
  for (let next = pass.next(); next !== undefined; next = pass.next()) {
    const { jobId: id, computeEnvironmentArn } = next;
    const otherNodes = next.otherNodes?.map((other) => ({
      ...other,
      attemptId: attemptOf(`${id}#${other.node}`),
    }));
    carryOut(world, { type: 'place-job', ...next, attemptId: attemptOf(id), otherNodes }, atMs);
    placed.push(`${id}>${computeEnvironmentArn}`);
  }
  pass.end();
  checkWorld(world);
  return placed;
}

/** Looks who displaces others; gives the jobs that are stopped for them. */
export function displace(world: LiveWorld, atMs = 1): string[] {
  const stopped: string[] = [];
  for (const each of planPreemptions(world, world.scheduler, atMs)) {
    carryOut(world, { type: 'preempt-job', ...each }, atMs);
    stopped.push(each.jobId);
  }
  checkWorld(world);
  return stopped;
}

/** The jobs of a pass, wherever they went. */
export const placeJobs = (world: LiveWorld, atMs = 1): string[] =>
  place(world, atMs).map((one) => one.split('>')[0] as string);

export const attemptOf = (id: string): AttemptId => attemptId(`attempt of ${id}`);

/** A job that was placed at `fromMs` has run; one that ends badly may be tried again. */
export function end(world: LiveWorld, id: string, atMs: number, fromMs = 1, exitCode = 0): void {
  report(world, id, { type: 'started', atMs: fromMs }, fromMs);
  report(world, id, { type: 'exited', atMs, exit: { exitCode, outOfMemory: false } }, atMs);
}

function report(
  world: LiveWorld,
  id: string,
  what: ReportContainer['report'],
  nowMs: number,
): void {
  carryOut(
    world,
    { type: 'report-container', containerId: containerIdOf(attemptOf(id), 0), report: what },
    nowMs,
  );
}
