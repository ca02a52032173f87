// Writes what a turn changed of the world, row kind by row kind: a new kind is one entry in
// `#writers`. It runs inside the store's transaction and decides nothing: a row says what core's
// value says.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { must } from '../../base/assert.ts';
import type { ArrayParent, Job } from '../../core/job/job.ts';
import { isEnded } from '../../core/job/status.ts';
import type { ChangedRows } from '../../core/world/changes.ts';
import type { Commit } from '../../port/store.ts';
import { encodeChild, encodeState, statusCode } from './job-row.ts';
import type { Numbers } from './numbers.ts';

type Writers = {
  readonly [Kind in keyof ChangedRows]: (rows: ChangedRows[Kind], commit: Commit) => void;
};

/** Rows that are one JSON body under one key. */
type Bodies = ReadonlyMap<string, object | undefined>;

export class RowWriter {
  readonly #database: DatabaseSync;
  readonly #numbers: Numbers;
  readonly #sql: Statements;

  constructor(database: DatabaseSync, numbers: Numbers) {
    this.#database = database;
    this.#numbers = numbers;
    this.#sql = prepare((text) => database.prepare(text));
    this.#writers = this.#makeWriters();
  }

  write(commit: Commit): void {
    for (const kind of Object.keys(this.#writers) as (keyof Writers)[]) this.#write(kind, commit);
  }

  #write<Kind extends keyof Writers>(kind: Kind, commit: Commit): void {
    const rows = commit.rows[kind];
    if (rows.size > 0) this.#writers[kind](rows, commit);
  }

  readonly #writers: Writers;

  #makeWriters(): Writers {
    const sql = this.#sql;
    const putQueues = this.#bodies('job_queue', 'arn');
    return {
      computeEnvironments: this.#bodies('compute_environment', 'arn'),
      jobQueues: (queues) => {
        putQueues(queues);
        for (const [arn, queue] of queues) if (queue === undefined) sql.deleteSharesOf.run(arn);
      },
      consumableResources: this.#bodies('consumable_resource', 'arn'),
      serviceEnvironments: this.#bodies('service_environment', 'arn'),
      schedulingPolicies: this.#bodies('scheduling_policy', 'arn'),
      quotaShares: this.#bodies('quota_share', 'arn'),
      shareUsage: (shares) => {
        for (const share of shares.values()) {
          const { queueArn, shareIdentifier, usage, atSecond, attemptMs = null } = share;
          if (share.forgotten) sql.deleteShare.run(queueArn, shareIdentifier);
          else sql.putShare.run(queueArn, shareIdentifier, String(usage), atSecond, attemptMs);
        }
      },
      overtaken: this.#bodies('overtaken', 'class'),
      jobDefinitions: (definitions) => {
        for (const definition of definitions.values()) {
          const { arn, scope, name, revision, status } = definition;
          sql.putDefinition.run(arn, scope, name, revision, status, JSON.stringify(definition));
        }
      },
      hosts: this.#bodies('host', 'id'),
      instancesEnded: (ended, { forgetInstancesEndedBeforeMs }) => {
        for (const { instance, endedAtMs } of ended.values())
          sql.putEndedInstance.run(
            instance.id,
            instance.scope,
            endedAtMs,
            JSON.stringify(instance),
          );
        sql.forgetInstances.run(forgetInstancesEndedBeforeMs);
      },
      submitted: (details, { rows, atMs }) => {
        for (const detail of details.values()) {
          const job = must(rows.jobs.get(detail.id), 'a job that was submitted has a row');
          const { sequence, consumables = [] } = detail;
          sql.insertJob.run(
            sequence,
            detail.id,
            this.#numbers.ofQueue(detail.queueArn),
            statusCode(job.status),
            detail.name,
            detail.definitionArn,
            detail.definitionName,
            detail.shareIdentifier ?? null,
            detail.createdAtMs,
            encodeState(job),
            endedAt(job, atMs),
          );
          sql.insertDetail.run(sequence, JSON.stringify(detail));
          for (const { arn } of consumables) sql.putConsumableJob.run(arn, sequence);
        }
      },
      jobs: (jobs, { rows, atMs }) => {
        for (const job of jobs.values()) {
          if (rows.submitted.has(job.id)) continue;
          sql.updateJob.run(
            statusCode(job.status),
            encodeState(job),
            endedAt(job, atMs),
            job.sequence,
          );
        }
      },
      updated: (details) => {
        for (const detail of details.values()) {
          const { sequence, queueArn, shareIdentifier } = detail;
          sql.moveJob.run(this.#numbers.ofQueue(queueArn), shareIdentifier ?? null, sequence);
          sql.putDetail.run(JSON.stringify(detail), sequence);
        }
      },
      // A child's sequence is its parent's.
      children: (children) => {
        for (const { index, job } of children.values())
          sql.putChild.run(job.sequence, index, encodeChild(job));
      },
      tags: this.#bodies('tag', 'arn'),
      logStreams: (streams) => {
        for (const stream of streams.values()) {
          const group = this.#numbers.ofGroup(stream);
          if (group !== undefined) sql.putStream.run(group, stream.name, stream.createdAtMs);
        }
      },
    };
  }

  #bodies(table: string, key: string): (rows: Bodies) => void {
    const put = this.#database.prepare(
      `INSERT INTO ${table} (${key}, body) VALUES (?, ?) ON CONFLICT (${key}) DO UPDATE SET body = excluded.body`,
    );
    const remove = this.#database.prepare(`DELETE FROM ${table} WHERE ${key} = ?`);
    return (rows) => {
      for (const [of, body] of rows) {
        if (body === undefined) remove.run(of);
        else put.run(of, JSON.stringify(body));
      }
    };
  }
}

