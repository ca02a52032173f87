// How the Docker engine starts a container: what it needs is found, pulled and joined, it is made
// from its spec, and started. It never starts one that has run, and what it finds is reported by
// Sightings.

import type { ContainerSpec } from '../../port/engine.ts';
import type { RegistryLogin } from '../../port/secrets.ts';
import { discretion } from '../discretion.ts';
import type { FileSystems } from '../file-systems.ts';
import { foundSources } from '../found-sources.ts';
import type { Companions } from './companions.ts';
import type { ContainerEnds } from './container-ends.ts';
import {
  containerName,
  createBodies,
  type CreateBodies,
  type MappingOptions,
} from './container-mapping.ts';
import { daemonMessage, type DockerClient } from './docker-client.ts';
import type { DockerDaemon } from './docker-daemon.ts';
import type { DockerImages } from './docker-images.ts';
import { referenceProblem } from './image-reference.ts';
import { notWanted, type Known } from './known-attempt.ts';
import { putRouterFile, routerSocketOn } from './log-routing.ts';
import { againMs, pause } from './pause.ts';
import type { Sightings } from './sightings.ts';
import { withoutMountNoise } from './volume-mounts.ts';

interface ContainerStartsParts {
  readonly client: DockerClient;
  readonly images: DockerImages;
  readonly companions: Companions;
  readonly sightings: Sightings;
  readonly ends: ContainerEnds;
  readonly daemon: () => DockerDaemon;
  /** The operator's part of what a container is made of. */
  readonly own: Pick<MappingOptions, 'mark' | 'jobNetwork' | 'pidsLimit'>;
  /** What the operator named in place of file systems of AWS. */
  readonly fileSystems: FileSystems;
  /** The daemon's paths are this machine's. */
  readonly isHere: boolean;
  /** Aborted when the engine is closed. */
  readonly closed: AbortSignal;
}

/**
 * How often a start looks again for a container that has its name and is not there yet, or is
 * going: a minute.
 */
const looksForName = 300;

export class ContainerStarts {
  readonly #parts: ContainerStartsParts;
  readonly #sightings: Sightings;
  /** Found out by the first container that asks for a bound. */
  #storageUnbounded = false;

  constructor(parts: ContainerStartsParts) {
    this.#parts = parts;
    this.#sightings = parts.sightings;
  }

  /** As {@link Engine.start}. */
  start(spec: ContainerSpec): Promise<void> {
    const known = this.#sightings.know(spec.containerId);
    if (known.starting !== undefined) return known.starting;
    if (known.startedReported || known.ended) return Promise.resolve();
    const start = async (): Promise<void> => {
      known.discreet = discretion(spec);
      await this.#startOne(known, spec);
      if (known.facts === undefined) await this.#parts.companions.leave(spec.containerId);
    };
    known.starting = start().finally(() => {
      known.starting = known.discreet = undefined;
      // Where nothing is known to be there, nothing can be lost.
      if (!known.startedReported && !known.ended) this.#sightings.forget(spec.containerId);
    });
    return known.starting;
  }

