// Which namespaces the containers of an attempt have in common, as Docker's create call says it:
// the network always, the others where the job asks for it (ECS's parameters ipcMode and pidMode).
// Where they are not the host's, one container that does nothing holds them. Pure.

import type { TaskPlace } from '../../port/engine.ts';
import type { AnchorBody, CreateBody } from './docker-api.ts';
import { pauseImage } from './pause-image.ts';

/** On what the containers of an attempt have in common, and on them: the attempt. */
export const taskLabel = 'longshore.task';

export const taskLabels = (task: TaskPlace | undefined): Record<string, string> =>
  task === undefined ? {} : { [taskLabel]: task.attemptId };

/** Of the container that holds their namespaces, and before the numbers of their volumes. */
export const taskName = (attemptId: string): string => `longshore-task-${attemptId}`;

export const anchorImage = `${pauseImage.repository}:${pauseImage.tag}`;

/** Who holds namespaces for the containers of an attempt; without an id: nobody needs to. */
export interface Anchor {
  readonly dockerId?: string | undefined;
}

interface Shared {
  readonly network: boolean;
  readonly ipc: boolean;
  readonly pid: boolean;
}

/** The only container of an attempt has to itself what it has, and the host's is everybody's. */
function sharedBy(task: TaskPlace | undefined, usualNetwork: string): Shared {
  const several = task !== undefined && task.containers > 1;
  return {
    network: several && usualNetwork !== 'host',
    ipc: several && task.ipcMode === 'task',
    pid: several && task.pidMode === 'task',
  };
}

const mib = 1024 * 1024;

/** How the container runs that holds them; undefined: none is needed. */
export function anchorHost(
  task: TaskPlace,
  usualNetwork: string,
): AnchorBody['HostConfig'] | undefined {
  const { network, ipc, pid } = sharedBy(task, usualNetwork);
  if (!network && !ipc && !pid) return undefined;
  const { sharedMemoryMib } = task;
  return {
    NetworkMode: usualNetwork,
    IpcMode: ipc ? 'shareable' : undefined,
    ShmSize: ipc && sharedMemoryMib ? sharedMemoryMib * mib : undefined,
    CapDrop: ['ALL'],
    ReadonlyRootfs: true,
    LogConfig: { Type: 'none', Config: {} },
  };
}

/** Of a container: the anchor's, the host's or its own. */
export function namespaces(
  task: TaskPlace | undefined,
  usualNetwork: string,
  anchor: Anchor | undefined,
): Pick<CreateBody['HostConfig'], 'NetworkMode' | 'IpcMode' | 'PidMode'> {
  const { ipcMode, pidMode } = task ?? {};
  const shared = sharedBy(task, usualNetwork);
  const ofAnchor = `container:${anchor?.dockerId}`;
  return {
    NetworkMode: shared.network ? ofAnchor : usualNetwork,
    IpcMode: shared.ipc ? ofAnchor : ipcMode === 'task' ? undefined : ipcMode,
    PidMode: shared.pid ? ofAnchor : pidMode === 'task' ? undefined : pidMode,
  };
}
