// DeleteEventBus: of a bus that has no rules any more. One that is not there is as good as deleted.

import type {
  DeleteEventBusCommandInput,
  DeleteEventBusCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { validation } from '../../constraint.ts';
import { onBus } from '../access.ts';
import { namedBus } from '../arn.ts';
import { busNameOrArn } from '../check.ts';
import { change, rulesOn, type EventsOperation } from '../deps.ts';
import { noBus } from '../error.ts';
import { defaultBus } from '../resources.ts';

export const deleteEventBus: EventsOperation<
  DeleteEventBusCommandInput,
  DeleteEventBusCommandOutput
> = {
  authorizes: (input, context) => onBus('DeleteEventBus', input.Name ?? '', context),

  async handle(deps, input, context) {
    busNameOrArn(input.Name, 'name');
    const { scope, name } = namedBus(context.scope, input.Name ?? '');
    if (name === defaultBus) throw validation('Cannot delete event bus default.');
    if (scope !== context.scope) throw noBus(name);
    await change(deps, context, (draft) => {
      if (draft.get('bus', name) === undefined) return;
      if (rulesOn(draft, name).length > 0)
        throw validation("EventBus can't be deleted since it has rules.");
      draft.remove('bus', name);
    });
    return {};
  },
};
