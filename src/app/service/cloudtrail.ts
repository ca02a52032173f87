// CloudTrail, as the server offers it: what its operations work with, and how requests name them.

import type { CloudTrailDeps } from '../../service/cloudtrail/deps.ts';
import { cloudTrailOperations } from '../../service/cloudtrail/operations.ts';
import { resourceTags as trailTags } from '../../service/cloudtrail/resource-tags.ts';
import { wholeArn as wholeTrailArn } from '../../service/cloudtrail/trail.ts';
import { parameterDialect } from '../../wire/error-catalogue.ts';
import { jsonRpc } from '../../wire/json-rpc.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const cloudTrailOf = (
  { reader, trails, clock, trailPlace }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<CloudTrailDeps> => ({
  name: 'cloudtrail',
  schemas: () => import('@aws-sdk/client-cloudtrail'),
  protocol: jsonRpc,
  signingName: 'cloudtrail',
  targetPrefix: 'CloudTrail_20131101',
  operations: cloudTrailOperations,
  restNotBuilt: true,
  deps: {
    records: reader.records,
    space: trails,
    reader: reader.resources,
    clock,
    place: trailPlace,
  },
  dialect: parameterDialect,
  maxBodyBytes,
  tagsOf: trailTags,
  wholeArn: wholeTrailArn,
});
