// Clusters and the instances in them as the verbs use them, through ECS's own client. Renders nothing.

import {
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  ECSClient,
  RegisterContainerInstanceCommand,
  UpdateContainerInstancesStateCommand,
  paginateListClusters,
  paginateListContainerInstances,
  type ContainerInstance,
  type ContainerInstanceStatus,
} from '@aws-sdk/client-ecs';
import { clientSettings } from './api.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import type { Settings } from './session.ts';

/** An instance, and the cluster it was found in. */
export interface ClusterInstance extends ContainerInstance {
  readonly clusterArn: string;
}

export class ClusterApi {
  readonly #ecs: ECSClient;

  constructor(settings: Settings, env: Io['env']) {
    this.#ecs = new ECSClient({ ...clientSettings(settings, env), endpoint: settings.endpoint });
  }

  close(): void {
    this.#ecs.destroy();
  }

  async instances(cluster: string | undefined): Promise<ClusterInstance[]> {
    const found: ClusterInstance[] = [];
    for (const clusterArn of cluster === undefined ? await this.#clusters() : [cluster]) {
      for await (const page of paginateListContainerInstances({ client: this.#ecs }, { cluster: clusterArn })) {
        const containerInstances = page.containerInstanceArns ?? [];
        if (containerInstances.length === 0) continue;
        const described = await this.#ecs.send(new DescribeContainerInstancesCommand({ cluster: clusterArn, containerInstances }));
        for (const instance of described.containerInstances ?? []) found.push({ ...instance, clusterArn });
      }
    }
    return found;
  }

  async #clusters(): Promise<string[]> {
    const found: string[] = [];
    for await (const page of paginateListClusters({ client: this.#ecs }, {})) found.push(...(page.clusterArns ?? []));
    return found;
  }

  async register(cluster: string, attributes: Readonly<Record<string, string | undefined>>): Promise<ContainerInstance> {
    const given = Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
    const { containerInstance } = await this.#ecs.send(new RegisterContainerInstanceCommand({ cluster, attributes: given }));
    return containerInstance ?? {};
  }

  /** Throws a {@link Failure} where the cluster has no such instance. */
  async setState(cluster: string, id: string, status: Extract<ContainerInstanceStatus, 'ACTIVE' | 'DRAINING'>): Promise<ContainerInstance> {
    const { containerInstances, failures } = await this.#ecs.send(new UpdateContainerInstancesStateCommand({ cluster, containerInstances: [id], status }));
    const [instance] = containerInstances ?? [];
    if (instance === undefined) throw new Failure(`no instance ${id} that was registered (${failures?.[0]?.reason ?? 'MISSING'})`);
    return instance;
  }

  async deregister(cluster: string, containerInstance: string, force: boolean): Promise<ContainerInstance> {
    const answer = await this.#ecs.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance, force }));
    return answer.containerInstance ?? {};
  }
}
