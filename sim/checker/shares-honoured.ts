// Law: among the shares of a queue the one that has used least by its weight goes first, within
// what whole seconds and one transaction leave open, and a share that has used something does not
// reach into what is held back for others. Usage, and how long attempts last, are computed here
// once more, from rows, in floating point; while the clock on the wall is set, nobody can say.

import { nodeId, type Arn, type AttemptId } from '../../src/base/ids.ts';
import type { FairsharePolicy } from '@aws-sdk/client-batch';
import { isArrayParent, type Job, type LiveJob } from '../../src/core/job/job.ts';
import type { Needs } from '../../src/core/job/needs.ts';
import type { JobTerms } from '../../src/core/job/terms.ts';
import type { ShareChange } from '../../src/core/world/changes.ts';
import {
  endedIn,
  holdingsOf,
  isNode,
  partsOf,
  underWay,
  type Change,
  type Committed,
  type Ledger,
} from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { asksNoMore } from './order-honoured.ts';
import { Waits } from './waits.ts';
import { written } from '../rows.ts';

interface Usage {
  used: number;
  /** What of it came with ends within the second that it is of: no row tells it yet. */
  unsettled: number;
  atSecond: number;
  milliVcpu: number;
  /** The mean of recent attempts, each no more than a minute; undefined until one has ended. */
  lastsMs: number | undefined;
  /** The same as it was when the share's row was written last. */
  storedLastsMs: number | undefined;
}

/** By queue and share. */
type Book = Map<string, Usage>;

/** What a share takes, or gives back, and when. */
interface Held {
  readonly queueArn: Arn;
  readonly share: string;
  readonly milliVcpu: number;
  readonly atMs: number;
  readonly windowSeconds: number;
  /** An attempt has ended that lasted so long. */
  readonly lastedMs?: number;
}

/** A share is active for so much longer than its usage counts. */
const afterglowSeconds = 300;

/** What a start counts for at most, and until an attempt has ended. */
const startCountsMs = 60_000;

const second = (ms: number): number => Math.floor(ms / 1000);

/** After so many seconds more; half of it is forgotten every half window. */
function after({ used, atSecond, milliVcpu }: Usage, atMs: number, windowSeconds: number): number {
  const seconds = second(atMs) - atSecond;
  if (seconds <= 0) return used;
  const left = 2 ** ((-2 * seconds) / windowSeconds);
  return used * left + (milliVcpu * windowSeconds * (1 - left)) / (2 * Math.LN2);
}

const windowOf = (policy: FairsharePolicy | undefined): number =>
  Math.max(600, policy?.shareDecaySeconds ?? 0);

function weightOf(policy: FairsharePolicy | undefined, share: string): number {
  const entry = policy?.shareDistribution?.find(({ shareIdentifier = '' }) =>
    shareIdentifier.endsWith('*')
      ? share.startsWith(shareIdentifier.slice(0, -1))
      : share === shareIdentifier,
  );
  return entry?.weightFactor ?? 1;
}

function heldBy(
  { queueArn, terms: { share } }: Job,
  milliVcpu: number,
  atMs: number,
  ledger: Ledger,
): Held[] {
  return share === undefined
    ? []
    : [
        {
          queueArn,
          share: share.identifier,
          milliVcpu,
          atMs,
          windowSeconds: windowOf(policyOf(ledger, queueArn)),
        },
      ];
}

/**
 * What attempts that are over gave back; one that came and went in the transaction also took it.
 * Nodes that were not launched go with the main one, or when it begins.
 */
function endsIn({ id, before, after: job }: Change, ledger: Ledger): Held[] {
  if (isArrayParent(job) || job.terms.share === undefined) return [];
  const known = before as Job | undefined;
  const was = new Map(
    holdingsOf(known).map(({ placement, terms }) => [placement.attemptId, terms]),
  );
  const ended = endedIn({ before, after: job }).flatMap(
    ({ attemptId, placedAtMs, stoppedAtMs }) => {
      const wasHeld = was.delete(attemptId);
      const mine = job.terms.needs.milliVcpu;
      // A node's room was taken with its job's.
      const lasted = { lastedMs: Math.max(0, stoppedAtMs - placedAtMs) };
      return [
        ...(wasHeld || isNode(id) ? [] : heldBy(job, mine, placedAtMs, ledger)),
        ...heldBy(job, -mine, stoppedAtMs, ledger).map((held) => ({
          ...held,
          ...(isNode(id) ? {} : lasted),
        })),
      ];
    },
  );
  return was.size === 0 ? ended : [...ended, ...unlaunched(job, was, ledger)];
}

