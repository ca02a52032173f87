// Dead letters: what was given up, on its way to the SQS queue that its target names for that.
// Where the operator named a place for SQS they go there; else, and where that queue does not take
// them, they are kept in a file of this server, so that nothing is gone that somebody asked to
// keep.

import type { Clock } from '../../port/clock.ts';
import type { DeadLetterFiles } from '../../port/dead-letter-files.ts';
import type {
  Delivery,
  DeliveryFailure,
  GivenUpBecause,
  NewDelivery,
  Sender,
} from '../../port/delivery.ts';
import type { Elsewhere } from '../../port/elsewhere.ts';
import { sendElsewhere, type MessageAttribute } from './elsewhere.ts';
import { failedOnce } from './failure.ts';

/** {@link Lane.kind} of dead letters; the lane's id is the queue's ARN. */
export const deadLetterLane = 'dead-letter';

interface DeadLetter {
  readonly queueArn: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
}

const dayMs = 86_400_000;
/** As long as SQS keeps a message at the most. */
const policy = { retries: Infinity, maxAgeMs: 14 * dayMs, atOnce: 8 };
/** What SQS takes in a message, and what is told of an error. */
const notInMessages = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const errorCharacters = 1_024;

/** What goes to a queue in place of a delivery that was given up. */
export const deadLetterOf = (
  { queueArn, message, attributes }: DeadLetter,
  { scope, sinceMs }: Pick<Delivery, 'scope' | 'sinceMs'>,
): NewDelivery => ({
  scope,
  lane: { kind: deadLetterLane, id: queueArn },
  sinceMs,
  body: JSON.stringify({ message, attributes }),
});

export const toldError = (message: string): string =>
  message.replaceAll(notInMessages, ' ').slice(0, errorCharacters);

/** What AWS says of it beside the event (user guide, "Using dead-letter queues"). */
export function deadLetterAttributes(
  source: { readonly ruleArn?: string | undefined; readonly targetArn: string },
  { attempts }: Pick<Delivery, 'attempts'>,
  { code, message }: DeliveryFailure,
  because: GivenUpBecause,
): DeadLetter['attributes'] {
  const told = {
    RULE_ARN: source.ruleArn,
    TARGET_ARN: source.targetArn,
    ERROR_CODE: code,
    ERROR_MESSAGE: toldError(message),
    EXHAUSTED_RETRY_CONDITION: because === 'final' ? undefined : because,
  };
  const attributes: Record<string, MessageAttribute> = {};
  for (const [name, value] of Object.entries(told))
    if (value !== undefined && value !== '')
      attributes[name] = { DataType: 'String', StringValue: value };
  attributes.RETRY_ATTEMPTS = { DataType: 'Number', StringValue: String(attempts) };
  return attributes;
}

interface DeadLetterPorts {
  readonly elsewhere: Elsewhere;
  readonly files: DeadLetterFiles;
  readonly clock: Pick<Clock, 'now'>;
}

export function deadLetterSender({ elsewhere, files, clock }: DeadLetterPorts): Sender {
  return {
    policyOf: () => policy,

    async send({ lane: { id: queueArn }, body }, signal) {
      const { message, attributes } = JSON.parse(body) as Omit<DeadLetter, 'queueArn'>;
      if (elsewhere.placeOf('sqs') !== undefined) {
        const failure = await sendElsewhere(
          elsewhere,
          queueArn,
          { body: message.replaceAll(notInMessages, ' '), attributes },
          signal,
        );
        if (failure?.isFinal !== true) return failure;
      }
      const line = {
        queue: queueArn,
        time: new Date(clock.now()).toISOString(),
        message,
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([name, one]) => [
            name,
            one.StringValue ?? one.BinaryValue,
          ]),
        ),
      };
      try {
        await files.add(queueArn, JSON.stringify(line));
        return undefined;
      } catch (error) {
        return failedOnce('INTERNAL_ERROR', (error as Error).message);
      }
    },

    insteadOf: () => undefined,
  };
}
