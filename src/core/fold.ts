// Parts of the world's fold that need nothing of its inside. Called by `World.apply` alone.

import type { HostId } from '../base/ids.ts';
import type { Host } from './host.ts';
import { hasTimeLimits, timeLimitAtMs, type JobQueue } from './job-queue/job-queue.ts';
import type { World } from './world.ts';

/** A queue was stored: whether its head is watched, and when its time limit ends. */
export function watchQueue(world: World, queue: JobQueue): void {
  if (hasTimeLimits(queue) || queue.blockedHead !== undefined) world.watchedQueues.add(queue.arn);
  else world.watchedQueues.delete(queue.arn);
  const dueAtMs = timeLimitAtMs(queue);
  if (dueAtMs !== undefined) world.deadlines.add({ type: 'job-state-time-limit', dueAtMs, queueArn: queue.arn });
}

export function storeHost(world: World, host: Host): void {
  const known = world.hosts.get(host.id);
  world.hosts.set(host.id, host);
  world.scheduleWanted = true;
  if (host.kind === 'machine') return;
  world.changes.hosts.set(host.id, host);
  if (host.lost !== undefined && known?.kind === 'registered' && known.lost === undefined) strand(world, host.id);
}

/** What ran on the host is lost with it. */
export function strand(world: World, hostId: HostId): void {
  for (const attemptId of world.attemptsOn(hostId)) world.occasions.push({ type: 'stranded', attemptId });
}
