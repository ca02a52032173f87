// FireLens on Docker: a router listens at a socket in a volume of its own, and Docker's driver
// `fluentd` sends the output of others there, by the volume's path on the daemon's host. So it
// works for daemons on other hosts as well.

import { posix } from 'node:path';
import { encodeTarHeader, tarEnd, tarPadding } from '../../base/tar.ts';
import { splitContainerId, type ContainerId } from '../../base/ids.ts';
import type { ContainerSpec, LogRouter, RoutedTo } from '../../port/engine.ts';
import type { LogConfig, VolumeMount } from './docker-api.ts';
import { daemonMessage, DockerRefusal, type DockerClient } from './docker-client.ts';

/** Linux: `sun_path` of a socket's address less the byte that ends it (unix(7)). */
const socketPathMostBytes = 107;

/**
 * A task has one router, so that the attempt is enough of a name. Of the socket it is short: on the
 * daemon's host it stands in a path of {@link socketPathMostBytes}, below a data root that is
 * anywhere.
 */
function volumeName(router: ContainerId, of: 'socket' | 'config'): string {
  const name = `ls-${splitContainerId(router).attemptId}`;
  return of === 'socket' ? name : `${name}-${of}`;
}

/** Whether a volume that a container mounts was made for it as a router, and goes with it. */
export const isRouterVolume = (containerId: ContainerId, name: string): boolean =>
  name === volumeName(containerId, 'socket') || name === volumeName(containerId, 'config');

/**
 * The directories of the socket and of the configuration; what the image has beside the latter
 * Docker copies into the volume.
 */
export function routerMounts(
  router: LogRouter | undefined,
  containerId: ContainerId,
  labels: Readonly<Record<string, string>>,
): VolumeMount[] {
  if (router === undefined) return [];
  const mount = (of: 'socket' | 'config', Target: string): VolumeMount => ({
    Type: 'volume',
    Target,
    ReadOnly: false,
    Source: volumeName(containerId, of),
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
): Promise<string | undefined> {
  if (routedTo === undefined) return undefined;
  try {
    const { Mountpoint } = await client.json<{ readonly Mountpoint: string }>({
      method: 'GET',
      path: `/volumes/${volumeName(routedTo.containerId, 'socket')}`,
      repeatable: true,
    });
    return `${Mountpoint}/${routedTo.socketName}`;
  } catch (error) {
    if (error instanceof DockerRefusal && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Why the daemon could not send output there, the path last, for a long reason is cut; undefined:
 * it can. The driver would say nothing of a path that is too long, try for ever, and lose all.
 */
export function socketPathProblem(socket: string): string | undefined {
  const bytes = Buffer.byteLength(socket);
  return bytes > socketPathMostBytes
    ? `log driver awsfirelens: Docker's data root is too long a path: with it the log router's socket is at one of ${bytes} bytes, and the most is ${socketPathMostBytes}: ${socket}`
    : undefined;
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
