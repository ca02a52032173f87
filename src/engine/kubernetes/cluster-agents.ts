// The connections to one cluster that are kept open, by who we are on them: a client certificate
// belongs to a connection, so another certificate is other connections. With a proxy they are
// tunnels through it. They know nothing of what is said on them.

import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { BadKubeconfig, type ClusterAccess, type Credential } from './cluster-access.ts';

/** How many are kept for the next request. */
const keptConnections = 64;

export class ClusterAgents {
  readonly #access: ClusterAccess;
  #agent: http.Agent | undefined;
  #chain: string | undefined;

  constructor(access: ClusterAccess) {
    this.#access = access;
  }

  /** Throws {@link BadKubeconfig} where certificates are none. */
  agentFor({ certificate }: Credential): http.Agent {
    if (this.#agent !== undefined && this.#chain === certificate?.chain) return this.#agent;
    // What is under way on the old ones goes on.
    for (const socket of Object.values(this.#agent?.freeSockets ?? {}).flat()) socket?.destroy();
    const kept = { keepAlive: true, maxFreeSockets: keptConnections };
    this.#agent = this.#made(certificate, kept);
    this.#chain = certificate?.chain;
    return this.#agent;
  }

  /** For one connection, that is not kept. Throws as the other does. */
  agentOnce({ certificate }: Credential): http.Agent {
    return this.#made(certificate, {});
  }

  close(): void {
    this.#agent?.destroy();
  }

  #made(certificate: Credential['certificate'], kept: http.AgentOptions): http.Agent {
    const { server, trust, proxy } = this.#access;
    if (server.protocol === 'http:') return new http.Agent(kept);
    const options: https.AgentOptions = {
      ...kept,
      secureContext: secureContext(this.#access, certificate),
      rejectUnauthorized: trust.anybody !== true,
      ...(trust.serverName !== undefined && { servername: trust.serverName }),
    };
    return proxy === undefined ? new https.Agent(options) : new TunnelAgent(proxy, options);
  }
}

function secureContext(
  { title, trust }: ClusterAccess,
  certificate: Credential['certificate'],
): tls.SecureContext {
  try {
    return tls.createSecureContext({
      ...(trust.authorities !== undefined && { ca: trust.authorities }),
      ...(certificate && { cert: certificate.chain, key: certificate.key.reveal() }),
    });
  } catch (error) {
    throw new BadKubeconfig(
      `${title}: its certificates cannot be used: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Connections through a proxy that tunnels (CONNECT). */
class TunnelAgent extends https.Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const { protocol, hostname, port, username, password } = this.#proxy;
    const target = `${options.host}:${options.port}`;
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const asked = (protocol === 'https:' ? https : http).request({
      host: hostname,
      port: port === '' ? undefined : port,
      method: 'CONNECT',
      path: target,
      agent: false,
      headers: {
        Host: target,
        ...(username !== '' && {
          'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}`,
        }),
      },
    });
    const failed = (why: string): void =>
      callback?.(new Error(`the proxy ${hostname}: ${why}`), undefined as unknown as Duplex);
    asked.once('connect', ({ statusCode }, socket) => {
      if (statusCode === 200)
        return callback?.(null, super.createConnection({ ...options, socket } as never) as Duplex);
      socket.destroy();
      failed(`status ${statusCode}`);
    });
    asked.once('response', (answer) => {
      answer.destroy();
      failed(`status ${answer.statusCode}`);
    });
    asked.once('error', (error) => failed(error.message));
    asked.end();
    return undefined;
  }
}
