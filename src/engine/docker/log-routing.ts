// FireLens on Docker: a router listens at a socket in a volume of its own, and Docker's driver
// `fluentd` sends the output of others there, by the volume's path on the daemon's host. So it
// works for daemons on other hosts as well.

import { posix } from 'node:path';
import { encodeTarHeader, tarEnd, tarPadding } from '../../base/tar.ts';
import type { ContainerId } from '../../base/ids.ts';
import type { ContainerSpec, LogRouter, RoutedTo } from '../../port/engine.ts';
import type { LogConfig, VolumeMount } from './docker-api.ts';
import { daemonMessage, DockerRefusal, type DockerClient } from './docker-client.ts';

/** Names begin as the container's does, by which they go with it. */
const volumeName = (containerName: string, of: 'socket' | 'config'): string =>
  `${containerName}-router-${of}`;

/**
 * The directories of the socket and of the configuration; what the image has beside the latter
 * Docker copies into the volume.
 */
export function routerMounts(
  router: LogRouter | undefined,
  containerName: string,
  labels: Readonly<Record<string, string>>,
): VolumeMount[] {
  if (router === undefined) return [];
  const mount = (of: 'socket' | 'config', Target: string): VolumeMount => ({
    Type: 'volume',
    Target,
    ReadOnly: false,
    Source: volumeName(containerName, of),
    VolumeOptions: { Labels: labels },
  });
  return [
    mount('socket', router.socket.directory),
    mount('config', posix.dirname(router.file.path)),
  ];
}

/**
 * Puts its configuration where it looks for it, before it starts; of a container that routes
 * nothing nothing. Why that cannot be, in the daemon's words; undefined: it is there.
 */
export async function putRouterFile(
  client: DockerClient,
  dockerId: string,
  { logRouter }: ContainerSpec,
): Promise<string | undefined> {
  if (logRouter === undefined) return undefined;
  const { file } = logRouter;
  const text = Buffer.from(file.text);
  const header = encodeTarHeader(posix.basename(file.path), text.length, '0000644');
  const archive = Buffer.concat([header, text, Buffer.alloc(tarPadding(text.length)), tarEnd]);
  const answer = await client.request({
    method: 'PUT',
    path: `/containers/${dockerId}/archive`,
    query: { path: posix.dirname(file.path) },
    body: archive,
    repeatable: true,
  });
  if (answer.status < 300) return undefined;
  await client.assertAnswering(answer);
  return daemonMessage(answer);
}

/** Where on the daemon's host the router listens; undefined: it is not there. */
export async function routerSocketOn(
  client: DockerClient,
  { routedTo }: ContainerSpec,
  containerName: (id: ContainerId) => string,
): Promise<string | undefined> {
  if (routedTo === undefined) return undefined;
  try {
    const { Mountpoint } = await client.json<{ readonly Mountpoint: string }>({
      method: 'GET',
      path: `/volumes/${volumeName(containerName(routedTo.containerId), 'socket')}`,
      repeatable: true,
    });
    return `${Mountpoint}/${routedTo.socketName}`;
  } catch (error) {
    if (error instanceof DockerRefusal && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * As ECS's agent sets the driver: what comes before the router listens, or faster than it reads,
 * waits in the daemon and holds nobody up.
 */
export const routedLog = ({ tag, bufferLimit }: RoutedTo, socket: string): LogConfig => ({
  Type: 'fluentd',
  Config: {
    'fluentd-address': `unix://${socket}`,
    'fluentd-async': 'true',
    'fluentd-sub-second-precision': 'true',
    tag,
    ...(bufferLimit !== undefined && { 'fluentd-buffer-limit': bufferLimit }),
  },
});
