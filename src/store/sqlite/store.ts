// The default store: SQLite in one file, one writer, full durability. A commit is one transaction
// of all that a batch of commands changed. It decides nothing, and after a failed commit it must
// not be used again.

import { backup, type DatabaseSync, type StatementSync } from 'node:sqlite';
import { must } from '../../base/assert.ts';
import { arn, jobId, type Arn, type Scope } from '../../base/ids.ts';
import type { ConsumableResource } from '../../core/consumable-resource/consumable-resource.ts';
import type { ComputeEnvironment } from '../../core/compute-environment/compute-environment.ts';
import type { ArrayChild, ArrayParent, Job, JobDetailRecord } from '../../core/job/job.ts';
import { isEnded, jobStatuses } from '../../core/job/status.ts';
import type { JobDefinition } from '../../core/job-definition/job-definition.ts';
import type { EnvironmentHost } from '../../core/host/host.ts';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import type { SchedulingPolicy } from '../../core/scheduling-policy/scheduling-policy.ts';
import type {
  Commit,
  KeptOutputRow,
  LogStreamRow,
  Store,
  StoredLiveJob,
  StoredWorld,
  TableWrite,
  TableWriteOutcome,
} from '../../port/store.ts';
import { CommitKeeper } from './commit-keeper.ts';
import { openDatabase } from './database.ts';
import { Expiry } from './expiry.ts';
import {
  decodeChild,
  decodeState,
  encodeChild,
  encodeState,
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

export interface SqliteStoreOptions {
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
  readonly #expiry: Expiry;
  readonly #queueNumbers = new Map<Arn, number>();
  readonly #groupNumbers = new Map<string, number>();

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
    this.#expiry = new Expiry(this.#database);
    this.reader = new SqliteReader(this.#database);
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
      schedulingPolicies: bodies<SchedulingPolicy>('SELECT body FROM scheduling_policy'),
      shareUsage: all<{ queue: string; share: string; usage: string; at_second: number }>(
        'SELECT * FROM share_usage',
      ).map((row) => ({
        queueArn: arn(row.queue),
        shareIdentifier: row.share,
        usage: BigInt(row.usage),
        atSecond: row.at_second,
      })),
      jobDefinitions: bodies<JobDefinition>(
        "SELECT body FROM job_definition WHERE status = 'ACTIVE' ORDER BY scope, name, revision",
      ),
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
  *#liveJobs(): Generator<StoredLiveJob> {
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
      this.#queueNumbers.clear();
      this.#groupNumbers.clear();
      return this.#transact(commit);
    }
  }

  #transact(commit: Commit): readonly TableWriteOutcome[] {
    const sql = this.#statements;
    sql.begin.run();
    for (const deleted of commit.deleted) {
      sql.deleteEnvironment.run(deleted);
      sql.deleteQueue.run(deleted);
      sql.deleteConsumable.run(deleted);
      sql.deletePolicy.run(deleted);
      sql.deleteSharesOf.run(deleted);
      sql.deleteTags.run(deleted);
    }
    for (const hostId of commit.hostsLeft) sql.deleteHost.run(hostId);
    for (const { instance, endedAtMs } of commit.instancesEnded)
      sql.putEndedInstance.run(instance.id, instance.scope, endedAtMs, JSON.stringify(instance));
    if (commit.instancesEnded.length > 0)
      sql.forgetInstances.run(commit.forgetInstancesEndedBeforeMs);
    for (const host of commit.hosts) sql.putHost.run(host.id, JSON.stringify(host));
    for (const environment of commit.computeEnvironments)
      sql.putEnvironment.run(environment.arn, JSON.stringify(environment));
    for (const queue of commit.jobQueues) sql.putQueue.run(queue.arn, JSON.stringify(queue));
    for (const resource of commit.consumableResources)
      sql.putConsumable.run(resource.arn, JSON.stringify(resource));
    for (const policy of commit.schedulingPolicies)
      sql.putPolicy.run(policy.arn, JSON.stringify(policy));
    for (const { queueArn, shareIdentifier, usage, atSecond, forgotten } of commit.shareUsage) {
      if (forgotten) sql.deleteShare.run(queueArn, shareIdentifier);
      else sql.putShare.run(queueArn, shareIdentifier, String(usage), atSecond);
    }
    for (const definition of commit.jobDefinitions) {
      sql.putDefinition.run(
        definition.arn,
        definition.scope,
        definition.name,
        definition.revision,
        definition.status,
        JSON.stringify(definition),
      );
    }
    this.#writeJobs(commit);
    // A child's sequence is its parent's.
    for (const { index, job } of commit.children)
      sql.putChild.run(job.sequence, index, encodeChild(job));
    for (const [of, tags] of commit.tags) sql.putTags.run(of, JSON.stringify(tags));
    for (const stream of commit.logStreams)
      sql.putStream.run(this.#groupNumber(stream), stream.name, stream.createdAtMs);
    const outcomes = commit.tableWrites.map((write) => this.#writeTable(write));
    sql.countCommit.run(commit.atMs);
    sql.commit.run();
    return outcomes;
  }

  #writeJobs(commit: Commit): void {
    const sql = this.#statements;
    const endedAt = (job: Job | ArrayParent): number | null =>
      isEnded(job.status) ? commit.atMs : null;
    const fresh = new Map<string, JobDetailRecord>(
      commit.submitted.map((detail) => [detail.id, detail]),
    );
    for (const job of commit.jobs) {
      const detail = fresh.get(job.id);
      if (detail === undefined) {
        sql.updateJob.run(statusCode(job.status), encodeState(job), endedAt(job), job.sequence);
        continue;
      }
      const {
        id: jobIdText,
        sequence,
        name,
        queueArn,
        definitionArn,
        definitionName,
        shareIdentifier,
        createdAtMs,
      } = detail;
      sql.insertJob.run(
        sequence,
        jobIdText,
        this.#queueNumber(queueArn),
        statusCode(job.status),
        name,
        definitionArn,
        definitionName,
        shareIdentifier ?? null,
        createdAtMs,
        encodeState(job),
        endedAt(job),
      );
      sql.insertDetail.run(sequence, JSON.stringify(detail));
      for (const { arn: resource } of detail.consumables ?? [])
        sql.putConsumableJob.run(resource, sequence);
    }
  }

  #queueNumber(queueArn: Arn): number {
    let number = this.#queueNumbers.get(queueArn);
    if (number === undefined) {
      this.#statements.putQueueNumber.run(queueArn);
      number = (this.#statements.queueNumber.get(queueArn) as { number: number }).number;
      this.#queueNumbers.set(queueArn, number);
    }
    return number;
  }

  /** The group of a container's stream comes into being with it. */
  #groupNumber(stream: LogStreamRow): number {
    const key = `${stream.scope} ${stream.group}`;
    let number = this.#groupNumbers.get(key);
    if (number === undefined) {
      this.#statements.putGroup.run(stream.scope, stream.group, stream.createdAtMs, null, null);
      number = this.#findGroup(stream.scope, stream.group) as number;
      this.#groupNumbers.set(key, number);
    }
    return number;
  }

  #findGroup(scope: Scope, name: string): number | undefined {
    return (this.#statements.group.get(scope, name) as { id: number } | undefined)?.id;
  }

  #writeTable(write: TableWrite): TableWriteOutcome {
    const sql = this.#statements;
    switch (write.table) {
      case 'tag': {
        if (!this.#isThere(write.arn)) return 'absent';
        const merged: Record<string, string> = { ...this.reader.tags(write.arn), ...write.set };
        for (const key of write.remove) delete merged[key];
        if (Object.keys(write.set).length > 0 && Object.keys(merged).length > write.maxTags)
          return 'limit';
        sql.putTags.run(write.arn, JSON.stringify(merged));
        return 'done';
      }
      case 'job':
        return this.#expiry.expire(write.endedBeforeMs, write.maxRows) ? 'done' : 'absent';
      case 'remembered-job':
        return this.#expiry.forget(write.endedBeforeMs, write.maxRows) ? 'done' : 'absent';
      case 'kept-output':
        if (write.write === 'put')
          sql.putKeptOutput.run(write.row.attemptId, JSON.stringify(write.row));
        else sql.deleteKeptOutput.run(write.attemptId);
        return 'done';
      case 'resource':
        return this.#changeResources(write);
      case 'log-group':
        return this.#writeGroup(write);
      case 'log-stream': {
        const { scope, group, name } = write.write === 'create' ? write.row : write;
        const id = this.#findGroup(scope, group);
        if (id === undefined) return 'absent';
        if (write.write === 'delete')
          return sql.deleteStream.run(id, name).changes === 0 ? 'absent' : 'done';
        return sql.putStream.run(id, name, write.row.createdAtMs).changes === 0 ? 'exists' : 'done';
      }
    }
  }

  /**
   * Whether the row of a resource is there; it may have gone since its tags were asked to change.
   */
  #isThere(of: Arn): boolean {
    const [kind = '', name = ''] = (of.split(':')[5] ?? '').split('/');
    const sql = this.#statements;
    switch (kind) {
      case 'compute-environment':
        return sql.environment.get(of) !== undefined;
      case 'job-queue':
        return sql.queue.get(of) !== undefined;
      case 'job':
        return sql.job.get(name) !== undefined;
      default:
        return true;
    }
  }

  #changeResources({
    space: { service, scope },
    version,
    put,
    remove,
  }: TableWrite & { table: 'resource' }): TableWriteOutcome {
    const sql = this.#statements;
    if (version === 0) sql.putSpace.run(service, scope);
    const stepped = sql.stepSpace.get(service, scope, version) as { id: number } | undefined;
    if (stepped === undefined) return 'stale';
    for (const { kind, id } of remove) sql.deleteResource.run(stepped.id, kind, id);
    for (const { kind, id, body } of put)
      sql.putResource.run(stepped.id, kind, id, JSON.stringify(body));
    return 'done';
  }

  #writeGroup(write: TableWrite & { table: 'log-group' }): TableWriteOutcome {
    const sql = this.#statements;
    if (write.write === 'create') {
      const { scope, name, createdAtMs, retentionInDays, tags } = write.row;
      return sql.putGroup.run(
        scope,
        name,
        createdAtMs,
        retentionInDays ?? null,
        tags === undefined || Object.keys(tags).length === 0 ? null : JSON.stringify(tags),
      ).changes === 0
        ? 'exists'
        : 'done';
    }
    const id = this.#findGroup(write.scope, write.name);
    if (id === undefined) return 'absent';
    if (write.write === 'tag') {
      const merged: Record<string, string> = {
        ...this.reader.logGroup(write.scope, write.name)?.tags,
        ...write.set,
      };
      for (const key of write.remove) delete merged[key];
      if (Object.keys(write.set).length > 0 && Object.keys(merged).length > write.maxTags)
        return 'limit';
      sql.setGroupTags.run(JSON.stringify(merged), id);
      return 'done';
    }
    if (write.write === 'retention') {
      sql.setRetention.run(write.retentionInDays ?? null, id);
      return 'done';
    }
    sql.deleteStreams.run(id);
    sql.deleteGroup.run(id);
    this.#groupNumbers.delete(`${write.scope} ${write.name}`);
    return 'done';
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
    putEnvironment: sql(
      'INSERT INTO compute_environment (arn, body) VALUES (?, ?) ON CONFLICT (arn) DO UPDATE SET body = excluded.body',
    ),
    environment: sql('SELECT 1 FROM compute_environment WHERE arn = ?'),
    queue: sql('SELECT 1 FROM job_queue WHERE arn = ?'),
    job: sql('SELECT 1 FROM job WHERE id = ?'),
    putConsumable: sql(
      'INSERT INTO consumable_resource (arn, body) VALUES (?, ?) ON CONFLICT (arn) DO UPDATE SET body = excluded.body',
    ),
    deleteConsumable: sql('DELETE FROM consumable_resource WHERE arn = ?'),
    putConsumableJob: sql('INSERT INTO consumable_job (resource, sequence) VALUES (?, ?)'),
    putHost: sql(
      'INSERT INTO host (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
    ),
    deleteHost: sql('DELETE FROM host WHERE id = ?'),
    putEndedInstance: sql(
      'INSERT INTO ended_instance (id, scope, ended_at, body) VALUES (?, ?, ?, ?)',
    ),
    forgetInstances: sql('DELETE FROM ended_instance WHERE ended_at < ?'),
    deleteEnvironment: sql('DELETE FROM compute_environment WHERE arn = ?'),
    putQueue: sql(
      'INSERT INTO job_queue (arn, body) VALUES (?, ?) ON CONFLICT (arn) DO UPDATE SET body = excluded.body',
    ),
    deleteQueue: sql('DELETE FROM job_queue WHERE arn = ?'),
    putPolicy: sql(
      'INSERT INTO scheduling_policy (arn, body) VALUES (?, ?) ON CONFLICT (arn) DO UPDATE SET body = excluded.body',
    ),
    deletePolicy: sql('DELETE FROM scheduling_policy WHERE arn = ?'),
    putShare: sql(
      'INSERT INTO share_usage (queue, share, usage, at_second) VALUES (?, ?, ?, ?) ON CONFLICT (queue, share) DO UPDATE SET usage = excluded.usage, at_second = excluded.at_second',
    ),
    deleteShare: sql('DELETE FROM share_usage WHERE queue = ? AND share = ?'),
    deleteSharesOf: sql('DELETE FROM share_usage WHERE queue = ?'),
    putDefinition: sql(
      'INSERT INTO job_definition (arn, scope, name, revision, status, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (arn) DO UPDATE SET status = excluded.status, body = excluded.body',
    ),
    putQueueNumber: sql('INSERT INTO queue_number (arn) VALUES (?) ON CONFLICT (arn) DO NOTHING'),
    queueNumber: sql('SELECT number FROM queue_number WHERE arn = ?'),
    insertJob: sql(
      'INSERT INTO job (sequence, id, queue, status, name, definition_arn, definition_name, share, created_at, state, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    insertDetail: sql('INSERT INTO job_detail (sequence, body) VALUES (?, ?)'),
    updateJob: sql(
      'UPDATE job SET status = ?, state = ?, ended_at = coalesce(ended_at, ?) WHERE sequence = ?',
    ),
    putChild: sql(
      'INSERT INTO array_child (parent, child_index, state) VALUES (?, ?, ?) ON CONFLICT (parent, child_index) DO UPDATE SET state = excluded.state',
    ),
    putTags: sql(
      'INSERT INTO tag (arn, body) VALUES (?, ?) ON CONFLICT (arn) DO UPDATE SET body = excluded.body',
    ),
    deleteTags: sql('DELETE FROM tag WHERE arn = ?'),
    putKeptOutput: sql(
      'INSERT INTO kept_output (attempt, body) VALUES (?, ?) ON CONFLICT (attempt) DO UPDATE SET body = excluded.body',
    ),
    deleteKeptOutput: sql('DELETE FROM kept_output WHERE attempt = ?'),
    putSpace: sql(
      'INSERT INTO resource_space (service, scope, version) VALUES (?, ?, 0) ON CONFLICT (service, scope) DO NOTHING',
    ),
    stepSpace: sql(
      'UPDATE resource_space SET version = version + 1 WHERE service = ? AND scope = ? AND version = ? RETURNING id',
    ),
    putResource: sql(
      'INSERT INTO resource (space, kind, id, body) VALUES (?, ?, ?, ?) ON CONFLICT (space, kind, id) DO UPDATE SET body = excluded.body',
    ),
    deleteResource: sql('DELETE FROM resource WHERE space = ? AND kind = ? AND id = ?'),
    group: sql('SELECT id FROM log_group WHERE scope = ? AND name = ?'),
    putGroup: sql(
      'INSERT INTO log_group (scope, name, created_at, retention_days, tags) VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope, name) DO NOTHING',
    ),
    setGroupTags: sql('UPDATE log_group SET tags = ? WHERE id = ?'),
    setRetention: sql('UPDATE log_group SET retention_days = ? WHERE id = ?'),
    deleteGroup: sql('DELETE FROM log_group WHERE id = ?'),
    putStream: sql(
      'INSERT INTO log_stream (log_group, name, created_at) VALUES (?, ?, ?) ON CONFLICT (log_group, name) DO NOTHING',
    ),
    deleteStream: sql('DELETE FROM log_stream WHERE log_group = ? AND name = ?'),
    deleteStreams: sql('DELETE FROM log_stream WHERE log_group = ?'),
  };
}