/** Places of nodes that were given up when the main node began, or ended, without a launch. */
function unlaunched(job: Job, was: Map<AttemptId, JobTerms>, ledger: Ledger): Held[] {
  for (const { placement } of holdingsOf(job)) was.delete(placement.attemptId);
  for (let node = 0; node < (job.terms.nodes?.numNodes ?? 0); node++) {
    const row = ledger.jobs.get(nodeId(job.id, node)) as Job | undefined;
    for (const { attemptId } of row?.attempts ?? []) was.delete(attemptId);
    const live = underWay(row);
    if (live !== undefined) was.delete(live.attempt.attemptId);
  }
  const last = job.attempts.at(-1);
  const atMs = job.status === 'RUNNING' ? job.attempt.startedAtMs : (last?.stoppedAtMs ?? 0);
  return [...was.values()].flatMap(({ needs }) => heldBy(job, -needs.milliVcpu, atMs, ledger));
}

export function sharesHonoured(): Checker {
  const usages: Book = new Map();
  /**
   * The same, where of the reports of a transaction those came first that give most: a late one
   * counts from when it is heard.
   */
  const most: Book = new Map();
  const waits = new Waits();

  function usageOf(queueArn: Arn, share: string, book: Book = usages): Usage {
    const key = `${queueArn} ${share}`;
    const usage = book.get(key) ?? {
      used: 0,
      unsettled: 0,
      atSecond: 0,
      milliVcpu: 0,
      lastsMs: undefined,
      storedLastsMs: undefined,
    };
    book.set(key, usage);
    return usage;
  }

  /** What is held counts by whole seconds; once it is given back, by milliseconds. */
  function hold(held: Held, book: Book): void {
    const { queueArn, share, milliVcpu, atMs, windowSeconds, lastedMs } = held;
    const usage = usageOf(queueArn, share, book);
    usage.used = after(usage, atMs, windowSeconds);
    if (second(atMs) > usage.atSecond) {
      usage.atSecond = second(atMs);
      usage.unsettled = 0;
    }
    usage.milliVcpu += milliVcpu;
    if (lastedMs === undefined) return;
    const settled = -milliVcpu * (lastedMs / 1000 - (second(atMs) - second(atMs - lastedMs)));
    usage.used += settled;
    usage.unsettled += settled;
  }

  /**
   * What the changes of a transaction took and gave back before its pass placed anything; in which
   * order, the rows do not say.
   */
  function foldEnds(changes: readonly Change[], ledger: Ledger): void {
    const held = changes
      .flatMap((change) => endsIn(change, ledger))
      .sort((a, b) => a.atMs - b.atMs);
    for (const one of held) hold(one, usages);
    for (const one of held) if (one.milliVcpu > 0) hold(one, most);
    for (const one of held.reverse()) if (one.milliVcpu < 0) hold(one, most);
    for (const lasted of Map.groupBy(
      held.filter(({ lastedMs }) => lastedMs !== undefined),
      ({ queueArn, share }) => `${queueArn} ${share}`,
    ).values()) {
      const [{ queueArn, share: identifier }] = lasted as [Held];
      const [least, greatest] = [
        usageOf(queueArn, identifier),
        usageOf(queueArn, identifier, most),
      ];
      const lengths = lasted.map(({ lastedMs = 0 }) => lastedMs);
      [least.lastsMs, greatest.lastsMs] = meansWith([least.lastsMs, greatest.lastsMs], lengths);
    }
  }

  /** A row was written: how long attempts last is kept, as it is by now. */
  function noteRow({ queueArn, shareIdentifier: share }: ShareChange): void {
    for (const book of [usages, most]) {
      const usage = usageOf(queueArn, share, book);
      usage.storedLastsMs = usage.lastsMs;
    }
  }

  /** After a start it is what was kept, or what it would be had it all been kept. */
  function lookBack(): void {
    for (const [book, pick] of [
      [usages, Math.min],
      [most, Math.max],
    ] as const)
      for (const usage of book.values()) {
        usage.used = pick(usage.used, usage.used - usage.unsettled);
        usage.unsettled = 0;
        if (usage.lastsMs !== undefined && usage.storedLastsMs !== undefined)
          usage.lastsMs = pick(usage.lastsMs, usage.storedLastsMs);
      }
  }

  /**
   * Usage that lies further back than window and afterglow may be forgotten, to make room for a
   * share that comes: not before.
   */
  function forget(
    { queueArn, shareIdentifier: share, forgotten, usage, attemptMs }: ShareChange,
    { commit }: Committed,
    { ledger, clockSetMs }: Observed,
  ): void {
    // One that came again at once begins with nothing.
    if (!forgotten && usage !== 0n) return;
    const { used, atSecond, milliVcpu } = usageOf(queueArn, share);
    // What is less than whole milliVcpu-seconds is nothing.
    const recent =
      used > 10 &&
      second(commit.atMs) - atSecond <= windowOf(policyOf(ledger, queueArn)) + afterglowSeconds;
    if (
      forgotten &&
      clockSetMs === 0 &&
      commit.rows.schedulingPolicies.size === 0 &&
      (recent || milliVcpu > 0)
    )
      throw new BrokenLaw(
        `the usage of share ${share} was forgotten ${second(commit.atMs) - atSecond} s after its last`,
      );
    for (const book of [usages, most]) {
      const forgets = usageOf(queueArn, share, book);
      forgets.used = 0;
      forgets.unsettled = 0;
      if (attemptMs === undefined || forgotten) forgets.lastsMs = undefined;
    }
  }

  function checkPlaced(
    observed: Observed,
    job: LiveJob,
    placed: readonly LiveJob[],
    atMs: number,
  ): void {
    const { ledger } = observed;
    const {
      queueArn,
      terms: { share },
    } = job;
    const policy = policyOf(ledger, queueArn);
    if (share === undefined || !isFair(ledger, queueArn)) return;
    const key = (identifier: string, more: number, book: Book): number => {
      const usage = usageOf(queueArn, identifier, book);
      return (
        (after(usage, atMs, windowOf(policy)) +
          ((usage.milliVcpu + more) * (usage.lastsMs ?? startCountsMs)) / 1000) *
        weightOf(policy, identifier)
      );
    };
    // At its least, before the transaction placed anything of it; the others at their most, with
    // all that it placed of them.
    const mine = key(share.identifier, 0, usages);
    const ofQueue = placed.filter((one) => one.queueArn === queueArn);
    const all = milliVcpuOf(ofQueue);
    for (const waiting of ledger.runnable()) {
      const other = waiting.job.terms.share?.identifier;
      if (
        waiting.queueArn !== queueArn ||
        other === undefined ||
        ledger.mayBePassed(waiting) ||
        other === share.identifier ||
        !asksNoMore(waiting.job.terms, job.terms)
      )
        continue;
      const theirs = key(
        other,
        milliVcpuOf(ofQueue.filter((one) => one.terms.share?.identifier === other)),
        most,
      );
      if (
        theirs * 1.05 + 10_000 < mine &&
        !waits.mayBeKept(job, observed) &&
        !isHeldBack(ledger, job, other, waiting.needs, all)
      )
        throw new BrokenLaw(
          `job ${job.id} of share ${share.identifier} (${Math.round(mine)}) was placed, and ${waiting.id} of share ${other} (${Math.round(theirs)}), which needs no more, waits`,
        );
    }
    checkReservation(ledger, job, policy, atMs);
  }

  /**
   * What the queue's shares may hold together where one of them has used something, and what they
   * hold.
   */
  function reservation(
    ledger: Ledger,
    queueArn: Arn,
    policy: FairsharePolicy,
    atMs: number,
  ): { readonly held: number; readonly cap: number; readonly active: number } {
    const held = [...usages].reduce(
      (sum, [key, usage]) => sum + (key.startsWith(`${queueArn} `) ? usage.milliVcpu : 0),
      0,
    );
    const active = new Set(
      [...ledger.open.values()].flatMap((job) =>
        job.queueArn === queueArn && job.terms.share ? [job.terms.share.identifier] : [],
      ),
    );
    for (const [key, usage] of usages)
      if (
        key.startsWith(`${queueArn} `) &&
        second(atMs) - usage.atSecond <= windowOf(policy) + afterglowSeconds &&
        usage.atSecond > 0
      )
        active.add(key.slice(queueArn.length + 1));
    const max = (ledger.queues.get(queueArn)?.computeEnvironmentOrder ?? []).reduce(
      (sum, { computeEnvironment }) => {
        const environment = ledger.environments.get(computeEnvironment);
        return (
          sum +
          (environment?.state === 'ENABLED'
            ? 1000 * (environment.computeResources?.maxvCpus ?? 0)
            : 0)
        );
      },
      0,
    );
    return {
      held,
      cap: max * (1 - ((policy.computeReservation ?? 0) / 100) ** active.size),
      active: active.size,
    };
  }

  function checkReservation(
    ledger: Ledger,
    job: LiveJob,
    policy: FairsharePolicy | undefined,
    atMs: number,
  ): void {
    const {
      id,
      queueArn,
      terms: { share },
    } = job;
    if (ledger.queues.get(queueArn)?.serviceEnvironmentOrder !== undefined) return;
    if (!policy?.computeReservation || usageOf(queueArn, share?.identifier ?? '').milliVcpu === 0)
      return;
    const { held, cap, active } = reservation(ledger, queueArn, policy, atMs);
    if (held + milliVcpuOf([job]) > cap + active)
      throw new BrokenLaw(
        `job ${id} of share ${share?.identifier} was placed beside ${held} of ${cap} milliVcpu that ${active} active shares may use`,
      );
  }

  /** Whether it holds something, or did within the window: only then it is held back. */
  function hasUsed(queueArn: Arn, share: string, windowSeconds: number, atMs: number): boolean {
    const { milliVcpu, used, atSecond } = usageOf(queueArn, share);
    return milliVcpu > 0 || (used > 0 && second(atMs) - atSecond <= windowSeconds);
  }

  /**
   * Whether the share is held back for those that have used nothing, of which the one that was
   * placed is one.
   */
  function isHeldBack(
    ledger: Ledger,
    { queueArn, terms, attempt: { placedAtMs } }: LiveJob,
    share: string,
    needs: Needs,
    more: number,
  ): boolean {
    const policy = policyOf(ledger, queueArn);
    if (!policy?.computeReservation || terms.share === undefined) return false;
    const window = windowOf(policy);
    if (
      hasUsed(queueArn, terms.share.identifier, window, placedAtMs) ||
      !hasUsed(queueArn, share, window, placedAtMs)
    )
      return false;
    const { held, cap, active } = reservation(ledger, queueArn, policy, placedAtMs);
    return held + more + needs.milliVcpu > cap - active;
  }

  return {
    law: 'shares are honoured',
    checkStart: lookBack,
    check(observed) {
      const { commits, ledger } = observed;
      for (const committed of commits) {
        const { commit, changes, placed, atMs } = committed;
        foldEnds(changes, ledger);
        // What holds something is not forgotten: its ends in this transaction came before.
        for (const usage of written(commit.rows.shareUsage)) {
          forget(usage, committed, observed);
          noteRow(usage);
        }
        if (placed.length === 0) continue;
        if (observed.clockSetMs === 0)
          for (const job of placed) checkPlaced(observed, job, placed, atMs);
        for (const job of placed)
          for (const one of heldBy(job, milliVcpuOf([job]), job.attempt.placedAtMs, ledger))
            for (const book of [usages, most]) hold(one, book);
        waits.note(
          ledger.runnable().filter(({ job }) => job.terms.share !== undefined),
          placed,
          observed,
        );
      }
    },
  };
}

