// DeleteApiDestination: rules that lead to it stay, and reach nothing from then on.

import type {
  DeleteApiDestinationCommandInput,
  DeleteApiDestinationCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { change, type EventsOperation } from '../deps.ts';
import { foundDestination } from './destination.ts';

export const deleteApiDestination: EventsOperation<
  DeleteApiDestinationCommandInput,
  DeleteApiDestinationCommandOutput
> = {
  authorizes: ({ Name }, context) =>
    onNamed('DeleteApiDestination', 'api-destination', Name, context),

  async handle(deps, input, context) {
    await change(deps, context, (draft) =>
      draft.remove('api-destination', foundDestination(draft, input.Name).name),
    );
    return {};
  },
};
