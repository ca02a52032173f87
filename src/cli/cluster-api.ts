// Clusters and the instances in them as the verbs use them, through ECS's own client and EC2's.
// Renders nothing.

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
import type { EC2ClientConfig } from '@aws-sdk/client-ec2';
import { clientSettings } from './api.ts';
import { Failure } from './failure.ts';
import { environmentOfCluster, nameOfArn } from './render/job.ts';
import type { Settings } from './settings.ts';

/** An instance, and the cluster it was found in. */
export interface ClusterInstance extends ContainerInstance {
  readonly clusterArn: string;
}

export class ClusterApi {
  readonly #ecs: ECSClient;
  readonly #ec2Settings: EC2ClientConfig;

  constructor(settings: Settings) {
    const common = { ...clientSettings(settings), endpoint: settings.endpoint };
    this.#ecs = new ECSClient(common);
    this.#ec2Settings = common;
  }

  close(): void {
    this.#ecs.destroy();
  }

  async instances(cluster: string | undefined): Promise<ClusterInstance[]> {
    const found: ClusterInstance[] = [];
    for (const clusterArn of cluster === undefined
      ? await this.#clusters()
      : [await this.#clusterNamed(cluster)]) {
      for await (const page of paginateListContainerInstances(
        { client: this.#ecs },
        { cluster: clusterArn },
      )) {
        const containerInstances = page.containerInstanceArns ?? [];
        if (containerInstances.length === 0) continue;
        const described = await this.#ecs.send(
          new DescribeContainerInstancesCommand({ cluster: clusterArn, containerInstances }),
        );
        for (const instance of described.containerInstances ?? [])
          found.push({ ...instance, clusterArn });
      }
    }
    return found;
  }

  /**
   * The instance that an id names: ECS's, or EC2's. Throws a {@link Failure} where there is none,
   * or where several clusters have it.
   */
  async find(id: string, cluster: string | undefined): Promise<ClusterInstance> {
    const found = (await this.instances(cluster)).filter(
      ({ containerInstanceArn, ec2InstanceId }) =>
        ec2InstanceId === id || nameOfArn(containerInstanceArn) === nameOfArn(id),
    );
    const [first] = found;
    if (first === undefined)
      throw new Failure(`no instance has the id ${id}; longshore instances lists them`);
    if (found.length > 1)
      throw new Failure(
        `${found.length} clusters have an instance ${id}: --cluster says which is meant`,
      );
    return first;
  }

  /**
   * The cluster of a compute environment, or the one of this name or ARN. Throws a {@link Failure}
   * where there is none.
   */
  async #clusterNamed(given: string): Promise<string> {
    const found = (await this.#clusters()).find((arn) =>
      [arn, nameOfArn(arn), environmentOfCluster(arn)].includes(given),
    );
    if (found === undefined)
      throw new Failure(`there is no compute environment and no cluster ${given}`);
    return found;
  }

  async #clusters(): Promise<string[]> {
    const found: string[] = [];
    for await (const page of paginateListClusters({ client: this.#ecs }, {}))
      found.push(...(page.clusterArns ?? []));
    return found;
  }

  async register(
    cluster: string,
    attributes: Readonly<Record<string, string | undefined>>,
  ): Promise<ContainerInstance> {
    const given = Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    );
    const { containerInstance } = await this.#ecs.send(
      new RegisterContainerInstanceCommand({
        cluster: await this.#clusterNamed(cluster),
        attributes: given,
      }),
    );
    return containerInstance ?? {};
  }

  /** Throws a {@link Failure} where the cluster has no such instance. */
  async setState(
    cluster: string,
    id: string,
    status: Extract<ContainerInstanceStatus, 'ACTIVE' | 'DRAINING'>,
  ): Promise<ContainerInstance> {
    const { containerInstances, failures } = await this.#ecs.send(
      new UpdateContainerInstancesStateCommand({ cluster, containerInstances: [id], status }),
    );
    const [instance] = containerInstances ?? [];
    if (instance === undefined)
      throw new Failure(
        `no instance ${id} that was registered (${failures?.[0]?.reason ?? 'MISSING'})`,
      );
    return instance;
  }

  /** Answers the state that it is in then. */
  async terminate(instanceId: string): Promise<string> {
    // The largest of all clients: nothing else needs it.
    const { EC2Client, TerminateInstancesCommand } = await import('@aws-sdk/client-ec2');
    const ec2 = new EC2Client(this.#ec2Settings);
    try {
      const { TerminatingInstances } = await ec2.send(
        new TerminateInstancesCommand({ InstanceIds: [instanceId] }),
      );
      return TerminatingInstances?.[0]?.CurrentState?.Name ?? '';
    } finally {
      ec2.destroy();
    }
  }

  async deregister(
    cluster: string,
    containerInstance: string,
    force: boolean,
  ): Promise<ContainerInstance> {
    const answer = await this.#ecs.send(
      new DeregisterContainerInstanceCommand({ cluster, containerInstance, force }),
    );
    return answer.containerInstance ?? {};
  }
}
