// A host is drained, or made active again (ECS UpdateContainerInstancesState). What runs there goes
// on. A registered host stays when it is idle; an instance of a managed environment then ends.

import { refuse } from '../../../base/refusal.ts';
import type { Instance } from '../../host/host.ts';
import { nodeRefusal } from '../../host/node.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided, type Decision, type Done } from '../decision.ts';
import type { HostId, Scope } from '../../../base/ids.ts';

interface DrainHost {
  readonly type: 'drain-host';
  readonly scope: Scope;
  readonly hostId: HostId;
  /** ECS's UpdateContainerInstancesState goes both ways. */
  readonly status: 'ACTIVE' | 'DRAINING';
}

export function decideDrainHost(world: World, { scope, hostId, status }: DrainHost): Decided {
  const host = world.hosts.get(hostId);
  if (host === undefined || host.kind === 'machine' || host.scope !== scope)
    return refuse('not-found', `No host ${hostId} is registered.`);
  if (host.kind === 'instance') return nodeRefusal(host) ?? drainInstance(world, host, status);
  return host.status === status
    ? unchanged
    : { events: [{ type: 'host-stored', host: { ...host, status } }], effects: [], reply: done };
}

const unchanged: Decision<Done> = { events: [], effects: [], reply: done };

function drainInstance(world: World, instance: Instance, status: DrainHost['status']): Decided {
  const { state, title, revision, own } = instance;
  if (state === (status === 'ACTIVE' ? 'RUNNING' : 'DRAINING')) return unchanged;
  if (state === 'SHUTTING_DOWN') return refuse('invalid', `${title} is shutting down.`);
  if (state === 'PENDING')
    return refuse('invalid', `${title} is starting, and has not registered yet.`);
  if (status === 'DRAINING')
    return {
      events: [{ type: 'host-stored', host: { ...instance, state: 'DRAINING' } }],
      effects: [],
      reply: done,
    };
  const environment = world.computeEnvironments.get(instance.computeEnvironmentArn);
  if (environment?.status === 'DELETING')
    return refuse('invalid', `${title} ends with its compute environment, which is being deleted.`);
  if (own === undefined && (environment === undefined || revision < environment.revision))
    return refuse('invalid', `${title} makes way for one of the environment's present revision.`);
  return {
    events: [{ type: 'host-stored', host: { ...instance, state: 'RUNNING' } }],
    effects: [],
    reply: done,
  };
}
