// Reads of the SQLite store. Every read sees every commit that returned: one connection, one
// thread. Changes nothing.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  arn,
  jobId,
  splitJobId,
  type Arn,
  type AttemptId,
  type JobId,
  type Scope,
} from '../../base/ids.ts';
import type { ArrayChild, ArrayParent, Job, JobDetailRecord } from '../../core/job/job.ts';
import type { IndexRange } from '../../core/job/index-ranges.ts';
import { jobStatuses, type EndedStatus } from '../../core/job/status.ts';
import type { EndedInstance, Instance } from '../../core/host/host.ts';
import type { JobDefinition } from '../../core/job-definition/job-definition.ts';
import type { JournalWriter } from './journal-writer.ts';
import { SqliteArchiveReader } from './archive-reader.ts';
import { SqliteOutboxReader } from './outbox-reader.ts';
import type { OutboxWriter } from './outbox-writer.ts';
import type { LogStreamRow } from '../../core/world/changes.ts';
import type { Transition } from '../../core/turn/transition.ts';
import type {
  CallRecordReader,
  CallRecordRow,
  JobEnd,
  JobSlice,
  JournalRow,
  ListJobsQuery,
  NamePattern,
  StoredJob,
  StoreReader,
} from '../../port/store.ts';
import type { LogGroupRow, ResourceRow, ResourceSpaceKey } from '../../port/table.ts';
import { idKey } from './expiry.ts';
import { decodeChild, decodeState, hasChildren, scopeOfArn, statusCode } from './job-row.ts';

interface JobRow {
  sequence: number;
  id: string;
  created_at: number;
  state: string;
  body: string;
}
interface EndRow {
  arn: string;
  status: number;
  array_size: number | null;
  failed: string | null;
}
interface GroupRow {
  id: number;
  scope: string;
  name: string;
  created_at: number;
  retention_days: number | null;
  tags: string | null;
}
interface StreamRow {
  id: number;
  name: string;
  created_at: number;
}
interface RecordRow {
  number: number;
  scope: string;
  at: number;
  call: string;
  outcome: string | null;
}

const jobColumns = 'sequence, id, created_at, state, body';
const jobTables = 'job JOIN job_detail USING (sequence)';
const recordRows =
  'SELECT number, scope, at, call, outcome FROM call_record LEFT JOIN call_outcome USING (number)';
const allStatuses = jobStatuses.map(statusCode);
const resourceTables = 'resource_space JOIN resource ON resource.space = resource_space.id';
/** Above every character that a name may hold: the end of a prefix's range. */
const afterPrefix = (prefix: string): string => `${prefix}\u{10FFFF}`;

export class SqliteReader implements StoreReader {
  readonly #database: DatabaseSync;
  readonly outbox: SqliteOutboxReader;
  readonly archives: SqliteArchiveReader;
  readonly #journal: Pick<JournalWriter, 'recentAbove'>;
  readonly #statements = new Map<string, StatementSync>();

  constructor(
    database: DatabaseSync,
    journal: Pick<JournalWriter, 'recentAbove'>,
    outbox: Pick<OutboxWriter, 'recentAbove'>,
  ) {
    this.#database = database;
    this.#journal = journal;
    this.outbox = new SqliteOutboxReader(database, outbox);
    this.archives = new SqliteArchiveReader(database);
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#prepared(sql).get(...values) as T | undefined;
  }

