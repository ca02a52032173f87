// The cluster in which this very process runs as a pod, by the service account that it was given.
// The token is read again, because the kubelet renews it; nothing is written.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../port/clock.ts';
import { BadKubeconfig, type ClusterAccess } from './cluster-access.ts';
import { TokenFile } from './token-file.ts';

/** Where the kubelet puts it; the same in every pod. */
const usualDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Undefined: this process is no pod. Rejects with {@link BadKubeconfig} where it is one without a
 * service account.
 */
export async function inCluster(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  directory = usualDirectory,
): Promise<ClusterAccess | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host === undefined || host === '') return undefined;
  const read = async (name: string): Promise<string> => {
    try {
      return await readFile(join(directory, name), 'utf8');
    } catch (error) {
      throw new BadKubeconfig(
        `this pod has no service account (${(error as Error).message}): see automountServiceAccountToken`,
        { cause: error },
      );
    }
  };
  const server = URL.parse(`https://${host.includes(':') ? `[${host}]` : host}:${port || '443'}`);
  if (server === null) throw new BadKubeconfig('KUBERNETES_SERVICE_HOST is no address');
  return {
    title: 'in-cluster',
    server,
    namespace: (await read('namespace')).trim(),
    trust: { authorities: await read('ca.crt') },
    impersonation: {},
    credentials: new TokenFile(join(directory, 'token'), clock),
  };
}
