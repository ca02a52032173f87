// What operations of EventBridge ask leave for, as its page of the service authorization reference
// lists it, and the tags of its resources for whoever judges by them.

import type { Tags } from '../../wire/authorization.ts';
import type { Access, Conditions, RequestContext } from '../../wire/operation.ts';
import { namedBus, namedByArn, namedRule, ruleArn } from './arn.ts';
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
