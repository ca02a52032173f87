// The world checker: recomputes from scratch what the world keeps by increments, and names the law
// that is broken. The simulation calls it after every step and tests call it at will; it changes
// nothing.

import { assert } from '../../base/assert.ts';
import { splitJobId, type Arn, type AttemptId, type HostId, type JobId } from '../../base/ids.ts';
import { beneath, isApart } from '../host/beneath.ts';
import { unavailable, type Host } from '../host/host.ts';
import { mainNodeHasEnded, isArrayParent, isLive, type LiveArrayParent } from '../job/job.ts';
import { isEnded, jobStatuses, type JobStatus } from '../job/status.ts';
import { addNeeds, needsKey, noNeeds, subtractNeeds, type Needs } from '../job/needs.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import { partsOf } from '../quota-share/amounts.ts';
import { nothing } from '../schedule/fit/room-tree.ts';
import { classKey } from '../schedule/order/job-class.ts';
import { jobsIn, type QuotasView } from '../schedule/order/line.ts';
import type { World } from './world.ts';

/** Throws BrokenInvariant at the first law that does not hold. */
export function checkWorld(world: World): void {
  checkAttempts(world);
  checkUse(world);
  checkConsumables(world);
  checkParallel(world);
  checkArrays(world);
  checkBacklog(world);
  checkWaitingLists(world);
  checkQueues(world);
  checkCounts(world);
  checkShares(world);
  checkQuotaShares(world);
  checkForgotten(world);
}

/** What a quota share counts are the jobs that name it; it outlives them. */
function checkQuotaShares(world: World): void {
  const jobs = new Map<Arn, number>();
  for (const { queueArn, terms } of world.jobs.values()) {
    if (world.scheduler.lines.of(queueArn).quotas === undefined) continue;
    const share = world.quotaShares.find(queueArn, terms.share?.identifier ?? '');
    assert(share !== undefined, 'a job of a queue with quota shares has its share');
    jobs.set(share.arn, (jobs.get(share.arn) ?? 0) + 1);
  }
  for (const { arn, queueArn } of world.quotaShares.values()) {
    assert(world.jobQueues.has(queueArn), 'a quota share has its queue');
    assert(world.quotaShares.jobsIn(arn) === (jobs.get(arn) ?? 0), 'a quota share counts its jobs');
  }
}

/** Indexes hold nothing of jobs that are over: else they would grow for ever. */
function checkForgotten(world: World): void {
  for (const id of world.waits.targets()) {
    const { parent, index } = splitJobId(id);
    const target = world.jobs.get(parent);
    assert(
      target !== undefined &&
        (index === undefined || (isArrayParent(target) && !isEnded(target.children.status(index)))),
      'nobody waits for what has ended',
    );
  }
  for (const id of world.nodes.jobs())
    assert(world.jobs.has(id), 'nodes are known of jobs that have not ended');
}

function checkAttempts(world: World): void {
  // It is in no row: after a start it joins when its engine is open. All else is there at once.
  const machineJoined = [...world.hosts.values()].some((host) => host.kind === 'machine');
  const unknown = new Set<HostId>();
  const live = new Set<AttemptId>();
  let keptForNodes = 0;
  for (const job of world.jobs.values()) {
    if (isArrayParent(job) || !isLive(job)) continue;
    for (const { attemptId: kept } of job.status === 'STARTING' ? (job.otherNodes ?? []) : []) {
      keptForNodes++;
      assert(
        world.allocations.has(kept) && !world.attempts.has(kept),
        'a node that is not launched has its place kept, and nothing under way',
      );
    }
    if (mainNodeHasEnded(job)) {
      assert(
        world.nodes.live(job.id).size > 0,
        'a job outlives its main node only while other nodes are under way',
      );
      continue;
    }
    const { attemptId } = job.attempt;
    live.add(attemptId);
    assert(world.attempts.get(attemptId) === job.id, 'every live job is found by its attempt');
    assert(world.allocations.has(attemptId), 'every live attempt holds its resources');
    if (!world.hosts.has(job.attempt.hostId)) unknown.add(job.attempt.hostId);
    assert(
      unknown.size <= (machineJoined ? 0 : 1),
      'every live attempt is on a host that is known',
    );
  }
  assert(live.size === world.attempts.size, 'every attempt under way belongs to a live job');
  assert(
    live.size + keptForNodes === world.allocations.size,
    'resources are held by attempts under way and kept for nodes to be launched, and by nothing else',
  );
}

