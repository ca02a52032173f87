// Unsubscribe: by an owner, who signs; or by the link in a message, which knows the subscription's
// ARN and nothing else, where the subscription's owner has not kept that to those who sign. Who
// goes by a link hears of it once more, and may come back.

import type { UnsubscribeCommandInput, UnsubscribeCommandOutput } from '@aws-sdk/client-sns';
import { onAll } from '../../access.ts';
import { assertOwn, subscriptionIn, subscriptionPlaceOf, type SnsOperation } from '../deps.ts';
import { noSubscription, notAllowed } from '../error.ts';
import { confirmation } from '../publish/envelope.ts';
import { deleteForNow, remove } from './removal.ts';
import { isSigned } from './signed.ts';

export const unsubscribe: SnsOperation<UnsubscribeCommandInput, UnsubscribeCommandOutput> = {
  mayBeUnsigned: true,
  mayBeLink: true,
  authorizes: (_input, context) => (isSigned(context) ? onAll('sns:Unsubscribe') : []),

  async handle({ space, clock, sealer, ids, deliveries }, input, context) {
    const named = subscriptionPlaceOf(input.SubscriptionArn);
    const { scope } = named;
    const nowMs = clock.now();
    const deleted = await space.change(scope, context, (draft) => {
      const there = subscriptionIn(draft, named, nowMs);
      if (there === undefined) throw noSubscription();
      if (isSigned(context)) {
        assertOwn(scope, there, context);
        remove(draft, there);
        return undefined;
      }
      if (there.state === 'pending') throw noSubscription();
      if (there.endsBySignatureOnly)
        throw notAllowed('This subscription may be ended by signed requests alone');
      return deleteForNow(draft, sealer, there, nowMs);
    });
    if (deleted === undefined) return {};
    const stamp = { messageId: ids.uuid(), atMs: nowMs };
    const news = confirmation(scope, deleted, 'UnsubscribeConfirmation', stamp);
    await deliveries.add([news], context);
    return {};
  },
};
