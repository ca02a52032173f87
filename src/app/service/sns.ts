// SNS, as the server offers it: what its operations work with, and how requests name them.

import { noPlace } from '../../service/delivery/elsewhere.ts';
import {
  resourcePolicy as topicPolicy,
  resourceTags as topicTags,
} from '../../service/sns/access.ts';
import type { SnsDeps } from '../../service/sns/deps.ts';
import { emptySays as emptySaysInSns } from '../../service/sns/empty-values.ts';
import { snsOperations } from '../../service/sns/operations.ts';
import { Audience } from '../../service/sns/publish/audience.ts';
import { snsDialect } from '../../wire/error-catalogue.ts';
import { query } from '../../wire/query.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const snsOf = (
  { topics, deliveries, clock, ids, sealer, elsewhere, mailer }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<SnsDeps> => ({
  name: 'sns',
  schemas: () => import('@aws-sdk/client-sns'),
  protocol: query({
    version: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  }),
  signingName: 'sns',
  operations: snsOperations,
  emptySays: emptySaysInSns,
  restNotBuilt: true,
  deps: {
    space: topics,
    audience: new Audience({ space: topics, clock }),
    deliveries,
    clock,
    ids,
    sealer,
    unreachable(protocol) {
      if (protocol === 'email' || protocol === 'email-json')
        return mailer === undefined ? 'this server was started without --smtp' : undefined;
      const isElsewhere = protocol === 'sqs' || protocol === 'lambda';
      return isElsewhere && elsewhere.placeOf(protocol) === undefined
        ? noPlace(protocol)
        : undefined;
    },
  },
  dialect: snsDialect,
  maxBodyBytes,
  tagsOf: topicTags,
  policyOf: topicPolicy,
});
