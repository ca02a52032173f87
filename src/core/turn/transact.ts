// One command becomes what it did: its reply, and everything that followed from it in the same
// transaction. The one place where a decision is made and the world follows it; whoever wants a
// command carried out, the product or a test, calls this and nothing below it.

import { isRefusal, type Refusal } from '../../base/refusal.ts';
import type { Effect } from '../effect.ts';
import type { Event } from '../event.ts';
import type { LiveWorld } from '../world/live-world.ts';
import type { Followed } from '../command/decision.ts';
import { followUp } from './follow-up.ts';
import type { Happening } from './happening.ts';
import type { Transition } from './transition.ts';
import { decide, type Command, type ReplyOf } from '../command/command.ts';

export interface Transacted<Reply = unknown> {
  /** A refusal is the caller's fault, and nothing has happened. */
  readonly reply: Reply | Refusal;
  /** What happened, in order; the world has followed. */
  readonly events: readonly Event[];
  /** What of that jobs' followers are told. */
  readonly transitions: readonly Transition[];
  /** What others are told beside. */
  readonly happenings: readonly Happening[];
  /** What is to be done outside, once all this is durable. */
  readonly effects: readonly Effect[];
}

/** `nowMs` is the moment that all of it happens at. */
export function transact<C extends Command>(
  world: LiveWorld,
  command: C,
  nowMs: number,
): Transacted<ReplyOf<C>> {
  const decision = decide(world, command, nowMs);
  if (isRefusal(decision))
    return { reply: decision, events: [], transitions: [], happenings: [], effects: [] };
  for (const event of decision.events) world.apply(event);
  const { events, effects } =
    world.occasions.length === 0 ? decision : withWhatFollows(world, decision, nowMs);
  const transitions = world.transitions.splice(0);
  const happenings = world.happenings.splice(0).map((each) => ({ ...each, atMs: nowMs }));
  return { reply: decision.reply, events, transitions, happenings, effects };
}

/** Each occasion changes the world that the next one is judged in, and may make new ones. */
function withWhatFollows(world: LiveWorld, decision: Followed, nowMs: number): Followed {
  const events = [...decision.events];
  const effects = [...decision.effects];
  for (let next = world.occasions.shift(); next !== undefined; next = world.occasions.shift()) {
    const followed = followUp(world, next, nowMs);
    for (const event of followed.events) world.apply(event);
    events.push(...followed.events);
    effects.push(...followed.effects);
  }
  return { events, effects };
}
