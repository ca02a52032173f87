// The one writer: takes commands in the order in which they came and runs a turn over a batch of
// them. A turn is the stages in stages.ts, from what was gathered here to the answers that are
// released here: decided, committed, and only then answered and acted upon. A failed commit or a
// broken law stops the process; nothing goes on from a world that the disk does not know.

import { refuse, type Refusal } from '../../base/refusal.ts';
import type { Effect } from '../../core/effect.ts';
import { limit } from '../../core/limit.ts';
import type { LiveWorld } from '../../core/world/live-world.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { Ids } from '../../port/ids.ts';
import type { Store } from '../../port/store.ts';
import type { TableWrite, TableWriteOutcome } from '../../port/table.ts';
import type { JobJournal } from '../journal/journal.ts';
import type { BusIntake } from '../outbox/bus-intake.ts';
import { Scaler } from './scaler.ts';
import * as stage from './stages.ts';
import { Stopped } from './stopped.ts';
import { Turn, type Request } from './turn.ts';
import type { Command, ReplyOf } from '../../core/command/command.ts';

interface CommandQueueParts {
  readonly world: LiveWorld;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly journal: Pick<JobJournal, 'keeps' | 'committed'>;
  readonly busIntake: Pick<BusIntake, 'wanted' | 'committed' | 'blockedQueues'>;
  /** Called after a commit, with what it asks for. */
  readonly act: (effects: readonly Effect[]) => void;
  /** Called once, when the queue has stopped because of a fault of ours. */
  readonly onFatal: (error: Error) => void;
}

export class CommandQueue implements CommandBus {
  readonly #parts: CommandQueueParts;
  readonly #scaler: Scaler;
  #waiting: Request[] = [];
  #turnWanted = false;
  #lateTurnWanted = false;
  #stopped: Stopped | undefined;
  #isWatching = false;
  #armedForMs: number | undefined;
  #cancelAlarm: (() => void) | undefined;

  constructor(parts: CommandQueueParts) {
    this.#parts = parts;
    this.#scaler = new Scaler({
      ...parts,
      scheduler: parts.world.scheduler,
      wake: () => this.wake(),
    });
  }

  submit<C extends Command>(command: C, envelope: Envelope): Promise<ReplyOf<C> | Refusal> {
    if (this.#waiting.length >= limit.commandsWaiting)
      return Promise.resolve(refuse('busy', 'Too many requests are waiting. Try again.'));
    return this.#enqueue(command, envelope);
  }

  /**
   * For our own parts, whose commands may not be turned away: reports of the engine, hosts that
   * join. A command that nobody waits for may be left for the next turn that somebody does wait
   * for, `withinMs` at most: it saves a sync to disk.
   */
  issue<C extends Command>(command: C, part: string, withinMs = 0): Promise<ReplyOf<C> | Refusal> {
    return this.#enqueue(command, { part }, withinMs);
  }

  write(write: TableWrite, envelope: Envelope): Promise<TableWriteOutcome> {
    return this.#enqueue(write, envelope);
  }

  #enqueue<Answer>(asked: Command | TableWrite, envelope: Envelope, withinMs = 0): Promise<Answer> {
    if (this.#stopped) return Promise.reject(this.#stopped);
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ asked, envelope, resolve: resolve as Request['resolve'], reject });
      if (withinMs === 0) this.wake();
      else this.#wakeWithin(withinMs);
    });
  }

  #wakeWithin(withinMs: number): void {
    if (this.#lateTurnWanted) return;
    this.#lateTurnWanted = true;
    const { clock } = this.#parts;
    clock.at(clock.now() + withinMs, () => {
      this.#lateTurnWanted = false;
      if (this.#waiting.length > 0) this.wake();
    });
  }

  /** Makes sure that a turn is run soon, if only to let the schedule cycle look. */
  wake(): void {
    if (this.#turnWanted || this.#stopped) return;
    this.#turnWanted = true;
    this.#parts.clock.soon(() => {
      this.#turnWanted = false;
      this.#run();
    });
  }

  /**
   * From here on hosts take jobs: before, every queue would seem to be blocked. Looks at once for
   * what has fallen due, though nobody may ask for anything.
   */
  beginWatching(): void {
    this.#isWatching = true;
    this.wake();
  }

  #run(): void {
    if (this.#stopped) return;
    const { store, ids, journal, busIntake } = this.#parts;
    const turn = this.#gather();
    try {
      stage.prefetch(turn, store.reader);
      stage.decide(turn);
      stage.place(turn, ids);
      stage.displace(turn);
      if (this.#isWatching) {
        stage.scale(turn, this.#scaler);
        stage.watch(turn, busIntake.blockedQueues);
      }
      stage.commit(turn, store, journal, busIntake);
    } catch (error) {
      this.#fail(error as Error, turn.requests);
      return;
    }
    this.#release(turn);
  }

  /** Reads the clock, and takes what has waited longest. */
  #gather(): Turn {
    const { world, clock } = this.#parts;
    return new Turn(world, this.#waiting.splice(0, limit.commandsPerBatch), clock.now());
  }

  /** Answers, hands out the effects, and sees to the next turn where there is cause for one. */
  #release({ world, requests, answers, effects, transitions }: Turn): void {
    for (const [at, { resolve }] of requests.entries()) resolve(answers[at]);
    if (effects.length > 0) this.#parts.act(effects);
    if (transitions.length > 0) this.#parts.journal.committed();
    this.#parts.busIntake.committed();
    const { passWanted, displacingWanted } = world.scheduler;
    if (this.#waiting.length > 0 || passWanted || displacingWanted) this.wake();
    this.#armDeadline();
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

  #fail(error: Error, underWay: readonly Request[]): void {
    const waiting = [...underWay, ...this.#waiting];
    this.#waiting = [];
    this.#cancelAlarm?.();
    this.#scaler.close();
    this.#stopped = new Stopped(`the server has stopped: ${error.message}`, { cause: error });
    for (const { reject } of waiting) reject(this.#stopped);
    this.#parts.onFatal(error);
  }

  /** Takes no more; what was taken is decided and committed first. */
  close(): void {
    while (this.#waiting.length > 0 && !this.#stopped) this.#run();
    this.#cancelAlarm?.();
    this.#scaler.close();
    this.#stopped ??= new Stopped('the server is stopping');
  }
}
