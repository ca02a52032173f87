// TestEventPattern: whether a pattern matches an event that the request brings. It matches as the
// rules of a bus do, through the same automaton.

import type {
  TestEventPatternCommandInput,
  TestEventPatternCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { isRefusal } from '../../base/refusal.ts';
import { compilePattern } from '../../core/event-pattern/compile.ts';
import { jsonFields } from '../../core/event-pattern/fields.ts';
import { RuleSet } from '../../core/event-pattern/rule-set.ts';
import { limit } from '../../core/limit.ts';
import { onAll } from '../access.ts';
import { lengthIn } from '../constraint.ts';
import type { EventsOperation } from './deps.ts';
import { invalidEvent, invalidEventPattern } from './error.ts';

export const testEventPattern: EventsOperation<
  TestEventPatternCommandInput,
  TestEventPatternCommandOutput
> = {
  authorizes: () => onAll('events:TestEventPattern'),

  handle(_deps, input) {
    lengthIn(input.EventPattern, 0, limit.eventPattern.characters, 'eventPattern');
    const pattern = compilePattern(input.EventPattern ?? '');
    if (isRefusal(pattern)) throw invalidEventPattern(pattern.message);
    const rules = new RuleSet<'asked'>();
    rules.set('asked', pattern);
    return { Result: rules.match(jsonFields(eventOf(input.Event ?? ''))).size > 0 };
  },
};

/**
 * What an event must say. AWS's documentation names `resources` too, but AWS takes events without
 * them.
 */
const needed = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

function eventOf(text: string): object {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw invalidEvent();
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw invalidEvent();
  if (!needed.every((name) => Object.hasOwn(event, name))) throw invalidEvent();
  return event;
}
