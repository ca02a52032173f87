// How the Kubernetes engine ends attempts: a stop that was asked for, and the letting go of pods of
// which nobody needs anything any more. It starts none, and what it finds is reported by
// PodSightings.

import { splitContainerId, type ContainerId } from '../../base/ids.ts';
import type { KnownAttempt } from './known-attempt.ts';
import type { OwnPods } from './own-pods.ts';
import { isUseless, type PodSightings } from './pod-sightings.ts';
import { observedFinalizer } from './pod-names.ts';
import type { PodStarts } from './pod-starts.ts';
import { hasEnded } from './pod-state.ts';

interface PodEndsParts {
  readonly pods: OwnPods;
  readonly sightings: PodSightings;
  readonly starts: PodStarts;
}

/** Nothing would take its place on the node before it is out of it. */
const leastGraceMs = 1_000;

export class PodEnds {
  readonly #parts: PodEndsParts;

  constructor(parts: PodEndsParts) {
    this.#parts = parts;
  }

  /** As {@link Engine.stop}: a pod ends as a whole, so all that is in it is stopped. */
  async stop(containerId: ContainerId, graceMs: number): Promise<void> {
    const { pods, sightings, starts } = this.#parts;
    const { attemptId, index } = splitContainerId(containerId);
    const known = sightings.find(attemptId);
    if (known === undefined) return;
    await starts.withdraw(known, index);
    const { pod } = known;
    const is = sightings.state(known, index)?.is;
    if (pod === undefined || (is !== 'created' && is !== 'running')) return this.#tidy(known);
    known.stopped = true;
    await pods.end(pod, Math.max(leastGraceMs, graceMs));
  }

  /** As {@link Engine.remove}. */
  async remove(containerId: ContainerId): Promise<void> {
    const { sightings, starts } = this.#parts;
    const { attemptId, index } = splitContainerId(containerId);
    const known = sightings.find(attemptId);
    if (known === undefined) return;
    sightings.dismiss(known, index);
    await starts.withdraw(known, index);
    if (isUseless(known)) await this.letGo(known);
    this.#tidy(known);
  }

  /** Its pod ends, if it has not, and nothing holds it any more. Idempotent. */
  async letGo(known: KnownAttempt): Promise<void> {
    const { pod, gone } = known;
    const isDone = pod?.deletedAtMs !== undefined && !pod.finalizers.includes(observedFinalizer);
    if (pod === undefined || isDone || gone || known.releasing) return;
    const { pods } = this.#parts;
    known.releasing = known.stopped = true;
    try {
      if (hasEnded(pod)) {
        // Deleted while something still holds it, it would go to its node once more.
        await pods.letGo(pod);
        if (pod.deletedAtMs === undefined) await pods.end(pod, 0);
      } else {
        // What still ends is held until it has.
        await pods.end(pod, pod.node === undefined ? 0 : leastGraceMs);
        await pods.letGo(known.pod ?? pod);
      }
    } finally {
      known.releasing = false;
    }
  }

  /** Of what nobody asks for, and is not there, nothing is kept. */
  #tidy(known: KnownAttempt): void {
    const { sightings, starts } = this.#parts;
    if (known.pod === undefined && !starts.isPending(known)) sightings.forget(known);
  }
}
