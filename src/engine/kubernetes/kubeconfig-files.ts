// The kubeconfig files of whoever runs the program, as `kubectl` reads them: several, of which the
// first that says a thing counts, and the contexts in them. It looks at no credential, runs nothing
// and connects to nothing: the command line reads them by it too (ADR 0065).

import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { BadKubeconfig } from './cluster-access.ts';
import { KubeconfigEntry } from './kubeconfig-entry.ts';

/** More than any list of clusters that a person keeps. */
const mostBytes = 4 * 1024 * 1024;

export interface KubeconfigSource {
  /** `KUBECONFIG` and `HOME`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** In place of what the environment says. */
  readonly path?: string | undefined;
}

type List = 'contexts' | 'clusters' | 'users';

export class KubeconfigFiles {
  readonly #entries: readonly KubeconfigEntry[];
  /** Those that are read, in their order, whether or not they are there. */
  readonly paths: readonly string[];

  private constructor(paths: readonly string[], entries: readonly KubeconfigEntry[]) {
    this.paths = paths;
    this.#entries = entries;
  }

  /** Rejects with {@link BadKubeconfig} where there is none, or one cannot be read. */
  static async read(source: KubeconfigSource): Promise<KubeconfigFiles> {
    const paths = pathsOf(source);
    const entries: KubeconfigEntry[] = [];
    for (const path of paths) {
      const text = await textOf(path, paths.length === 1);
      if (text !== undefined) entries.push(await parsed(path, text));
    }
    if (entries.length === 0) throw new BadKubeconfig(`there is no file ${paths.join(' or ')}`);
    return new KubeconfigFiles(paths, entries);
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

  /** The context of that name. Throws {@link BadKubeconfig} where there is none. */
  context(name: string): KubeconfigEntry {
    return this.#named('contexts', name).inner('context');
  }

  /** The cluster that a context names. Throws {@link BadKubeconfig} where there is none. */
  clusterOf(context: KubeconfigEntry): KubeconfigEntry {
    return this.#named('clusters', context.wanted('cluster')).inner('cluster');
  }

  /** Undefined: a context names nobody. Throws {@link BadKubeconfig}. */
  userOf(context: KubeconfigEntry): KubeconfigEntry | undefined {
    const name = context.text('user') ?? '';
    return name === '' ? undefined : this.#named('users', name).inner('user');
  }

  #named(list: List, name: string): KubeconfigEntry {
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

/** Where a cluster is. Throws {@link BadKubeconfig}. */
export function serverOf(cluster: KubeconfigEntry): URL {
  const text = cluster.wanted('server');
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw cluster.bad(`server ${text} is no address`);
  return url;
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
