// DeleteConnection: API destinations that use it stay, and reach nothing from then on.

import type {
  DeleteConnectionCommandInput,
  DeleteConnectionCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { change, type EventsOperation } from '../deps.ts';
import { foundConnection, shownConnection } from './connection.ts';

export const deleteConnection: EventsOperation<
  DeleteConnectionCommandInput,
  DeleteConnectionCommandOutput
> = {
  authorizes: ({ Name }, context) => onNamed('DeleteConnection', 'connection', Name, context),

  handle: (deps, input, context) =>
    change(deps, context, (draft) => {
      const there = foundConnection(draft, input.Name);
      draft.remove('connection', there.name);
      draft.remove('connection-secret', there.name);
      return { ...shownConnection(there, context), ConnectionState: 'DELETING' as const };
    }),
};
