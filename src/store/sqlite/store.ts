// The default store: SQLite in one file, one writer, full durability. A commit is one transaction
// of all that a batch of commands changed. It decides nothing, and after a failed commit it must
// not be used again.

import { backup, type DatabaseSync, type StatementSync } from 'node:sqlite';
import { must } from '../../base/assert.ts';
import { arn, jobId, type Arn, type Scope } from '../../base/ids.ts';
import type { ConsumableResource } from '../../core/consumable-resource/consumable-resource.ts';
import type { ComputeEnvironment } from '../../core/compute-environment/compute-environment.ts';
import type { Tags } from '../../core/event.ts';
import type { ArrayChild } from '../../core/job/job.ts';
import { isEnded, jobStatuses } from '../../core/job/status.ts';
import type { JobDefinition } from '../../core/job-definition/job-definition.ts';
import type { OvertakenRow } from '../../core/schedule/order/overtaking.ts';
import type { EnvironmentHost } from '../../core/host/host.ts';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import type { QuotaShare } from '../../core/quota-share/quota-share.ts';
import type { ServiceEnvironment } from '../../core/service-environment/service-environment.ts';
import type { SchedulingPolicy } from '../../core/scheduling-policy/scheduling-policy.ts';
import type { JobRows } from '../../core/world/restore.ts';
import type { Commit, Store, StoredWorld } from '../../port/store.ts';
import type { KeptOutputRow, TableWriteOutcome } from '../../port/table.ts';
import { ArchiveWriter } from './archive-writer.ts';
import { CallRecordWriter } from './call-record-writer.ts';
import { CommitKeeper } from './commit-keeper.ts';
import { openDatabase } from './database.ts';
import { JournalWriter } from './journal-writer.ts';
import { Numbers } from './numbers.ts';
import { OutboxWriter } from './outbox-writer.ts';
import { RowWriter } from './row-writer.ts';
import { TableWriter } from './table-writer.ts';
import {
  decodeChild,
  decodeState,
  hasChildren,
  Interner,
  scopeOfArn,
  statusCode,
} from './job-row.ts';
import { SqliteReader } from './reader.ts';

interface LiveRow {
  sequence: number;
  id: string;
  queue: number;
  created_at: number;
  state: string;
}

const none: readonly ArrayChild[] = [];

/** Pages that a backup copies while the database is held: a commit waits no longer for it. */
const backupPages = 64;
const backupTries = 20;

interface ShareRow {
  readonly queue: string;
  readonly share: string;
  readonly usage: string;
  readonly at_second: number;
  readonly attempt_ms: number | null;
}

interface SqliteStoreOptions {
  /** Goes on with a database that has lost commits. */
  readonly acceptOlder?: boolean | undefined;
  /**
   * The disk is full: makes room for what is to be committed, and answers whether there is some
   * now.
   */
  readonly onFull?: (() => boolean) | undefined;
}

export class SqliteStore implements Store {
  readonly reader: SqliteReader;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #numbers: Numbers;
  readonly #rows: RowWriter;
  readonly #tables: TableWriter;
  readonly #records: CallRecordWriter;
  readonly #journal: JournalWriter;
  readonly #outbox: OutboxWriter;
  readonly #archives: ArchiveWriter;
  readonly #onFull: () => boolean;
  /** Absent where nothing outlives the process. */
  readonly #keeper: CommitKeeper | undefined;

