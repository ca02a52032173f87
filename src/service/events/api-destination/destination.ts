// API destinations as operations find and show them.

import type { ApiDestination as DestinationShown } from '@aws-sdk/client-eventbridge';
import type { RequestContext } from '../../../wire/operation.ts';
import { formedAs, integerIn, lengthIn } from '../../constraint.ts';
import { limit } from '../../../core/limit.ts';
import { connectionArn, destinationArn, namedByArn } from '../arn.ts';
import { nameIn } from '../check.ts';
import { noConnection, noDestination } from '../error.ts';
import type { ApiDestination, Connection, EventsView } from '../resources.ts';

type Where = Pick<RequestContext, 'scope'>;

export const methods = ['HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'GET', 'OPTIONS'] as const;

export function foundDestination(events: EventsView, name: string | undefined): ApiDestination {
  const destination = events.get('api-destination', nameIn(name, 64, 'name'));
  if (destination === undefined) throw noDestination(name ?? '');
  return destination;
}

const arnText = String.raw`^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:connection\/[\.\-_A-Za-z0-9]+\/[\-A-Za-z0-9]+$`;

/** The form alone; whether there is such a connection, {@link connectionBy} says. */
export function connectionArnIn(given: string): string {
  lengthIn(given, 1, 1_600, 'connectionArn');
  return formedAs(
    given,
    /^arn:aws[a-z-]*:events:[A-Za-z\d-]*:\d{12}:connection\/[.\-_A-Za-z0-9]+\/[-A-Za-z0-9]+$/,
    arnText,
    'connectionArn',
  );
}

/** Undefined: it is another one of that name by now, or of another account or region. */
export function connectionBy(
  events: EventsView,
  arn: string,
  { scope }: Where,
): Connection | undefined {
  const named = namedByArn(arn);
  const [, name = ''] = /^connection\/([^/]+)\//.exec(named?.resource ?? '') ?? [];
  const connection = named?.scope === scope ? events.get('connection', name) : undefined;
  return connection && connectionArn(scope, connection) === arn ? connection : undefined;
}

export function assertConnection(events: EventsView, arn: string, where: Where): void {
  if (connectionBy(events, arn, where) === undefined)
    throw noConnection(arn.split('/').at(-2) ?? '');
}

export const rateOf = (given: number | undefined): number | undefined =>
  integerIn(given, 1, limit.events.invocationsPerSecondMax, 'invocationRateLimitPerSecond');

/** Nothing reaches it while its connection is not authorized. */
const stateOf = (
  events: EventsView,
  { connectionArn: arn }: ApiDestination,
  where: Where,
): 'ACTIVE' | 'INACTIVE' =>
  connectionBy(events, arn, where)?.isAuthorized === true ? 'ACTIVE' : 'INACTIVE';

/** What changes of it answer. */
export const changedDestination = (
  events: EventsView,
  destination: ApiDestination,
  where: Where,
): Pick<
  DestinationShown,
  'ApiDestinationArn' | 'ApiDestinationState' | 'CreationTime' | 'LastModifiedTime'
> => ({
  ApiDestinationArn: destinationArn(where.scope, destination),
  ApiDestinationState: stateOf(events, destination, where),
  CreationTime: new Date(destination.createdAtMs),
  LastModifiedTime: new Date(destination.changedAtMs),
});

export const shownDestination = (
  events: EventsView,
  destination: ApiDestination,
  where: Where,
): DestinationShown => ({
  ...changedDestination(events, destination, where),
  Name: destination.name,
  ConnectionArn: destination.connectionArn,
  InvocationEndpoint: destination.endpoint,
  HttpMethod: destination.method,
  InvocationRateLimitPerSecond: destination.perSecond,
});
