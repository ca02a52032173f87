// Removes ended jobs, so many rows at a time, and remembers in few bytes how they ended, for others
// may still depend on them. Runs inside the commit that it is part of. When a job may go is
// control's to say; its log streams are not touched.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

interface EndedRow {
  sequence: number;
  id: string;
  queue: number;
  status: number;
  ended_at: number;
  array_size: number | null;
  /** A multi-node parallel job's; their rows go as those of children do. */
  nodes: number | null;
  failed: string | null;
  arn: string;
}

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id as the table of remembered jobs has it. */
export const idKey = (id: string): SQLInputValue =>
  uuidForm.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : id;

export class Expiry {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  /**
   * Answers whether anything was there to remove. An array goes at once, and the rows of its
   * children in later calls.
   */
  expire(endedBeforeMs: number, maxRows: number): boolean {
    let left = maxRows;
    for (const { sequence } of this.#sql.removedArrays.all(left) as { sequence: number }[]) {
      const removed = Number(this.#sql.deleteChildren.run(sequence, sequence, left).changes);
      if (removed < left) this.#sql.deleteRemovedArray.run(sequence);
      // An array without a row of its own costs a look.
      left -= Math.max(removed, 1);
      if (left <= 0) return true;
    }
    const rows = this.#sql.ended.all(endedBeforeMs, left) as unknown as EndedRow[];
    for (const row of rows) this.#remove(row);
    if (rows.length > 0) this.#sql.raiseSequence.run(Math.max(...rows.map((row) => row.sequence)));
    return left < maxRows || rows.length > 0;
  }

  #remove({
    sequence,
    id,
    queue,
    status,
    ended_at,
    array_size,
    nodes,
    failed,
    arn,
  }: EndedRow): void {
    const sql = this.#sql;
    sql.remember.run(
      idKey(id),
      queue,
      status,
      ended_at,
      array_size,
      failed === '[]' ? null : failed,
    );
    sql.deleteJob.run(sequence);
    sql.deleteDetail.run(sequence);
    sql.deleteConsumed.run(sequence);
    sql.deleteTags.run(arn);
    if (array_size !== null || nodes !== null) sql.putRemovedArray.run(sequence);
  }

  /** Answers whether so many were forgotten that there may be more. */
  forget(endedBeforeMs: number, maxRows: number): boolean {
    return Number(this.#sql.forget.run(maxRows, endedBeforeMs).changes) === maxRows;
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    ended: sql(
      `SELECT sequence, id, queue, status, ended_at, json_extract(state, '$.arraySize') AS array_size, json_extract(state, '$.terms.nodes.numNodes') AS nodes, json_extract(state, '$.failedChildren') AS failed, json_extract(body, '$.arn') AS arn
        FROM job JOIN job_detail USING (sequence) WHERE ended_at < ? ORDER BY ended_at LIMIT ?`,
    ),
    remember: sql(
      'INSERT INTO remembered_job (id, queue, status, ended_at, array_size, failed) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    deleteJob: sql('DELETE FROM job WHERE sequence = ?'),
    deleteDetail: sql('DELETE FROM job_detail WHERE sequence = ?'),
    deleteConsumed: sql('DELETE FROM consumable_job WHERE sequence = ?'),
    deleteTags: sql('DELETE FROM tag WHERE arn = ?'),
    raiseSequence: sql('UPDATE removed_sequence SET highest = max(highest, ?)'),
    putRemovedArray: sql('INSERT INTO removed_array (sequence) VALUES (?)'),
    removedArrays: sql('SELECT sequence FROM removed_array LIMIT ?'),
    deleteChildren: sql(
      'DELETE FROM array_child WHERE parent = ? AND child_index <= (SELECT max(child_index) FROM (SELECT child_index FROM array_child WHERE parent = ? ORDER BY child_index LIMIT ?))',
    ),
    deleteRemovedArray: sql('DELETE FROM removed_array WHERE sequence = ?'),
    forget: sql(
      'DELETE FROM remembered_job WHERE number IN (SELECT number FROM remembered_job ORDER BY number LIMIT ?) AND ended_at < ?',
    ),
  };
}