  #all<T>(sql: string, values: SQLInputValue[]): T[] {
    return this.#prepared(sql).all(...values) as T[];
  }

  knowsAttempt(attemptId: AttemptId): boolean {
    return (
      this.#get(
        'SELECT 1 FROM job WHERE instr(state, ?1) > 0 UNION ALL SELECT 1 FROM array_child WHERE instr(state, ?1) > 0 LIMIT 1',
        attemptId,
      ) !== undefined
    );
  }

  job(scope: Scope, id: JobId): StoredJob | undefined {
    const row = this.#get<JobRow>(`SELECT ${jobColumns} FROM ${jobTables} WHERE job.id = ?`, id);
    const stored = row && storedJob(row);
    return stored?.detail.scope === scope ? stored : undefined;
  }

  endedJobs(
    afterMs: number,
    most: number,
  ): readonly { readonly id: JobId; readonly job: Job | ArrayParent }[] {
    const rows = this.#all<JobRow>(
      `SELECT ${jobColumns} FROM ${jobTables} WHERE ended_at > ? ORDER BY ended_at DESC LIMIT ?`,
      [afterMs, most],
    );
    return rows.map((row) => ({ id: jobId(row.id), job: storedJob(row).job }));
  }

  jobDetail(id: JobId): JobDetailRecord | undefined {
    const row = this.#get<{ body: string }>(
      `SELECT job_detail.body FROM ${jobTables} WHERE job.id = ?`,
      splitJobId(id).parent,
    );
    return row && (JSON.parse(row.body) as JobDetailRecord);
  }

  /**
   * Asked for every dependency of every submission, so it reads columns and leaves the detail where
   * it is.
   */
  jobEnd(scope: Scope, id: JobId): JobEnd | undefined {
    const row =
      this.#get<EndRow>(
        `SELECT arn, status, json_extract(state, '$.arraySize') AS array_size, json_extract(state, '$.failedChildren') AS failed
          FROM job JOIN queue_number ON queue = queue_number.number WHERE id = ? AND ended_at IS NOT NULL`,
        id,
      ) ??
      this.#get<EndRow>(
        'SELECT arn, status, array_size, failed FROM remembered_job JOIN queue_number ON queue = queue_number.number WHERE id = ?',
        idKey(id),
      );
    if (row === undefined || scopeOfArn(arn(row.arn)) !== scope) return undefined;
    return {
      status: jobStatuses[row.status] as EndedStatus,
      arraySize: row.array_size ?? undefined,
      failedChildren: JSON.parse(row.failed ?? '[]') as IndexRange[],
    };
  }

  firstEnds(): ReturnType<StoreReader['firstEnds']> {
    const kept = this.#get<{ first: number | null }>(
      'SELECT CASE WHEN EXISTS (SELECT 1 FROM removed_array) THEN 0 ELSE (SELECT min(ended_at) FROM job WHERE ended_at IS NOT NULL) END AS first',
    );
    const remembered = this.#get<{ first: number }>(
      'SELECT ended_at AS first FROM remembered_job ORDER BY number LIMIT 1',
    );
    return { kept: kept?.first ?? undefined, remembered: remembered?.first };
  }

  endedInstances(scope: Scope, afterMs: number): readonly EndedInstance[] {
    const rows = this.#all<{ ended_at: number; body: string }>(
      'SELECT ended_at, body FROM ended_instance WHERE scope = ? AND ended_at > ? ORDER BY id',
      [scope, afterMs],
    );
    return rows.map((row) => ({
      instance: JSON.parse(row.body) as Instance,
      endedAtMs: row.ended_at,
    }));
  }

  #parent(id: JobId): Job | ArrayParent | undefined {
    const row = this.#get<JobRow>(`SELECT ${jobColumns} FROM ${jobTables} WHERE job.id = ?`, id);
    const job = row && storedJob(row).job;
    return job !== undefined && hasChildren(job) ? job : undefined;
  }

  child(parent: JobId, index: number): ArrayChild | undefined {
    const of = this.#parent(parent);
    const row =
      of &&
      this.#get<{ state: string }>(
        'SELECT state FROM array_child WHERE parent = ? AND child_index = ?',
        of.sequence,
        index,
      );
    return of && row && decodeChild(of, index, row.state);
  }

  children(parent: JobId, from = 0, to = Number.MAX_SAFE_INTEGER): readonly ArrayChild[] {
    const of = this.#parent(parent);
    if (of === undefined) return [];
    const rows = this.#all<{ child_index: number; state: string }>(
      'SELECT child_index, state FROM array_child WHERE parent = ? AND child_index >= ? AND child_index < ? ORDER BY child_index',
      [of.sequence, from, to],
    );
    return rows.map((row) => decodeChild(of, row.child_index, row.state));
  }

  listJobs(query: ListJobsQuery): JobSlice {
    const queue = this.#get<{ number: number }>(
      'SELECT number FROM queue_number WHERE arn = ?',
      query.queueArn,
    );
    if (queue === undefined) return { jobs: [] };
    const statuses = query.status === undefined ? allStatuses : [statusCode(query.status)];
    const before = query.beforeSequence ?? Number.MAX_SAFE_INTEGER;
    // As many of each status: between the bound and where the list stands are so many of one at
    // least, and of none more.
    const from = Math.max(
      query.fromSequence,
      ...statuses.map((status) =>
        this.#bound(
          'SELECT sequence FROM job WHERE queue = ? AND status = ? AND sequence < ?',
          [queue.number, status, before],
          query.rows,
        ),
      ),
    );
    const conditions = [
      'queue = ?',
      `status IN (${statuses.join(',')})`,
      'sequence >= ?',
      'sequence < ?',
    ];
    const values: SQLInputValue[] = [queue.number, from, before];
    const where = (condition: string, ...of: SQLInputValue[]): void => {
      conditions.push(condition);
      values.push(...of);
    };
    if (query.name !== undefined) where(...nameCondition(query.name));
    if (query.definition && 'arn' in query.definition)
      where('definition_arn = ?', query.definition.arn);
    else if (query.definition?.prefix)
      where(
        'definition_name >= ? AND definition_name < ?',
        query.definition.name,
        afterPrefix(query.definition.name),
      );
    else if (query.definition) where('definition_name = ?', query.definition.name);
    if (query.createdBeforeMs !== undefined) where('created_at < ?', query.createdBeforeMs);
    if (query.createdAfterMs !== undefined) where('created_at > ?', query.createdAfterMs);
    if (query.shareIdentifier !== undefined) where('share = ?', query.shareIdentifier);
    return this.#slice(
      `SELECT sequence FROM job INDEXED BY job_by_queue WHERE ${conditions.join(' AND ')} ORDER BY sequence DESC LIMIT ?`,
      values,
      query.limit,
      from > query.fromSequence ? from : undefined,
    );
  }

  /** The sequence number of the last of so many rows, newest first; 0 where there are fewer. */
  #bound(rowsBelow: string, values: SQLInputValue[], rows: number): number {
    return (
      this.#get<{ sequence: number }>(
        `${rowsBelow} ORDER BY sequence DESC LIMIT 1 OFFSET ?`,
        ...values,
        rows - 1,
      )?.sequence ?? 0
    );
  }

  /** `sequences` finds numbers alone: of what is sorted and not shown nothing else is read. */
  #slice(
    sequences: string,
    values: SQLInputValue[],
    limit: number,
    scannedTo: number | undefined,
  ): JobSlice {
    const sql = `SELECT ${jobColumns} FROM (${sequences}) CROSS JOIN job USING (sequence) CROSS JOIN job_detail USING (sequence) ORDER BY sequence DESC`;
    const jobs = this.#all<JobRow>(sql, [...values, limit]).map(storedJob);
    return { jobs, scannedTo: jobs.length === limit ? jobs.at(-1)?.detail.sequence : scannedTo };
  }

  jobsByConsumable(query: Parameters<StoreReader['jobsByConsumable']>[0]): JobSlice {
    const before = query.beforeSequence ?? Number.MAX_SAFE_INTEGER;
    const from = this.#bound(
      'SELECT sequence FROM consumable_job WHERE resource = ? AND sequence < ?',
      [query.resourceArn, before],
      query.rows,
    );
    const conditions = [
      'resource = ?',
      'consumable_job.sequence >= ?',
      'consumable_job.sequence < ?',
    ];
    const values: SQLInputValue[] = [query.resourceArn, from, before];
    if (query.status !== undefined) {
      conditions.push('job.status = ?');
      values.push(statusCode(query.status));
    }
    if (query.name !== undefined) {
      const [condition, value] = nameCondition(query.name);
      conditions.push(condition);
      values.push(value);
    }
    return this.#slice(
      `SELECT sequence FROM consumable_job CROSS JOIN job USING (sequence) WHERE ${conditions.join(' AND ')} ORDER BY sequence DESC LIMIT ?`,
      values,
      query.limit,
      from > 0 ? from : undefined,
    );
  }

  jobDefinition(scope: Scope, definitionArn: string): JobDefinition | undefined {
    const row = this.#get<{ body: string }>(
      'SELECT body FROM job_definition WHERE arn = ? AND scope = ?',
      definitionArn,
      scope,
    );
    return row && (JSON.parse(row.body) as JobDefinition);
  }

  jobDefinitions(query: Parameters<StoreReader['jobDefinitions']>[0]): readonly JobDefinition[] {
    const after = query.after ?? { name: '', revision: 0 };
    const conditions = ['scope = ?', '(name, revision) > (?, ?)'];
    const values: SQLInputValue[] = [query.scope, after.name, after.revision];
    if (query.name !== undefined) {
      conditions.push('name = ?');
      values.push(query.name);
    }
    if (query.status !== undefined) {
      conditions.push('status = ?');
      values.push(query.status);
    }
    const sql = `SELECT body FROM job_definition WHERE ${conditions.join(' AND ')} ORDER BY name, revision LIMIT ?`;
    return this.#all<{ body: string }>(sql, [...values, query.limit]).map(
      (row) => JSON.parse(row.body) as JobDefinition,
    );
  }

  tags(of: Arn): Readonly<Record<string, string>> {
    const row = this.#get<{ body: string }>('SELECT body FROM tag WHERE arn = ?', of);
    return row ? (JSON.parse(row.body) as Record<string, string>) : {};
  }

  resourceScopes(service: string): readonly Scope[] {
    return this.#all<{ scope: Scope }>(
      'SELECT scope FROM resource_space WHERE service = ? ORDER BY scope',
      [service],
    ).map(({ scope }) => scope);
  }

  resourceVersion({ service, scope }: ResourceSpaceKey): number {
    return (
      this.#get<{ version: number }>(
        'SELECT version FROM resource_space WHERE service = ? AND scope = ?',
        service,
        scope,
      )?.version ?? 0
    );
  }

  resource(
    { service, scope }: ResourceSpaceKey,
    kind: string,
    id: string,
  ): ResourceRow | undefined {
    const row = this.#get<{ body: string }>(
      `SELECT body FROM ${resourceTables} WHERE service = ? AND scope = ? AND kind = ? AND resource.id = ?`,
      service,
      scope,
      kind,
      id,
    );
    return row && { kind, id, body: JSON.parse(row.body) as object };
  }

  resources({ service, scope }: ResourceSpaceKey, kind: string): readonly ResourceRow[] {
    const rows = this.#all<{ id: string; body: string }>(
      `SELECT resource.id, body FROM ${resourceTables} WHERE service = ? AND scope = ? AND kind = ? ORDER BY resource.id`,
      [service, scope, kind],
    );
    return rows.map(({ id, body }) => ({ kind, id, body: JSON.parse(body) as object }));
  }

  resourcesFrom(
    { service, scope }: ResourceSpaceKey,
    kind: string,
    page: { readonly id: string; readonly limit: number },
  ): readonly ResourceRow[] {
    const rows = this.#all<{ id: string; body: string }>(
      `SELECT resource.id, body FROM ${resourceTables} WHERE service = ? AND scope = ? AND kind = ? AND resource.id >= ? ORDER BY resource.id LIMIT ?`,
      [service, scope, kind, page.id, page.limit],
    );
    return rows.map(({ id, body }) => ({ kind, id, body: JSON.parse(body) as object }));
  }

  callRecord(number: number): CallRecordRow | undefined {
    const row = this.#get<RecordRow>(`${recordRows} WHERE number = ?`, number);
    return row && recordRow(row);
  }

  lastCallRecord(): number {
    return (
      this.#get<{ last: number | null }>('SELECT max(number) AS last FROM call_record')?.last ?? 0
    );
  }

  newestCallRecords({
    scope,
    fromMs = 0,
    toMs = Number.MAX_SAFE_INTEGER,
    after = { atMs: Number.MAX_SAFE_INTEGER, number: 0 },
    limit,
  }: Parameters<CallRecordReader['newestCallRecords']>[0]): readonly CallRecordRow[] {
    return this.#all<RecordRow>(
      `${recordRows} WHERE scope = ? AND at >= ? AND at <= ? AND (at, number) < (?, ?) ORDER BY at DESC, number DESC LIMIT ?`,
      [scope, fromMs, toMs, after.atMs, after.number, limit],
    ).map(recordRow);
  }

  callRecordsAbove(number: number, limit: number): readonly CallRecordRow[] {
    return this.#all<RecordRow>(`${recordRows} WHERE number > ? ORDER BY number LIMIT ?`, [
      number,
      limit,
    ]).map(recordRow);
  }

  firstCallRecordAtMs(): number | undefined {
    return this.#get<{ at: number }>('SELECT at FROM call_record ORDER BY number LIMIT 1')?.at;
  }

  journalAbove(number: number, limit: number): readonly JournalRow[] {
    const recent = this.#journal.recentAbove(number, limit);
    if (recent !== undefined) return recent;
    return this.#all<{ number: number; at: number; body: string | null }>(
      'SELECT number, at, body FROM journal WHERE number > ? ORDER BY number LIMIT ?',
      [number, limit],
    ).map(({ number: of, at, body }) => ({
      number: of,
      atMs: at,
      transition: body === null ? undefined : (JSON.parse(body) as Transition),
    }));
  }

  journalEnds(): ReturnType<StoreReader['journalEnds']> {
    const end = (order: 'ASC' | 'DESC') =>
      this.#get<{ number: number; atMs: number }>(
        `SELECT number, at AS atMs FROM journal ORDER BY number ${order} LIMIT 1`,
      );
    const [first, last] = [end('ASC'), end('DESC')];
    return first && last && { first, last };
  }

  logGroup(scope: Scope, name: string): LogGroupRow | undefined {
    const row = this.#get<GroupRow>(
      'SELECT * FROM log_group WHERE scope = ? AND name = ?',
      scope,
      name,
    );
    return row && groupRow(row);
  }

  logGroups(query: Parameters<StoreReader['logGroups']>[0]): readonly LogGroupRow[] {
    const prefix = query.prefix ?? '';
    const conditions = ['scope = ?', 'name > ?', 'name >= ?', 'name < ?'];
    const values: SQLInputValue[] = [query.scope, query.after ?? '', prefix, afterPrefix(prefix)];
    if (query.contains !== undefined) {
      conditions.push('instr(name, ?) > 0');
      values.push(query.contains);
    }
    const sql = `SELECT * FROM log_group WHERE ${conditions.join(' AND ')} ORDER BY name LIMIT ?`;
    return this.#all<GroupRow>(sql, [...values, query.limit]).map(groupRow);
  }

  logGroupsWithRetention(): readonly LogGroupRow[] {
    return this.#all<GroupRow>('SELECT * FROM log_group WHERE retention_days IS NOT NULL', []).map(
      groupRow,
    );
  }

  logStream(scope: Scope, group: string, name: string): LogStreamRow | undefined {
    const row = this.#get<StreamRow>(
      'SELECT log_stream.* FROM log_stream JOIN log_group ON log_group.id = log_group WHERE scope = ? AND log_group.name = ? AND log_stream.name = ?',
      scope,
      group,
      name,
    );
    return row && { scope, group, name: row.name, createdAtMs: row.created_at };
  }

  logStreams(query: Parameters<StoreReader['logStreams']>[0]): readonly LogStreamRow[] {
    const group = this.#get<{ id: number }>(
      'SELECT id FROM log_group WHERE scope = ? AND name = ?',
      query.scope,
      query.group,
    );
    if (group === undefined) return [];
    const prefix = query.prefix ?? '';
    const conditions = ['log_group = ?', 'name >= ?', 'name < ?'];
    const values: SQLInputValue[] = [group.id, prefix, afterPrefix(prefix)];
    // Newest first is the stream's own direction of time; `descending` turns the name's order
    // round, and is the newest's default.
    const newest = query.order === 'newest';
    const descending = query.descending ?? newest;
    const key = newest ? '(created_at, name)' : '(name)';
    if (query.after !== undefined) {
      conditions.push(`${key} ${descending ? '<' : '>'} ${newest ? '(?, ?)' : '(?)'}`);
      if (newest) values.push(query.after.createdAtMs);
      values.push(query.after.name);
    }
    const direction = descending ? 'DESC' : 'ASC';
    const ordering = newest ? `created_at ${direction}, name ${direction}` : `name ${direction}`;
    const sql = `SELECT * FROM log_stream WHERE ${conditions.join(' AND ')} ORDER BY ${ordering} LIMIT ?`;
    return this.#all<StreamRow>(sql, [...values, query.limit]).map((row) => ({
      scope: query.scope,
      group: query.group,
      name: row.name,
      createdAtMs: row.created_at,
    }));
  }
}

