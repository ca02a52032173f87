// The one writer: takes commands in the order in which they came, decides and applies a batch of
// them in one synchronous stretch, lets the schedule cycle place what can run, commits everything
// in one durable transaction, and only then answers and acts (DESIGN 1). A failed commit or a
// broken law stops the process; nothing goes on from a world that the disk does not know.

import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import type { Command, ReplyOf } from '../../core/command/command.ts';
import { decide } from '../../core/command/decide.ts';
import { settle } from '../../core/command/settle.ts';
import type { Effect } from '../../core/effect.ts';
import { limit } from '../../core/limit.ts';
import { Pass } from '../../core/schedule/fit/place.ts';
import type { World } from '../../core/world/world.ts';
import { withPast } from './past.ts';
import { Scaler } from './scaler.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { Ids } from '../../port/ids.ts';
import type { Store, TableWrite, TableWriteOutcome } from '../../port/store.ts';

/** The server is stopping, and why; every call that was under way is told so. */
export class Stopped extends Error {
  override name = 'Stopped';
}

type Pending =
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly envelope: Envelope;
      readonly resolve: (reply: unknown) => void;
      readonly reject: (error: Error) => void;
    }
  | {
      readonly kind: 'write';
      readonly write: TableWrite;
      readonly envelope: Envelope;
      readonly resolve: (outcome: TableWriteOutcome) => void;
      readonly reject: (error: Error) => void;
    };

export interface CommandQueueParts {
  readonly world: World;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Called after a commit, with what it asks for. */
  readonly act: (effects: readonly Effect[]) => void;
  /** Called once, when the queue has stopped because of a fault of ours. */
  readonly onFatal: (error: Error) => void;
}

export class CommandQueue implements CommandBus {
  readonly #parts: CommandQueueParts;
  readonly #scaler: Scaler;
  #pending: Pending[] = [];
  #drainWanted = false;
  #lateWakeWanted = false;
  #stopped: Stopped | undefined;
  #isWatching = false;
  #armedForMs: number | undefined;
  #cancelAlarm: (() => void) | undefined;

  constructor(parts: CommandQueueParts) {
    this.#parts = parts;
    this.#scaler = new Scaler({ ...parts, wake: () => this.wake() });
  }

