// How the cluster of a kubeconfig's context is reached, and who we are there. It runs nothing yet;
// what it does not know it refuses instead of passing over.

import type { Clock } from '../../port/clock.ts';
import { BadKubeconfig, type ClusterAccess } from './cluster-access.ts';
import { environmentProxy } from './environment-proxy.ts';
import type { KubeconfigEntry } from './kubeconfig-entry.ts';
import { KubeconfigFiles, serverOf, type KubeconfigSource } from './kubeconfig-files.ts';
import { impersonationOf, KubeconfigUser } from './kubeconfig-user.ts';

interface OwnSource extends KubeconfigSource {
  /** And what programs that hand out tokens need. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

export class Kubeconfig {
  readonly #files: KubeconfigFiles;
  readonly #source: OwnSource;

  private constructor(files: KubeconfigFiles, source: OwnSource) {
    this.#files = files;
    this.#source = source;
  }

  /** Rejects with {@link BadKubeconfig} where there is none, or one cannot be read. */
  static async read(source: OwnSource): Promise<Kubeconfig> {
    return new Kubeconfig(await KubeconfigFiles.read(source), source);
  }

  /**
   * How the cluster of a context is reached; undefined: of the current one. Throws {@link
   * BadKubeconfig}.
   */
  async access(name = this.#files.currentContext): Promise<ClusterAccess> {
    if (name === undefined)
      throw new BadKubeconfig(
        `no context is current; it has ${this.#files.contexts.join(', ') || 'none'}`,
      );
    const context = this.#files.context(name);
    const cluster = this.#files.clusterOf(context);
    const user = this.#files.userOf(context);
    const { environment, clock } = this.#source;
    const server = serverOf(cluster);
    const authorities = await cluster.data('certificate-authority');
    return {
      title: name,
      server,
      namespace: context.text('namespace') || 'default',
      trust: {
        authorities,
        serverName: cluster.text('tls-server-name') || undefined,
        anybody: cluster.flag('insecure-skip-tls-verify'),
      },
      proxy: proxyOf(cluster) ?? environmentProxy(server, environment),
      impersonation: user === undefined ? {} : impersonationOf(user),
      credentials: await new KubeconfigUser(user, {
        environment,
        clock,
        cluster: {
          server: server.href.replace(/\/$/, ''),
          'certificate-authority-data':
            authorities === undefined ? undefined : Buffer.from(authorities).toString('base64'),
          'insecure-skip-tls-verify': cluster.flag('insecure-skip-tls-verify') || undefined,
          'tls-server-name': cluster.text('tls-server-name'),
          'proxy-url': cluster.text('proxy-url'),
        },
      }).credentials(),
    };
  }
}

function proxyOf(cluster: KubeconfigEntry): URL | undefined {
  const text = cluster.text('proxy-url');
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw cluster.bad('proxy-url must begin with http:// or https://');
  return url;
}
