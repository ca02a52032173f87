// This machine joins: from here on placement may use it. Joining again brings its present capacity.

import type { Decided, JoinHost } from '../command.ts';
import { done } from '../command.ts';

export const decideJoinHost = (command: JoinHost): Decided<JoinHost> => ({
  events: [{ type: 'host-stored', host: command.host }],
  effects: [],
  reply: done,
});
