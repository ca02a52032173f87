// Who waits where: a list for each queue, and on fair share queues one for each share. Part of the
// world, changed by its fold alone.

import type { Arn } from '../../../base/ids.ts';
import type { LiveArrayParent, WaitingJob } from '../../job/job.ts';
import { WaitingList } from './waiting-list.ts';

const none: ReadonlyMap<string, WaitingList> = new Map();

export class Waiting {
  readonly #ofQueues = new Map<Arn, Map<string, WaitingList>>();

  /** The list that the job stands in when it is RUNNABLE. */
  of({
    queueArn,
    terms: { share },
  }: Pick<WaitingJob | LiveArrayParent, 'queueArn' | 'terms'>): WaitingList {
    const identifier = share?.identifier ?? '';
    let lists = this.#ofQueues.get(queueArn);
    if (lists === undefined) this.#ofQueues.set(queueArn, (lists = new Map()));
    let list = lists.get(identifier);
    if (list === undefined) lists.set(identifier, (list = new WaitingList()));
    return list;
  }

  /** By share; of a FIFO queue the one list has an empty name. */
  listsOf(queueArn: Arn): ReadonlyMap<string, WaitingList> {
    return this.#ofQueues.get(queueArn) ?? none;
  }

  /** Jobs of the queue that wait; children of arrays count one by one. */
  count(queueArn: Arn): number {
    let count = 0;
    for (const list of this.listsOf(queueArn).values()) count += list.size;
    return count;
  }

  removeQueue(queueArn: Arn): void {
    this.#ofQueues.delete(queueArn);
  }

  /** After a restart. */
  restart(atMs: number): void {
    for (const lists of this.#ofQueues.values())
      for (const list of lists.values()) list.restart(atMs);
  }
}
