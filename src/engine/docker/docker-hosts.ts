// Hosts that their owners register, by the Docker engine that listens there: asks one for its facts, and makes the engine that
// runs attempts on it. It keeps no connection of its own.

import type { HostId } from '../../base/ids.ts';
import type { HostAddress, HostFacts } from '../../core/host.ts';
import { EngineUnavailable, type Engine } from '../../port/engine.ts';
import { BadHostAddress, type HostConnector } from '../../port/host-connector.ts';
import type { InfoAnswer } from './docker-api.ts';
import { DockerClient, DockerRefusal } from './docker-client.ts';
import { DockerEngine, type DockerEngineOptions } from './docker-engine.ts';
import { BadDockerHost, dockerEndpoint, type DockerEndpoint } from './docker-endpoint.ts';

/** The networks as of this machine's engine. */
export const dockerHosts = ({ jobNetwork, jobNetworks }: Pick<DockerEngineOptions, 'jobNetwork' | 'jobNetworks'>): HostConnector => ({
  async probe(address) {
    const client = new DockerClient(endpointOf(address));
    try {
      const version = await client.negotiate();
      return facts(await client.json<InfoAnswer>({ method: 'GET', path: '/info', repeatable: true, timeoutMs: 10_000 }), version.Version);
    } catch (error) {
      // A daemon behind a proxy may answer and tell nothing.
      if (error instanceof DockerRefusal) throw new EngineUnavailable(error.message, { cause: error });
      throw error;
    } finally {
      client.close();
    }
  },

  // The host's id marks its containers: several hosts, and this machine, may share one daemon.
  engine: (hostId: HostId, address: HostAddress): Engine => new DockerEngine({ instance: hostId, jobNetwork, jobNetworks, endpoint: endpointOf(address) }),
});

function endpointOf({ dockerHost, certPath }: HostAddress): DockerEndpoint {
  if (dockerHost === '') throw new BadHostAddress('the address of a Docker engine must be given, as unix:///path, tcp://host:port or ssh://user@host');
  try {
    return dockerEndpoint({ DOCKER_HOST: dockerHost, DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: certPath === undefined ? undefined : '1' });
  } catch (error) {
    if (error instanceof BadDockerHost) throw new BadHostAddress(error.message);
    throw error;
  }
}

function facts(info: InfoAnswer, dockerVersion: string): HostFacts {
  return {
    dockerVersion,
    kernelVersion: info.KernelVersion ?? '',
    operatingSystem: info.OperatingSystem ?? '',
    osType: info.OSType ?? '',
    architecture: info.Architecture ?? '',
    vcpus: info.NCPU ?? 0,
    memoryMib: Math.floor((info.MemTotal ?? 0) / 2 ** 20),
    // Docker tells of a GPU runtime and not of GPUs: how many there are its owner says.
    gpus: 0,
    gpuRuntime: Object.keys(info.Runtimes ?? {}).includes('nvidia'),
    logDrivers: info.Plugins?.Log ?? [],
  };
}