  submit<C extends Command>(command: C, envelope: Envelope): Promise<ReplyOf<C> | Refusal> {
    if (this.#pending.length >= limit.commandsWaiting)
      return Promise.resolve(refuse('busy', 'Too many requests are waiting. Try again.'));
    return this.#enqueue((resolve, reject) => ({
      kind: 'command',
      command,
      envelope,
      resolve: resolve as (reply: unknown) => void,
      reject,
    }));
  }

  /**
   * For our own parts, whose commands may not be turned away: reports of the engine, hosts that
   * join. A command that nobody waits for may be left for the next batch that somebody does wait
   * for, `withinMs` at most: it saves a sync to disk.
   */
  issue<C extends Command>(command: C, part: string, withinMs = 0): Promise<ReplyOf<C> | Refusal> {
    const make = (
      resolve: (reply: ReplyOf<C> | Refusal) => void,
      reject: (error: Error) => void,
    ): Pending => ({
      kind: 'command',
      command,
      envelope: { part },
      resolve: resolve as (reply: unknown) => void,
      reject,
    });
    return this.#enqueue(make, withinMs);
  }

  write(write: TableWrite, envelope: Envelope): Promise<TableWriteOutcome> {
    return this.#enqueue((resolve, reject) => ({
      kind: 'write',
      write,
      envelope,
      resolve,
      reject,
    }));
  }

  #enqueue<T>(
    make: (resolve: (value: T) => void, reject: (error: Error) => void) => Pending,
    withinMs = 0,
  ): Promise<T> {
    if (this.#stopped) return Promise.reject(this.#stopped);
    return new Promise<T>((resolve, reject) => {
      this.#pending.push(make(resolve, reject));
      if (withinMs === 0) this.wake();
      else this.#wakeWithin(withinMs);
    });
  }

  #wakeWithin(withinMs: number): void {
    if (this.#lateWakeWanted) return;
    this.#lateWakeWanted = true;
    const { clock } = this.#parts;
    clock.at(clock.now() + withinMs, () => {
      this.#lateWakeWanted = false;
      if (this.#pending.length > 0) this.wake();
    });
  }

  /** Makes sure that a batch runs soon, if only to let the schedule cycle look. */
  wake(): void {
    if (this.#drainWanted || this.#stopped) return;
    this.#drainWanted = true;
    this.#parts.clock.soon(() => {
      this.#drainWanted = false;
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#stopped) return;
    const { world } = this.#parts;
    const batch = this.#pending.splice(0, limit.commandsPerBatch);
    const replies: unknown[] = [];
    const effects: Effect[] = [];
    let outcomes: readonly TableWriteOutcome[];
    try {
      const nowMs = this.#parts.clock.now();
      for (const pending of batch)
        if (pending.kind === 'command')
          replies.push(this.#decideAndApply(pending.command, nowMs, effects));
      if (world.scheduleWanted) this.#place(nowMs, effects);
      this.#scale(nowMs, effects);
      this.#watchQueues(nowMs, effects);
      // Who blocks a queue is only known after the pass; what is cancelled makes another the first.
      if (this.#meetDeadlines(nowMs, effects) > 0) this.#watchQueues(nowMs, effects);
      outcomes = this.#commit(batch, nowMs);
    } catch (error) {
      this.#fail(error as Error, batch);
      return;
    }
    let reply = 0;
    let outcome = 0;
    for (const pending of batch) {
      if (pending.kind === 'command') pending.resolve(replies[reply++]);
      else pending.resolve(outcomes[outcome++] as TableWriteOutcome);
    }
    if (effects.length > 0) this.#parts.act(effects);
    if (this.#pending.length > 0 || world.scheduleWanted) this.wake();
    this.#armDeadline();
  }

  #decideAndApply(command: Command, nowMs: number, effects: Effect[]): unknown {
    const { world, store } = this.#parts;
    const decision = decide(world, withPast(command, world, store.reader), nowMs);
    if (isRefusal(decision)) return decision;
    for (const event of decision.events) world.apply(event);
    // What follows for those that waited belongs to the same transaction.
    for (
      let occasion = world.occasions.shift();
      occasion !== undefined;
      occasion = world.occasions.shift()
    ) {
      for (const event of settle(world, occasion, nowMs)) world.apply(event);
    }
    effects.push(...decision.effects);
    return decision.reply;
  }

  /** From here on this machine takes jobs: before, every queue would seem to be blocked. */
  beginWatching(): void {
    this.#isWatching = true;
  }

  #scale(nowMs: number, effects: Effect[]): void {
    if (!this.#isWatching) return;
    for (const command of this.#scaler.run(nowMs)) this.#decideAndApply(command, nowMs, effects);
  }

  #watchQueues(nowMs: number, effects: Effect[]): void {
    if (!this.#isWatching) return;
    for (const queueArn of this.#parts.world.watchedQueues)
      this.#decideAndApply({ type: 'watch-queue', queueArn }, nowMs, effects);
  }

  /**
   * What has fallen due; answers how much. Bounded, so that thousands of timeouts at once do not
   * hold up the callers.
   */
  #meetDeadlines(nowMs: number, effects: Effect[]): number {
    if (!this.#isWatching) return 0;
    let met = 0;
    for (; met < limit.deadlinesPerBatch; met++) {
      const deadline = this.#parts.world.deadlines.take(nowMs);
      if (deadline === undefined) break;
      this.#decideAndApply({ type: 'meet-deadline', deadline }, nowMs, effects);
    }
    return met;
  }

  /** Sees to it that the next deadline is met when it falls due. */
  #armDeadline(): void {
    const { clock, world } = this.#parts;
    const dueAtMs = this.#isWatching ? world.deadlines.nextAtMs : undefined;
    if (dueAtMs === this.#armedForMs) return;
    this.#cancelAlarm?.();
    this.#armedForMs = dueAtMs;
    this.#cancelAlarm =
      dueAtMs === undefined
        ? undefined
        : clock.at(dueAtMs, () => {
            this.#armedForMs = undefined;
            this.wake();
          });
  }

  /**
   * The schedule cycle. Bounded, so that a machine of many cores and a deep backlog do not hold up
   * the callers.
   */
  #place(nowMs: number, effects: Effect[]): void {
    const { world, ids } = this.#parts;
    const pass = new Pass(world, nowMs);
    for (let placed = 0; placed < limit.placementsPerPass && world.scheduleWanted; placed++) {
      const placement = pass.next();
      if (placement === undefined) world.scheduleWanted = false;
      else
        this.#decideAndApply(
          {
            type: 'place-job',
            attemptId: ids.attempt(),
            ...placement,
            otherNodes: placement.otherNodes?.map((node) => ({
              ...node,
              attemptId: ids.attempt(),
            })),
          },
          nowMs,
          effects,
        );
    }
    pass.end();
  }

  #commit(batch: readonly Pending[], nowMs: number): readonly TableWriteOutcome[] {
    const { world, store } = this.#parts;
    const tableWrites = batch.flatMap((pending) =>
      pending.kind === 'write' ? [pending.write] : [],
    );
    const { changes } = world;
    if (changes.isEmpty && tableWrites.length === 0) return [];
    const outcomes = store.commit({
      atMs: nowMs,
      submitted: changes.submitted,
      jobs: [...changes.jobs.values()],
      children: [...changes.children.values()],
      computeEnvironments: [...changes.computeEnvironments.values()],
      jobQueues: [...changes.jobQueues.values()],
      jobDefinitions: [...changes.jobDefinitions.values()],
      hosts: [...changes.hosts.values()],
      hostsLeft: [...changes.hostsLeft],
      instancesEnded: changes.instancesEnded,
      forgetInstancesEndedBeforeMs: nowMs - limit.endedInstanceMs,
      consumableResources: [...changes.consumableResources.values()],
      schedulingPolicies: [...changes.schedulingPolicies.values()],
      shareUsage: [...changes.shareUsage.values()],
      deleted: [...changes.deleted],
      tags: changes.tags,
      logStreams: changes.logStreams,
      tableWrites,
    });
    changes.clear();
    return outcomes;
  }

  #fail(error: Error, batch: readonly Pending[]): void {
    const waiting = [...batch, ...this.#pending];
    this.#pending = [];
    this.#cancelAlarm?.();
    this.#scaler.close();
    this.#stopped = new Stopped(`the server has stopped: ${error.message}`, { cause: error });
    for (const pending of waiting) pending.reject(this.#stopped);
    this.#parts.onFatal(error);
  }

  /** Takes no more; what was taken is decided and committed first. */
  close(): void {
    while (this.#pending.length > 0 && !this.#stopped) this.#drain();
    this.#cancelAlarm?.();
    this.#scaler.close();
    this.#stopped ??= new Stopped('the server is stopping');
  }
}
