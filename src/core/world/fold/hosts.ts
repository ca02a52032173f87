// Hosts join, change, fall idle and leave: this machine, instances, and registered hosts.

import type { HostId } from '../../../base/ids.ts';
import { sharedConnection } from '../../host/connection.ts';
import { instanceIdOf, type Host, type Instance } from '../../host/host.ts';
import { kindOf, shownState, stateAtEnd } from '../../host/instance.ts';
import type { LiveWorld } from '../live-world.ts';
import type { Folds } from './fold.ts';

export const hostFolds = {
  'host-stored'(world, { host }) {
    storeHost(world, host);
  },

  /** Whatever ran there is over. */
  'host-left'(world, { hostId, atMs }) {
    const host = world.hosts.get(hostId);
    if (host?.kind === 'instance' && host.own === undefined && !host.isCluster)
      world.changes.instancesEnded.set(host.id, { instance: host, endedAtMs: atMs });
    strand(world, hostId);
    world.hosts.delete(hostId);
    world.allocations.forgetHost(hostId);
    world.changes.hosts.set(hostId, undefined);
    if (host?.kind === 'instance') {
      noteGone(world, host);
      const { computeEnvironmentArn } = host;
      world.occasions.push({ type: 'instance-gone', computeEnvironmentArn });
    }
    world.scheduler.offerChanged();
  },
} satisfies Partial<Folds>;

function storeHost(world: LiveWorld, host: Host): void {
  const known = world.hosts.get(host.id);
  if (host.kind === 'instance') {
    noteState(world, host, known?.kind === 'instance' ? known : undefined);
    world.hosts.storeInstance(host, kindOf(world.settings, host), world.hostUse(host.id));
  } else world.hosts.store(host, world.hostUse(host.id));
  world.scheduler.hostChanged(host);
  // It is in no row: it joins at each start.
  if (host.kind === 'machine') return;
  world.changes.hosts.set(host.id, host);
  if (host.kind === 'instance') {
    if (host.drainUntilMs !== undefined)
      world.deadlines.add({ type: 'instance-drain', dueAtMs: host.drainUntilMs, hostId: host.id });
    leaveWhenIdle(world, host);
  } else if (host.lost !== undefined && known?.kind === 'registered' && known.lost === undefined)
    strand(world, host.id);
}

/**
 * One that was known and begins anew has been running all along. What becomes of a cluster's nodes
 * is not told: nobody here launches or ends them.
 */
function noteState(world: LiveWorld, instance: Instance, known: Instance | undefined): void {
  if (sharedConnection(instance) !== undefined) return;
  const state = shownState(instance);
  if (known === undefined ? state !== 'pending' : state === shownState(known)) return;
  if (state === 'shutting-down' && instance.ending?.cause === 'interruption')
    world.happenings.push({ type: 'spot-interrupted', ...told(instance) });
  world.happenings.push({ type: 'instance-changed', state, ...told(instance) });
}

function noteGone(world: LiveWorld, instance: Instance): void {
  const state = stateAtEnd(instance);
  if (state === undefined || sharedConnection(instance) !== undefined) return;
  // What drains goes with its last job, and was not said to end.
  if (state === 'terminated' && shownState(instance) !== 'shutting-down')
    world.happenings.push({
      type: 'instance-changed',
      state: 'shutting-down',
      ...told(instance),
    });
  world.happenings.push({ type: 'instance-changed', state, ...told(instance) });
}

const told = (instance: Instance) => ({
  scope: instance.scope,
  instanceId: instanceIdOf(instance),
  subnetId: instance.launch?.subnetId,
});

/** One that takes no more jobs goes with its last. */
function leaveWhenIdle(world: LiveWorld, { id, state, own }: Instance): void {
  if (
    ((state === 'DRAINING' && own === undefined) || state === 'SHUTTING_DOWN') &&
    world.attemptsOn(id).size === 0
  )
    world.occasions.push({ type: 'instance-idle', hostId: id });
}

/** What ran on the host is lost with it. */
function strand(world: LiveWorld, hostId: HostId): void {
  for (const attemptId of world.attemptsOn(hostId))
    world.occasions.push({ type: 'stranded', attemptId });
}

/**
 * An attempt gave back what it held of the host. Of several that were heard of together, the last
 * to be told need not be the last to have stopped.
 */
export function noteIdle(world: LiveWorld, id: HostId, atMs: number): void {
  const host = world.hosts.get(id);
  if (host?.kind !== 'instance' || world.attemptsOn(id).size > 0) return;
  storeHost(world, { ...host, lastJobEndedAtMs: atMs });
}
