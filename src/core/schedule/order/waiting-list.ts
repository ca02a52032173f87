// The RUNNABLE jobs of one queue, or of one of its shares, in the order in which a pass tries them,
// so that anybody can ask who goes next, how many are ahead of a job, and since when it stands
// where it stands. It places nothing: the backlog does. An array has one place for all its
// children, but those that wait for another attempt, which stand in front on their own.

import { SortedList } from '../../../base/sorted-list.ts';
import { childId, splitJobId, type JobId } from '../../../base/ids.ts';
import type { ChildTableView } from '../../job/child-table.ts';
import { rankOf, type LiveArrayParent, type WaitingJob } from '../../job/job.ts';

/**
 * What decides who goes first: the scheduling priority in a share, higher first; then rank, lower
 * first.
 */
interface Standing {
  readonly priority: number;
  readonly rank: number;
}
interface Place extends Standing {
  readonly jobId: JobId;
  /** The children of an array. */
  readonly children?: ChildTableView;
}
interface ArrayPlace extends Place {
  readonly children: ChildTableView;
}

const goesBefore = (a: Standing, b: Standing): boolean =>
  a.priority === b.priority ? a.rank < b.rank : a.priority > b.priority;
const indexOf = ({ jobId }: Place): number => splitJobId(jobId).index ?? -1;
/** Children of one array that wait for another attempt share a rank, and go by index. */
const before = (a: Place, b: Place): boolean =>
  goesBefore(a, b) || (!goesBefore(b, a) && indexOf(a) < indexOf(b));
const standingOf = (job: WaitingJob | LiveArrayParent): Standing => ({
  priority: job.terms.share?.schedulingPriority ?? 0,
  rank: rankOf(job),
});
const placeOf = (job: WaitingJob | LiveArrayParent): Place => ({
  ...standingOf(job),
  jobId: job.id,
});

/** Jobs that stand here or behind moved up or down. */
interface Move extends Standing {
  atMs: number;
}

/**
 * Moves remembered; beyond, those farthest back are said to have stood where they are for a shorter
 * time than they have.
 */
const movesKept = 1024;

/** What may be asked of it. */
export type WaitingListView = Omit<
  WaitingList,
  'add' | 'remove' | 'update' | 'withdraw' | 'restart'
>;

export class WaitingList {
  readonly #places = new SortedList<Place>(before);
  /** The places of arrays once more: they stand for several jobs. */
  readonly #arrays = new SortedList<ArrayPlace>(before);
  readonly #arrayOf = new Map<JobId, ArrayPlace>();
  /** By array: indexes of children that have a place of their own. */
  readonly #ownPlaces = new Map<JobId, Set<number>>();
  /** From the front to the back, and ascending by time: a later move hides those behind it. */
  #moves: Move[] = [];

  /** A job has become RUNNABLE. */
  add(job: WaitingJob, atMs: number): void {
    const place = placeOf(job);
    this.#places.add(place);
    const { parent, index } = splitJobId(job.id);
    if (index !== undefined)
      this.#ownPlaces.set(parent, (this.#ownPlaces.get(parent) ?? new Set()).add(index));
    // One that stands where it was submitted has moved nobody.
    if (atMs !== job.createdAtMs) this.#moved(place, atMs);
  }

