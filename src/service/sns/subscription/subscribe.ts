// Subscribe: an endpoint to a topic. A queue or function of the caller's own account gets messages
// at once; every other endpoint is asked first, by a message with a token that confirms.

import type { SubscribeCommandInput, SubscribeCommandOutput } from '@aws-sdk/client-sns';
import type { Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { onTopic } from '../access.ts';
import { subscriptionArn } from '../arn.ts';
import { placeOf, type SnsDeps, type SnsOperation } from '../deps.ts';
import {
  invalidParameter,
  noTopic,
  tooManyFilterPolicies,
  tooManySubscriptions,
} from '../error.ts';
import { confirmation } from '../publish/envelope.ts';
import {
  endpointKey,
  isOver,
  type Protocol,
  type SnsDraft,
  type Subscription,
} from '../resources.ts';
import { withAttributes } from './attribute.ts';
import { readEndpoint, readProtocol, sealPassword, type Endpoint } from './endpoint.ts';
import { removeAll } from './removal.ts';
import { newToken } from './token.ts';

export const subscribe: SnsOperation<SubscribeCommandInput, SubscribeCommandOutput> = {
  authorizes: (input) =>
    onTopic('Subscribe', input.TopicArn, () => ({
      'sns:Protocol': input.Protocol ?? '',
      ...(input.Endpoint !== undefined && { 'sns:Endpoint': input.Endpoint }),
    })),

  async handle(deps, input, context) {
    const { scope, name } = placeOf(input.TopicArn, context);
    const protocol = readProtocol(input.Protocol);
    const endpoint = readEndpoint(protocol, input.Endpoint);
    const attributes = input.Attributes ?? {};
    const why = deps.unreachable(protocol);
    if (why !== undefined) throw invalidParameter(`Protocol ${protocol}: ${why}`);
    const asked = withAttributes(
      scope,
      newSubscription(deps, context, name, protocol, endpoint),
      attributes,
    );
    const over = await deps.audience.over(scope);
    await assertRoom(deps, scope, asked);
    const subscription = await deps.space.change(scope, context, (draft) => {
      if (draft.get('topic', name) === undefined) throw noTopic();
      removeAll(draft, over, deps.clock.now());
      const there = subscribedAlready(draft, asked, deps.clock.now());
      const made = there === undefined ? asked : merged(scope, there, asked, attributes);
      if (made === there) return there;
      const kept = withSecrets(deps, scope, made, endpoint);
      draft.put('subscription', kept.id, kept);
      draft.put('endpoint', endpointKey(kept), { id: kept.id });
      return kept;
    });
    const arn = subscriptionArn(scope, subscription);
    if (subscription.state !== 'pending') return { SubscriptionArn: arn };
    const stamp = { messageId: deps.ids.uuid(), atMs: deps.clock.now() };
    const asking = confirmation(scope, subscription, 'SubscriptionConfirmation', stamp);
    await deps.deliveries.add([asking], context);
    return { SubscriptionArn: input.ReturnSubscriptionArn === true ? arn : 'pending confirmation' };
  },
};

function newSubscription(
  { ids, clock }: Pick<SnsDeps, 'ids' | 'clock'>,
  { account, principal }: RequestContext,
  topic: string,
  protocol: Protocol,
  { shown, account: endpointAccount }: Endpoint,
): Subscription {
  const isOwn = endpointAccount === account;
  return {
    id: ids.uuid(),
    topic,
    owner: account,
    principal: principal.arn,
    protocol,
    endpoint: shown,
    state: isOwn ? 'confirmed' : 'pending',
    untilMs: isOwn ? undefined : clock.now() + limit.sns.tokenMs,
    confirmationWasAuthenticated: isOwn,
    endsBySignatureOnly: isOwn,
  };
}

async function assertRoom(
  { audience }: Pick<SnsDeps, 'audience'>,
  scope: Scope,
  { topic, filterPolicy }: Subscription,
): Promise<void> {
  const { subscriptions, pendingSubscriptions, filterPolicies } = limit.sns;
  const all = await audience.all(scope);
  if (all.length >= subscriptions)
    throw tooManySubscriptions(
      'subscriptions of an account and region may be there',
      subscriptions,
    );
  if (all.filter(({ state }) => state !== 'confirmed').length >= pendingSubscriptions)
    throw tooManySubscriptions('subscriptions may wait for confirmation', pendingSubscriptions);
  if (filterPolicy === undefined) return;
  const filtered = all.filter((one) => one.topic === topic && one.filterPolicy !== undefined);
  if (filtered.length >= filterPolicies) throw tooManyFilterPolicies(filterPolicies);
}

function subscribedAlready(
  draft: SnsDraft,
  asked: Subscription,
  nowMs: number,
): Subscription | undefined {
  const id = draft.get('endpoint', endpointKey(asked))?.id;
  const there = id === undefined ? undefined : draft.get('subscription', id);
  return there === undefined || isOver(there, nowMs) ? undefined : there;
}

/** What is confirmed stays, and must be as it is asked for; what is pending is as it is asked. */
function merged(
  scope: Scope,
  there: Subscription,
  asked: Subscription,
  attributes: Readonly<Record<string, string>>,
): Subscription {
  if (there.state === 'pending') return { ...asked, id: there.id };
  const set = withAttributes(scope, there, attributes);
  const isSame = (['filterPolicy', 'redrivePolicy', 'deliveryPolicy'] as const).every(
    (name) => set[name] === there[name],
  );
  const isSameWay =
    (set.rawMessageDelivery ?? false) === (there.rawMessageDelivery ?? false) &&
    (set.filterPolicyScope ?? 'MessageAttributes') ===
      (there.filterPolicyScope ?? 'MessageAttributes');
  if (!isSame || !isSameWay)
    throw invalidParameter(
      'Attributes Reason: Subscription already exists with different attributes',
    );
  return there;
}

function withSecrets(
  { sealer, clock }: Pick<SnsDeps, 'sealer' | 'clock'>,
  scope: Scope,
  made: Subscription,
  endpoint: Endpoint,
): Subscription {
  return {
    ...made,
    sealedPassword: sealPassword(sealer, subscriptionArn(scope, made), endpoint),
    token: made.state === 'pending' ? newToken(sealer, made.id, clock.now()) : undefined,
  };
}
