// What became of jobs, read off the journal: each change with the job as it was from then on. What
// never changes of a job is read beside it. Changes nothing.

import { childId, splitJobId, type JobId } from '../../base/ids.ts';
import { RecentMap } from '../../base/recent-map.ts';
import {
  isArrayParent,
  waitingChild,
  type Job,
  type JobDetailRecord,
  type PastArrayParent,
} from '../../core/job/job.ts';
import { isEnded } from '../../core/job/status.ts';
import type { HistoryReader, JournalPage, PastChange, PastJobView } from '../../port/reader.ts';
import type { Transition } from '../../core/turn/transition.ts';
import type { StoreReader } from '../../port/store.ts';

type Query = Parameters<HistoryReader['above']>[0];

/** Jobs change several times within a moment. */
const detailsKept = 200;

export class JournalHistoryReader implements HistoryReader {
  readonly #store: StoreReader;
  readonly #details = new RecentMap<JobId, JobDetailRecord>(detailsKept);

  constructor(store: StoreReader) {
    this.#store = store;
  }

  above(query: Query): readonly JournalPage[] {
    return this.#store.journalAbove(query.number, query.limit).map(({ number, transition }) => ({
      number,
      changes: transition && this.#told(transition, query),
    }));
  }

  ends(): ReturnType<HistoryReader['ends']> {
    const ends = this.#store.journalEnds();
    return ends && { first: ends.first.number, last: ends.last.number };
  }

  #told(transition: Transition, { scope, isWanted }: Query): JournalPage['changes'] {
    if (transition.job.scope !== scope || !isWanted(transition)) return nothing;
    return this.changesOf(transition);
  }

  changesOf(transition: Transition): Iterable<PastChange> | undefined {
    const detail = this.#detail(splitJobId(transition.jobId).parent);
    return detail && this.#changes(detail, transition);
  }

  *#changes(
    detail: JobDetailRecord,
    { jobId, from, atMs, children, job, ...to }: Transition,
  ): Generator<PastChange> {
    const { index, node } = splitJobId(jobId);
    const tags = this.#store.tags(detail.arn);
    const then = detailThen(detail, job);
    const change = (view: Pick<PastJobView, 'id' | 'job' | 'arrayIndex' | 'nodeIndex'>) => ({
      from,
      atMs,
      view: { detail: then, tags, ...(isArrayParent(view.job) && summaryOf(view.job)), ...view },
    });
    if (children === undefined || !isArrayParent(job)) {
      yield change({ id: jobId, job, arrayIndex: index, nodeIndex: node });
      return;
    }
    for (let at = children[0]; at <= children[1]; at++)
      yield change({
        id: childId(jobId, at),
        job: childOf(job, at, { atMs, ...to }),
        arrayIndex: at,
      });
  }

  #detail(id: JobId): JobDetailRecord | undefined {
    const known = this.#details.get(id);
    if (known !== undefined) return known;
    const detail = this.#store.jobDetail(id);
    if (detail !== undefined) this.#details.set(id, detail);
    return detail;
  }
}

const nothing: readonly PastChange[] = [];

/** It may have been moved, or given another priority, since or before what is known of it. */
function detailThen(
  detail: JobDetailRecord,
  { queueArn, terms: { share } }: Transition['job'],
): JobDetailRecord {
  const priority = share?.schedulingPriority ?? detail.schedulingPriority;
  return queueArn === detail.queueArn && (priority ?? 0) === (detail.schedulingPriority ?? 0)
    ? detail
    : { ...detail, queueArn, shareIdentifier: share?.identifier, schedulingPriority: priority };
}

const summaryOf = ({ statusSummary, statusSummaryLastUpdatedAtMs }: PastArrayParent) => ({
  statusSummary,
  statusSummaryLastUpdatedAtMs,
});

/** A child that changed with others: it has no row of its own. */
function childOf(
  array: PastArrayParent,
  index: number,
  { to, atMs, reason }: Pick<Transition, 'to' | 'atMs' | 'reason'>,
): Job {
  const waiting = waitingChild(array, index, 'RUNNABLE');
  if (isEnded(to))
    return { ...waiting, status: to, statusReason: reason, stoppedAtMs: atMs, stops: array.stops };
  return { ...waiting, status: to as Job['status'] & 'RUNNABLE' };
}
