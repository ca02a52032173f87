// What operations of EventBridge ask leave for, as its page of the service authorization reference
// lists it, and the tags of its resources for whoever judges by them.

import type { Tags } from '../../wire/authorization.ts';
import type { Access, Conditions, RequestContext } from '../../wire/operation.ts';
import { busArn, namedArn, namedBus, namedByArn, namedRule, ruleArn } from './arn.ts';
import type { EventsDeps } from './deps.ts';
import { ruleKey } from './resources.ts';

interface NamedRule {
  readonly Name?: string | undefined;
  readonly EventBusName?: string | undefined;
}

type More = () => Conditions;
const nothingMore: More = () => ({});

/** Whose the rule is: rules are made in the account of their bus alone. */
const creator = ({ account }: Pick<RequestContext, 'account'>): Conditions => ({
  'events:creatorAccount': account,
});

export const onRule = (
  action: string,
  { Name: name = '', EventBusName: given }: NamedRule,
  context: RequestContext,
  more = nothingMore,
): Access[] => {
  const bus = namedBus(context.scope, given);
  return [
    {
      action: `events:${action}`,
      resources: [ruleArn(bus.scope, { bus: bus.name, name })],
      conditions: () => ({ ...creator(context), ...more() }),
    },
  ];
};

/** By name or ARN; none is the default bus. */
export const onBus = (
  action: string,
  given: string | undefined,
  { scope }: RequestContext,
  more = nothingMore,
): Access[] => {
  const bus = namedBus(scope, given);
  return [
    { action: `events:${action}`, resources: [busArn(bus.scope, bus.name)], conditions: more },
  ];
};

/** On what is named by its name alone, and on others beside. */
export const onNamed = (
  action: string,
  type: 'api-destination' | 'archive' | 'connection' | 'replay',
  name: string | undefined,
  { scope }: RequestContext,
  others: readonly string[] = [],
): Access[] => [
  { action: `events:${action}`, resources: [namedArn(scope, type, name ?? ''), ...others] },
];

/** Of a request that names any of them by its ARN. */
export const onAny = (
  action: string,
  arn: string | undefined,
  context: RequestContext,
  more = nothingMore,
): Access[] => [
  {
    action: `events:${action}`,
    resources: [arn ?? ''],
    conditions: () => ({ ...creator(context), ...more() }),
  },
];

/** Lets nobody do anything: who is of the bus's account needs nothing of it. */
const nobody =
  '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"events:Nothing","Resource":"*"}]}';

/** The policy of a bus, whichever account's; undefined where the ARN is none of a bus. */
export function resourcePolicy(
  { space }: Pick<EventsDeps, 'space'>,
  arn: string,
): string | undefined {
  const named = namedByArn(arn);
  if (named?.resource.startsWith('event-bus/') !== true) return undefined;
  const name = named.resource.slice('event-bus/'.length);
  return space.current(named.scope).get('bus', name)?.policy ?? nobody;
}

/** Undefined where nothing of the caller's account and region has this ARN. */
export async function resourceTags(
  { space }: Pick<EventsDeps, 'space'>,
  arn: string,
  { scope }: Pick<RequestContext, 'scope'>,
): Promise<Tags | undefined> {
  const named = namedByArn(arn);
  if (named?.scope !== scope) return undefined;
  const events = await space.view(scope);
  const { resource } = named;
  if (resource.startsWith('event-bus/'))
    return events.get('bus', resource.slice('event-bus/'.length))?.tags;
  const rule = namedRule(resource);
  return rule && events.get('rule', ruleKey(rule))?.tags;
}
