// Parts of the world's fold that need nothing of its inside. Called by `World.apply` alone.

import type { HostId } from '../../base/ids.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import type { Tags } from '../event.ts';
import type { Host, Instance } from '../host/host.ts';
import { kindOf } from '../host/instance.ts';
import { hasTimeLimits, timeLimitAtMs, type JobQueue } from '../job-queue/job-queue.ts';
import type { SchedulingPolicy } from '../scheduling-policy/scheduling-policy.ts';
import type { World } from './world.ts';

/** A queue was stored: whether its head is watched, and when its time limit ends. */
export function watchQueue(world: World, queue: JobQueue): void {
  if (hasTimeLimits(queue) || queue.blockedHead !== undefined) world.watchedQueues.add(queue.arn);
  else world.watchedQueues.delete(queue.arn);
  const dueAtMs = timeLimitAtMs(queue);
  if (dueAtMs !== undefined)
    world.deadlines.add({ type: 'job-state-time-limit', dueAtMs, queueArn: queue.arn });
}

export function storeEnvironment(
  world: World,
  environment: ComputeEnvironment,
  tags: Tags | undefined,
): void {
  world.computeEnvironments.set(environment.arn, environment);
  world.changes.computeEnvironments.set(environment.arn, environment);
  if (tags) world.changes.tags.set(environment.arn, tags);
  world.scheduler.offerChanged();
}

export function storeSchedulingPolicy(
  world: World,
  policy: SchedulingPolicy,
  tags: Tags | undefined,
): void {
  world.schedulingPolicies.set(policy.arn, policy);
  world.changes.schedulingPolicies.set(policy.arn, policy);
  if (tags) world.changes.tags.set(policy.arn, tags);
  world.scheduler.offerChanged();
}

export function storeHost(world: World, host: Host): void {
  const known = world.hosts.get(host.id);
  if (host.kind === 'instance')
    world.hosts.storeInstance(host, kindOf(world.settings, host), world.hostUse(host.id));
  else world.hosts.store(host);
  world.scheduler.hostChanged(host);
  if (host.kind === 'machine') return;
  world.changes.hosts.set(host.id, host);
  if (host.kind === 'instance') {
    if (host.drainUntilMs !== undefined)
      world.deadlines.add({ type: 'instance-drain', dueAtMs: host.drainUntilMs, hostId: host.id });
    leaveWhenIdle(world, host);
    return;
  }
  if (host.lost !== undefined && known?.kind === 'registered' && known.lost === undefined)
    strand(world, host.id);
}

export function removeHost(world: World, id: HostId, atMs: number): void {
  const host = world.hosts.get(id);
  if (host?.kind === 'instance' && host.own === undefined)
    world.changes.instancesEnded.set(id, { instance: host, endedAtMs: atMs });
  strand(world, id);
  world.hosts.delete(id);
  world.allocations.forgetHost(id);
  world.changes.hosts.set(id, undefined);
  if (host?.kind === 'instance')
    world.occasions.push({
      type: 'instance-gone',
      computeEnvironmentArn: host.computeEnvironmentArn,
    });
  world.scheduler.offerChanged();
}

/**
 * An attempt gave back what it held of the host. Of several that were heard of together, the last
 * to be told need not be the last to have stopped.
 */
export function noteIdle(world: World, id: HostId, atMs: number): void {
  const host = world.hosts.get(id);
  if (host?.kind !== 'instance' || world.attemptsOn(id).size > 0) return;
  storeHost(world, { ...host, lastJobEndedAtMs: atMs });
}

/** One that takes no more jobs goes with its last. */
function leaveWhenIdle(world: World, { id, state, own }: Instance): void {
  if (
    ((state === 'DRAINING' && own === undefined) || state === 'SHUTTING_DOWN') &&
    world.attemptsOn(id).size === 0
  )
    world.occasions.push({ type: 'instance-idle', hostId: id });
}

/** What ran on the host is lost with it. */
function strand(world: World, hostId: HostId): void {
  for (const attemptId of world.attemptsOn(hostId))
    world.occasions.push({ type: 'stranded', attemptId });
}
