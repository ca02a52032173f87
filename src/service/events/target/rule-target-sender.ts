// Serves the lanes of rules' targets: finds the target as it is configured now, makes of the event
// what it asks for, and hands that to whoever sends to targets of its kind. What cannot be sent
// goes to the target's dead-letter queue, if it has one.

import type { Scope } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { targetInput } from '../../../core/input-transform/input.ts';
import { limit } from '../../../core/limit.ts';
import type {
  Delivery,
  DeliveryFailure,
  GivenUpBecause,
  LanePolicy,
  NewDelivery,
  Sender,
} from '../../../port/delivery.ts';
import { deadLetterAttributes, deadLetterOf } from '../../delivery/dead-letter.ts';
import { failedForGood, failedOnce } from '../../delivery/failure.ts';
import type { RuleTarget } from '../resources.ts';
import type { RuleBook } from '../rule/rule-book.ts';
import { readBody } from './hops.ts';
import { namedTarget, type NamedTarget, type TargetKind } from './kind.ts';
import type { TargetSender } from './target-sender.ts';

interface RuleTargetParts {
  readonly rules: Pick<RuleBook, 'target'>;
  readonly kinds: Readonly<Partial<Record<TargetKind, TargetSender>>>;
  /** A fault of ours: it is tried again, as if it were the target's. */
  readonly onFault: (error: unknown) => void;
}

type Input = ReturnType<typeof targetInput>;

export class RuleTargetSender implements Sender {
  readonly #parts: RuleTargetParts;
  /** By the target: as long as a rule stays as it is, its targets are the same objects. */
  readonly #inputs = new WeakMap<RuleTarget, Input>();
  readonly #named = new WeakMap<RuleTarget, NamedTarget | 'nothing'>();

  constructor(parts: RuleTargetParts) {
    this.#parts = parts;
  }

  policyOf(scope: Scope, id: string): LanePolicy | undefined {
    const found = this.#parts.rules.target(scope, id);
    if (found === undefined) return undefined;
    const { target } = found;
    const { retryAttempts, retryAgeSecondsMax } = limit.events;
    const sender = this.#senderOf(this.#namedOf(target));
    return {
      retries: target.retry?.attempts ?? retryAttempts,
      maxAgeMs: (target.retry?.maxAgeSeconds ?? retryAgeSecondsMax) * 1_000,
      atOnce: sender?.atOnce ?? 1,
      perSecond: sender?.perSecond?.(scope, target),
    };
  }

  #namedOf(target: RuleTarget): NamedTarget | 'nothing' {
    let named = this.#named.get(target);
    if (named === undefined) {
      named = namedOf(target);
      this.#named.set(target, named);
    }
    return named;
  }

  #senderOf(named: NamedTarget | 'nothing'): TargetSender | undefined {
    return named === 'nothing' ? undefined : this.#parts.kinds[named.kind];
  }

  async send(delivery: Delivery, signal: AbortSignal): Promise<DeliveryFailure | undefined> {
    const { scope, lane, body, sinceMs } = delivery;
    const found = this.#parts.rules.target(scope, lane.id);
    // It was taken away a moment ago: nothing leads there any more.
    if (found === undefined) return undefined;
    const { rule, target } = found;
    const named = this.#namedOf(target);
    const sender = this.#senderOf(named);
    if (named === 'nothing' || sender === undefined)
      return failedForGood('NO_RESOURCE', `${target.arn} is no target that is served.`);
    const { event } = readBody(body);
    const input = this.#inputOf(target);
    const made = isRefusal(input)
      ? input
      : input({
          text: event,
          ruleArn: rule.arn,
          ruleName: rule.name,
          ingestedAt: new Date(sinceMs).toISOString(),
        });
    if (isRefusal(made)) return failedForGood('INVALID_PARAMETER', made.message);
    try {
      return await sender.send(
        { scope, rule, target, named, event, input: made, delivery },
        signal,
      );
    } catch (error) {
      // Where the server is stopping, what it is asked for fails.
      if (!signal.aborted) this.#parts.onFault(error);
      return failedOnce('INTERNAL_ERROR', 'Longshore could not send it, by a fault of its own.');
    }
  }

  #inputOf(target: RuleTarget): Input {
    let input = this.#inputs.get(target);
    if (input === undefined) {
      input = targetInput(target.id, target);
      this.#inputs.set(target, input);
    }
    return input;
  }

  insteadOf(
    delivery: Delivery,
    failure: DeliveryFailure,
    because: GivenUpBecause,
  ): NewDelivery | undefined {
    const found = this.#parts.rules.target(delivery.scope, delivery.lane.id);
    if (found?.target.deadLetterArn === undefined) return undefined;
    const { rule, target } = found;
    const source = { ruleArn: rule.arn, targetArn: target.arn };
    return deadLetterOf(
      {
        queueArn: found.target.deadLetterArn,
        message: readBody(delivery.body).event,
        attributes: deadLetterAttributes(source, delivery, failure, because),
      },
      delivery,
    );
  }
}

/** PutTargets took it; what it takes may have changed since. */
function namedOf({ arn }: RuleTarget): NamedTarget | 'nothing' {
  const named = namedTarget(arn);
  return named === undefined || 'notServed' in named ? 'nothing' : named;
}
