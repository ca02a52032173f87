// The stages of a turn, in the order in which they run:
//
//   gather → prefetch → decide → place → displace → scale → watch → commit → release
//
// Each says at its head what it reads and writes beside the turn itself. From decide to commit they
// are one synchronous stretch: nothing outside sees the world while it is ahead of the disk. They
// hold nothing from one turn to the next and answer nobody: the command queue gathers what was
// asked before them, and releases the answers after them.

import type { Arn, Scope } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import { limit } from '../../core/limit.ts';
import { Pass } from '../../core/schedule/fit/place.ts';
import { planPreemptions } from '../../core/schedule/preempt/plan-preemptions.ts';
import type { Ids } from '../../port/ids.ts';
import type { Entry, Store, StoreReader } from '../../port/store.ts';
import { withPast } from './prefetch.ts';
import type { JobJournal } from '../journal/journal.ts';
import type { BusIntake } from '../outbox/bus-intake.ts';
import type { Scaler } from './scaler.ts';
import { isCommand, type Turn } from './turn.ts';

/** Reads the world and the store. The only stage that may wait for a store that answers later. */
export function prefetch(turn: Turn, reader: StoreReader): void {
  for (const { asked } of turn.requests)
    turn.commands.push(isCommand(asked) ? withPast(asked, turn.world, reader) : undefined);
}

/** Reads and writes the world. */
export function decide(turn: Turn): void {
  for (const command of turn.commands)
    turn.answers.push(command === undefined ? undefined : turn.transact(command));
}

/**
 * Reads and writes the world; draws ids. Bounded, so that a machine of many cores and a deep
 * backlog do not hold up the callers.
 */
export function place(turn: Turn, ids: Ids): void {
  const { world, nowMs } = turn;
  if (!world.scheduler.passWanted) return;
  const pass = new Pass(world, world.scheduler, nowMs);
  for (let placed = 0; placed < limit.placementsPerPass; placed++) {
    const placement = pass.next();
    if (placement === undefined) break;
    const otherNodes = placement.otherNodes?.map((node) => ({ ...node, attemptId: ids.attempt() }));
    turn.transact({ type: 'place-job', attemptId: ids.attempt(), ...placement, otherNodes });
  }
  pass.end();
}

/** Reads and writes the world: jobs are stopped for others that go before them. */
export function displace(turn: Turn): void {
  const { world, nowMs } = turn;
  if (!world.scheduler.displacingWanted) return;
  for (const each of planPreemptions(world, world.scheduler, nowMs))
    turn.transact({ type: 'preempt-job', ...each });
}

/** Reads and writes the world; draws ids, and sets the scaler's alarm. */
export function scale(turn: Turn, scaler: Scaler): void {
  for (const command of scaler.run(turn.nowMs)) turn.transact(command);
}

/**
 * Reads and writes the world: who blocks a queue, and what has fallen due. `wanted`: where somebody
 * wants to be told of every queue that is blocked.
 */
export function watch(turn: Turn, wanted: ReadonlySet<Scope>): void {
  watchQueues(turn, wanted);
  // Who blocks a queue is only known after the pass; what is cancelled makes another the first.
  if (meetDeadlines(turn) > 0) watchQueues(turn, wanted);
}

function watchQueues(turn: Turn, wanted: ReadonlySet<Scope>): void {
  const { world } = turn;
  for (const queueArn of world.watchedQueues)
    turn.transact({ type: 'watch-queue', queueArn, isWanted: isWantedOf(queueArn) });
  if (wanted.size === 0) return;
  for (const { arn: queueArn, scope } of world.jobQueues.values())
    if (wanted.has(scope) && !world.watchedQueues.has(queueArn) && world.jobs.inQueue(queueArn) > 0)
      turn.transact({ type: 'watch-queue', queueArn, isWanted: true });

  function isWantedOf(queueArn: Arn): boolean {
    const queue = wanted.size === 0 ? undefined : world.jobQueues.get(queueArn);
    return queue !== undefined && wanted.has(queue.scope);
  }
}

/** Answers how many were met. Bounded: thousands of timeouts at once do not hold up the callers. */
function meetDeadlines(turn: Turn): number {
  let met = 0;
  for (; met < limit.deadlinesPerBatch; met++) {
    const deadline = turn.world.deadlines.take(turn.nowMs);
    if (deadline === undefined) break;
    turn.transact({ type: 'meet-deadline', deadline });
  }
  return met;
}

/**
 * Reads what the world has changed, and writes it to the store with what was written to tables
 * beside it: the only stage that writes there. Nothing is written where nothing has changed. Throws
 * where the store fails: the world is ahead of the disk for good, and the process must end.
 */
export function commit(
  turn: Turn,
  store: Store,
  journal: Pick<JobJournal, 'keeps'>,
  busIntake: Pick<BusIntake, 'wanted'>,
): void {
  const { world, nowMs, requests, answers, transitions, happenings } = turn;
  const { changes } = world;
  const tableWrites = requests.flatMap(({ asked }) => (isCommand(asked) ? [] : [asked]));
  if (changes.isEmpty && tableWrites.length === 0) return;
  const rows = world.takeChanges();
  const outcomes = store.commit({
    atMs: nowMs,
    rows,
    forgetInstancesEndedBeforeMs: nowMs - limit.endedInstanceMs,
    tableWrites,
    transitions,
    journal: journal.keeps(transitions.length, nowMs),
    busEvents: busIntake.wanted(transitions, happenings, { atMs: nowMs, rows }),
    entries: entriesOf(turn),
  });
  let next = 0;
  for (const [at, { asked }] of requests.entries())
    if (!isCommand(asked)) answers[at] = outcomes[next++];
}

function entriesOf({ requests, answers }: Turn): Entry[] {
  return requests.map(({ asked, envelope }, at): Entry => {
    const answer = answers[at];
    const command = isCommand(asked) ? asked.type : `${asked.table}:${asked.write}`;
    if (isRefusal(answer)) return { envelope, command, refusal: answer };
    return { envelope, command, record: 'record' in envelope ? envelope.record : undefined };
  });
}
