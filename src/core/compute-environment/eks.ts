// Environments on Amazon EKS: their jobs are pods on the nodes that a cluster has (user guide,
// Amazon EKS compute environments). What such an environment may say, and what it cannot. Pure;
// forms of single members were checked before.

import type {
  ComputeResource,
  CreateComputeEnvironmentCommandInput,
  EksConfiguration,
  EksConfigurationUpdate,
} from '@aws-sdk/client-batch';
import type { Scope } from '../../base/ids.ts';
import { refuse, type Refusal } from '../../base/refusal.ts';
import { isServiceLinkedRole, nameInArn, serviceRoleArn } from '../arn.ts';
import type { ComputeEnvironment } from './compute-environment.ts';

const invalid = (message: string): Refusal => refuse('invalid', message);

/** The words that EKS itself answers with. */
export const unknownCluster = (clusterArn: string): string =>
  `No cluster found for name: ${nameInArn(clusterArn) ?? clusterArn}.`;

/** The cluster that it names is none that the server knows. */
export const clusterProblem = (
  clusterArn: string | undefined,
  clusters: readonly string[],
): string | undefined =>
  clusterArn === undefined || clusters.includes(clusterArn)
    ? undefined
    : `CLIENT_ERROR - ${unknownCluster(clusterArn)}`;

/** What is wrong with a new environment on Amazon EKS, if anything. */
export function checkNewEksEnvironment(
  scope: Scope,
  { type, serviceRole, computeResources }: CreateComputeEnvironmentCommandInput,
): Refusal | undefined {
  if (type !== 'MANAGED')
    return invalid('eksConfiguration can only be specified for a MANAGED compute environment.');
  // AWS Batch acts on the cluster as its service-linked role, which RBAC there must know.
  if (serviceRole && !isServiceLinkedRole(serviceRoleArn(scope, serviceRole)))
    return invalid(
      'serviceRole cannot be specified for an Amazon EKS compute environment, which uses the service-linked role AWSServiceRoleForBatch.',
    );
  return computeResources && checkEksResources(computeResources);
}

/** The rules of `computeResources` that hold on Amazon EKS alone. */
export function checkEksResources({
  type,
  allocationStrategy,
  desiredvCpus,
  ec2Configuration = [],
}: ComputeResource): Refusal | undefined {
  if (type !== 'EC2' && type !== 'SPOT')
    return invalid(
      `computeResources.type of an Amazon EKS compute environment must be EC2 or SPOT; it is ${type}.`,
    );
  if (!allocationStrategy)
    return invalid(
      'computeResources.allocationStrategy must be specified for an Amazon EKS compute environment.',
    );
  if (desiredvCpus !== undefined)
    return invalid(
      'computeResources.desiredvCpus cannot be specified for an Amazon EKS compute environment.',
    );
  const foreign = ec2Configuration.find(({ imageType }) => imageType?.startsWith('ECS_'));
  return foreign === undefined
    ? undefined
    : invalid(
        `computeResources.ec2Configuration.imageType ${foreign.imageType} is for ECS compute environments.`,
      );
}

/** That other environments say nothing that only those on Amazon EKS do. */
export function refuseEksMembers({ ec2Configuration = [] }: ComputeResource): Refusal | undefined {
  for (const { imageType, imageKubernetesVersion } of ec2Configuration) {
    if (imageType?.startsWith('EKS_'))
      return invalid(
        `computeResources.ec2Configuration.imageType ${imageType} is for EKS compute environments.`,
      );
    if (imageKubernetesVersion)
      return invalid(
        'computeResources.ec2Configuration.imageKubernetesVersion is for EKS compute environments.',
      );
  }
  return undefined;
}

/** As it is stored: what only an answer says is not the caller's to say. */
export const storedEks = ({
  eksClusterArn,
  kubernetesNamespace,
  accessEntry,
}: EksConfiguration): EksConfiguration => ({
  eksClusterArn,
  kubernetesNamespace,
  ...(accessEntry?.desiredState && { accessEntry: { desiredState: accessEntry.desiredState } }),
});

/** With the change, of which there is one: whether Batch manages an access entry. */
export function changedEks(
  { eks, name }: ComputeEnvironment,
  change: EksConfigurationUpdate | undefined,
): EksConfiguration | undefined | Refusal {
  if (!change?.accessEntry?.desiredState) return eks;
  return eks === undefined
    ? invalid(
        `eksConfiguration can only be updated in an Amazon EKS compute environment, and ${name} is none.`,
      )
    : storedEks({ ...eks, accessEntry: change.accessEntry });
}

/** What is taken and has no effect here, for the environment's `statusReason`. */
export function eksNotes({
  eks,
  placement,
}: Pick<ComputeEnvironment, 'eks' | 'placement'>): string[] {
  if (eks === undefined) return [];
  return [
    `Its jobs run ${placement === 'cluster' ? 'where the cluster places them: no node' : 'on nodes that the cluster has: none'} is launched or ended, so that all of computeResources but maxvCpus has no effect.`,
    ...(eks.accessEntry === undefined
      ? []
      : [
          'The cluster is reached with the credentials of the kubeconfig: accessEntry has no effect.',
        ]),
  ];
}
