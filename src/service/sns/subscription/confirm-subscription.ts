// ConfirmSubscription: by the token that the endpoint was sent. The token is the credential: links
// in messages bring this about, without a signature.

import type {
  ConfirmSubscriptionCommandInput,
  ConfirmSubscriptionCommandOutput,
} from '@aws-sdk/client-sns';
import { onTopic } from '../access.ts';
import { readTopicArn, subscriptionArn } from '../arn.ts';
import type { SnsOperation } from '../deps.ts';
import { invalidParameter, noTopic } from '../error.ts';
import { endpointKey, isOver, type Subscription } from '../resources.ts';
import { isSigned } from './signed.ts';
import { remove } from './removal.ts';
import { confirms, idIn } from './token.ts';

export const confirmSubscription: SnsOperation<
  ConfirmSubscriptionCommandInput,
  ConfirmSubscriptionCommandOutput
> = {
  mayBeUnsigned: true,
  mayBeLink: true,
  authorizes: (input, context) =>
    isSigned(context) ? onTopic('ConfirmSubscription', input.TopicArn) : [],

  async handle({ space, sealer, clock }, input, context) {
    const { TopicArn: arn = '', Token: token = '', AuthenticateOnUnsubscribe: bound } = input;
    // A link names no region but the topic's.
    const named = readTopicArn(arn);
    if (named === undefined) throw invalidParameter('TopicArn');
    const { scope, name } = named;
    const id = idIn(token);
    const isVerified = isSigned(context);
    const subscription = await space.change(scope, context, (draft) => {
      if (draft.get('topic', name) === undefined) throw noTopic();
      const nowMs = clock.now();
      const there = id === undefined ? undefined : draft.get('subscription', id);
      if (
        there === undefined ||
        there.topic !== name ||
        isOver(there, nowMs) ||
        !confirms(sealer, there, token, nowMs)
      )
        throw invalidParameter('Token');
      if (there.state === 'confirmed') return there;
      const confirmed: Subscription = {
        ...there,
        state: 'confirmed',
        untilMs: undefined,
        confirmationWasAuthenticated: isVerified,
        endsBySignatureOnly: isVerified && bound === 'true',
      };
      const other = draft.get('endpoint', endpointKey(there))?.id;
      const rival = other === undefined ? undefined : draft.get('subscription', other);
      if (rival !== undefined && rival.id !== there.id) remove(draft, rival);
      draft.put('subscription', there.id, confirmed);
      draft.put('endpoint', endpointKey(there), { id: there.id });
      return confirmed;
    });
    return { SubscriptionArn: subscriptionArn(scope, subscription) };
  },
};
