// What sends to one kind of target. Types, and what an answer of our own services means to a
// delivery; nothing is sent here.

import type { Scope } from '../../../base/ids.ts';
import type { Delivery, DeliveryFailure } from '../../../port/delivery.ts';
import type { OwnError } from '../../../port/own-services.ts';
import { failedForGood, failureOf } from '../../delivery/failure.ts';
import type { RuleTarget } from '../resources.ts';
import type { NamedTarget } from './kind.ts';

/** A delivery on its way to the target of a rule, as that is configured now. */
export interface ToTarget {
  /** Of the rule. */
  readonly scope: Scope;
  readonly rule: { readonly arn: string; readonly bus: string; readonly name: string };
  readonly target: RuleTarget;
  readonly named: NamedTarget;
  /** As JSON. */
  readonly event: string;
  /** What the target gets: the event, or what is made of it; JSON but for lines of text. */
  readonly input: string;
  readonly delivery: Delivery;
}

export interface TargetSender {
  /** To one target at the same time. */
  readonly atOnce: number;
  /** To one target, begun in a second; absent: any number. */
  perSecond?(scope: Scope, target: RuleTarget): number | undefined;
  /** As {@link Sender.send}. */
  send(to: ToTarget, signal: AbortSignal): Promise<DeliveryFailure | undefined>;
}

/** What a service of this server answered. */
export function ownFailure(error: OwnError): DeliveryFailure {
  const { code, message, isOfRole } = error;
  return isOfRole
    ? failedForGood('FAILED_TO_ASSUME_ROLE', `${code}: ${message}`)
    : failureOf(error);
}
