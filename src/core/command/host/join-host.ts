// This machine joins: from here on placement may use it. Joining again brings its present capacity.

import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { Machine } from '../../host/host.ts';

/** This machine, at every start. */
interface JoinHost {
  readonly type: 'join-host';
  readonly host: Machine;
}

export const decideJoinHost = (_world: World, command: JoinHost): Decided => ({
  events: [{ type: 'host-stored', host: command.host }],
  effects: [],
  reply: done,
});
