// The contexts of the caller's own kubeconfig files, and which of them leads to a cluster that a
// server knows. It reads what says where a cluster is, and nothing that says who somebody is there.

import { certificatesIn } from '../base/certificates.ts';
import { publicAddress } from '../base/public-address.ts';
import type { KubeconfigFiles } from '../engine/kubernetes/kubeconfig-files.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';

export interface OwnContext {
  readonly name: string;
  /** As the files call them. */
  readonly cluster: string;
  readonly user: string | undefined;
  readonly namespace: string | undefined;
  readonly endpoint: string;
  /** Empty: no authority of the cluster's own vouches for it. */
  readonly certificates: readonly string[];
}

export interface OwnContexts {
  readonly paths: readonly string[];
  readonly contexts: readonly OwnContext[];
  readonly current: string | undefined;
}

/** Throws a {@link Failure} where there are none to read. What leads nowhere is left out. */
export async function ownContexts(env: Io['env']): Promise<OwnContexts> {
  const { KubeconfigFiles } = await import('../engine/kubernetes/kubeconfig-files.ts');
  const files = await KubeconfigFiles.read({ environment: env }).catch((error: unknown) => {
    throw isBad(error) ? new Failure(`your kubeconfig: ${error.message}`) : error;
  });
  const contexts: OwnContext[] = [];
  for (const name of files.contexts) {
    const context = await contextNamed(files, name);
    if (context !== undefined) contexts.push(context);
  }
  return { paths: files.paths, contexts, current: files.currentContext };
}

async function contextNamed(files: KubeconfigFiles, name: string): Promise<OwnContext | undefined> {
  const { serverOf } = await import('../engine/kubernetes/kubeconfig-files.ts');
  try {
    const context = files.context(name);
    const cluster = files.clusterOf(context);
    return {
      name,
      cluster: context.wanted('cluster'),
      user: context.text('user') || undefined,
      namespace: context.text('namespace') || undefined,
      endpoint: publicAddress(serverOf(cluster)),
      certificates: certificatesIn((await cluster.data('certificate-authority')) ?? ''),
    };
  } catch (error) {
    if (isBad(error)) return undefined;
    throw error;
  }
}

const isBad = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'BadKubeconfig';

interface Wanted {
  readonly endpoint: string | undefined;
  readonly certificates: readonly string[];
}

/**
 * A cluster is known by its authority, whatever address leads to it: 127.0.0.1 is another one on
 * every machine. Only where one side knows of none does the address count.
 */
export const leadsTo = (
  { endpoint, certificates }: Pick<OwnContext, 'endpoint' | 'certificates'>,
  wanted: Wanted,
): boolean =>
  certificates.length > 0 && wanted.certificates.length > 0
    ? certificates.some((one) => wanted.certificates.includes(one))
    : endpoint === wanted.endpoint;

/** What one of several would be taken for: the current one, or the only one at its address. */
export function likeliest(
  { contexts, current }: OwnContexts,
  wanted: Wanted,
): OwnContext | readonly OwnContext[] {
  const found = contexts.filter((one) => leadsTo(one, wanted));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  return found.find(({ name }) => name === current) ?? found;
}
