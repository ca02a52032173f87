// What every operation of EventBridge works with, and buses and rules as requests name them.

import type { Scope } from '../../base/ids.ts';
import type { ArchiveReader } from '../../port/archive.ts';
import type { Clock } from '../../port/clock.ts';
import type { Elsewhere } from '../../port/elsewhere.ts';
import type { Ids } from '../../port/ids.ts';
import type { EventIntake } from '../../port/outbox.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { namedBus } from './arn.ts';
import { busNameOrArn, nameIn } from './check.ts';
import { noBus, noRule } from './error.ts';
import {
  ruleKey,
  type Bus,
  type EventsDraft,
  type EventsKinds,
  type EventsView,
  type Rule,
} from './resources.ts';
import type { RuleBook } from './rule/rule-book.ts';

export interface EventsDeps {
  readonly space: ResourceSpace<EventsKinds>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'uuid'>;
  readonly sealer: Sealer;
  readonly intake: EventIntake;
  readonly archives: ArchiveReader;
  readonly ruleBook: Pick<RuleBook, 'isIdle'>;
  readonly elsewhere: Pick<Elsewhere, 'placeOf'>;
}

export type EventsOperation<Input, Output> = Operation<
  EventsDeps,
  Input,
  Omit<Output, '$metadata'>
>;

export const view = (
  { space }: Pick<EventsDeps, 'space'>,
  { scope }: Pick<RequestContext, 'scope'>,
): Promise<EventsView> => space.view(scope);
export const change = <T>(
  { space }: Pick<EventsDeps, 'space'>,
  context: RequestContext,
  decide: (draft: EventsDraft) => T,
): Promise<T> => space.change(context.scope, context, decide);

/** The bus that a name or an ARN means. Those of other accounts and regions are not here. */
export function foundBus(
  events: EventsView,
  own: Pick<RequestContext, 'scope'>,
  given: string | undefined,
  member?: string,
): Bus {
  busNameOrArn(given, member);
  const { scope, name }: { scope: Scope; name: string } = namedBus(own.scope, given);
  const bus = scope === own.scope ? events.get('bus', name) : undefined;
  if (bus === undefined) throw noBus(name);
  return bus;
}

interface NamedRule {
  readonly Name?: string | undefined;
  readonly EventBusName?: string | undefined;
}

/** `member`: what the request calls the rule. */
export function foundRule(
  events: EventsView,
  context: Pick<RequestContext, 'scope'>,
  { Name: given, EventBusName: busName }: NamedRule,
  member = 'name',
): Rule {
  const name = nameIn(given, 64, member);
  const bus = foundBus(events, context, busName);
  const rule = events.get('rule', ruleKey({ bus: bus.name, name }));
  if (rule === undefined) throw noRule(name, bus.name);
  return rule;
}

/** By name. */
export const rulesOn = (events: EventsView, bus: string): Rule[] =>
  events
    .all('rule')
    .filter((rule) => rule.bus === bus)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
