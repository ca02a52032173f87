// RemovePermission: takes a statement, or all of them, out of a bus's policy.

import type {
  RemovePermissionCommandInput,
  RemovePermissionCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onAll } from '../../access.ts';
import { formedAs, lengthIn, validation } from '../../constraint.ts';
import { change, foundBus, type EventsOperation } from '../deps.ts';
import { noStatement } from '../error.ts';
import { withoutStatement } from './statements.ts';

export const removePermission: EventsOperation<
  RemovePermissionCommandInput,
  RemovePermissionCommandOutput
> = {
  authorizes: () => onAll('events:RemovePermission'),

  async handle(deps, input, context) {
    const { StatementId: id, RemoveAllPermissions: all = false } = input;
    if (id === undefined && !all) throw validation('Parameter StatementId is required.');
    if (id !== undefined) {
      lengthIn(id, 1, 64, 'statementId');
      formedAs(id, /^[a-zA-Z0-9-_]+$/, '[a-zA-Z0-9-_]+', 'statementId');
    }
    const nowMs = deps.clock.now();
    await change(deps, context, (draft) => {
      const bus = foundBus(draft, context, input.EventBusName);
      const left = all ? { policy: undefined } : withoutStatement(bus.policy, id ?? '');
      if (left === undefined) throw noStatement();
      draft.put('bus', bus.name, { ...bus, ...left, changedAtMs: nowMs });
    });
    return {};
  },
};
