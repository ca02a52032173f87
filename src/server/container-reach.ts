// What containers reach of this server: opens the credentials endpoint where they can, and says in
// words where they cannot. On the host's network that is this machine's loopback; on bridges it is
// the address at which all SDKs look, if this machine has it; pods are told a URL of the operator's
// (doc/job-roles.md).

import { isIP } from 'node:net';
import type { ContainerNetwork, CredentialsAddress, ServerReach } from '../port/job-credentials.ts';
import { Failure } from '../cli/failure.ts';
import { openCredentialsEndpoint, type CredentialsEndpoint } from './credentials-endpoint.ts';
import { isLoopback } from './reach.ts';

/** Where SDKs look for credentials by a relative URI. */
const taskAddress = '169.254.170.2';
const loopback = '127.0.0.1';

interface ContainerReachOptions {
  /** The API's port; 0 lets the system pick, and the endpoint's with it. */
  readonly port: number;
  /** Undefined: the one after the API's. */
  readonly credentialsPort: number | undefined;
  /**
   * Where containers on bridges find the endpoint: `usual` is where SDKs look, if it can be had;
   * undefined: nowhere.
   */
  readonly bridge: 'usual' | { readonly address: string; readonly port: number } | undefined;
  /** What `usual` stands for. */
  readonly usual: 'host' | 'bridge';
  /** Where pods of clusters find the endpoint and the API; absent: nowhere. */
  readonly pods?: string | undefined;
}

type Open = Omit<Parameters<typeof openCredentialsEndpoint>[0], 'address' | 'port'>;

export class ContainerReach implements ServerReach {
  readonly #options: ContainerReachOptions;
  readonly #endpoints: CredentialsEndpoint[] = [];
  #origin: string | undefined;
  #isOnBridge = false;
  #api: { readonly address: string; readonly port: number } | undefined;

  constructor(options: ContainerReachOptions) {
    this.#options = options;
  }

  /**
   * Opens what can be opened; answers what the operator should know. Throws {@link Failure} where
   * what was asked for in so many words cannot be had.
   */
  async open(how: Open): Promise<readonly string[]> {
    return [...(await this.#openHost(how)), ...(await this.#openBridge(how))];
  }

  async #openHost(how: Open): Promise<readonly string[]> {
    const { port, credentialsPort } = this.#options;
    const wanted = credentialsPort ?? (port === 0 ? 0 : port + 1);
    try {
      const endpoint = await openCredentialsEndpoint({
        ...how,
        ...this.#names,
        address: loopback,
        port: wanted,
      });
      this.#endpoints.push(endpoint);
      this.#origin = `http://${loopback}:${endpoint.port}`;
      return [];
    } catch (error) {
      const why = `jobs on the host's network get no credentials of their roles: ${loopback}:${wanted} cannot be listened on (${wordOf(error)})`;
      if (credentialsPort !== undefined) throw new Failure(`--credentials-port: ${why}`);
      return [`${why}; choose another with --credentials-port`];
    }
  }

  async #openBridge(how: Open): Promise<readonly string[]> {
    const { bridge, usual } = this.#options;
    if (bridge === undefined) return [];
    const { address, port } = bridge === 'usual' ? { address: taskAddress, port: 80 } : bridge;
    try {
      this.#endpoints.push(
        await openCredentialsEndpoint({ ...how, ...this.#names, address, port }),
      );
      this.#isOnBridge = true;
      return [];
    } catch (error) {
      const why = `jobs on bridge networks get no credentials of their roles: ${address}:${port} cannot be listened on (${wordOf(error)})`;
      if (bridge !== 'usual') throw new Failure(`--credentials-address: ${why}`);
      // Where jobs run on the host's network, few will ever be on another.
      return usual === 'bridge'
        ? [`${why}. To give this machine the address: ip addr add ${taskAddress}/32 dev lo`]
        : [];
    }
  }

  /** A proxy hands on the name by which pods call it. */
  get #names(): Pick<Parameters<typeof openCredentialsEndpoint>[0], 'hostNames'> {
    const { pods } = this.#options;
    return { hostNames: pods === undefined ? [] : [new URL(pods).hostname] };
  }

  /** The API listens there. */
  apiAt(address: string, port: number): void {
    this.#api = { address, port };
  }

  credentials(network: ContainerNetwork): CredentialsAddress | undefined {
    if (network === 'pod') return podsAddress(this.#options.pods);
    if (!this.#isHost(network)) return this.#isOnBridge ? { kind: 'relative' } : undefined;
    return this.#origin === undefined ? undefined : { kind: 'full', origin: this.#origin };
  }

  api(network: ContainerNetwork): string | undefined {
    if (network === 'pod') return this.#options.pods;
    if (this.#api === undefined) return undefined;
    const { address, port } = this.#api;
    const isAnywhere = /^(?:0\.0\.0\.0|[0:]+)$/.test(address);
    if (this.#isHost(network)) return urlOf(isAnywhere ? loopback : address, port);
    if (isAnywhere) return this.#isOnBridge ? urlOf(taskAddress, port) : undefined;
    return isLoopback(address) ? undefined : urlOf(address, port);
  }

  #isHost(network: ContainerNetwork): boolean {
    return network === 'host' || (network === 'usual' && this.#options.usual === 'host');
  }

  async close(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }
}

const podsAddress = (origin: string | undefined): CredentialsAddress | undefined =>
  origin === undefined ? undefined : { kind: 'full', origin };

const urlOf = (address: string, port: number): string =>
  `http://${isIP(address) === 6 ? `[${address}]` : address}:${port}`;

const wordOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? (error as Error).message;
