// Numbers that stand for long names in rows: of queues, and of log groups. Remembered, and
// forgotten with a transaction that was rolled back.

import type { DatabaseSync } from 'node:sqlite';
import type { Arn, Scope } from '../../base/ids.ts';
import type { LogStreamRow } from '../../core/world/changes.ts';

export class Numbers {
  readonly #ofQueues = new Map<Arn, number>();
  readonly #ofGroups = new Map<string, number>();
  readonly #sql;

  constructor(database: DatabaseSync) {
    this.#sql = {
      putQueue: database.prepare(
        'INSERT INTO queue_number (arn) VALUES (?) ON CONFLICT (arn) DO NOTHING',
      ),
      queue: database.prepare('SELECT number FROM queue_number WHERE arn = ?'),
      putGroup: database.prepare(
        'INSERT INTO log_group (scope, name, created_at) VALUES (?, ?, ?) ON CONFLICT (scope, name) DO NOTHING',
      ),
      group: database.prepare('SELECT id FROM log_group WHERE scope = ? AND name = ?'),
    };
  }

  ofQueue(queueArn: Arn): number {
    let number = this.#ofQueues.get(queueArn);
    if (number === undefined) {
      this.#sql.putQueue.run(queueArn);
      number = (this.#sql.queue.get(queueArn) as { number: number }).number;
      this.#ofQueues.set(queueArn, number);
    }
    return number;
  }

  /** The group of a container's stream comes into being with it, unless it is to be there. */
  ofGroup({ scope, group, createdAtMs, ofGivenGroup }: LogStreamRow): number | undefined {
    const key = `${scope} ${group}`;
    let number = this.#ofGroups.get(key);
    if (number === undefined) {
      if (!ofGivenGroup) this.#sql.putGroup.run(scope, group, createdAtMs);
      number = this.findGroup(scope, group);
      if (number !== undefined) this.#ofGroups.set(key, number);
    }
    return number;
  }

  findGroup(scope: Scope, name: string): number | undefined {
    return (this.#sql.group.get(scope, name) as { id: number } | undefined)?.id;
  }

  forgetGroup(scope: Scope, name: string): void {
    this.#ofGroups.delete(`${scope} ${name}`);
  }

  forgetAll(): void {
    this.#ofQueues.clear();
    this.#ofGroups.clear();
  }
}
