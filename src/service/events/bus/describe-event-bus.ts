// DescribeEventBus: one bus, the default one unless another is named, with its policy.

import type {
  DescribeEventBusCommandInput,
  DescribeEventBusCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onBus } from '../access.ts';
import { foundBus, view, type EventsOperation } from '../deps.ts';
import { shownBus } from './show.ts';

export const describeEventBus: EventsOperation<
  DescribeEventBusCommandInput,
  DescribeEventBusCommandOutput
> = {
  authorizes: (input, context) => onBus('DescribeEventBus', input.Name, context),

  handle: async (deps, input, context) =>
    shownBus(foundBus(await view(deps, context), context, input.Name, 'name'), context),
};
