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

/** Checkpoints of a container that runs. */
interface Following {
  readonly controller: AbortController;
  /** Of the next look. */
  cancel: () => void;
  underWay: Promise<void> | undefined;
  isFailing: boolean;
  isOver: boolean;
}

export class TrainingAttempts {
  readonly #parts: TrainingAttemptsParts;
  readonly #preparing = new Map<AttemptId, AbortController>();
  readonly #storing = new Map<AttemptId, Storing>();
  /** Undefined: it has no checkpoints. */
  readonly #followed = new Map<AttemptId, Following | undefined>();
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

  /** Its container runs; said again it changes nothing. */
  follow(job: LiveJob): void {
    const { attemptId } = job.attempt;
    if (!this.has(job) || this.#followed.has(attemptId)) return;
    const attempt = this.#attempt(job);
    const following: Following | undefined = attempt.checkpoints && {
      controller: new AbortController(),
      cancel: () => undefined,
      underWay: undefined,
      isFailing: false,
      isOver: false,
    };
    this.#followed.set(attemptId, following);
    if (following !== undefined) this.#lookLater(attempt, following);
  }

  #lookLater(attempt: TrainingAttempt, following: Following): void {
    const { clock } = this.#parts;
    following.cancel = clock.at(clock.now() + limit.training.checkpointsEveryMs, () => {
      following.underWay = this.#look(attempt, following).finally(() => {
        following.underWay = undefined;
        if (!following.isOver) this.#lookLater(attempt, following);
      });
    });
  }

  async #look(attempt: TrainingAttempt, following: Following): Promise<void> {
    try {
      await this.#files.sync(attempt, following.controller.signal);
      following.isFailing = false;
    } catch (error) {
      // It is said once, not with each look.
      if (!following.isFailing && !following.controller.signal.aborted && !this.#closed)
        this.#parts.onProblem(`storing checkpoints of attempt ${attempt.attemptId}`, error);
      following.isFailing = true;
    }
  }

  /** Resolves when no look is under way any more. */
  async #unfollow(following: Following | undefined): Promise<void> {
    if (following === undefined) return;
    following.isOver = true;
    following.cancel();
    await following.underWay;
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
    const following = this.#followed.get(attemptId);
    const controller = following?.controller ?? new AbortController();
    const storing: Storing = { controller, cancel: undefined };
    this.#storing.set(attemptId, storing);
    // It may have been stopped since its end was reported.
    if (isToStop(this.#parts.world.jobOfAttempt(attemptId) ?? job)) this.#bound(storing);
    try {
      await this.#unfollow(following);
      return await this.#files.store(this.#attempt(job), controller.signal);
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
    const following = this.#followed.get(attemptId);
    this.#followed.delete(attemptId);
    following?.controller.abort();
    this.#remove(attemptId, following).catch((error: unknown) =>
      this.#parts.onProblem(`removing the files of attempt ${attemptId}`, error),
    );
  }

  async #remove(attemptId: AttemptId, following: Following | undefined): Promise<void> {
    await this.#unfollow(following);
    await this.#parts.files?.remove(attemptId);
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
    for (const following of this.#followed.values())
      if (following !== undefined) {
        following.isOver = true;
        following.cancel();
      }
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
