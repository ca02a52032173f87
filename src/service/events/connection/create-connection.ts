// CreateConnection: what authorizes requests to API destinations. It is kept sealed by the server
// and in no other service's hands, and counts as authorized as soon as it is there: a token of
// OAuth's is asked for when the first request needs one.

import type {
  CreateConnectionCommandInput,
  CreateConnectionCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { validation } from '../../constraint.ts';
import { onNamed } from '../access.ts';
import { description, nameIn, refuse } from '../check.ts';
import { change, type EventsOperation } from '../deps.ts';
import { alreadyThere, limitExceeded } from '../error.ts';
import { putConnection, shownConnection } from './connection.ts';
import { authorizationType, parametersOf } from './parameters.ts';

export const createConnection: EventsOperation<
  CreateConnectionCommandInput,
  CreateConnectionCommandOutput
> = {
  authorizes: ({ Name }, context) => onNamed('CreateConnection', 'connection', Name, context),

  async handle(deps, input, context) {
    const name = nameIn(input.Name, 64, 'name');
    refuse(input, 'InvocationConnectivityParameters', 'KmsKeyIdentifier');
    const type = authorizationType(input.AuthorizationType);
    if (type === undefined || input.AuthParameters === undefined)
      throw validation('Parameters AuthorizationType and AuthParameters must be specified.');
    const parameters = parametersOf(type, input.AuthParameters, undefined);
    const text = description(input.Description);
    const nowMs = deps.clock.now();
    const id = deps.ids.uuid();
    const { LastAuthorizedTime: none, ...made } = await change(deps, context, (draft) => {
      if (draft.get('connection', name) !== undefined) throw alreadyThere(`Connection ${name}`);
      if (draft.all('connection').length >= limit.events.connections) throw limitExceeded();
      const bare = {
        name,
        id,
        type,
        description: text,
        revision: 1,
        createdAtMs: nowMs,
        changedAtMs: nowMs,
      };
      return shownConnection(putConnection(draft, deps.sealer, bare, parameters, context), context);
    });
    void none;
    return made;
  },
};
