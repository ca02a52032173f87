// How subscriptions go: at once, or as one that may still come back.

import { limit } from '../../../core/limit.ts';
import type { Sealer } from '../../../port/sealer.ts';
import { endpointKey, isOver, type SnsDraft, type Subscription } from '../resources.ts';
import { newToken } from './token.ts';

export function remove(draft: SnsDraft, subscription: Subscription): void {
  draft.remove('subscription', subscription.id);
  if (draft.get('endpoint', endpointKey(subscription))?.id === subscription.id)
    draft.remove('endpoint', endpointKey(subscription));
}

/** Those of them that are still over. */
export function removeAll(draft: SnsDraft, over: readonly Subscription[], nowMs: number): void {
  for (const { id } of over) {
    const there = draft.get('subscription', id);
    if (there !== undefined && isOver(there, nowMs)) remove(draft, there);
  }
}

/** It gets nothing more but the news of it, whose token confirms it anew. */
export function deleteForNow(
  draft: SnsDraft,
  sealer: Pick<Sealer, 'seal' | 'random'>,
  subscription: Subscription,
  nowMs: number,
): Subscription {
  const deleted: Subscription = {
    ...subscription,
    state: 'deleted',
    untilMs: nowMs + limit.sns.tokenMs,
    token: newToken(sealer, subscription.id, nowMs),
  };
  remove(draft, subscription);
  draft.put('subscription', deleted.id, deleted);
  return deleted;
}
