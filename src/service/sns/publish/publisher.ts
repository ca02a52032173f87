// A message to all subscriptions of a topic that want it: one delivery each, durable before anybody
// hears that it was published.

import type { Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { Envelope } from '../../../port/command-bus.ts';
import type { NewDelivery } from '../../../port/delivery.ts';
import type { SnsDeps } from '../deps.ts';
import { notification } from './envelope.ts';
import type { Message } from './message.ts';

type PublisherDeps = Pick<SnsDeps, 'audience' | 'deliveries' | 'clock' | 'ids'>;

/** Answers the message's id. */
export async function publishTo(
  { audience, deliveries, clock, ids }: PublisherDeps,
  topic: { readonly scope: Scope; readonly name: string },
  message: Message,
  envelope: Envelope,
): Promise<string> {
  const stamp = { messageId: ids.uuid(), atMs: clock.now() };
  const receiving = await audience.receiving(topic.scope, topic.name, message);
  // Each subscription has the message once more: not all of them are made at the same time.
  const atOnce = Math.max(1, Math.floor(limit.sns.bytesAtOnce / (message.bytes + 1_024)));
  for (let at = 0; at < receiving.length; at += atOnce) {
    const some: NewDelivery[] = receiving
      .slice(at, at + atOnce)
      .map((to) => notification(topic.scope, to, message, stamp));
    await deliveries.add(some, envelope);
  }
  return stamp.messageId;
}
