// What a job depends on, down to the root: why each waits that has not ended, and how each ended
// that failed. Of bounded depth and width; jobs depend on older ones alone, so that there is no
// circle, and what was shown once is not opened again.

import type { JobDependency } from '@aws-sdk/client-batch';
import { childId, splitJobId, type JobId } from '../../base/ids.ts';
import { dependentJobFailed } from '../../core/job/dependency.ts';
import { isArrayParent, isLive, type ArrayParent, type Job } from '../../core/job/job.ts';
import { isEnded } from '../../core/job/status.ts';
import { letsGo } from '../../core/world/readiness.ts';
import type { DependencyView } from '../../port/explanation-view.ts';
import type { JobView } from '../../port/reader.ts';
import type { JobEnd } from '../../port/store.ts';

interface ChainFacts {
  job(id: string): JobView | undefined;
  /** How a job ended that is kept no more. */
  end(id: JobId): JobEnd | undefined;
  /** Why it waits. */
  reason(view: JobView): string | undefined;
}

const deepest = 32;
const widest = 5;
const most = 100;

interface Target {
  readonly jobId: JobId;
  readonly type: DependencyView['type'];
}

export class DependencyChain {
  readonly #facts: ChainFacts;
  readonly #opened = new Set<JobId>();
  #left = most;

  constructor(facts: ChainFacts) {
    this.#facts = facts;
  }

  /** All the jobs that a waiting job waits for; those that failed, where it failed by others. */
  of(view: JobView): DependencyView[] {
    const { job } = view;
    if (job.status === 'FAILED' && !isByOthers(job)) return [];
    const targets = targetsOf(view);
    const views = targets.map((target) => this.#open(target, view, 1));
    return job.status === 'FAILED' ? views.filter(({ status }) => status === 'FAILED') : views;
  }

  #open(target: Target, dependent: JobView, depth: number): DependencyView {
    const { jobId, type } = target;
    // The first of a SEQUENTIAL array waits for nothing.
    if (jobId === dependent.id && !isArrayParent(dependent.job))
      return { jobId, type, isMet: true, dependencies: [], leftOff: 0 };
    this.#left--;
    const found = this.#facts.job(jobId);
    if (found === undefined) {
      const { status } = this.#facts.end(splitJobId(jobId).parent) ?? {};
      const isMet = status === undefined || letsGo(status, dependent.job.terms);
      return { jobId, type, status, isMet, dependencies: [], leftOff: 0 };
    }
    const { job } = found;
    const isOwnChildren = jobId === splitJobId(dependent.id).parent;
    const isMet = !isOwnChildren && letsGo(job.status, dependent.job.terms);
    const last = isArrayParent(job) ? undefined : job.attempts.at(-1);
    const below =
      isMet || isOwnChildren ? { dependencies: [], leftOff: 0 } : this.#below(found, target, depth);
    return {
      jobId,
      type,
      name: found.detail.name,
      status: job.status,
      isMet,
      reason: isEnded(job.status) ? job.statusReason : this.#facts.reason(found),
      exitCode: isEnded(job.status) ? last?.exitCode : undefined,
      containerReason: isEnded(job.status) ? last?.containerReason : undefined,
      startedAtMs:
        !isArrayParent(job) && isLive(job) && job.status === 'RUNNING'
          ? job.attempt.startedAtMs
          : undefined,
      ...below,
    };
  }

  #below(
    view: JobView,
    { type }: Target,
    depth: number,
  ): Pick<DependencyView, 'dependencies' | 'leftOff'> {
    const wanted = this.#nextOf(view, type);
    const open =
      this.#opened.has(view.id) || depth >= deepest || this.#left <= 0
        ? []
        : wanted.slice(0, Math.min(widest, this.#left));
    if (wanted.length > 0) this.#opened.add(view.id);
    return {
      dependencies: open.map((target) => this.#open(target, view, depth + 1)),
      leftOff: wanted.length - open.length,
    };
  }

  /**
   * What tells more: of one that waits or failed by others, those others; of an array that failed,
   * its first child that did.
   */
  #nextOf(view: JobView, type: DependencyView['type']): Target[] {
    const { job } = view;
    const isFailed = job.status === 'FAILED';
    if (isArrayParent(job) && isFailed && !isByOthers(job)) {
      const first = firstFailed(job);
      return first === undefined ? [] : [{ jobId: childId(job.id, first), type: 'JOB' }];
    }
    if (isFailed ? !isByOthers(job) : job.status !== 'PENDING') return [];
    const root = type === 'SEQUENTIAL' ? this.#rootOfSequence(view, isFailed) : undefined;
    if (root !== undefined) return [root];
    return targetsOf(view).filter((target) => {
      if (target.jobId === splitJobId(view.id).parent || target.jobId === view.id) return false;
      const status = this.#facts.job(target.jobId)?.job.status;
      return isFailed ? status === 'FAILED' : status !== undefined && !letsGo(status, job.terms);
    });
  }

  /**
   * In a SEQUENTIAL array each child waits for the one before it: the first that has not let go of
   * the next is what all of them wait for.
   */
  #rootOfSequence({ id }: JobView, isFailed: boolean): Target | undefined {
    const { parent, index } = splitJobId(id);
    const array = this.#facts.job(parent)?.job;
    if (index === undefined || array === undefined || !isArrayParent(array)) return undefined;
    const first = isFailed ? firstFailed(array) : firstOpen(array, index);
    return first === undefined || first >= index
      ? undefined
      : { jobId: childId(parent, first), type: 'SEQUENTIAL' };
  }
}

const isByOthers = (job: Job | ArrayParent): boolean => job.statusReason === dependentJobFailed;

function firstFailed(parent: ArrayParent): number | undefined {
  if (!('children' in parent)) return parent.failedChildren[0]?.[0];
  const { value } = parent.children.indexes('FAILED').next();
  return value as number | undefined;
}

function firstOpen(parent: ArrayParent, before: number): number | undefined {
  if (!('children' in parent)) return undefined;
  for (let index = 0; index < before; index++)
    if (!letsGo(parent.children.status(index), parent.terms)) return index;
  return undefined;
}

/** In the order in which they were given. */
function targetsOf({ id, detail, arrayIndex }: JobView): Target[] {
  return (detail.dependsOn ?? []).map((dependency) => targetOf(id, dependency, arrayIndex));
}

function targetOf(id: JobId, dependency: JobDependency, arrayIndex: number | undefined): Target {
  const type = dependency.type ?? 'JOB';
  const whole = type === 'SEQUENTIAL' ? splitJobId(id).parent : (dependency.jobId as JobId);
  // A child waits for its counterpart, or for the child before it; the first of a SEQUENTIAL array
  // for nothing.
  const index =
    type === 'JOB' || arrayIndex === undefined
      ? undefined
      : type === 'N_TO_N'
        ? arrayIndex
        : arrayIndex - 1;
  if (index === -1) return { jobId: id, type };
  return { jobId: index === undefined ? whole : childId(whole, index), type };
}
