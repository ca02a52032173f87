// PutEvents: up to ten events for the buses that their entries name; what is wrong with one does
// not keep out the others. An event for a bus that is not there is dropped, as AWS drops it.

import type {
  PutEventsCommandInput,
  PutEventsCommandOutput,
  PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { scopeParts } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { NewBusEvent } from '../../../port/delivery.ts';
import type { Conditions } from '../../../wire/operation.ts';
import { lengthIn, validation } from '../../constraint.ts';
import { onBus } from '../access.ts';
import { namedBus } from '../arn.ts';
import { busNameOrArn, refuse } from '../check.ts';
import type { EventsOperation } from '../deps.ts';
import { eventOf, sizeOf, type EntryFault } from './entry.ts';

export const putEvents: EventsOperation<PutEventsCommandInput, PutEventsCommandOutput> = {
  authorizes: ({ Entries: entries = [] }, context) =>
    entries.length === 0
      ? onBus('PutEvents', undefined, context)
      : entries.flatMap((entry) =>
          onBus('PutEvents', entry.EventBusName, context, () => conditionsOf(entry)),
        ),

  async handle(deps, input, context) {
    refuse(input, 'EndpointId');
    const entries = lengthIn(input.Entries ?? [], 1, limit.events.entries, 'entries') ?? [];
    for (const [index, entry] of entries.entries()) check(entry, index);
    const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (size > limit.events.entryBytes)
      throw validation('Total size of the entries in the request is over the limit.');
    const { ids, clock, intake, ruleBook } = deps;
    const { account, region } = context;
    const nowMs = clock.now();
    const events: NewBusEvent[] = [];
    const answers = entries.map((entry) => {
      const bus = namedBus(context.scope, entry.EventBusName);
      if (scopeParts(bus.scope).region !== region) return failed(otherRegion);
      const id = ids.uuid();
      const made = eventOf(entry, { id, account, region, nowMs });
      if ('fault' in made) return failed(made.fault);
      // Nobody asks for what came in before there was a rule.
      if (!ruleBook.isIdle(bus.scope))
        events.push({ scope: bus.scope, bus: bus.name, atMs: nowMs, event: made.event });
      return { EventId: id };
    });
    if (events.length > 0) await intake.put(events, context);
    return {
      FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length,
      Entries: answers,
    };
  },
};

const conditionsOf = ({ Source, DetailType }: PutEventsRequestEntry): Conditions => ({
  ...(Source !== undefined && { 'events:source': Source }),
  ...(DetailType !== undefined && { 'events:detail-type': DetailType }),
  'events:eventBusInvocation': 'false',
});

function check({ EventBusName: bus, TraceHeader: trace }: PutEventsRequestEntry, index: number) {
  const member = `entries.${index + 1}.member`;
  busNameOrArn(bus, `${member}.eventBusName`);
  lengthIn(trace, 1, 500, `${member}.traceHeader`);
}

const otherRegion: EntryFault = {
  code: 'InvalidArgument',
  message: 'Parameter EventBusName is not valid. Reason: The event bus is in another Region.',
};

const failed = ({ code, message }: EntryFault) => ({ ErrorCode: code, ErrorMessage: message });
