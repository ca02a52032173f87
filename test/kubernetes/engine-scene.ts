// Kubernetes engines for tests, over one cluster and under a mark of this process alone. It makes
// and ends no cluster.

import type { Pod, PodList } from 'kubernetes-types/core/v1.js';
import { ClusterConnection } from '../../src/engine/kubernetes/cluster-connection.ts';
import {
  KubernetesEngine,
  type KubernetesEngineOptions,
} from '../../src/engine/kubernetes/kubernetes-engine.ts';
import { Kubeconfig } from '../../src/engine/kubernetes/kubeconfig.ts';
import { systemClock } from '../../src/server/system-ports.ts';
import type { Cluster } from './cluster.ts';

const mark = `test-${process.pid}-${Date.now().toString(36)}`;

/** Closes what its engines leave open. */
export class EngineScene implements Disposable {
  readonly connection: ClusterConnection;
  readonly faults: unknown[] = [];

  private constructor(connection: ClusterConnection) {
    this.connection = connection;
  }

  static async of({ kubeconfig: path }: Pick<Cluster, 'kubeconfig'>): Promise<EngineScene> {
    const config = await Kubeconfig.read({ environment: process.env, clock: systemClock, path });
    const access = await config.access();
    return new EngineScene(new ClusterConnection({ access, clock: systemClock }));
  }

  engine(options: Partial<KubernetesEngineOptions> = {}): KubernetesEngine {
    return new KubernetesEngine({
      connection: this.connection,
      clock: systemClock,
      mark,
      onFault: (error) => this.faults.push(error),
      ...options,
    });
  }

  /** Those of its engines that the cluster has. */
  async pods(): Promise<readonly Pod[]> {
    const { items } = await this.connection.request<PodList>({
      method: 'GET',
      path: '/api/v1/pods',
      query: { labelSelector: `longshore.dev/server=${mark}` },
    });
    return items;
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}
