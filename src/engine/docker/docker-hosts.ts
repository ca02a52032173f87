// Hosts that their owners register, by the Docker engine that listens there: asks one for its
// facts, and makes the engine that runs attempts on it. It connects to what --host-addresses allows
// and to nothing else, keeps no connection of its own, and passes nothing on of what a stranger
// answers: callers read our own words, the server's log has the rest.

import type { HostId } from '../../base/ids.ts';
import type { EngineEndpoint, HostFacts } from '../../core/host/host.ts';
import { EngineUnavailable, type Engine } from '../../port/engine.ts';
import { BadHostAddress, type HostConnector } from '../../port/host-connector.ts';
import { DockerClient } from './docker-client.ts';
import { DockerEngine, type DockerEngineOptions } from './docker-engine.ts';
import type { DockerEndpoint } from './docker-endpoint.ts';
import { ForbiddenAddress, type HostAddresses } from './host-addresses.ts';
import { NoSshClient } from './ssh-connection.ts';
import { UnreachableEngine } from './unreachable-engine.ts';

/** Networks, limits and file systems as of this machine's engine. */
interface DockerHostsOptions extends Pick<
  DockerEngineOptions,
  'jobNetwork' | 'jobNetworks' | 'pidsLimit' | 'fileSystems'
> {
  readonly hostAddresses: HostAddresses;
  /** For the server's log. */
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Questions to hosts under way at once. */
const mostProbes = 8;
/** From the first packet to the last byte of the answer. */
const probeMs = 15_000;
/** The most of one answer to a question. */
const mostProbeBytes = 1024 * 1024;

export function dockerHosts({
  jobNetwork,
  jobNetworks,
  pidsLimit,
  fileSystems,
  hostAddresses,
  onProblem,
}: DockerHostsOptions): HostConnector {
  let probing = 0;
  return {
    async probe({ url, certPath }) {
      const endpoint = hostAddresses.endpoint({ url, certPath });
      if (probing >= mostProbes)
        throw new EngineUnavailable(`${mostProbes} hosts are being asked just now: try again`);
      probing++;
      try {
        return { ...(await ask(endpoint)), networkName: networkName(url) };
      } catch (error) {
        if (error instanceof BadHostAddress) throw error;
        onProblem(`asking the host at ${endpoint.title}`, error);
        throw new EngineUnavailable(inOurWords(endpoint, error), { cause: error });
      } finally {
        probing--;
      }
    },

    // The host's id marks its containers: several hosts, and this machine, may share one daemon.
    engine(hostId: HostId, endpoint: EngineEndpoint): Engine {
      try {
        return new DockerEngine({
          mark: hostId,
          jobNetwork,
          jobNetworks,
          pidsLimit,
          fileSystems,
          endpoint: hostAddresses.endpoint(endpoint),
        });
      } catch (error) {
        if (!(error instanceof BadHostAddress)) throw error;
        onProblem(`host ${hostId} cannot be used`, error);
        return new UnreachableEngine(error.message);
      }
    },
  };
}

async function ask(endpoint: DockerEndpoint): Promise<HostFacts> {
  const client = new DockerClient(endpoint, { mostAnswerBytes: mostProbeBytes });
  try {
    const signal = AbortSignal.timeout(probeMs);
    const version = await client.negotiate(signal);
    return facts(
      await client.json<unknown>({
        method: 'GET',
        path: '/info',
        repeatable: true,
        timeoutMs: 10_000,
        signal,
      }),
      version.Version,
    );
  } finally {
    client.close();
  }
}

/**
 * What a host says is checked like every other input: it is shown to users, and jobs are placed by
 * it.
 */
function facts(info: unknown, dockerVersion: string): HostFacts {
  const said =
    typeof info === 'object' && info !== null ? (info as Readonly<Record<string, unknown>>) : {};
  const text = (value: unknown): string =>
    typeof value === 'string' ? value.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 128) : '';
  const count = (value: unknown): number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
  const within = (name: string): Readonly<Record<string, unknown>> =>
    typeof said[name] === 'object' && said[name] !== null
      ? (said[name] as Readonly<Record<string, unknown>>)
      : {};
  const drivers: unknown = within('Plugins')['Log'];
  return {
    runtime: { name: 'Docker', version: text(dockerVersion) },
    kernelVersion: text(said['KernelVersion']),
    operatingSystem: text(said['OperatingSystem']),
    osType: text(said['OSType']),
    architecture: architectureOf(text(said['Architecture'])),
    vcpus: Math.min(count(said['NCPU']), 1_000_000),
    memoryMib: Math.floor(count(said['MemTotal']) / 2 ** 20),
    // Docker tells of a GPU runtime and not of GPUs: how many there are its owner says.
    gpus: 0,
    canGiveGpus: Object.keys(within('Runtimes')).includes('nvidia'),
    logDrivers: Array.isArray(drivers)
      ? drivers.slice(0, 64).flatMap((driver) => text(driver) || [])
      : [],
  };
}

/** EC2's word for the architecture: Docker says `aarch64`, Podman `amd64`. */
function architectureOf(said: string): string {
  switch (said) {
    case 'amd64':
      return 'x86_64';
    case 'aarch64':
      return 'arm64';
    default:
      return said;
  }
}

/** A socket is on this machine. The URL was found to be well-formed. */
const networkName = (url: string): string | undefined =>
  url.startsWith('unix:') ? undefined : new URL(url).hostname;

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  ENOENT: 'there is no such socket',
  ENOTSOCK: 'it is not a socket',
  EACCES: 'permission denied',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up just now',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
};

function inOurWords({ title, ssh }: DockerEndpoint, error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ForbiddenAddress || cause instanceof NoSshClient)
      return `cannot reach the Docker engine at ${title}: ${cause.message}`;
    if (cause.name === 'TimeoutError')
      return `cannot reach the Docker engine at ${title}: no answer in time`;
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const words = Object.hasOwn(byCode, code) ? byCode[code] : undefined;
    if (ssh === undefined && words !== undefined)
      return `cannot reach the Docker engine at ${title}: ${words}`;
  }
  return `${title} does not answer as a Docker engine${ssh === undefined ? '' : ": the server's log has what ssh says"}`;
}
