// EventBridge, as the server offers it: what its operations work with, and how requests name them.

import {
  resourcePolicy as busPolicy,
  resourceTags as eventsTags,
} from '../../service/events/access.ts';
import type { EventsDeps } from '../../service/events/deps.ts';
import { eventsOperations } from '../../service/events/operations.ts';
import { eventsDialect } from '../../wire/error-catalogue.ts';
import { jsonRpc } from '../../wire/json-rpc.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const eventsOf = (
  { events, reader, clock, ids, sealer, intake, ruleBook, elsewhere }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<EventsDeps> => ({
  name: 'events',
  schemas: () => import('@aws-sdk/client-eventbridge'),
  protocol: jsonRpc,
  signingName: 'events',
  targetPrefix: 'AWSEvents',
  operations: eventsOperations,
  restNotBuilt: true,
  deps: {
    space: events,
    archives: reader.archives,
    clock,
    ids,
    sealer,
    intake,
    ruleBook,
    elsewhere,
  },
  dialect: eventsDialect,
  maxBodyBytes,
  tagsOf: eventsTags,
  policyOf: busPolicy,
});
