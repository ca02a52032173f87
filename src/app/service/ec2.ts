// EC2, as the server offers it: what its operations work with, and how requests name them.

import type { Ec2Deps } from '../../service/ec2/deps.ts';
import { emptySays as emptySaysInEc2 } from '../../service/ec2/empty-values.ts';
import { ec2Operations } from '../../service/ec2/operations.ts';
import { resourceTags as ec2Tags } from '../../service/ec2/resource-tags.ts';
import { wholeArn as wholeEc2Arn } from '../../service/ec2/whole-arn.ts';
import { ec2Dialect } from '../../wire/error-catalogue.ts';
import { ec2Query } from '../../wire/query.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const ec2Of = (
  { ec2, bus, reader, clock, ids, keys, settings }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<Ec2Deps> => ({
  name: 'ec2',
  schemas: () => import('@aws-sdk/client-ec2'),
  protocol: ec2Query({
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  }),
  signingName: 'ec2',
  operations: ec2Operations,
  emptySays: emptySaysInEc2,
  restNotBuilt: true,
  deps: {
    space: ec2,
    bus,
    instances: reader.instances,
    clock,
    ids,
    keys,
    instanceTypes: settings.instanceTypes,
    instanceLimit: settings.instanceLimit,
  },
  dialect: ec2Dialect,
  maxBodyBytes,
  tagsOf: ec2Tags,
  wholeArn: wholeEc2Arn,
});
