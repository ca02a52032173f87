// UpdateEventBus: what a bus is described as.

import type {
  UpdateEventBusCommandInput,
  UpdateEventBusCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onBus } from '../access.ts';
import { busArn } from '../arn.ts';
import { description, refuse } from '../check.ts';
import { change, foundBus, type EventsOperation } from '../deps.ts';

export const updateEventBus: EventsOperation<
  UpdateEventBusCommandInput,
  UpdateEventBusCommandOutput
> = {
  authorizes: (input, context) => onBus('UpdateEventBus', input.Name, context),

  async handle(deps, input, context) {
    refuse(input, 'KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig');
    const text = description(input.Description);
    const nowMs = deps.clock.now();
    const bus = await change(deps, context, (draft) => {
      const there = foundBus(draft, context, input.Name, 'name');
      if (text === undefined) return there;
      const changed = { ...there, description: text, changedAtMs: nowMs };
      draft.put('bus', there.name, changed);
      return changed;
    });
    return {
      Arn: busArn(context.scope, bus.name),
      Name: bus.name,
      Description: bus.description,
    };
  },
};
