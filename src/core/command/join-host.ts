// A host joins: from here on placement may use it. The same host joining again brings its present capacity.

import type { Decided, JoinHost } from './command.ts';
import { done } from './command.ts';

export const decideJoinHost = (command: JoinHost): Decided<JoinHost> => ({ events: [{ type: 'host-joined', host: command.host }], effects: [], reply: done });
