// What a Docker daemon says of itself when it is first asked: which engine it is, what its machine
// offers to jobs, and how output is kept there. It changes nothing.

import type { EngineCapabilities } from '../../port/engine.ts';
import type { InfoAnswer } from './docker-api.ts';
import type { DockerClient } from './docker-client.ts';
import { dockerPieceBytes } from './log-lines.ts';
import { jsonFileOutput, localOutput } from './output-files.ts';
import { answerOf } from './own-containers.ts';

export interface DockerDaemon {
  readonly capabilities: EngineCapabilities;
  readonly architecture: string;
  readonly storageDriver: string;
  /** What its clock is ahead of ours. */
  readonly clockAheadMs: number;
  /** How it keeps output that is read from here. */
  readonly keptOutput: typeof jsonFileOutput;
  /** Where it cuts a line that is longer; 0: nowhere. */
  readonly pieceBytes: number;
}

/** Settles the version of the API first. Rejects with EngineUnavailable. */
export async function dockerDaemon(client: DockerClient): Promise<DockerDaemon> {
  const version = await client.negotiate();
  const info = await answerOf<InfoAnswer>(client, {
    method: 'GET',
    path: '/info',
    repeatable: true,
  });
  const drivers = info.Plugins?.Log ?? [];
  const daemonMs = Date.parse(info.SystemTime ?? '');
  const podman = version.Components?.find((component) => component.Name.startsWith('Podman'));
  const runtime =
    podman === undefined
      ? { name: 'Docker', version: version.Version }
      : { name: 'Podman', version: podman.Version };
  return {
    capabilities: {
      kind: 'docker',
      version: `${runtime.name} ${runtime.version}`,
      runtime,
      logDrivers: drivers.filter((driver) => driver !== 'awslogs'),
      gpus: Object.keys(info.Runtimes ?? {}).includes('nvidia'),
    },
    architecture: info.Architecture ?? '',
    storageDriver: info.Driver ?? '',
    clockAheadMs: Number.isNaN(daemonMs) ? 0 : daemonMs - Date.now(),
    keptOutput: podman === undefined && drivers.includes('local') ? localOutput : jsonFileOutput,
    pieceBytes: podman === undefined ? dockerPieceBytes : 0,
  };
}
