// DeauthorizeConnection: forgets what requests are authorized by; UpdateConnection brings it anew.

import type {
  DeauthorizeConnectionCommandInput,
  DeauthorizeConnectionCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { change, type EventsOperation } from '../deps.ts';
import { foundConnection, shownConnection } from './connection.ts';

export const deauthorizeConnection: EventsOperation<
  DeauthorizeConnectionCommandInput,
  DeauthorizeConnectionCommandOutput
> = {
  authorizes: ({ Name }, context) => onNamed('DeauthorizeConnection', 'connection', Name, context),

  async handle(deps, input, context) {
    const nowMs = deps.clock.now();
    return change(deps, context, (draft) => {
      const there = foundConnection(draft, input.Name);
      const changed = {
        ...there,
        isAuthorized: false,
        shown: undefined,
        revision: there.revision + 1,
        changedAtMs: nowMs,
      };
      draft.put('connection', there.name, changed);
      draft.remove('connection-secret', there.name);
      return shownConnection(changed, context);
    });
  },
};
