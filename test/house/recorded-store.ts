// The store in memory, which keeps what is committed as on a disk and lets a test look at it, or
// make it fail.

import type { JobId } from '../../src/base/ids.ts';
import type { Job } from '../../src/core/job/job.ts';
import type { Commit, Store, StoredWorld, StoreReader } from '../../src/port/store.ts';
import type { TableWriteOutcome } from '../../src/port/table.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';

export class RecordedStore implements Store {
  readonly #store = new SqliteStore(':memory:');
  readonly commits: Commit[] = [];
  /** Thrown by commits while it is set. */
  failure: Error | undefined;
  onCommit: (commit: Commit) => void = () => undefined;

  load(): StoredWorld {
    return this.#store.load();
  }

  commit(commit: Commit): readonly TableWriteOutcome[] {
    if (this.failure !== undefined) throw this.failure;
    const outcomes = this.#store.commit(commit);
    this.commits.push(commit);
    this.onCommit(commit);
    return outcomes;
  }

  get reader(): StoreReader {
    return this.#store.reader;
  }

  /** The last value of a job that was committed. */
  job(id: JobId): Job {
    for (const commit of this.commits.toReversed()) {
      const found = commit.rows.jobs.get(id) ?? commit.rows.children.get(id)?.job;
      if (found !== undefined) return found as Job;
    }
    throw new Error(`no job ${id} was committed`);
  }

  close(): void {
    this.#store.close();
  }
}
