// UpdateApiDestination: changes what is given, and keeps the rest.

import type {
  UpdateApiDestinationCommandInput,
  UpdateApiDestinationCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { oneOf } from '../../constraint.ts';
import { onNamed } from '../access.ts';
import { description } from '../check.ts';
import { endpointOf } from '../connection/parameters.ts';
import { change, type EventsOperation } from '../deps.ts';
import {
  assertConnection,
  changedDestination,
  connectionArnIn,
  foundDestination,
  methods,
  rateOf,
} from './destination.ts';

export const updateApiDestination: EventsOperation<
  UpdateApiDestinationCommandInput,
  UpdateApiDestinationCommandOutput
> = {
  authorizes: ({ Name }, context) =>
    onNamed('UpdateApiDestination', 'api-destination', Name, context),

  async handle(deps, input, context) {
    const { ConnectionArn: connection, InvocationEndpoint: endpoint } = input;
    const given = {
      description: description(input.Description),
      connectionArn: connection === undefined ? undefined : connectionArnIn(connection),
      method: oneOf(methods, input.HttpMethod, 'httpMethod'),
      endpoint: endpoint === undefined ? undefined : endpointOf(endpoint, 'invocationEndpoint'),
      perSecond: rateOf(input.InvocationRateLimitPerSecond),
    };
    const nowMs = deps.clock.now();
    return change(deps, context, (draft) => {
      const there = foundDestination(draft, input.Name);
      if (given.connectionArn !== undefined) assertConnection(draft, given.connectionArn, context);
      const changed = {
        ...there,
        description: given.description ?? there.description,
        connectionArn: given.connectionArn ?? there.connectionArn,
        method: given.method ?? there.method,
        endpoint: given.endpoint ?? there.endpoint,
        perSecond: given.perSecond ?? there.perSecond,
        changedAtMs: nowMs,
      };
      draft.put('api-destination', there.name, changed);
      return changedDestination(draft, changed, context);
    });
  },
};