const recordRow = ({ number, scope, at, call, outcome }: RecordRow): CallRecordRow => ({
  number,
  scope: scope as Scope,
  atMs: at,
  call,
  outcome: outcome ?? undefined,
});

const groupRow = (row: GroupRow): LogGroupRow => ({
  scope: row.scope as Scope,
  name: row.name,
  createdAtMs: row.created_at,
  retentionInDays: row.retention_days ?? undefined,
  tags: row.tags === null ? undefined : (JSON.parse(row.tags) as Record<string, string>),
});

/**
 * The state is decoded when somebody asks for it: of a job that has not ended nobody does, for the
 * world holds it.
 */
function storedJob(row: JobRow): StoredJob {
  const detail = JSON.parse(row.body) as JobDetailRecord;
  return {
    detail,
    get job() {
      return decodeState(
        {
          id: jobId(row.id),
          scope: detail.scope,
          queueArn: arn(detail.queueArn),
          createdAtMs: row.created_at,
          sequence: row.sequence,
        },
        row.state,
      );
    },
  };
}

/** Whatever the case of its letters. */
const nameCondition = ({ text, prefix }: NamePattern): [condition: string, value: string] =>
  prefix
    ? [String.raw`name LIKE ? ESCAPE '\'`, `${text.replace(/[\\%_]/g, String.raw`\$&`)}%`]
    : ['name = ? COLLATE NOCASE', text];
