// EKS, as the server offers it: what its operations work with, and how requests name them.

import type { ClusterDirectory } from '../../port/cluster-directory.ts';
import type { EksDeps } from '../../service/eks/deps.ts';
import { eksOperations } from '../../service/eks/operations.ts';
import { eksDialect } from '../../wire/error-catalogue.ts';
import { restJson } from '../../wire/rest-json.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

/** Nobody has a way to any cluster. */
const nothingKnown: ClusterDirectory = { facts: () => Promise.resolve({}) };

export const eksOf = (
  { settings, clusterDirectory = nothingKnown }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<EksDeps> => ({
  name: 'eks',
  schemas: () => import('@aws-sdk/client-eks'),
  protocol: restJson,
  signingName: 'eks',
  // Not /tags: EventBridge Scheduler has it too.
  paths:
    /^\/(?:clusters|cluster-registrations|cluster-versions|addons|access-policies|eks-anywhere-subscriptions)(?:\/|$)/,
  operations: eksOperations,
  restNotBuilt: true,
  deps: { clusters: settings.clusters, directory: clusterDirectory },
  dialect: eksDialect,
  maxBodyBytes,
});
