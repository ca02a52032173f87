// ListEventBuses: all buses of the account and region, by name.

import type {
  ListEventBusesCommandInput,
  ListEventBusesCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onAll } from '../../access.ts';
import { lengthIn } from '../../constraint.ts';
import { pageAfter } from '../../page-after.ts';
import { pageSize } from '../check.ts';
import { view, type EventsOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { shownBus } from './show.ts';

export const listEventBuses: EventsOperation<
  ListEventBusesCommandInput,
  ListEventBusesCommandOutput
> = {
  authorizes: () => onAll('events:ListEventBuses'),

  async handle(deps, input, context) {
    const { NamePrefix: prefix = '', Limit: size, NextToken: token } = input;
    lengthIn(input.NamePrefix, 1, 256, 'namePrefix');
    const page = { operation: 'ListEventBuses', size: pageSize(size), token, badToken };
    const buses = (await view(deps, context))
      .all('bus')
      .filter(({ name }) => name.startsWith(prefix));
    const { items, next } = pageAfter(buses, ({ name }) => name, page);
    return { EventBuses: items.map((bus) => shownBus(bus, context)), NextToken: next };
  },
};