const endedAt = (job: Job | ArrayParent, atMs: number): number | null =>
  isEnded(job.status) ? atMs : null;

type Statements = ReturnType<typeof prepare>;

function prepare(sql: (text: string) => StatementSync) {
  return {
    deleteSharesOf: sql('DELETE FROM share_usage WHERE queue = ?'),
    putShare: sql(
      'INSERT INTO share_usage (queue, share, usage, at_second, attempt_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (queue, share) DO UPDATE SET usage = excluded.usage, at_second = excluded.at_second, attempt_ms = excluded.attempt_ms',
    ),
    deleteShare: sql('DELETE FROM share_usage WHERE queue = ? AND share = ?'),
    putDefinition: sql(
      'INSERT INTO job_definition (arn, scope, name, revision, status, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (arn) DO UPDATE SET status = excluded.status, body = excluded.body',
    ),
    putEndedInstance: sql(
      'INSERT INTO ended_instance (id, scope, ended_at, body) VALUES (?, ?, ?, ?)',
    ),
    forgetInstances: sql('DELETE FROM ended_instance WHERE ended_at < ?'),
    insertJob: sql(
      'INSERT INTO job (sequence, id, queue, status, name, definition_arn, definition_name, share, created_at, state, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    insertDetail: sql('INSERT INTO job_detail (sequence, body) VALUES (?, ?)'),
    moveJob: sql('UPDATE job SET queue = ?, share = ? WHERE sequence = ?'),
    putDetail: sql('UPDATE job_detail SET body = ? WHERE sequence = ?'),
    updateJob: sql(
      'UPDATE job SET status = ?, state = ?, ended_at = coalesce(ended_at, ?) WHERE sequence = ?',
    ),
    putConsumableJob: sql('INSERT INTO consumable_job (resource, sequence) VALUES (?, ?)'),
    putChild: sql(
      'INSERT INTO array_child (parent, child_index, state) VALUES (?, ?, ?) ON CONFLICT (parent, child_index) DO UPDATE SET state = excluded.state',
    ),
    putStream: sql(
      'INSERT INTO log_stream (log_group, name, created_at) VALUES (?, ?, ?) ON CONFLICT (log_group, name) DO NOTHING',
    ),
  };
}
