// One turn: a batch of commands, and what it comes to. The stages fill it in, in the order in which
// they stand in stages.ts; nobody else sees it, and it is over when its answers are given.

import type { Refusal } from '../../base/refusal.ts';
import type { Effect } from '../../core/effect.ts';
import { transact } from '../../core/turn/transact.ts';
import type { Happening } from '../../core/turn/happening.ts';
import type { Transition } from '../../core/turn/transition.ts';
import type { LiveWorld } from '../../core/world/live-world.ts';
import type { Envelope } from '../../port/command-bus.ts';
import type { TableWrite } from '../../port/table.ts';
import type { Command, ReplyOf } from '../../core/command/command.ts';

/** Somebody waits for the answer: a reply or a refusal, a table write's outcome. */
export interface Request {
  readonly asked: Command | TableWrite;
  readonly envelope: Envelope;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Turn {
  readonly world: LiveWorld;
  readonly nowMs: number;
  readonly requests: readonly Request[];
  /** What is decided for each request: its command, with the past that it needs. */
  readonly commands: (Command | undefined)[] = [];
  /** In the order of the requests. */
  readonly answers: unknown[] = [];
  readonly transitions: Transition[] = [];
  readonly happenings: Happening[] = [];
  readonly effects: Effect[] = [];

  constructor(world: LiveWorld, requests: readonly Request[], nowMs: number) {
    this.world = world;
    this.requests = requests;
    this.nowMs = nowMs;
  }

  /** Decides the command; the world follows. */
  transact<C extends Command>(command: C): ReplyOf<C> | Refusal {
    const { reply, transitions, happenings, effects } = transact(this.world, command, this.nowMs);
    this.transitions.push(...transitions);
    this.happenings.push(...happenings);
    this.effects.push(...effects);
    return reply;
  }
}

export const isCommand = (asked: Command | TableWrite): asked is Command => 'type' in asked;
