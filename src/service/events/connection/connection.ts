// Connections as operations find, seal, open and show them. What a connection is authorized by is
// sealed as a whole, bound to the connection, in a row of its own; what of it may be seen stands
// beside it in plain text, so that showing a connection opens nothing.

import type { Connection as ConnectionShown } from '@aws-sdk/client-eventbridge';
import type { Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { validation } from '../../constraint.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { connectionArn } from '../arn.ts';
import { nameIn } from '../check.ts';
import { noConnection } from '../error.ts';
import type { Connection, EventsDraft, EventsKinds, EventsView } from '../resources.ts';
import { shownAuthorization, type ConnectionParameters } from './parameters.ts';

type Where = Pick<RequestContext, 'scope'>;

const about = (scope: Scope, { name, id }: Pick<Connection, 'name' | 'id'>): string =>
  `connection ${connectionArn(scope, { name, id })}`;

export function foundConnection(events: EventsView, name: string | undefined): Connection {
  const connection = events.get('connection', nameIn(name, 64, 'name'));
  if (connection === undefined) throw noConnection(name ?? '');
  return connection;
}

/** Undefined: there is nothing to open, or the server's key does not open it. */
export function openedParameters(
  events: EventsView,
  sealer: Pick<Sealer, 'open'>,
  connection: Connection,
  { scope }: Where,
): ConnectionParameters | undefined {
  const kept = events.get('connection-secret', connection.name);
  const text = kept && sealer.open(kept.sealed, about(scope, connection));
  return text === undefined ? undefined : (JSON.parse(text) as ConnectionParameters);
}

/** Puts the connection with what it is authorized by from now on. */
export function putConnection(
  draft: EventsDraft,
  sealer: Pick<Sealer, 'seal'>,
  connection: Omit<Connection, 'shown' | 'isAuthorized' | 'authorizedAtMs'>,
  parameters: ConnectionParameters,
  { scope }: Where,
): Connection {
  const text = JSON.stringify(parameters);
  if (Buffer.byteLength(text) > limit.secret.valueBytes)
    throw validation(
      `Parameter AuthParameters is not valid. Reason: It has more than ${limit.secret.valueBytes} bytes.`,
    );
  const made: Connection = {
    ...connection,
    isAuthorized: true,
    authorizedAtMs: connection.changedAtMs,
    shown: shownAuthorization(parameters),
  };
  draft.put('connection', made.name, made);
  draft.put('connection-secret', made.name, { sealed: sealer.seal(text, about(scope, made)) });
  return made;
}

export const stateOf = ({ isAuthorized }: Connection): 'AUTHORIZED' | 'DEAUTHORIZED' =>
  isAuthorized ? 'AUTHORIZED' : 'DEAUTHORIZED';

/** As lists show it, and answers to changes. */
export const shownConnection = (
  connection: Connection,
  { scope }: Where,
): Omit<ConnectionShown, 'Name' | 'AuthorizationType'> => ({
  ConnectionArn: connectionArn(scope, connection),
  ConnectionState: stateOf(connection),
  CreationTime: new Date(connection.createdAtMs),
  LastModifiedTime: new Date(connection.changedAtMs),
  LastAuthorizedTime: new Date(connection.authorizedAtMs),
});

/** Names of connections that the server's key does not open, over all accounts and regions. */
export async function unopenedConnections(
  space: Pick<ResourceSpace<EventsKinds>, 'scopes' | 'view'>,
  sealer: Pick<Sealer, 'open'>,
): Promise<string[]> {
  const names: string[] = [];
  for (const scope of space.scopes()) {
    const events = await space.view(scope);
    for (const connection of events.all('connection'))
      if (
        connection.isAuthorized &&
        openedParameters(events, sealer, connection, { scope }) === undefined
      )
        names.push(connection.name);
  }
  return names;
}