/** How many jobs hold room, of each queue and of those that are counted together. */
function checkParallel(world: World): void {
  const jobs = new Map<string, Set<JobId>>();
  for (const { jobId, queueArn, parallel } of world.allocations.values())
    for (const key of parallel === undefined ? [queueArn] : [queueArn, parallel.among])
      jobs.set(key, (jobs.get(key) ?? new Set()).add(jobId));
  for (const queueArn of world.jobQueues.keys())
    assert(
      world.scheduler.parallel.inQueue(queueArn) === (jobs.get(queueArn)?.size ?? 0),
      'a queue counts its jobs that hold room',
    );
  for (const { parallel } of world.allocations.values())
    assert(
      parallel === undefined ||
        world.scheduler.parallel.among(parallel) === jobs.get(parallel.among)?.size,
      'those that are counted together are counted, each job once',
    );
}

/** What is in use of consumable resources is what attempts under way hold. */
function checkConsumables(world: World): void {
  const held = new Map<Arn, number>();
  for (const { consumables } of world.allocations.values())
    for (const { arn, quantity } of consumables ?? [])
      held.set(arn, (held.get(arn) ?? 0) + quantity);
  for (const resource of world.consumableResources.values()) {
    assert(
      world.consumableResources.held(resource.arn) === (held.get(resource.arn) ?? 0),
      'what is in use of a consumable resource is what attempts under way hold',
    );
    assert(resource.quantity >= 0, 'no more of a consumable resource is used up than there was');
  }
}

function checkUse(world: World): void {
  const byHost = new Map<HostId, Needs>();
  const byEnvironment = new Map<Arn, Needs>();
  const jobsOn = new Map<HostId, Set<JobId>>();
  const count = (id: HostId, needs: Needs, jobId: JobId): void => {
    byHost.set(id, addNeeds(byHost.get(id) ?? noNeeds, needs));
    jobsOn.set(id, (jobsOn.get(id) ?? new Set()).add(jobId));
  };
  for (const {
    jobId,
    hostId,
    machineId,
    computeEnvironmentArn,
    needs,
    onHost,
  } of world.allocations.values()) {
    count(hostId, onHost, jobId);
    if (machineId !== undefined) count(machineId, needs, jobId);
    byEnvironment.set(
      computeEnvironmentArn,
      addNeeds(byEnvironment.get(computeEnvironmentArn) ?? noNeeds, needs),
    );
  }
  checkWaiting(world);
  for (const host of world.hosts.values()) {
    const used = byHost.get(host.id) ?? noNeeds;
    assert(
      needsKey(used) === needsKey(world.hostUse(host.id)),
      'the use of a host is the sum of what runs on it',
    );
    // What pods of others hold of a node may grow while ours run.
    if (host.kind === 'instance' && host.reference !== undefined) continue;
    // A machine's only; the nodes of a multi-node job are one job.
    const alone = host.kind === 'machine' && jobsOn.get(host.id)?.size === 1;
    assert(
      alone ||
        !jobsOn.has(host.id) ||
        (used.milliVcpu <= host.capacity.milliVcpu && used.memoryMib <= host.capacity.memoryMib),
      'a host holds no more than it has, unless one job has it alone',
    );
    assert(used.gpus <= host.capacity.gpus, 'a host never gives GPUs that it has not');
  }
  for (const host of world.hosts.values()) {
    const free = host.kind === 'instance' ? world.hosts.index.free(host.id) : undefined;
    assert(
      (free !== undefined) === (host.kind === 'instance' && unavailable(host) === undefined),
      'the index holds the instances that take jobs',
    );
    assert(
      free === undefined ||
        needsKey(free) === needsKey(subtractNeeds(host.capacity, world.hostUse(host.id))),
      'the index knows what is free on an instance',
    );
    checkRooms(world, host);
  }
  for (const environment of world.computeEnvironments.values()) {
    const used = byEnvironment.get(environment.arn) ?? noNeeds;
    assert(
      needsKey(used) === needsKey(world.environmentUse(environment.arn)),
      'the use of an environment is the sum of what runs in it',
    );
  }
}

