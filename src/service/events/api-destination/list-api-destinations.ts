// ListApiDestinations: by name, all or those of a connection.

import type {
  ListApiDestinationsCommandInput,
  ListApiDestinationsCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onAll } from '../../access.ts';
import { pageAfter } from '../../page-after.ts';
import { nameIn, pageSize } from '../check.ts';
import { view, type EventsOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { connectionArnIn, shownDestination } from './destination.ts';

export const listApiDestinations: EventsOperation<
  ListApiDestinationsCommandInput,
  ListApiDestinationsCommandOutput
> = {
  authorizes: () => onAll('events:ListApiDestinations'),

  async handle(deps, input, context) {
    const { NamePrefix: given, ConnectionArn: arn, Limit: size, NextToken: token } = input;
    const prefix = given === undefined ? '' : nameIn(given, 64, 'namePrefix');
    if (arn !== undefined) connectionArnIn(arn);
    const page = { operation: 'ListApiDestinations', size: pageSize(size), token, badToken };
    const events = await view(deps, context);
    const destinations = events
      .all('api-destination')
      .filter(
        ({ name, connectionArn }) =>
          name.startsWith(prefix) && (arn === undefined || connectionArn === arn),
      );
    const { items, next } = pageAfter(destinations, ({ name }) => name, page);
    return {
      ApiDestinations: items.map((one) => shownDestination(events, one, context)),
      NextToken: next,
    };
  },
};
