// The outbox as those see it who put something in, and the one who holds events against rules.
// Interfaces only.

import type { Scope } from '../base/ids.ts';
import type { Tags } from '../core/event.ts';
import type { JobDetailRecord } from '../core/job/job.ts';
import type { Happening } from '../core/turn/happening.ts';
import type { Transition } from '../core/turn/transition.ts';
import type { NewArchivedEvent } from './archive.ts';
import type { Envelope } from './command-bus.ts';
import type { BusEventRow, FiringMark, NewBusEvent, NewDelivery } from './delivery.ts';

export interface Deliveries {
  /** Durable when it resolves; a rejection means that the server is stopping. */
  add(
    deliveries: readonly NewDelivery[],
    envelope: Envelope,
    marks?: readonly FiringMark[],
  ): Promise<void>;
  /** Undefined: none was ever set. */
  firedUpToMs(schedule: string): number | undefined;
}

export interface EventIntake {
  /** Durable when it resolves; rules are asked afterwards. */
  put(events: readonly NewBusEvent[], envelope: Envelope): Promise<void>;
}

/** What a job, an array's or a node's has from its submission on. */
export interface JobFacts {
  readonly detail: JobDetailRecord;
  readonly tags: Tags;
}

/** What rules want; asked for each change before its commit, so that no other is stored. */
export interface EventInterest {
  /**
   * Whether a rule may want it: what no rule wants may be wanted here, and never the reverse.
   * `factsOf` is asked where its status and queue do not tell.
   */
  wants(change: Transition, factsOf: (change: Transition) => JobFacts | undefined): boolean;
  /** Jobs of before have other tags. */
  tagsChanged(): void;
  /** The same of what happens beside changes of status. */
  wantsBeside(happening: Happening): boolean;
  /**
   * Where rules want to be told of every queue that is blocked, and not only of those with time
   * limits; asked in each turn.
   */
  readonly blockedQueues: ReadonlySet<Scope>;
}

/** Events that wait to be held against the rules of their buses, for the one who does that. */
export interface BusEvents {
  /** Those that came first and were not taken yet; none: nothing waits. */
  take(most: number): readonly BusEventRow[];
  /** From here on `listener` is called whenever there may be more. */
  onMore(listener: () => void): void;
  /** These are done with, and this is what events bring about; both together. */
  routed(
    rows: readonly BusEventRow[],
    deliveries: readonly NewDelivery[],
    archived: readonly NewArchivedEvent[],
  ): Promise<void>;
}