function checkRooms(world: World, host: Host): void {
  const isOwn = host.kind !== 'machine' && isApart(beneath(world.hosts, host));
  const known = world.hosts.rooms.free(host.id);
  assert(
    known.length === Number(host.kind !== 'machine') + Number(isOwn),
    'what is free is known of the hosts of environments, and of those apart',
  );
  const free =
    unavailable(host) === undefined
      ? subtractNeeds(host.capacity, world.hostUse(host.id))
      : nothing;
  assert(
    known.every((each) => needsKey(each) === needsKey(free)),
    'what is free on a host is what its jobs leave',
  );
}

/** What waits on a cluster for a node is what was placed there and has none. */
function checkWaiting(world: World): void {
  const waiting = new Map<HostId, number>();
  for (const [attemptId, { hostId, waits }] of world.allocations) {
    if (waits) waiting.set(hostId, (waiting.get(hostId) ?? 0) + 1);
    const attempt = world.jobOfAttempt(attemptId)?.attempt;
    if (attempt === undefined) continue;
    const { anyNode, nodeName, state } = attempt;
    assert(
      (waits === true) === (anyNode === true && nodeName === undefined && state === 'starting'),
      'an attempt waits for a node until it has one, or runs',
    );
  }
  for (const { id } of world.hosts.values())
    assert(
      world.waitingOn(id) === (waiting.get(id) ?? 0),
      'a cluster counts those that wait there for a node',
    );
}

function checkArrays(world: World): void {
  for (const job of world.jobs.values()) {
    if (isArrayParent(job)) checkArray(job);
    const { parent, index } = splitJobId(job.id);
    if (index === undefined) continue;
    assert(
      world.arrayParent(parent).children.status(index) === job.status,
      'a child stands in its parent’s table as it stands itself',
    );
    assert(
      world.arrayParent(parent).children.isPutOff(index) ===
        ('notBeforeMs' in job && job.notBeforeMs !== undefined),
      'a child that is put off is so in its parent’s table',
    );
  }
}

function checkArray(parent: LiveArrayParent): void {
  let total = 0;
  for (const status of jobStatuses) {
    assert(
      [...parent.children.indexes(status)].length === parent.children.count(status),
      'an array’s counts match its children',
    );
    total += parent.children.count(status);
  }
  assert(total === parent.arraySize, 'an array counts every child once');
  assert(parent.children.ended < parent.arraySize, 'an array whose children all ended has ended');
}

/** Every job that could run is found by a pass: nothing is forgotten in the backlog. */
function checkBacklog(world: World): void {
  const classes = new Set<string>();
  const counts = new Map<string, number>();
  for (const { jobClass, entry } of world.scheduler.backlog.classes()) {
    const head = world.jobs.get(entry.jobId);
    assert(
      head !== undefined && classKey(head.queueArn, head.terms) === jobClass.key,
      'a job that could run stands in its own class alone',
    );
    classes.add(jobClass.key);
    counts.set(jobClass.key, jobClass.count(Number.MAX_SAFE_INTEGER, world.runnableIn));
    assert(
      jobClass.heapIndex >= 0 || jobClass.isParked,
      'between two passes every class stands in the order, or aside while no more may start',
    );
  }
  for (const job of world.jobs.values()) {
    if (splitJobId(job.id).index !== undefined || !world.stillRunnable(job.id)) continue;
    const key = classKey(job.queueArn, job.terms);
    assert(classes.has(key), 'a job that could run stands in the backlog');
    counts.set(key, (counts.get(key) ?? 0) - world.runnableIn(job.id));
  }
  for (const left of counts.values()) assert(left === 0, 'a class counts the jobs that could run');
}

