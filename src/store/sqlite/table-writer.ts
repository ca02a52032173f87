// Writes to the tables that are no part of the world, each on its condition (port/table.ts). It
// runs inside the store's transaction and knows no rule: a condition is what stands in the row.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { never } from '../../base/assert.ts';
import type { Tags } from '../../core/event.ts';
import type { TableWrite, TableWriteOutcome } from '../../port/table.ts';
import type { ArchiveWriter } from './archive-writer.ts';
import type { CallRecordWriter } from './call-record-writer.ts';
import { Expiry } from './expiry.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { Numbers } from './numbers.ts';
import type { OutboxWriter } from './outbox-writer.ts';

/** Writers that a commit uses beside. */
interface Shared {
  readonly numbers: Numbers;
  readonly records: CallRecordWriter;
  readonly journal: JournalWriter;
  readonly outbox: OutboxWriter;
  readonly archives: ArchiveWriter;
}

export class TableWriter {
  readonly #numbers: Numbers;
  readonly #records: CallRecordWriter;
  readonly #journal: JournalWriter;
  readonly #outbox: OutboxWriter;
  readonly #archives: ArchiveWriter;
  readonly #expiry: Expiry;
  readonly #sql: Statements;

  constructor(database: DatabaseSync, { numbers, records, journal, outbox, archives }: Shared) {
    this.#numbers = numbers;
    this.#records = records;
    this.#journal = journal;
    this.#outbox = outbox;
    this.#archives = archives;
    this.#expiry = new Expiry(database);
    this.#sql = prepare((text) => database.prepare(text));
  }

  write(write: TableWrite): TableWriteOutcome {
    switch (write.table) {
      case 'job':
        return this.#expiry.expire(write.endedBeforeMs, write.maxRows) ? 'done' : 'absent';
      case 'remembered-job':
        return this.#expiry.forget(write.endedBeforeMs, write.maxRows) ? 'done' : 'absent';
      case 'kept-output':
        if (write.write === 'put')
          this.#sql.putKeptOutput.run(write.row.containerId, JSON.stringify(write.row));
        else this.#sql.deleteKeptOutput.run(write.containerId);
        return 'done';
      case 'call-record':
        if (write.write === 'expire') return this.#records.expire(write) ? 'done' : 'absent';
        this.#records.add(write);
        return 'done';
      case 'journal':
        return this.#journal.trim(write) ? 'done' : 'absent';
      case 'archive':
        return this.#archives.trim(write) ? 'done' : 'absent';
      case 'outbox':
        this.#outbox.change(write);
        this.#archives.keep(write.archived ?? []);
        return 'done';
      case 'resource':
        return this.#changeResources(write);
      case 'log-group':
        return this.#writeGroup(write);
      case 'log-stream':
        return this.#writeStream(write);
      default:
        return never(write);
    }
  }

  #changeResources({
    space: { service, scope },
    version,
    put,
    remove,
  }: TableWrite & { table: 'resource' }): TableWriteOutcome {
    const sql = this.#sql;
    if (version === 0) sql.putSpace.run(service, scope);
    const stepped = sql.stepSpace.get(service, scope, version) as { id: number } | undefined;
    if (stepped === undefined) return 'stale';
    for (const { kind, id } of remove) sql.deleteResource.run(stepped.id, kind, id);
    for (const { kind, id, body } of put)
      sql.putResource.run(stepped.id, kind, id, JSON.stringify(body));
    return 'done';
  }

  #writeStream(write: TableWrite & { table: 'log-stream' }): TableWriteOutcome {
    const { scope, group, name } = write.write === 'create' ? write.row : write;
    const id = this.#numbers.findGroup(scope, group);
    if (id === undefined) return 'absent';
    if (write.write === 'delete')
      return this.#sql.deleteStream.run(id, name).changes === 0 ? 'absent' : 'done';
    const { changes } = this.#sql.putStream.run(id, name, write.row.createdAtMs);
    return changes === 0 ? 'exists' : 'done';
  }

  #writeGroup(write: TableWrite & { table: 'log-group' }): TableWriteOutcome {
    const sql = this.#sql;
    if (write.write === 'create') {
      const { scope, name, createdAtMs, retentionInDays = null, tags = {} } = write.row;
      const { changes } = sql.putGroup.run(
        scope,
        name,
        createdAtMs,
        retentionInDays,
        encodeTags(tags),
      );
      return changes === 0 ? 'exists' : 'done';
    }
    const id = this.#numbers.findGroup(write.scope, write.name);
    if (id === undefined) return 'absent';
    switch (write.write) {
      case 'tags': {
        const { changes } = sql.setGroupTags.run(
          encodeTags(write.tags),
          id,
          encodeTags(write.read),
        );
        return changes === 0 ? 'stale' : 'done';
      }
      case 'retention':
        sql.setRetention.run(write.retentionInDays ?? null, id);
        return 'done';
      case 'delete':
        sql.deleteStreams.run(id);
        sql.deleteGroup.run(id);
        this.#numbers.forgetGroup(write.scope, write.name);
        return 'done';
      default:
        return never(write);
    }
  }
}

/** The same tags in the same order are the same text. */
const encodeTags = (tags: Tags): string | null =>
  Object.keys(tags).length === 0 ? null : JSON.stringify(tags);

type Statements = ReturnType<typeof prepare>;

function prepare(sql: (text: string) => StatementSync) {
  return {
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
    putGroup: sql(
      'INSERT INTO log_group (scope, name, created_at, retention_days, tags) VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope, name) DO NOTHING',
    ),
    // An empty set of tags was once written as such.
    setGroupTags: sql("UPDATE log_group SET tags = ? WHERE id = ? AND nullif(tags, '{}') IS ?"),
    setRetention: sql('UPDATE log_group SET retention_days = ? WHERE id = ?'),
    deleteGroup: sql('DELETE FROM log_group WHERE id = ?'),
    deleteStreams: sql('DELETE FROM log_stream WHERE log_group = ?'),
    putStream: sql(
      'INSERT INTO log_stream (log_group, name, created_at) VALUES (?, ?, ?) ON CONFLICT (log_group, name) DO NOTHING',
    ),
    deleteStream: sql('DELETE FROM log_stream WHERE log_group = ? AND name = ?'),
  };
}
