// What every operation of Amazon SNS works with, and topics and subscriptions as requests name
// them. A topic may be another account's: whether it may be used is asked of its policy, before.

import type { Scope } from '../../base/ids.ts';
import type { Clock } from '../../port/clock.ts';
import type { Deliveries } from '../../port/outbox.ts';
import type { Ids } from '../../port/ids.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { readSubscriptionArn, readTopicArn } from './arn.ts';
import { invalidParameter, noSubscription, noTopic, notAllowed } from './error.ts';
import type { Audience } from './publish/audience.ts';
import {
  isOver,
  type Protocol,
  type SnsKinds,
  type SnsView,
  type Subscription,
  type Topic,
} from './resources.ts';

export interface SnsDeps {
  readonly space: ResourceSpace<SnsKinds>;
  /** Who is subscribed to what. */
  readonly audience: Audience;
  readonly deliveries: Deliveries;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'uuid'>;
  readonly sealer: Sealer;
  /** Why nothing can be sent by a protocol; undefined: it can. */
  readonly unreachable: (protocol: Protocol) => string | undefined;
}

export type SnsOperation<Input, Output> = Operation<SnsDeps, Input, Omit<Output, '$metadata'>>;

/** A topic that a request names, and where it is. */
interface FoundTopic {
  readonly scope: Scope;
  readonly topic: Topic;
}

interface FoundSubscription {
  readonly scope: Scope;
  readonly subscription: Subscription;
}

/** Where the topic of an ARN would be; throws for what is none, or is in another region. */
export function placeOf(
  arn: string | undefined,
  { region }: Pick<RequestContext, 'region'>,
): { readonly scope: Scope; readonly name: string } {
  const named = readTopicArn(arn ?? '');
  if (named === undefined) throw invalidParameter('TopicArn');
  if (!named.scope.endsWith(`/${region}`))
    throw invalidParameter('TopicArn Reason: the topic is in another region');
  return named;
}

export async function foundTopic(
  { space }: Pick<SnsDeps, 'space'>,
  arn: string | undefined,
  context: Pick<RequestContext, 'region'>,
): Promise<FoundTopic> {
  const { scope, name } = placeOf(arn, context);
  const topic = (await space.view(scope)).get('topic', name);
  if (topic === undefined) throw noTopic();
  return { scope, topic };
}

/** Changes a topic that must be there. */
export async function changeTopic(
  { space }: Pick<SnsDeps, 'space'>,
  arn: string | undefined,
  context: RequestContext,
  decide: (topic: Topic, scope: Scope) => Topic,
): Promise<void> {
  const { scope, name } = placeOf(arn, context);
  await space.change(scope, context, (draft) => {
    const topic = draft.get('topic', name);
    if (topic === undefined) throw noTopic();
    draft.put('topic', name, decide(topic, scope));
  });
}

/** One that has not ended; undefined where there is none. */
export function subscriptionIn(
  view: SnsView,
  named: { readonly topic: string; readonly id: string },
  nowMs: number,
): Subscription | undefined {
  const found = view.get('subscription', named.id);
  return found?.topic === named.topic && !isOver(found, nowMs) && found.state !== 'deleted'
    ? found
    : undefined;
}

/** Where the subscription of an ARN would be; throws for what is none. */
export function subscriptionPlaceOf(
  arn: string | undefined,
): NonNullable<ReturnType<typeof readSubscriptionArn>> {
  const named = readSubscriptionArn(arn ?? '');
  if (named === undefined) throw invalidParameter('SubscriptionArn Reason: it is none');
  return named;
}

/** One that the caller's account owns, or whose topic it owns. */
export async function foundSubscription(
  { space, clock }: Pick<SnsDeps, 'space' | 'clock'>,
  arn: string | undefined,
  context: RequestContext,
): Promise<FoundSubscription> {
  const named = subscriptionPlaceOf(arn);
  const view = await space.view(named.scope);
  const subscription = subscriptionIn(view, named, clock.now());
  if (subscription === undefined) throw noSubscription();
  assertOwn(named.scope, subscription, context);
  return { scope: named.scope, subscription };
}

/** Throws where neither the subscription nor its topic is of the caller's account. */
export function assertOwn(
  scope: Scope,
  { owner }: Subscription,
  { account, operation, principal }: RequestContext,
): void {
  if (account !== owner && !scope.startsWith(`${account}/`))
    throw notAllowed(
      `User: ${principal.arn} is not authorized to perform: SNS:${operation} on a subscription of another account`,
    );
}