type Means = readonly [least: number | undefined, greatest: number | undefined];

/** Between what the mean is when these attempts have ended too, in which order, no row says. */
function meansWith([least, greatest]: Means, lengths: readonly number[]): Means {
  if (lengths.length > 3) {
    // It always lies between what it was and what came.
    const all = [...lengths.map(counted), ...[least, greatest].filter((one) => one !== undefined)];
    return [Math.min(...all), Math.max(...all)];
  }
  const ends = ordersOf(lengths).map((order): [number, number] => [
    order.reduce(meanWith, least) as number,
    order.reduce(meanWith, greatest) as number,
  ]);
  return [Math.min(...ends.flat()), Math.max(...ends.flat())];
}

const counted = (ms: number): number => Math.min(startCountsMs, Math.max(1, ms));

/** An attempt counts by how long it lasted, and for half of the mean at most. */
function meanWith(mean: number | undefined, ms: number): number {
  const length = counted(ms);
  if (mean === undefined) return length;
  const by = (length - mean) * Math.min(1 / 2, length / (length + 3 * mean));
  return mean + (by < 0 ? Math.floor(by) : Math.ceil(by));
}

const ordersOf = (lengths: readonly number[]): number[][] =>
  lengths.length < 2
    ? [[...lengths]]
    : lengths.flatMap((first, at) =>
        ordersOf(lengths.toSpliced(at, 1)).map((rest) => [first, ...rest]),
      );

const milliVcpuOf = (jobs: readonly LiveJob[]): number =>
  jobs.reduce(
    (sum, { terms }) => partsOf(terms).reduce((all, { needs }) => all + needs.milliVcpu, sum),
    0,
  );

const isFair = (ledger: Ledger, queueArn: Arn): boolean => {
  const arn = ledger.queues.get(queueArn)?.schedulingPolicyArn;
  return arn !== undefined && ledger.policies.get(arn)?.kind === 'fair-share';
};

const policyOf = (ledger: Ledger, queueArn: Arn): FairsharePolicy | undefined => {
  const arn = ledger.queues.get(queueArn)?.schedulingPolicyArn;
  const policy = arn === undefined ? undefined : ledger.policies.get(arn);
  return policy?.kind === 'fair-share' ? policy.fairsharePolicy : undefined;
};