  /** It is RUNNABLE no longer. False: it had no place of its own. */
  remove(job: WaitingJob, atMs: number): boolean {
    const place = placeOf(job);
    if (!this.#places.remove(place)) return false;
    const { parent, index } = splitJobId(job.id);
    const own = this.#ownPlaces.get(parent);
    if (index !== undefined && own?.delete(index) && own.size === 0) this.#ownPlaces.delete(parent);
    this.#moved(place, atMs);
    return true;
  }

  /** Children of the array have become RUNNABLE, or are so no longer. */
  update(parent: LiveArrayParent, atMs: number): void {
    const known = this.#arrayOf.get(parent.id);
    const place = known ?? { ...placeOf(parent), children: parent.children };
    const stands = this.#waitingIn(place) > 0;
    if (known === undefined && !stands) return;
    if (known === undefined) {
      this.#places.add(place);
      this.#arrays.add(place);
      this.#arrayOf.set(parent.id, place);
    } else if (!stands) {
      this.#places.remove(place);
      this.#arrays.remove(place);
      this.#arrayOf.delete(parent.id);
    }
    if (known !== undefined || atMs !== parent.createdAtMs) this.#moved(place, atMs);
  }

  /** The array stands elsewhere from here on; children with places of their own went before. */
  withdraw({ id }: LiveArrayParent, atMs: number): void {
    const place = this.#arrayOf.get(id);
    if (place === undefined) return;
    this.#places.remove(place);
    this.#arrays.remove(place);
    this.#arrayOf.delete(id);
    this.#moved(place, atMs);
  }

  /** After a restart nobody knows how long jobs have stood where they are: since then, at least. */
  restart(atMs: number): void {
    this.#moves = [{ priority: Number.POSITIVE_INFINITY, rank: 0, atMs }];
  }

  /**
   * How many jobs go before this one, or before an array's first; children of arrays count one by
   * one. Costs some hundred steps however many wait, and one more for each array that waits before
   * it.
   */
  ahead(job: WaitingJob | LiveArrayParent): number {
    const { parent, index } = splitJobId(job.id);
    const array =
      index === undefined || this.#ownPlaces.get(parent)?.has(index)
        ? undefined
        : this.#arrayOf.get(parent);
    const place = array ?? placeOf(job);
    let count = this.#places.countBefore(place);
    for (const other of this.#arrays) {
      if (!goesBefore(other, place)) break;
      count += this.#waitingIn(other) - 1;
    }
    if (array !== undefined)
      for (const other of this.#indexesIn(array)) if (other < (index as number)) count++;
    return count;
  }

  /**
   * Since when as many go before the job as do now. After a restart: since then, where it is
   * longer.
   */
  sinceMs(job: WaitingJob | LiveArrayParent): number {
    const standing = standingOf(job);
    let low = 0;
    let high = this.#moves.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (!goesBefore(standing, this.#moves[middle] as Move)) low = middle + 1;
      else high = middle;
    }
    return Math.max(job.createdAtMs, this.#moves[low - 1]?.atMs ?? 0);
  }

  /** The jobs in order; the children of arrays one by one. */
  *[Symbol.iterator](): Generator<JobId> {
    for (const { jobId, children } of this.#places) {
      if (children === undefined) yield jobId;
      else for (const index of this.#indexesIn({ jobId, children })) yield childId(jobId, index);
    }
  }

  /** Jobs that wait; children of arrays count one by one. */
  get size(): number {
    let size = this.#places.size;
    for (const place of this.#arrays) size += this.#waitingIn(place) - 1;
    return size;
  }

  /** The children that stand in their array's place. */
  *#indexesIn({ jobId, children }: Pick<ArrayPlace, 'jobId' | 'children'>): Generator<number> {
    const own = this.#ownPlaces.get(jobId);
    for (const index of children.placeableIndexes()) if (!own?.has(index)) yield index;
  }

  #waitingIn({ jobId, children }: Pick<ArrayPlace, 'jobId' | 'children'>): number {
    return children.placeable - (this.#ownPlaces.get(jobId)?.size ?? 0);
  }

  #moved({ priority, rank }: Standing, atMs: number): void {
    const moves = this.#moves;
    const move = { priority, rank, atMs: Math.max(atMs, moves.at(-1)?.atMs ?? 0) };
    let last = moves.at(-1);
    for (; last !== undefined && !goesBefore(last, move); last = moves.at(-1)) moves.pop();
    if (last !== undefined && moves.length >= movesKept) last.atMs = move.atMs;
    else moves.push(move);
    // Only the last of those that lie before the head says something.
    const head = this.#places.first;
    while (moves.length > 1 && (head === undefined || !goesBefore(head, moves[1] as Move)))
      moves.shift();
  }
}
