// IAM, as the server offers it: what its operations work with, and how requests name them.

import { scopeParts } from '../../base/ids.ts';
import type { ComputeEnvironment } from '../../core/compute-environment/compute-environment.ts';
import type { IamDeps } from '../../service/iam/deps.ts';
import { emptySays as emptySaysInIam } from '../../service/iam/empty-values.ts';
import { iamOperations } from '../../service/iam/operations.ts';
import { resourceTags as iamTags } from '../../service/iam/resource-tags.ts';
import type { RoleUse } from '../../service/iam/resources.ts';
import { validationDialect } from '../../wire/error-catalogue.ts';
import { query } from '../../wire/query.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const iamOf = (
  { iam, identity, bus, world, clock, ids, sealer }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<IamDeps> => ({
  name: 'iam',
  schemas: () => import('@aws-sdk/client-iam'),
  protocol: query({
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  }),
  signingName: 'iam',
  operations: iamOperations,
  emptySays: emptySaysInIam,
  restNotBuilt: true,
  deps: {
    space: iam,
    bus,
    usesOf: (roleArn) => usesOf(world.computeEnvironments.values(), roleArn),
    clock,
    ids,
    sealer,
    keyUses: identity.keyUses,
  },
  dialect: validationDialect,
  maxBodyBytes,
  tagsOf: iamTags,
});

/** By region: which compute environments use a role, as their own or their Spot Fleet's. */
function usesOf(environments: Iterable<ComputeEnvironment>, roleArn: string): RoleUse[] {
  const using = [...environments].filter(
    ({ serviceRole, computeResources }) =>
      serviceRole === roleArn ||
      computeResources?.spotIamFleetRole === roleArn ||
      computeResources?.managedInstancesProvider?.infrastructureRoleArn === roleArn,
  );
  return [...Map.groupBy(using, ({ scope }) => scopeParts(scope).region)].map(
    ([region, users]) => ({ region, resources: users.map(({ arn }) => arn) }),
  );
}