  /** A failure is named by the step in which ECS's agent would have met it: pull, create, start. */
  async #startOne(known: Known, spec: ContainerSpec): Promise<void> {
    const malformed = referenceProblem(spec.image);
    if (malformed !== undefined)
      return this.#sightings.startFailed(known, `CannotPullContainerError: ${malformed}`);
    const { client, isHere, fileSystems, companions } = this.#parts;
    const sources = await foundSources(spec, fileSystems, isHere);
    if ('cannotStart' in sources) return this.#sightings.startFailed(known, sources.cannotStart);
    const options = this.#mappingOptions();
    const joined = await companions.join(spec, options);
    if ('cannotStart' in joined) return this.#sightings.startFailed(known, joined.cannotStart);
    const routerSocket = await routerSocketOn(client, spec);
    const bodies = createBodies(spec, options, { ...joined, sources, routerSocket });
    if ('cannotStart' in bodies) return this.#sightings.startFailed(known, bodies.cannotStart);
    const created = await this.#create(known, spec, bodies);
    if (created === undefined) return;
    const amiss = await putRouterFile(client, created, spec);
    let reason = amiss === undefined ? notWanted : `CannotStartContainerError: ${amiss}`;
    if (amiss === undefined && !known.unwanted.signal.aborted) {
      // By its id: a start that is carried out late, when the container has ended or been made
      // anew, finds nothing to start again.
      const started = await client.request({
        method: 'POST',
        path: `/containers/${created}/start`,
      });
      if (started.status < 300 || started.status === 304) return this.#sightings.look(known);
      await client.assertAnswering(started);
      reason = `CannotStartContainerError: Error response from daemon: ${withoutMountNoise(daemonMessage(started), sources)}`;
    }
    const outcome = await this.#parts.ends.withdraw(known);
    if (outcome === 'removed' || outcome === 'absent') this.#sightings.startFailed(known, reason);
  }

  #mappingOptions(): MappingOptions {
    const { keptOutput, pieceBytes } = this.#parts.daemon();
    return {
      ...this.#parts.own,
      keptOutput,
      storageUnbounded: this.#storageUnbounded,
      dropsOutput: pieceBytes > 0,
    };
  }

  /** Makes the container: its id. Undefined: there is nothing to start, and why was reported. */
  async #create(
    known: Known,
    { containerId, image, registryLogin, ephemeralStorageGib }: ContainerSpec,
    bodies: CreateBodies,
  ): Promise<string | undefined> {
    const { client, ends, closed } = this.#parts;
    let { body, unbounded } = bodies;
    const failed = (reason: string): undefined =>
      this.#sightings.startFailed(known, reason) as undefined;
    for (let looks = 0, pulled = false; ;) {
      if (known.unwanted.signal.aborted) return failed(notWanted);
      const answer = await client.request({
        method: 'POST',
        path: '/containers/create',
        query: { name: containerName(containerId) },
        body,
        repeatable: true,
      });
      if (answer.status === 201) {
        if (body === bodies.unbounded) this.#storageUnbounded = true;
        if (ephemeralStorageGib !== undefined && this.#storageUnbounded)
          known.notice = `Its ephemeral storage of ${ephemeralStorageGib} GiB is not enforced: Docker's storage driver ${this.#parts.daemon().storageDriver} sets no bounds on its disk`;
        return (JSON.parse(answer.body.toString()) as { Id: string }).Id;
      }
      if (answer.status === 404 && !pulled) {
        pulled = true;
        const failure = await this.#pull(image, registryLogin, known.unwanted.signal);
        if (failure !== undefined)
          return failed(`CannotPullContainerError: Error response from daemon: ${failure}`);
        continue;
      }
      const reason = `CannotCreateContainerError: Error response from daemon: ${daemonMessage(answer)}`;
      if (answer.status !== 409) {
        await client.assertAnswering(answer);
        // Most storage drivers know no bound. Whatever else the daemon refuses, it refuses again.
        if (unbounded !== undefined) {
          [body, unbounded] = [unbounded, undefined];
          continue;
        }
        return failed(reason);
      }
      // The name is taken: an earlier start got this far, and may be under way in the daemon though
      // nobody waits for it any more. So what has not started is made anew, which that start cannot
      // reach; what has is left alone.
      const outcome = await ends.withdraw(known);
      if (outcome === 'has started' || outcome === 'ran and is gone') return undefined;
      if (outcome === 'removed') continue;
      if (++looks > looksForName) return failed(reason);
      await pause(againMs, closed);
    }
  }

  /** Waits no longer than the attempt is wanted; the pull itself goes on for others. */
  async #pull(
    image: string,
    login: RegistryLogin | undefined,
    unwanted: AbortSignal,
  ): Promise<string | undefined> {
    const aborted = Promise.withResolvers<undefined>();
    const onAbort = (): void => aborted.resolve(undefined);
    unwanted.addEventListener('abort', onAbort);
    try {
      return await Promise.race([this.#parts.images.pull(image, login), aborted.promise]);
    } finally {
      unwanted.removeEventListener('abort', onAbort);
    }
  }
}
