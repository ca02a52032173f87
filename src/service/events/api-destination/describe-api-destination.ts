// DescribeApiDestination: one API destination. Leave is asked for its connection too, which only
// what is there tells.

import type {
  DescribeApiDestinationCommandInput,
  DescribeApiDestinationCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { view, type EventsOperation } from '../deps.ts';
import { foundDestination, shownDestination } from './destination.ts';

export const describeApiDestination: EventsOperation<
  DescribeApiDestinationCommandInput,
  DescribeApiDestinationCommandOutput
> = {
  authorizes: ({ Name }, context) =>
    onNamed('DescribeApiDestination', 'api-destination', Name, context),

  async authorizesFound(deps, { Name: name = '' }, context) {
    const there = (await view(deps, context)).get('api-destination', name);
    return there === undefined
      ? []
      : [{ action: 'events:DescribeApiDestination', resources: [there.connectionArn] }];
  },

  async handle(deps, input, context) {
    const events = await view(deps, context);
    const destination = foundDestination(events, input.Name);
    return {
      ...shownDestination(events, destination, context),
      Description: destination.description,
    };
  },
};
