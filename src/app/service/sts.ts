// STS, as the server offers it: what its operations work with, and how requests name them.

import type { StsDeps } from '../../service/sts/deps.ts';
import { stsOperations } from '../../service/sts/operations.ts';
import { IssuerKeys } from '../../service/sts/web-identity/issuer-keys.ts';
import { validationDialect } from '../../wire/error-catalogue.ts';
import { query } from '../../wire/query.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const stsOf = (
  { iam, identity, sessions, sealer, clock, documents, isVerifying }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<StsDeps> => ({
  name: 'sts',
  schemas: () => import('@aws-sdk/client-sts'),
  protocol: query({
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  }),
  signingName: 'sts',
  operations: stsOperations,
  restNotBuilt: true,
  deps: {
    iam,
    policies: identity.policies,
    sessions,
    sealer,
    clock,
    issuers: new IssuerKeys({ documents, clock }),
    isVerifying,
  },
  dialect: validationDialect,
  maxBodyBytes,
});
