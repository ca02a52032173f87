// PutRule: makes a rule, or puts another in its place, of which nothing is kept but its targets and
// tags.

import type { PutRuleCommandInput, PutRuleCommandOutput } from '@aws-sdk/client-eventbridge';
import type { Pattern } from '../../../core/event-pattern/compile.ts';
import type { ValueTest } from '../../../core/event-pattern/value-test.ts';
import { limit } from '../../../core/limit.ts';
import { passRole, requestTags, tagsOfList } from '../../access.ts';
import { lengthIn, oneOf, validation } from '../../constraint.ts';
import { onRule } from '../access.ts';
import { ruleArn } from '../arn.ts';
import { description, nameIn, patternOf, tags } from '../check.ts';
import { change, foundBus, rulesOn, type EventsOperation } from '../deps.ts';
import { limitExceeded, onlyManaged } from '../error.ts';
import { defaultBus, ruleKey, type Rule } from '../resources.ts';
import { patternConditions } from './pattern-conditions.ts';
import { checkSchedule } from './schedule.ts';

const states = ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] as const;

export const putRule: EventsOperation<PutRuleCommandInput, PutRuleCommandOutput> = {
  authorizes(input, context) {
    const ofTags = () => requestTags(tagsOfList(input.Tags));
    return [
      ...onRule('PutRule', input, context, () => ({
        ...patternConditions(input.EventPattern),
        ...ofTags(),
      })),
      ...(input.Tags && input.Tags.length > 0 ? onRule('TagResource', input, context, ofTags) : []),
      ...passRole(context, ['events.amazonaws.com'], { roles: [input.RoleArn] }),
    ];
  },

  async handle(deps, input, context) {
    const name = nameIn(input.Name, 64, 'name');
    const state = oneOf(states, input.State, 'state') ?? 'ENABLED';
    // An empty text is as good as none: so AWS's console sends what is left out.
    const schedule = input.ScheduleExpression || undefined;
    const patternText = input.EventPattern || undefined;
    if (schedule === undefined && patternText === undefined)
      throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    if (schedule !== undefined) checkSchedule(schedule);
    const pattern = patternText === undefined ? undefined : patternOf(patternText);
    const given = {
      name,
      description: description(input.Description),
      pattern: patternText,
      schedule,
      state,
      roleArn: lengthIn(input.RoleArn, 1, 1_600, 'roleArn'),
    };
    const tagsGiven = tags(input.Tags);
    const nowMs = deps.clock.now();
    const rule = await change(deps, context, (draft) => {
      const bus = foundBus(draft, context, input.EventBusName).name;
      if (schedule !== undefined && bus !== defaultBus)
        throw validation('ScheduleExpression is supported only on the default event bus.');
      const key = ruleKey({ bus, name });
      const there = draft.get('rule', key);
      if (there?.archive !== undefined) throw onlyManaged(name);
      const others = rulesOn(draft, bus).filter((one) => one.name !== name);
      if (others.length >= limit.events.rulesPerBus) throw limitExceeded();
      if (pattern !== undefined && hasWildcard(pattern)) assertRoomForWildcard(others);
      const made: Rule = {
        ...given,
        bus,
        tags: there?.tags ?? tagsGiven,
        targets: there?.targets ?? [],
        sinceMs: isSame(there, given) ? there.sinceMs : nowMs,
      };
      draft.put('rule', key, made);
      return made;
    });
    return { RuleArn: ruleArn(context.scope, rule) };
  },
};

/** It goes on firing as it did. */
const isSame = (
  there: Rule | undefined,
  { schedule, state }: Pick<Rule, 'schedule' | 'state'>,
): there is Rule =>
  there !== undefined &&
  there.schedule === schedule &&
  (there.state === 'DISABLED') === (state === 'DISABLED');

function assertRoomForWildcard(others: readonly Rule[]): void {
  // Only those that hold the word are read: most hold none.
  const some = others.filter(
    ({ pattern }) => pattern?.includes('"wildcard"') === true && hasWildcard(patternOf(pattern)),
  );
  if (some.length >= limit.events.wildcardRulesPerBus) throw limitExceeded();
}

const hasWildcard = ({ alternatives }: Pattern): boolean =>
  alternatives.some((conditions) => conditions.some(({ tests }) => tests.some(isWildcard)));

const isWildcard = (test: ValueTest): boolean =>
  test.is === 'wildcard' || (test.is === 'none-of' && test.tests.some(isWildcard));
