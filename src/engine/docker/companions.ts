// What containers have in common with others on a Docker daemon, as one: the private network of a
// job's nodes, and the namespaces and volumes of an attempt's containers. It decides about none of
// them; it keeps the order in which they come and go.

import type { ContainerId } from '../../base/ids.ts';
import type { ContainerSpec } from '../../port/engine.ts';
import { anchorBody, type MappingOptions, type Seat } from './container-mapping.ts';
import type { ContainerFacts } from './container-facts.ts';
import type { DockerNetworks } from './docker-networks.ts';
import type { DockerTasks } from './docker-tasks.ts';
import type { Anchor } from './namespaces.ts';
import type { CannotStart } from './shared-things.ts';

interface Joined {
  readonly seat: Seat | undefined;
  readonly anchor: Anchor | undefined;
}

export class Companions {
  readonly #networks: DockerNetworks;
  readonly #tasks: DockerTasks;

  constructor(networks: DockerNetworks, tasks: DockerTasks) {
    this.#networks = networks;
    this.#tasks = tasks;
  }

  /** What the container needs of others' is there, and stays until it leaves. */
  async join(spec: ContainerSpec, options: MappingOptions): Promise<Joined | CannotStart> {
    const { containerId, network, task } = spec;
    const seat =
      network?.kind === 'private' ? await this.#networks.join(network, containerId) : undefined;
    if (seat !== undefined && 'cannotStart' in seat) return seat;
    const anchor =
      task &&
      (await this.#tasks.join(task.attemptId, anchorBody(spec, options, seat), containerId));
    return anchor !== undefined && 'cannotStart' in anchor ? anchor : { seat, anchor };
  }

  /** There is a container. */
  know({ containerId, networkId, taskId }: ContainerFacts): void {
    if (networkId !== undefined) this.#networks.know(networkId, containerId);
    if (taskId !== undefined) this.#tasks.know(taskId, containerId);
  }

  /** There is none any more, and none is being started. */
  async leave(member: ContainerId): Promise<void> {
    // While a task's anchor is in a network, that cannot be removed.
    await this.#tasks.leave(member);
    await this.#networks.leave(member);
  }

  /** Every container that has something in common with others, as far as is known. */
  members(): Iterable<ContainerId> {
    return new Set([...this.#networks.members(), ...this.#tasks.members()]);
  }

  /** Removes what nobody needs. Every container of ours must be known before. */
  async sweep(): Promise<void> {
    await this.#tasks.sweep();
    await this.#networks.sweep();
  }
}
