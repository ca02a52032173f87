// Systems Manager, as the server offers it: what its operations work with, and how requests name
// them.

import { resourceTags as parameterTags } from '../../service/ssm/access.ts';
import type { SsmDeps } from '../../service/ssm/deps.ts';
import { ssmOperations } from '../../service/ssm/operations.ts';
import { constraintDialect } from '../../wire/error-catalogue.ts';
import { jsonRpc } from '../../wire/json-rpc.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const ssmOf = (
  { parameters, clock, sealer }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<SsmDeps> => ({
  name: 'ssm',
  schemas: () => import('@aws-sdk/client-ssm'),
  protocol: jsonRpc,
  signingName: 'ssm',
  targetPrefix: 'AmazonSSM',
  operations: ssmOperations,
  restNotBuilt: true,
  deps: { space: parameters, clock, sealer },
  dialect: constraintDialect,
  maxBodyBytes,
  tagsOf: parameterTags,
});
