// ListConnections: by name, all or those of a state.

import type {
  ListConnectionsCommandInput,
  ListConnectionsCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onAll } from '../../access.ts';
import { oneOf } from '../../constraint.ts';
import { pageAfter } from '../../page-after.ts';
import { nameIn, pageSize } from '../check.ts';
import { view, type EventsOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { shownConnection, stateOf } from './connection.ts';

const states = [
  'CREATING',
  'UPDATING',
  'DELETING',
  'AUTHORIZED',
  'DEAUTHORIZED',
  'AUTHORIZING',
  'DEAUTHORIZING',
  'ACTIVE',
  'FAILED_CONNECTIVITY',
] as const;

export const listConnections: EventsOperation<
  ListConnectionsCommandInput,
  ListConnectionsCommandOutput
> = {
  authorizes: () => onAll('events:ListConnections'),

  async handle(deps, input, context) {
    const { NamePrefix: given, Limit: size, NextToken: token } = input;
    const prefix = given === undefined ? '' : nameIn(given, 64, 'namePrefix');
    const state = oneOf(states, input.ConnectionState, 'connectionState');
    const page = { operation: 'ListConnections', size: pageSize(size), token, badToken };
    const connections = (await view(deps, context))
      .all('connection')
      .filter(
        (one) => one.name.startsWith(prefix) && (state === undefined || stateOf(one) === state),
      );
    const { items, next } = pageAfter(connections, ({ name }) => name, page);
    return {
      Connections: items.map((connection) => ({
        ...shownConnection(connection, context),
        Name: connection.name,
        AuthorizationType: connection.type,
      })),
      NextToken: next,
    };
  },
};
