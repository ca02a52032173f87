// Reads of archives: which there are, how large they are, and what is in them. Changes nothing.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ArchivedEvent, ArchiveReader } from '../../port/archive.ts';

interface EventRow {
  at: number;
  number: number;
  body: string;
}

export class SqliteArchiveReader implements ArchiveReader {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  archives(): ReturnType<ArchiveReader['archives']> {
    const rows = this.#sql.archives.all() as { id: string; first: number | null }[];
    return rows.map(({ id, first }) => ({ archive: id, firstAtMs: first ?? undefined }));
  }

  archiveSize(archive: string): ReturnType<ArchiveReader['archiveSize']> {
    const row = this.#sql.size.get(archive) as { events: number; bytes: number } | undefined;
    return { events: row?.events ?? 0, bytes: row?.bytes ?? 0 };
  }

  archivedEvents({
    archive,
    fromMs,
    toMs,
    after = { atMs: fromMs, number: 0 },
    limit,
    bytes,
  }: Parameters<ArchiveReader['archivedEvents']>[0]): readonly ArchivedEvent[] {
    const events: ArchivedEvent[] = [];
    let left = bytes;
    for (const row of this.#sql.events.iterate(archive, after.atMs, after.number, toMs, limit)) {
      const { at, number, body } = row as unknown as EventRow;
      events.push({ atMs: at, number, body });
      left -= Buffer.byteLength(body);
      if (left <= 0) break;
    }
    return events;
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    archives: sql(
      'SELECT id, (SELECT min(at) FROM archived_event WHERE archive = archive.number) AS first FROM archive ORDER BY number',
    ),
    size: sql('SELECT events, bytes FROM archive WHERE id = ?'),
    events: sql(
      `SELECT at, number, body FROM archived_event
        WHERE archive = (SELECT number FROM archive WHERE id = ?) AND (at, number) > (?, ?) AND at < ?
        ORDER BY at, number LIMIT ?`,
    ),
  };
}
