// What deciding a command gives: values only. Nothing of it has happened until the world has
// followed the events.

import type { Refusal } from '../../base/refusal.ts';
import type { Effect } from '../effect.ts';
import type { Event } from '../event.ts';

/** What happened, and what to do about it. */
export interface Followed {
  readonly events: readonly Event[];
  readonly effects: readonly Effect[];
}

/** That, and what to answer. */
export interface Decision<Reply> extends Followed {
  readonly reply: Reply;
}

export type Decided<Reply = Done> = Decision<Reply> | Refusal;

/** The reply of a command that has nothing to tell but that it was carried out. */
export type Done = Readonly<Record<never, never>>;
export const done: Done = Object.freeze({});
