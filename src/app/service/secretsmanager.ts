// Secrets Manager, as the server offers it: what its operations work with, and how requests name
// them.

import {
  resourceTags as secretTags,
  wholeArn as wholeSecretArn,
} from '../../service/secretsmanager/access.ts';
import type { SecretsManagerDeps } from '../../service/secretsmanager/deps.ts';
import { secretsManagerOperations } from '../../service/secretsmanager/operations.ts';
import { constraintDialect } from '../../wire/error-catalogue.ts';
import { jsonRpc } from '../../wire/json-rpc.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const secretsManagerOf = (
  { secrets, clock, ids, sealer }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<SecretsManagerDeps> => ({
  name: 'secretsmanager',
  schemas: () => import('@aws-sdk/client-secrets-manager'),
  protocol: jsonRpc,
  signingName: 'secretsmanager',
  targetPrefix: 'secretsmanager',
  operations: secretsManagerOperations,
  restNotBuilt: true,
  deps: { space: secrets, clock, ids, sealer },
  dialect: constraintDialect,
  maxBodyBytes,
  tagsOf: secretTags,
  wholeArn: wholeSecretArn,
});
