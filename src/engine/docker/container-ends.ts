// How the Docker engine ends containers: a stop that was asked for, the withdrawal of one that has
// not started, and removal. It starts none, and what it finds is reported by Sightings.

import type { ContainerId } from '../../base/ids.ts';
import type { Companions } from './companions.ts';
import { containerName } from './container-mapping.ts';
import { DockerRefusal, type DockerClient } from './docker-client.ts';
import { notWanted, type Known } from './known-attempt.ts';
import type { OwnContainers } from './own-containers.ts';
import { pause } from './pause.ts';
import type { Sightings } from './sightings.ts';
import { withdrawUnstarted, type Withdrawal } from './unstarted-container.ts';

interface ContainerEndsParts {
  readonly client: DockerClient;
  readonly containers: OwnContainers;
  readonly companions: Companions;
  readonly sightings: Sightings;
  /** Aborted when the engine is closed. */
  readonly closed: AbortSignal;
}

export class ContainerEnds {
  readonly #client: DockerClient;
  readonly #containers: OwnContainers;
  readonly #companions: Companions;
  readonly #sightings: Sightings;
  readonly #closed: AbortSignal;

  constructor({ client, containers, companions, sightings, closed }: ContainerEndsParts) {
    this.#client = client;
    this.#containers = containers;
    this.#companions = companions;
    this.#sightings = sightings;
    this.#closed = closed;
  }

  async stop(containerId: ContainerId, graceMs: number): Promise<void> {
    const known = this.#sightings.know(containerId);
    if (known.starting !== undefined) {
      known.unwanted.abort();
      await known.starting;
    }
    if (!known.ended && known.facts?.state !== 'running') await this.#sightings.look(known);
    if (
      !known.ended &&
      known.facts?.state === 'created' &&
      (await this.withdraw(known)) === 'removed'
    ) {
      await this.#companions.leave(containerId);
      return this.#sightings.startFailed(known, notWanted);
    }
    if (known.ended) return;
    if (known.facts === undefined) {
      this.#sightings.forget(containerId);
      return;
    }
    known.stopping ??= this.#stop(known, graceMs).finally(() => {
      known.stopping = undefined;
    });
    await known.stopping;
  }

  /**
   * Sees to it that a container that has not started never will; what has started is looked at, and
   * what is new of it reported.
   */
  async withdraw(known: Known): Promise<Withdrawal['outcome']> {
    const { containerId } = known;
    known.withdrawing ??= withdrawUnstarted({
      client: this.#client,
      inspect: () => this.#containers.inspect(containerId),
      began: (dockerId) => known.began === dockerId,
      destroyed: (dockerId) => known.destroyed === dockerId,
      pause: (ms) => pause(ms, this.#closed),
    }).finally(() => {
      known.withdrawing = undefined;
    });
    const { outcome, facts } = await known.withdrawing;
    if (outcome === 'has started') await this.#sightings.look(known);
    if (facts !== undefined && (outcome === 'removed' || outcome === 'ran and is gone'))
      await this.#containers.removeVolumes(facts);
    if (outcome === 'removed') known.facts = known.died = undefined;
    else if (outcome === 'ran and is gone') known.facts = facts;
    if (outcome === 'ran and is gone' || outcome === 'absent')
      await this.#sightings.take(known, undefined);
    return outcome;
  }

  /**
   * Docker's own stop respects the image's STOPSIGNAL, as ECS does, and goes on in the daemon
   * should this process end within the grace time. It answers when all is over; that the signal was
   * delivered is told by an event.
   */
  #stop(known: Known, graceMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      known.signalled = resolve;
      this.#client
        .stream({
          method: 'POST',
          path: `/containers/${containerName(known.containerId)}/stop`,
          query: { t: Math.ceil(graceMs / 1000) },
          timeoutMs: 0,
          signal: this.#closed,
        })
        .then(
          (answer) => answer.resume(),
          // 304: it has ended; 404: it is gone.
          (error: unknown) =>
            error instanceof DockerRefusal && error.status < 500 ? undefined : reject(error),
        )
        .finally(resolve);
    });
  }

  async remove(containerId: ContainerId): Promise<void> {
    const known = this.#sightings.know(containerId);
    known.ended = known.removed = true;
    known.unwanted.abort();
    await known.starting;
    const facts = known.facts ?? (await this.#containers.inspect(containerId));
    if (facts !== undefined) {
      await this.#containers.remove(containerId);
      await this.#companions.leave(containerId);
      await this.#containers.removeVolumes(facts);
    }
    this.#sightings.forget(containerId);
  }
}
