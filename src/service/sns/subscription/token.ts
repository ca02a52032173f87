// The tokens of confirmations: whoever has one confirms the subscription of which it speaks, and
// nobody else can make one. A token names its subscription, and is kept sealed.

import { timingSafeEqual } from 'node:crypto';
import { limit } from '../../../core/limit.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { Subscription } from '../resources.ts';

const randomDigits = 128;
const form = new RegExp(`^([0-9a-f]{32})[0-9a-f]{${randomDigits}}$`);
const about = (id: string): string => `sns-token ${id}`;

/** A new one, as it is kept. */
export function newToken(
  sealer: Pick<Sealer, 'seal' | 'random'>,
  id: string,
  nowMs: number,
): NonNullable<Subscription['token']> {
  const token = id.replaceAll('-', '') + sealer.random(randomDigits, '0123456789abcdef');
  return { sealed: sealer.seal(token, about(id)), untilMs: nowMs + limit.sns.tokenMs };
}

/** The id of the subscription that a token names; undefined where it is none. */
export function idIn(token: string): string | undefined {
  const [, digits] = form.exec(token) ?? [];
  return digits?.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** That of a subscription; undefined where it has none, or it was sealed under another key. */
export const tokenOf = (
  sealer: Pick<Sealer, 'open'>,
  { id, token }: Pick<Subscription, 'id' | 'token'>,
): string | undefined => token && sealer.open(token.sealed, about(id));

/** Whether a token confirms the subscription at this time. */
export function confirms(
  sealer: Pick<Sealer, 'open'>,
  subscription: Pick<Subscription, 'id' | 'token'>,
  given: string,
  nowMs: number,
): boolean {
  const own = tokenOf(sealer, subscription);
  return (
    own !== undefined &&
    own.length === given.length &&
    timingSafeEqual(Buffer.from(own), Buffer.from(given)) &&
    nowMs < (subscription.token?.untilMs ?? 0)
  );
}
