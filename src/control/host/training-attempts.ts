// The files of training jobs' attempts, beside their containers: at hand before one starts, stored
// when it has ended, gone when the attempt is over. It changes no state, and knows nothing of where
// files are.

import { must } from '../../base/assert.ts';
import type { AttemptId } from '../../base/ids.ts';
import type { LiveJob } from '../../core/job/job.ts';
import { trainingAttempt, type TrainingAttempt } from '../../core/service-job/training-attempt.ts';
import type { StoreReader } from '../../port/store.ts';
import type { TrainingFiles, TrainingLeft, TrainingMounts } from '../../port/training-files.ts';
import { Stopped } from '../turn/stopped.ts';

interface TrainingAttemptsParts {
  /** Absent: containers find nothing, and leave nothing. */
  readonly files: TrainingFiles | undefined;
  readonly reader: StoreReader;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** What a container of the attempt is given, or why it cannot be. */
export type Prepared = TrainingMounts | { readonly failure: string };

export class TrainingAttempts {
  readonly #parts: TrainingAttemptsParts;
  readonly #preparing = new Map<AttemptId, AbortController>();
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

  /** What is being prepared for it is not wanted any more. */
  giveUp(attemptId: AttemptId): void {
    this.#preparing.get(attemptId)?.abort();
  }

  /** Rejects as {@link prepare} does. */
  async store(job: LiveJob): Promise<TrainingLeft> {
    try {
      return await this.#files.store(this.#attempt(job));
    } catch (error) {
      throw this.#closed ? new Stopped() : error;
    }
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
