// Pods and namespaces as tests of clusters need them, and waiting for what becomes of them.

import { randomUUID } from 'node:crypto';
import { until } from '../until.ts';
import type { Cluster } from './cluster.ts';
import type { KubernetesApi, KubernetesObject } from './kubernetes-api.ts';

/** Of a pod what is looked at here. */
interface PodObject extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    readonly podIP?: string;
    readonly reason?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly state: {
    readonly waiting?: { readonly reason: string; readonly message?: string };
    readonly terminated?: { readonly exitCode: number; readonly reason?: string };
  };
}

/** A new one that pods can be made in, gone when it is disposed of, with all that is in it. */
export async function makeNamespace(
  api: KubernetesApi,
): Promise<AsyncDisposable & { readonly name: string; readonly pods: string }> {
  const name = `longshore-test-${randomUUID().slice(0, 8)}`;
  await api.create('/api/v1/namespaces', { metadata: { name } });
  const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
  // A controller makes it, and no pod is admitted before.
  await until(`a service account in ${name}`, () => api.find(account));
  return {
    name,
    pods: `/api/v1/namespaces/${name}/pods`,
    [Symbol.asyncDispose]: async () => {
      await api.delete(`/api/v1/namespaces/${name}`);
    },
  };
}

/** A pod of one container `main`, for a POST; in `spec` more of it, such as where it is to run. */
export const podOf = (
  { image }: Pick<Cluster, 'image'>,
  name: string,
  command: readonly string[],
  spec: Readonly<Record<string, unknown>> = {},
): object => ({
  metadata: { name },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent', command }],
    ...spec,
  },
});

export const runs = ({ status: { phase } }: PodObject): boolean => phase === 'Running';
export const hasEnded = ({ status: { phase } }: PodObject): boolean =>
  phase === 'Succeeded' || phase === 'Failed';

/** Resolves with the pod once it is so. */
export const podThat = (
  api: KubernetesApi,
  path: string,
  isSo: (pod: PodObject) => boolean,
): Promise<PodObject> => {
  let last: PodObject | undefined;
  return until(
    () => `${path} to become what is waited for; it is ${JSON.stringify(last?.status)}`,
    async () => {
      last = await api.find<PodObject>(path);
      return last !== undefined && isSo(last) && last;
    },
  );
};