  /** Throws OlderDatabase where the file has lost commits. */
  constructor(
    path: string,
    { acceptOlder = false, onFull = () => false }: SqliteStoreOptions = {},
  ) {
    this.#onFull = onFull;
    this.#database = openDatabase(path);
    this.#statements = prepare(this.#database);
    this.#numbers = new Numbers(this.#database);
    this.#rows = new RowWriter(this.#database, this.#numbers);
    this.#records = new CallRecordWriter(this.#database);
    this.#journal = new JournalWriter(this.#database);
    this.#outbox = new OutboxWriter(this.#database);
    this.#archives = new ArchiveWriter(this.#database);
    this.#tables = new TableWriter(this.#database, {
      numbers: this.#numbers,
      records: this.#records,
      journal: this.#journal,
      outbox: this.#outbox,
      archives: this.#archives,
    });
    this.reader = new SqliteReader(this.#database, this.#journal, this.#outbox);
    if (path === ':memory:') return;
    try {
      const { count, at } = this.#statements.commitCount.get() as { count: number; at: number };
      this.#keeper = new CommitKeeper(this.#database, path, { count, atMs: at }, { acceptOlder });
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  load(): StoredWorld {
    const all = <T>(sql: string): T[] => this.#database.prepare(sql).all() as T[];
    const bodies = <T>(sql: string): T[] =>
      all<{ body: string }>(sql).map((row) => JSON.parse(row.body) as T);
    const last = this.#database
      .prepare(
        'SELECT max(coalesce((SELECT max(sequence) FROM job), 0), highest) AS last FROM removed_sequence',
      )
      .get() as { last: number };
    return {
      computeEnvironments: bodies<ComputeEnvironment>('SELECT body FROM compute_environment'),
      jobQueues: bodies<JobQueue>('SELECT body FROM job_queue'),
      consumableResources: bodies<ConsumableResource>('SELECT body FROM consumable_resource'),
      serviceEnvironments: bodies<ServiceEnvironment>('SELECT body FROM service_environment'),
      schedulingPolicies: bodies<SchedulingPolicy>('SELECT body FROM scheduling_policy'),
      quotaShares: bodies<QuotaShare>('SELECT body FROM quota_share'),
      shareUsage: all<ShareRow>('SELECT * FROM share_usage').map((row) => ({
        queueArn: arn(row.queue),
        shareIdentifier: row.share,
        usage: BigInt(row.usage),
        atSecond: row.at_second,
        ...(row.attempt_ms !== null && { attemptMs: row.attempt_ms }),
      })),
      overtaken: bodies<OvertakenRow>('SELECT body FROM overtaken'),
      jobDefinitions: bodies<JobDefinition>(
        "SELECT body FROM job_definition WHERE status = 'ACTIVE' ORDER BY scope, name, revision",
      ),
      tags: all<{ arn: Arn; body: string }>(
        "SELECT arn, tag.body FROM job_queue JOIN tag USING (arn) UNION ALL SELECT arn, tag.body FROM job_definition JOIN tag USING (arn) WHERE status = 'ACTIVE'",
      ).map((row) => ({ arn: row.arn, tags: JSON.parse(row.body) as Tags })),
      hosts: bodies<EnvironmentHost>('SELECT body FROM host ORDER BY id'),
      revisions: all<{ scope: Scope; name: string; revision: number }>(
        'SELECT scope, name, max(revision) AS revision FROM job_definition GROUP BY scope, name',
      ),
      jobs: this.#liveJobs(),
      keptOutput: bodies<KeptOutputRow>('SELECT body FROM kept_output ORDER BY attempt'),
      nextSequence: last.last + 1,
      newestCommitAtMs: (this.#statements.commitCount.get() as { at: number }).at,
    };
  }

  /** One row in hand at a time. */
  *#liveJobs(): Generator<JobRows> {
    const interner = new Interner();
    const live = jobStatuses
      .filter((status) => !isEnded(status))
      .map(statusCode)
      .join(',');
    const queues = new Map(
      (
        this.#database.prepare('SELECT number, arn FROM queue_number').all() as {
          number: number;
          arn: string;
        }[]
      ).map((row) => [row.number, { queueArn: arn(row.arn), scope: scopeOfArn(arn(row.arn)) }]),
    );
    // By the index: what has ended is not looked at, however much of it is kept. Only numbers are
    // sorted.
    const rows = this.#database
      .prepare(
        `WITH live AS MATERIALIZED (SELECT sequence FROM queue_number CROSS JOIN job ON job.queue = queue_number.number WHERE job.status IN (${live}) ORDER BY sequence)
          SELECT sequence, id, queue, created_at, state FROM live CROSS JOIN job USING (sequence)`,
      )
      .iterate() as Iterable<LiveRow>;
    const childRows = this.#database.prepare(
      'SELECT child_index, state FROM array_child WHERE parent = ? ORDER BY child_index',
    );
    for (const row of rows) {
      const { queueArn, scope } = must(
        queues.get(row.queue),
        'a job names a queue that has a number',
      );
      const job = decodeState(
        { id: jobId(row.id), scope, queueArn, createdAtMs: row.created_at, sequence: row.sequence },
        row.state,
        interner,
      );
      const children = hasChildren(job)
        ? (childRows.all(job.sequence) as { child_index: number; state: string }[]).map((child) =>
            decodeChild(job, child.child_index, child.state),
          )
        : none;
      yield { job, children };
    }
  }

  commit(commit: Commit): readonly TableWriteOutcome[] {
    const outcomes = this.#commitOrMakeRoom(commit);
    this.#keeper?.committed(commit.atMs);
    return outcomes;
  }

  #commitOrMakeRoom(commit: Commit): readonly TableWriteOutcome[] {
    try {
      return this.#transact(commit);
    } catch (error) {
      if (!isFull(error) || !this.#onFull()) throw error;
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      // What was given a number in it has none.
      this.#numbers.forgetAll();
      this.#outbox.forgetAll();
      this.#archives.forgetAll();
      return this.#transact(commit);
    }
  }

  #transact(commit: Commit): readonly TableWriteOutcome[] {
    const sql = this.#statements;
    sql.begin.run();
    this.#rows.write(commit);
    const outcomes = commit.tableWrites.map((write) => this.#tables.write(write));
    const numbers = this.#records.keep(commit);
    this.#journal.keep(commit);
    this.#outbox.keep(commit);
    sql.countCommit.run(commit.atMs);
    sql.commit.run();
    for (const [record, number] of numbers) record.number = number;
    this.#journal.committed();
    this.#outbox.committed();
    return outcomes;
  }

  /**
   * A copy of the database as of some moment while this runs, in a new file; commits go on
   * meanwhile.
   */
  async backUp(path: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      let copied = 0;
      try {
        copied = await backup(this.#database, path, {
          rate: backupPages,
          progress: ({ totalPages, remainingPages }) => (copied = totalPages - remainingPages),
        });
        return;
      } catch (error) {
        // It begins in another thread, and fails to where a commit is under way at that moment
        // (errcode 0); later ones do it no harm.
        if (copied > 0 || tries === backupTries) throw error;
      }
    }
  }

  close(): void {
    this.#keeper?.close();
    this.#database.close();
  }
}

/** SQLITE_FULL, or a write that the system refused. */
const isFull = (error: unknown): boolean =>
  [13, 778].includes((error as { errcode?: number }).errcode ?? 0);

type Statements = ReturnType<typeof prepare>;

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    begin: sql('BEGIN IMMEDIATE'),
    commit: sql('COMMIT'),
    // A clock that is set back does not make it older.
    countCommit: sql('UPDATE commit_count SET count = count + 1, at = max(at, ?)'),
    commitCount: sql('SELECT count, at FROM commit_count'),
  };
}
