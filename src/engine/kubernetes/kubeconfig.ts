// What kubeconfig files say of clusters, as `kubectl` reads them: several files, of which the first
// that says a thing counts, and contexts, which are a cluster and who one is there. It reads files
// and runs nothing; what it does not know it refuses instead of passing over.

import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Clock } from '../../port/clock.ts';
import { BadKubeconfig, type ClusterAccess } from './cluster-access.ts';
import { environmentProxy } from './environment-proxy.ts';
import { impersonationOf, KubeconfigUser } from './kubeconfig-user.ts';
import { KubeconfigEntry } from './kubeconfig-entry.ts';

/** More than any list of clusters that a person keeps. */
const mostBytes = 4 * 1024 * 1024;

interface KubeconfigSource {
  /** `KUBECONFIG`, `HOME` and what programs that hand out tokens need. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** In place of what the environment says. */
  readonly path?: string | undefined;
}

export class Kubeconfig {
  readonly #entries: readonly KubeconfigEntry[];
  readonly #source: KubeconfigSource;

  private constructor(entries: readonly KubeconfigEntry[], source: KubeconfigSource) {
    this.#entries = entries;
    this.#source = source;
  }

  /** Rejects with {@link BadKubeconfig} where there is none, or one cannot be read. */
  static async read(source: KubeconfigSource): Promise<Kubeconfig> {
    const paths = pathsOf(source);
    const entries: KubeconfigEntry[] = [];
    for (const path of paths) {
      const text = await textOf(path, paths.length === 1);
      if (text !== undefined) entries.push(await parsed(path, text));
    }
    if (entries.length === 0) throw new BadKubeconfig(`there is no file ${paths.join(' or ')}`);
    return new Kubeconfig(entries, source);
  }

  /** Names of the contexts, in the order of the files. */
  get contexts(): readonly string[] {
    return [...new Set(this.#entries.flatMap((file) => file.names('contexts')))];
  }

  /** That which `kubectl` would use. */
  get currentContext(): string | undefined {
    return this.#entries
      .map((file) => file.text('current-context'))
      .find((name) => name !== undefined && name !== '');
  }

  /**
   * How the cluster of a context is reached; undefined: of the current one. Throws {@link
   * BadKubeconfig}.
   */
  async access(name = this.currentContext): Promise<ClusterAccess> {
    if (name === undefined)
      throw new BadKubeconfig(
        `no context is current; it has ${this.contexts.join(', ') || 'none'}`,
      );
    const context = this.#named('contexts', name).inner('context');
    const cluster = this.#named('clusters', context.wanted('cluster')).inner('cluster');
    const userName = context.text('user') ?? '';
    const user = userName === '' ? undefined : this.#named('users', userName).inner('user');
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

  #named(list: 'contexts' | 'clusters' | 'users', name: string): KubeconfigEntry {
    for (const file of this.#entries) {
      const entry = file.named(list, name);
      if (entry !== undefined) return entry;
    }
    const known = this.#entries.flatMap((file) => file.names(list));
    throw new BadKubeconfig(
      `the kubeconfig has no ${list.slice(0, -1)} ${name}; it has ${known.join(', ') || 'none'}`,
    );
  }
}

function pathsOf({ path, environment }: KubeconfigSource): readonly string[] {
  if (path !== undefined) return [resolve(path)];
  const listed = (environment['KUBECONFIG'] ?? '').split(':').filter((one) => one !== '');
  if (listed.length > 0) return [...new Set(listed.map((one) => resolve(one)))];
  return [join(environment['HOME'] ?? '/', '.kube', 'config')];
}

/** Of several files some may be missing. */
async function textOf(path: string, isTheOnlyOne: boolean): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= mostBytes) return bytes.toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !isTheOnlyOne) return undefined;
    throw new BadKubeconfig(`${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  throw new BadKubeconfig(`${path} is longer than ${mostBytes} bytes`);
}

async function parsed(path: string, text: string): Promise<KubeconfigEntry> {
  // 30 ms that only those pay who read one.
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100, logLevel: 'error' }) as unknown;
  } catch (error) {
    // Not what the parser says: it shows the line, which may be a secret.
    const { code = 'not YAML', linePos } = error as { code?: string; linePos?: [{ line: number }] };
    throw new BadKubeconfig(`${path}: line ${linePos?.[0].line ?? '?'}: ${code}`);
  }
  return new KubeconfigEntry(value ?? {}, path, (file) =>
    isAbsolute(file) ? file : join(dirname(path), file),
  );
}

function serverOf(cluster: KubeconfigEntry): URL {
  const text = cluster.wanted('server');
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw cluster.bad(`server ${text} is no address`);
  return url;
}

function proxyOf(cluster: KubeconfigEntry): URL | undefined {
  const text = cluster.text('proxy-url');
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw cluster.bad('proxy-url must begin with http:// or https://');
  return url;
}
