// The containers on a Docker daemon that are this server's, told by its mark: what there is, and
// how one is removed. It keeps nothing in mind, and never touches what another server labelled.

import type { ContainerId } from '../../base/ids.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { containerFacts, type ContainerFacts } from './container-facts.ts';
import { attemptLabel, containerName, markLabel } from './container-mapping.ts';
import type { InspectedContainer, ListedContainer } from './docker-api.ts';
import { DockerRefusal, daemonMessage, type DockerClient } from './docker-client.ts';

/** All reject with EngineUnavailable. */
export class OwnContainers {
  readonly #client: DockerClient;
  readonly #mark: string;

  constructor(client: DockerClient, mark: string) {
    this.#client = client;
    this.#mark = mark;
  }

  /** What all of them bear. */
  get label(): string {
    return `${markLabel}=${this.#mark}`;
  }

  /** Undefined where there is none, or one that is not ours. */
  async inspect(containerId: ContainerId): Promise<ContainerFacts | undefined> {
    try {
      const container = await answerOf<InspectedContainer>(this.#client, {
        method: 'GET',
        path: `/containers/${containerName(containerId)}/json`,
        repeatable: true,
      });
      return container.Config.Labels?.[markLabel] === this.#mark
        ? containerFacts(container)
        : undefined;
    } catch (error) {
      if (error instanceof DockerRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All there are, each with the word of the daemon's list for its state. */
  async states(): Promise<ReadonlyMap<ContainerId, string>> {
    const listed = await answerOf<ListedContainer[]>(this.#client, {
      method: 'GET',
      path: '/containers/json',
      query: { all: 1, filters: JSON.stringify({ label: [this.label, attemptLabel] }) },
      repeatable: true,
    });
    return new Map(
      listed.map((container) => [container.Labels[attemptLabel] as ContainerId, container.State]),
    );
  }

  /** With its anonymous volumes. Gone already is as good. */
  async remove(containerId: ContainerId): Promise<void> {
    const answer = await this.#client.request({
      method: 'DELETE',
      path: `/containers/${containerName(containerId)}`,
      query: { force: 1, v: 1 },
      repeatable: true,
    });
    if (answer.status >= 500) throw new EngineUnavailable(`Docker: ${daemonMessage(answer)}`);
  }

  /** Removes those that are made for it by name. */
  async removeVolumes({ volumes }: ContainerFacts): Promise<void> {
    for (const volume of volumes)
      await this.#client.request({
        method: 'DELETE',
        path: `/volumes/${volume}`,
        repeatable: true,
      });
  }
}

/** The client's answer; any refusal but 404 is trouble of the daemon's: EngineUnavailable. */
export async function answerOf<T>(
  client: DockerClient,
  request: Parameters<DockerClient['json']>[0],
): Promise<T> {
  try {
    return await client.json<T>(request);
  } catch (error) {
    if (error instanceof DockerRefusal && error.status !== 404)
      throw new EngineUnavailable(`Docker: ${error.message}`, { cause: error });
    throw error;
  }
}