/** Every job that could be placed has one place in its queue's list, and nothing else has. */
function checkWaitingLists(world: World): void {
  const runnable = new Map<Arn, Set<string>>();
  for (const queueArn of world.jobQueues.keys()) runnable.set(queueArn, new Set());
  for (const job of world.jobs.values()) {
    if (isArrayParent(job))
      for (const index of job.children.placeableIndexes())
        runnable.get(job.queueArn)?.add(`${job.id}:${index}`);
    else if (job.status === 'RUNNABLE' && job.notBeforeMs === undefined)
      runnable.get(job.queueArn)?.add(job.id);
  }
  for (const [queueArn, expected] of runnable) {
    const line = world.scheduler.lines.of(queueArn);
    const listed = [...line.lists()].flatMap((list) => [...list]);
    assert(
      listed.length === expected.size && listed.every((id) => expected.has(id)),
      'a queue lists its RUNNABLE jobs, each once',
    );
    assert(jobsIn(line) === expected.size, 'a queue counts its RUNNABLE jobs');
  }
}

function checkQueues(world: World): void {
  for (const queue of world.jobQueues.values()) {
    assert(
      queue.schedulingPolicyArn === undefined ||
        world.schedulingPolicies.has(queue.schedulingPolicyArn),
      'a queue’s scheduling policy exists',
    );
    assert(
      [...world.queueJobs(queue.arn)].length === world.jobs.inQueue(queue.arn),
      'a queue counts its jobs',
    );
    for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
      assert(world.computeEnvironments.has(computeEnvironment), 'a queue’s environments exist');
    }
  }
  for (const job of world.jobs.values())
    assert(world.jobQueues.has(job.queueArn), 'a job that has not ended has its queue');
}

function checkCounts(world: World): void {
  const counts = new Map<JobStatus, number>();
  for (const job of world.jobs.values()) {
    if (isArrayParent(job))
      for (const status of jobStatuses)
        counts.set(status, (counts.get(status) ?? 0) + job.children.count(status));
    else if (splitJobId(job.id).index === undefined)
      counts.set(job.status, (counts.get(job.status) ?? 0) + 1);
  }
  for (const status of jobStatuses)
    assert(
      world.jobs.counts.of(status) === (counts.get(status) ?? 0),
      'the world counts its jobs by status',
    );
}

/** What the line counts of each quota share is what its attempts hold. */
function checkQuotas(world: World, { arn }: JobQueue, quotas: QuotasView): void {
  const held = new Map<string, Map<string, number>>();
  for (const { share } of world.allocations.values()) {
    if (share?.queueArn !== arn) continue;
    const of = held.get(share.identifier) ?? new Map<string, number>();
    held.set(share.identifier, of);
    for (const [unit, amount] of share.amounts) of.set(unit, (of.get(unit) ?? 0) + amount);
  }
  for (const { name } of world.quotaShares.of(arn).values()) {
    const counted = quotas.held(name);
    const expected = held.get(name) ?? new Map<string, number>();
    assert(
      counted.size === expected.size &&
        [...expected].every(([unit, amount]) => counted.get(unit) === amount / partsOf(unit)),
      'what a quota share holds is the sum of what its attempts hold',
    );
  }
}

function checkShares(world: World): void {
  for (const queue of world.jobQueues.values()) {
    const { shares, quotas } = world.scheduler.lines.of(queue.arn);
    if (quotas !== undefined) checkQuotas(world, queue, quotas);
    assert(
      (shares !== undefined || quotas !== undefined) === (queue.schedulingPolicyArn !== undefined),
      'a queue has shares if it has a scheduling policy',
    );
    if (shares === undefined) continue;
    const jobs = new Map<string, number>();
    for (const { terms } of world.queueJobs(queue.arn)) {
      assert(terms.share !== undefined, 'a job of a fair share queue has a share');
      jobs.set(terms.share.identifier, (jobs.get(terms.share.identifier) ?? 0) + 1);
    }
    const held = new Map<string, number>();
    for (const { share, needs } of world.allocations.values()) {
      if (share?.queueArn === queue.arn)
        held.set(share.identifier, (held.get(share.identifier) ?? 0) + needs.milliVcpu);
    }
    let sum = 0;
    for (const { identifier, milliVcpu, jobs: counted } of shares.values()) {
      assert(counted === (jobs.get(identifier) ?? 0), 'a share counts its jobs');
      assert(
        milliVcpu === (held.get(identifier) ?? 0),
        'what a share holds is the sum of what its attempts hold',
      );
      sum += milliVcpu;
      jobs.delete(identifier);
    }
    assert(jobs.size === 0, 'every job’s share is known');
    assert(sum === shares.milliVcpu, 'what a queue holds is the sum of its shares');
  }
}
