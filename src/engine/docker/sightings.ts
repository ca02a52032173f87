// What the Docker engine has seen of its containers, and what it reported of that: by the daemon's
// events, and by looking. It starts, stops and removes nothing; those who do tell it by `Known`.

import type { ContainerId } from '../../base/ids.ts';
import type { Exit } from '../../core/job/attempt.ts';
import type { EngineReport } from '../../port/engine.ts';
import type { Companions } from './companions.ts';
import type { ContainerFacts } from './container-facts.ts';
import { attemptLabel } from './container-mapping.ts';
import type { EventMessage } from './docker-api.ts';
import { kernelKilledForMemory } from './kernel-log.ts';
import { isUpToDate, newlyKnown, type Known } from './known-attempt.ts';
import type { OwnContainers } from './own-containers.ts';

/** Containers looked at together. */
const inspectsAtOnce = 16;
/** 128 and SIGKILL. */
const killedExitCode = 137;

export class Sightings {
  readonly #containers: Pick<OwnContainers, 'inspect' | 'states'>;
  readonly #companions: Companions;
  readonly #known = new Map<ContainerId, Known>();
  #report: (report: EngineReport) => void = () => undefined;

  constructor(containers: Pick<OwnContainers, 'inspect' | 'states'>, companions: Companions) {
    this.#containers = containers;
    this.#companions = companions;
  }

  /** From now on all reports go there. */
  reportTo(onReport: (report: EngineReport) => void): void {
    this.#report = onReport;
  }

  find(containerId: ContainerId): Known | undefined {
    return this.#known.get(containerId);
  }

  forget(containerId: ContainerId): void {
    this.#known.delete(containerId);
  }

  /** What is known of it, which may be nothing but that somebody asked. */
  know(containerId: ContainerId): Known {
    let known = this.#known.get(containerId);
    if (known === undefined) this.#known.set(containerId, (known = newlyKnown(containerId)));
    return known;
  }

