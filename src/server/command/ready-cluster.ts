// Sees to it, for `up`, that jobs can run on a cluster before the server starts: that it answers,
// that whoever the kubeconfig says may do what jobs need there, and that their namespace is there.
// It makes that namespace and nothing else.

import { Failure } from '../../cli/failure.ts';
import { BadKubeconfig, type ClusterAccess } from '../../engine/kubernetes/cluster-access.ts';
import { ClusterRefusal } from '../../engine/kubernetes/cluster-answer.ts';
import { ClusterConnection } from '../../engine/kubernetes/cluster-connection.ts';
import { Kubeconfig } from '../../engine/kubernetes/kubeconfig.ts';
import { missingRights } from '../../engine/kubernetes/needed-rights.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { systemClock } from '../system-ports.ts';

/** A person waits: a cluster that does not answer by then does not answer. */
const patienceMs = 10_000;

interface ReadyCluster {
  readonly context: string;
  readonly namespace: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of what was made. */
  readonly tell: (line: string) => void;
}

/** Throws {@link Failure} with what is amiss, and who can mend it. */
export async function readyCluster(cluster: ReadyCluster): Promise<void> {
  const { context, namespace } = cluster;
  const connection = new ClusterConnection({ access: await accessTo(cluster), clock: systemClock });
  try {
    await connection.request({ method: 'GET', path: '/version', patienceMs });
    const missing = await missingRights(connection, namespace, patienceMs);
    if (missing.length > 0)
      throw new Failure(
        `the cluster ${context} does not let you do what jobs need there: ${missing.join(', ')}. Who manages it can grant it, with rules as in deploy/kubernetes/longshore.yaml`,
      );
    await makeNamespace(connection, cluster);
  } catch (error) {
    if (error instanceof ClusterRefusal)
      throw new Failure(`the cluster ${context} refuses: ${error.message}`);
    if (error instanceof EngineUnavailable)
      throw new Failure(
        `${error.message}. That is the current context; kubectl config use-context NAME chooses another`,
      );
    throw error;
  } finally {
    connection.close();
  }
}

async function accessTo({ context, environment }: ReadyCluster): Promise<ClusterAccess> {
  try {
    return await (await Kubeconfig.read({ environment, clock: systemClock })).access(context);
  } catch (error) {
    if (!(error instanceof BadKubeconfig)) throw error;
    throw new Failure(`the cluster ${context}: ${error.message}`);
  }
}

async function makeNamespace(
  connection: ClusterConnection,
  { context, namespace, tell }: ReadyCluster,
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  try {
    await connection.request({ method: 'GET', path, patienceMs });
    return;
  } catch (error) {
    // Who may not look may be able to work there all the same.
    if (error instanceof ClusterRefusal && error.status === 403) return;
    if (!(error instanceof ClusterRefusal) || error.status !== 404) throw error;
  }
  try {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await connection.request({ method: 'POST', path: '/api/v1/namespaces', body, patienceMs });
    tell(`The cluster ${context} has the new namespace ${namespace}, for jobs.`);
  } catch (error) {
    if (!(error instanceof ClusterRefusal) || error.reason === 'AlreadyExists') {
      if (error instanceof ClusterRefusal) return;
      throw error;
    }
    throw new Failure(
      `the cluster ${context} has no namespace ${namespace}, and you may not make it: ask for it, or name another with --job-namespace (${error.message})`,
    );
  }
}
