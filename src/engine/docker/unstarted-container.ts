// Takes a container that was created and not started out of the way, so that nothing can start it
// any more. It never ends one that runs, and never takes an inspection for a proof: a start that
// somebody asked for may be under way in the daemon.

import { EngineUnavailable } from '../../port/engine.ts';
import type { ContainerFacts } from './container-facts.ts';
import { daemonMessage, type DockerClient } from './docker-client.ts';

interface UnstartedContainerParts {
  readonly client: Pick<DockerClient, 'request' | 'assertAnswering'>;
  /**
   * The container as it is now; undefined: there is none of ours. Rejects with EngineUnavailable.
   */
  readonly inspect: () => Promise<ContainerFacts | undefined>;
  /** Whether the daemon's events have told of the container's start, and of its deletion. */
  readonly began: (dockerId: string) => boolean;
  readonly destroyed: (dockerId: string) => boolean;
  /** Rejects with EngineUnavailable when the engine is closed. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface Withdrawal {
  /**
   * `absent`: there was none. `has started`: it runs or has run, and is left as it is. `removed`:
   * nothing has started it, and nothing can any more. `ran and is gone`: it was started, and ended,
   * after it was inspected and before it was removed.
   */
  readonly outcome: 'absent' | 'has started' | 'removed' | 'ran and is gone';
  /** As it was inspected. */
  readonly facts?: ContainerFacts | undefined;
}

/** Docker answers 409 while somebody else removes it, too. */
const triesMost = 50;
const tryAgainMs = 200;
/** How long an event may be on its way when the answer is there. */
const eventsWithinMs = 5_000;
const eventStepMs = 5;

/**
 * Without force, Docker refuses to remove what runs (409), and it refuses to start what is being
 * removed, also where that start was asked for before: both are decided under the container's lock,
 * which a start holds to its end. By its id: a container that is made anew under the name is not
 * meant. Rejects with EngineUnavailable where nothing was decided.
 */
export async function withdrawUnstarted(parts: UnstartedContainerParts): Promise<Withdrawal> {
  const { client, inspect, began, pause } = parts;
  for (let tries = 1; ; tries++) {
    // Waits for a start that is under way.
    const facts = await inspect();
    if (facts === undefined) return { outcome: 'absent' };
    if (facts.state !== 'created') return { outcome: 'has started', facts };
    const answer = await client.request({
      method: 'DELETE',
      path: `/containers/${facts.dockerId}`,
      query: { v: 1 },
    });
    if (answer.status < 300) {
      // What ended within this moment is removed like what never ran. Its events tell.
      await heardOfItsEnd(parts, facts.dockerId);
      return { outcome: began(facts.dockerId) ? 'ran and is gone' : 'removed', facts };
    }
    if (answer.status >= 500) await client.assertAnswering(answer);
    if (tries === triesMost) throw new EngineUnavailable(`Docker: ${daemonMessage(answer)}`);
    await pause(tryAgainMs);
  }
}

async function heardOfItsEnd(
  { destroyed, pause }: UnstartedContainerParts,
  dockerId: string,
): Promise<void> {
  for (let waitedMs = 0; !destroyed(dockerId) && waitedMs < eventsWithinMs; waitedMs += eventStepMs)
    await pause(eventStepMs);
}
