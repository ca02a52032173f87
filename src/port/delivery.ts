// Deliveries: what is on its way out of the house or to another part of it, from the commit that
// asks for it until it has arrived. Each arrives at least once, those of one key in the order in
// which they were added; what waits in one lane holds up no other. Interfaces only.

import type { Scope } from '../base/ids.ts';
import type { Happening } from '../core/turn/happening.ts';
import type { Transition } from '../core/turn/transition.ts';

/** Where deliveries go: to one target of a rule, one subscriber, one schedule's target. */
export interface Lane {
  /** Which {@link Sender} serves it, e.g. `rule-target`. */
  readonly kind: string;
  /** Within its kind and scope. */
  readonly id: string;
}

export interface NewDelivery {
  readonly scope: Scope;
  readonly lane: Lane;
  /** Those of one lane and key arrive in order; absent: it may overtake any. */
  readonly key?: string | undefined;
  /** From when its age counts. */
  readonly sinceMs: number;
  /** What the sender makes of it. */
  readonly body: string;
}

export interface StoredDelivery extends NewDelivery {
  /** Higher than that of every other that was there when it was added. */
  readonly number: number;
}

export interface Delivery extends StoredDelivery {
  /** How often it was tried before; an end of the process forgets it. */
  readonly attempts: number;
}

/** Why it did not arrive. */
export interface DeliveryFailure {
  /** AWS's, as dead letters tell it, e.g. `SDK_CLIENT_ERROR`, `NO_PERMISSIONS`. */
  readonly code: string;
  readonly message: string;
  /** It would fail again: it is not tried any more. */
  readonly isFinal: boolean;
  /** Not before; absent: as the times before suggest. */
  readonly retryAfterMs?: number | undefined;
}

/** Why it is not tried any more. */
export type GivenUpBecause = 'final' | 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** How a lane is served. */
export interface LanePolicy {
  /** After the first attempt. */
  readonly retries: number;
  readonly maxAgeMs: number;
  /** How many are under way at the same time. */
  readonly atOnce: number;
  /** How many are begun in a second; absent: any number. */
  readonly perSecond?: number | undefined;
  /** Milliseconds before the retry of a number, from 1; absent: as the times before suggest. */
  readonly pauseBefore?: ((retry: number) => number) | undefined;
}

export interface Sender {
  /** Undefined: nothing leads there any more, and what waits in it is dropped. */
  policyOf(scope: Scope, id: string): LanePolicy | undefined;
  /** Resolves when it has arrived, or has not; never rejects. */
  send(delivery: Delivery, signal: AbortSignal): Promise<DeliveryFailure | undefined>;
  /** What goes out in its stead: a dead letter; undefined: nothing does. */
  insteadOf(
    delivery: Delivery,
    failure: DeliveryFailure,
    because: GivenUpBecause,
  ): NewDelivery | undefined;
}

/** Until when a schedule's firings are delivered; it moves together with what it brings about. */
export interface FiringMark {
  /** The rule's or the schedule's own, unique in the server, e.g. its ARN. */
  readonly schedule: string;
  /** Undefined: the mark is removed. */
  readonly firedUpToMs: number | undefined;
}

/** An event for a bus of EventBridge. */
export interface NewBusEvent {
  readonly scope: Scope;
  /** The bus's name. */
  readonly bus: string;
  /** When it came in. */
  readonly atMs: number;
  /** As targets see it: `version`, `id`, `detail-type`, `source`, `account`, `time`, … */
  readonly event: object;
  /** Of a replay: to these rules alone, by ARN. */
  readonly onlyRules?: readonly string[] | undefined;
  /** From other buses: steps within a region, and into another; absent: none. */
  readonly hops?: { readonly within?: true; readonly across?: true } | undefined;
}

/** An event that is still to be held against the rules of its bus. */
export interface NewBusEventRow {
  readonly atMs: number;
  /** A job's change or what happened beside, whose form is made when it is read; or the event. */
  readonly what:
    | { readonly change: Transition }
    | { readonly happening: Happening }
    | { readonly event: NewBusEvent };
}

export interface BusEventRow extends NewBusEventRow {
  /** Higher than that of every other that was there when it came. */
  readonly number: number;
}
