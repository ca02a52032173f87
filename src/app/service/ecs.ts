// ECS, as the server offers it: what its operations work with, and how requests name them.

import * as ecs from '@aws-sdk/client-ecs';
import type { EcsDeps } from '../../service/ecs/deps.ts';
import { ecsOperations } from '../../service/ecs/operations.ts';
import { parameterDialect } from '../../wire/error-catalogue.ts';
import { jsonRpc } from '../../wire/json-rpc.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const ecsOf = (
  { bus, reader, hosts, ids, clock, ec2, version }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<EcsDeps> => ({
  name: 'ecs',
  schemas: ecs,
  protocol: jsonRpc,
  signingName: 'ecs',
  targetPrefix: 'AmazonEC2ContainerServiceV20141113',
  operations: ecsOperations,
  restNotBuilt: true,
  deps: {
    bus,
    reader: reader.clusters,
    definitions: reader.batch,
    hosts,
    ids,
    clock,
    networks: ec2,
    version,
  },
  dialect: parameterDialect,
  maxBodyBytes,
});
