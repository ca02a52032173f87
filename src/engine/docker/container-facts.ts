// What Docker says of a container, as the facts that an engine reports. Pure.

import { containerId, type AttemptId, type ContainerId } from '../../base/ids.ts';
import type { Exit } from '../../core/job/attempt.ts';
import type { InspectedContainer } from './docker-api.ts';
import {
  addressLabel,
  attemptLabel,
  containerName,
  networkLabel,
  outputLabel,
} from './container-mapping.ts';
import { isRouterVolume } from './log-routing.ts';
import { taskLabel } from './namespaces.ts';

export interface ContainerFacts {
  readonly containerId: ContainerId;
  readonly state: 'created' | 'running' | 'exited';
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs?: number | undefined;
  readonly exit?: Exit | undefined;
  readonly dockerId: string;
  /** The id of its first process, as the host counts; 0 when it does not run. */
  readonly pid: number;
  /** Whether its output can be read here. */
  readonly keepsOutput: boolean;
  /** The private network that a node is in, and where it is reached there. */
  readonly networkId?: AttemptId | undefined;
  readonly address?: string | undefined;
  /** The attempt with the other containers of which it shares something. */
  readonly taskId?: AttemptId | undefined;
  /** Volumes that were made for it alone by name. */
  readonly volumes: readonly string[];
}

export function containerFacts({ Id, Config, State, Mounts }: InspectedContainer): ContainerFacts {
  const labels = Config.Labels ?? {};
  const id = containerId(labels[attemptLabel] ?? '');
  const prefix = `${containerName(id)}-`;
  const startedAtMs = timeOf(State.StartedAt);
  const finishedAtMs = timeOf(State.FinishedAt);
  const known = {
    containerId: id,
    dockerId: Id,
    pid: State.Pid,
    keepsOutput: labels[outputLabel] === 'kept',
    volumes: (Mounts ?? []).flatMap(({ Type, Name = '' }) =>
      Type === 'volume' && (Name.startsWith(prefix) || isRouterVolume(id, Name)) ? Name : [],
    ),
    startedAtMs,
    networkId: (labels[networkLabel] || undefined) as AttemptId | undefined,
    address: labels[addressLabel] || undefined,
    taskId: (labels[taskLabel] || undefined) as AttemptId | undefined,
  };
  switch (State.Status) {
    case 'created':
      // Its start may have failed: then Docker keeps an error here, and starting it again will say
      // the same.
      return { ...known, state: 'created', startedAtMs: undefined };
    case 'exited':
    case 'dead':
    case 'removing':
      // Deleted without having run: it has no exit.
      if (startedAtMs === undefined && State.Status !== 'exited')
        return { ...known, state: 'created' };
      return {
        ...known,
        state: 'exited',
        // Docker takes the two times from different clocks' readings: of a short run the end may
        // come first.
        stoppedAtMs:
          finishedAtMs === undefined ? undefined : Math.max(finishedAtMs, startedAtMs ?? 0),
        exit: {
          exitCode: State.ExitCode,
          outOfMemory: State.OOMKilled,
          ...(State.Error !== '' && { reason: State.Error }),
        },
      };
    default:
      // running, paused, restarting
      return { ...known, state: 'running' };
  }
}

/** Milliseconds since the epoch; undefined for Go's zero time. */
function timeOf(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms;
}
