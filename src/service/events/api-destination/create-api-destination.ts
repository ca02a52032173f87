// CreateApiDestination: an HTTP endpoint as a target of rules, with the connection that authorizes
// requests to it.

import type {
  CreateApiDestinationCommandInput,
  CreateApiDestinationCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { oneOf } from '../../constraint.ts';
import { onNamed } from '../access.ts';
import { description, nameIn } from '../check.ts';
import { endpointOf } from '../connection/parameters.ts';
import { change, type EventsOperation } from '../deps.ts';
import { alreadyThere, limitExceeded } from '../error.ts';
import {
  assertConnection,
  changedDestination,
  connectionArnIn,
  methods,
  rateOf,
} from './destination.ts';

export const createApiDestination: EventsOperation<
  CreateApiDestinationCommandInput,
  CreateApiDestinationCommandOutput
> = {
  authorizes: ({ Name, ConnectionArn: connection }, context) =>
    onNamed('CreateApiDestination', 'api-destination', Name, context, [connection ?? '']),

  async handle(deps, input, context) {
    const nowMs = deps.clock.now();
    const made = {
      name: nameIn(input.Name, 64, 'name'),
      id: deps.ids.uuid(),
      description: description(input.Description),
      connectionArn: connectionArnIn(input.ConnectionArn ?? ''),
      method: oneOf(methods, input.HttpMethod, 'httpMethod') ?? 'POST',
      endpoint: endpointOf(input.InvocationEndpoint, 'invocationEndpoint'),
      perSecond: rateOf(input.InvocationRateLimitPerSecond) ?? limit.events.invocationsPerSecond,
      createdAtMs: nowMs,
      changedAtMs: nowMs,
    };
    return change(deps, context, (draft) => {
      if (draft.get('api-destination', made.name) !== undefined)
        throw alreadyThere(`An api-destination '${made.name}'`);
      if (draft.all('api-destination').length >= limit.events.apiDestinations)
        throw limitExceeded();
      assertConnection(draft, made.connectionArn, context);
      draft.put('api-destination', made.name, made);
      return changedDestination(draft, made, context);
    });
  },
};
