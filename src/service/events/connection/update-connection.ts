// UpdateConnection: changes what is given of a connection, and keeps the rest, unless requests are
// to be authorized in another way.

import type {
  UpdateConnectionCommandInput,
  UpdateConnectionCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { description, refuse } from '../check.ts';
import { change, type EventsOperation } from '../deps.ts';
import { foundConnection, openedParameters, putConnection, shownConnection } from './connection.ts';
import { authorizationType, parametersOf } from './parameters.ts';

export const updateConnection: EventsOperation<
  UpdateConnectionCommandInput,
  UpdateConnectionCommandOutput
> = {
  authorizes: ({ Name }, context) => onNamed('UpdateConnection', 'connection', Name, context),

  async handle(deps, input, context) {
    const { sealer, clock } = deps;
    refuse(input, 'InvocationConnectivityParameters', 'KmsKeyIdentifier');
    const asked = authorizationType(input.AuthorizationType);
    const text = description(input.Description);
    const nowMs = clock.now();
    return change(deps, context, (draft) => {
      const there = foundConnection(draft, input.Name);
      const type = asked ?? there.type;
      const changed = {
        ...there,
        type,
        description: text ?? there.description,
        revision: there.revision + 1,
        changedAtMs: nowMs,
      };
      if (input.AuthParameters === undefined && type === there.type) {
        draft.put('connection', there.name, changed);
        return shownConnection(changed, context);
      }
      const before = openedParameters(draft, sealer, there, context);
      const parameters = parametersOf(type, input.AuthParameters ?? {}, before);
      return shownConnection(putConnection(draft, sealer, changed, parameters, context), context);
    });
  },
};