  /** Reports that its container was not started. Once it has ended, nothing more is said. */
  startFailed(known: Known, reason: string): void {
    if (known.ended) return;
    known.ended = true;
    this.#report({
      type: 'start-failed',
      containerId: known.containerId,
      atMs: Date.now(),
      reason: known.discreet?.(reason) ?? reason,
    });
  }

  /**
   * Looks at every container that is new or has changed, and at those that are not there any more;
   * returns the ids of all there are.
   */
  async lookAtAll(): Promise<readonly ContainerId[]> {
    // Whoever has something in common with others by our book, and has no container, must leave it:
    // the answer to its start or removal was lost.
    const joined = [...this.#companions.members()].map((containerId) => this.know(containerId));
    const present = [...this.#known.values()].filter(
      (known) => known.facts !== undefined && !known.ended,
    );
    const before = [...new Set([...present, ...joined])].filter(
      (known) => known.starting === undefined,
    );
    const states = await this.#containers.states();
    const missing = before.filter((known) => !states.has(known.containerId));
    const changed = [...states]
      .filter(([containerId, state]) => !isUpToDate(this.#known.get(containerId), state))
      .map(([containerId]) => this.know(containerId));
    const toLook = [...missing, ...changed].values();
    const look = async (): Promise<void> => {
      for (const known of toLook) await this.look(known);
    };
    await Promise.all(Array.from({ length: inspectsAtOnce }, look));
    return [...states.keys()];
  }

  /** Takes in what the daemon's stream of events tells. */
  onEvent(event: EventMessage): void {
    const containerId = event.Actor.Attributes[attemptLabel] as ContainerId | undefined;
    if (containerId === undefined) return;
    const known = this.#known.get(containerId);
    if (known !== undefined && event.Action === 'start') known.began = event.Actor.ID;
    if (known !== undefined && event.Action === 'destroy') known.destroyed = event.Actor.ID;
    switch (event.Action) {
      case 'kill':
        if (known === undefined) return;
        known.killed = true;
        known.signalled?.();
        return;
      case 'oom':
        if (known !== undefined) known.outOfMemory = true;
        return;
      case 'destroy':
        if (known === undefined || known.starting !== undefined) return;
        break;
      case 'die':
        if (known !== undefined)
          known.died = {
            exitCode: Number(event.Actor.Attributes['exitCode']),
            atMs: Math.floor(event.timeNano / 1e6),
          };
        break;
      case 'start':
        // A start of ours looks by itself; this one is of another that holds the same data, or its
        // answer was lost.
        if (known?.starting !== undefined) return;
        break;
      default:
        return;
    }
    // A failure to look is the connection's: after the next one all are looked at.
    this.look(this.know(containerId)).catch(() => undefined);
  }

  /**
   * Looks at the container and reports what is new, in order. Whoever asks while that is under way
   * is served by one more look.
   */
  look(known: Known): Promise<void> {
    if (known.looking !== undefined) {
      known.lookAgain = true;
      return known.looking;
    }
    known.looking = (async () => {
      try {
        do {
          known.lookAgain = false;
          await this.take(known, await this.#containers.inspect(known.containerId));
        } while (known.lookAgain);
      } finally {
        known.looking = undefined;
      }
    })();
    return known.looking;
  }

  /** Takes in what an inspection found; undefined: there is no such container. */
  async take(known: Known, facts: ContainerFacts | undefined): Promise<void> {
    if (facts === undefined) {
      // Who takes it out of the way says what became of it.
      if (known.withdrawing !== undefined) return;
      this.#takeGone(known);
      return known.starting === undefined ? this.#companions.leave(known.containerId) : undefined;
    }
    // What was seen of it just before its removal says nothing of where it is.
    if (!known.removed) this.#companions.know(facts);
    if (facts.pid > 0) known.pid = facts.pid;
    known.facts = facts;
    if (facts.state === 'created') return;
    if (!known.ended) this.#started(known, facts.startedAtMs);
    if (facts.exit === undefined) return;
    const exit = {
      ...facts.exit,
      outOfMemory: await this.#wasOutOfMemory(known, facts.dockerId, facts.exit),
    };
    known.facts = { ...facts, exit };
    if (known.ended) return;
    known.ended = true;
    this.#report({
      type: 'exited',
      containerId: known.containerId,
      atMs: facts.stoppedAtMs ?? Date.now(),
      exit,
    });
  }

  async #wasOutOfMemory(known: Known, dockerId: string, exit: Exit): Promise<boolean> {
    if (exit.outOfMemory) known.outOfMemory = true;
    else if (
      exit.exitCode === killedExitCode &&
      !known.killed &&
      !known.ended &&
      !known.outOfMemory
    )
      known.outOfMemory = await kernelKilledForMemory(dockerId, known.pid);
    return known.outOfMemory;
  }

  /** Deleted by somebody else. */
  #takeGone(known: Known): void {
    if (known.facts === undefined && known.died === undefined) {
      if (known.starting === undefined && !known.ended) this.#known.delete(known.containerId);
      return;
    }
    known.facts = undefined;
    if (known.ended) return;
    known.ended = true;
    if (known.died === undefined) {
      this.#report({
        type: 'lost',
        containerId: known.containerId,
        atMs: Date.now(),
        reason: 'its container was deleted',
      });
      return;
    }
    const { exitCode, atMs } = known.died;
    this.#started(known, atMs);
    this.#report({
      type: 'exited',
      containerId: known.containerId,
      atMs,
      exit: { exitCode, outOfMemory: known.outOfMemory, reason: 'its container was deleted' },
    });
  }

  #started(known: Known, atMs: number | undefined): void {
    if (known.startedReported) return;
    known.startedReported = true;
    this.#report({
      type: 'started',
      containerId: known.containerId,
      atMs: atMs ?? Date.now(),
      notice: known.notice,
      address: known.facts?.address,
    });
  }
}
