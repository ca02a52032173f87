// The files of training jobs' attempts, beside their containers: at hand before one starts, stored
// when it has ended, gone when the attempt is over. It changes no state, and knows nothing of where
// files are.

import { must } from '../../base/assert.ts';
import type { AttemptId } from '../../base/ids.ts';
import { isToStop, type LiveJob } from '../../core/job/job.ts';
import { limit } from '../../core/limit.ts';
import { trainingAttempt, type TrainingAttempt } from '../../core/service-job/training-attempt.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import type { StoreReader } from '../../port/store.ts';
import type { TrainingFiles, TrainingLeft, TrainingMounts } from '../../port/training-files.ts';
import { Stopped } from '../turn/stopped.ts';

interface TrainingAttemptsParts {
  readonly world: World;
  readonly clock: Clock;
  /** Absent: containers find nothing, and leave nothing. */
  readonly files: TrainingFiles | undefined;
  readonly reader: StoreReader;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** What a container of the attempt is given, or why it cannot be. */
export type Prepared = TrainingMounts | { readonly failure: string };

interface Storing {
  readonly controller: AbortController;
  /** Of the time that it has, once the attempt is to end. */
  cancel: (() => void) | undefined;
}

export class TrainingAttempts {
  readonly #parts: TrainingAttemptsParts;
  readonly #preparing = new Map<AttemptId, AbortController>();
  readonly #storing = new Map<AttemptId, Storing>();
  #closed = false;

  constructor(parts: TrainingAttemptsParts) {
    this.#parts = parts;
  }

  /** Whether the attempt has files at all. */
  has({ terms }: LiveJob): boolean {
    return this.#parts.files !== undefined && terms.service !== undefined;
  }

  /** Rejects with {@link Stopped} where the server stops meanwhile. */
  async prepare(job: LiveJob): Promise<Prepared> {
    const { attemptId } = job.attempt;
    const controller = new AbortController();
    this.#preparing.set(attemptId, controller);
    try {
      return await this.#files.prepare(this.#attempt(job), controller.signal);
    } catch (error) {
      throw this.#closed ? new Stopped() : error;
    } finally {
      this.#preparing.delete(attemptId);
    }
  }

  /** It is to end: nobody wants what is being prepared, and storing may not take for ever. */
  stop(attemptId: AttemptId): void {
    this.#preparing.get(attemptId)?.abort();
    const storing = this.#storing.get(attemptId);
    if (storing !== undefined) this.#bound(storing);
  }

  /** Rejects as {@link prepare} does. */
  async store(job: LiveJob): Promise<TrainingLeft> {
    const { attemptId } = job.attempt;
    const storing: Storing = { controller: new AbortController(), cancel: undefined };
    this.#storing.set(attemptId, storing);
    // It may have been stopped since its end was reported.
    if (isToStop(this.#parts.world.jobOfAttempt(attemptId) ?? job)) this.#bound(storing);
    try {
      return await this.#files.store(this.#attempt(job), storing.controller.signal);
    } catch (error) {
      throw this.#closed ? new Stopped() : error;
    } finally {
      storing.cancel?.();
      this.#storing.delete(attemptId);
    }
  }

  #bound(storing: Storing): void {
    const { clock } = this.#parts;
    storing.cancel ??= clock.at(clock.now() + limit.training.storeAfterStopMs, () =>
      storing.controller.abort(),
    );
  }

  remove(attemptId: AttemptId): void {
    this.#parts.files
      ?.remove(attemptId)
      .catch((error: unknown) =>
        this.#parts.onProblem(`removing the files of attempt ${attemptId}`, error),
      );
  }

  async open(isUnderWay: (attemptId: AttemptId) => boolean): Promise<void> {
    await this.#parts.files
      ?.removeOld(isUnderWay)
      .catch((error: unknown) =>
        this.#parts.onProblem('removing the files of attempts that have ended', error),
      );
  }

  close(): void {
    this.#closed = true;
    this.#parts.files?.close();
  }

  get #files(): TrainingFiles {
    return must(this.#parts.files, 'only attempts that have files are asked for');
  }

  #attempt({ id, attempt: { attemptId } }: LiveJob): TrainingAttempt {
    const service = must(this.#parts.reader.jobDetail(id)?.service, 'a service job has its record');
    return trainingAttempt(service, attemptId);
  }
}
