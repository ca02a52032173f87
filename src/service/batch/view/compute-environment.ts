// A compute environment as DescribeComputeEnvironments answers it. Terraform compares it with what
// it sent: nothing is added that AWS does not add.

import type {
  ComputeEnvironmentDetail,
  Ec2Configuration,
  EksConfiguration,
} from '@aws-sdk/client-batch';
import { defaultUpdatePolicy } from '../../../core/command/compute-environment/update-compute-environment.ts';
import {
  hasUpdatePolicy,
  isEks,
  type ComputeEnvironment,
} from '../../../core/compute-environment/compute-environment.ts';
import { capacityNotes } from '../../../core/compute-environment/cluster-capacity.ts';
import { eksNotes } from '../../../core/compute-environment/eks.ts';
import { managedNotes } from '../../../core/compute-environment/managed-instances.ts';
import { batchImageStatus } from '../../../core/image/default-images.ts';
import type { ComputeEnvironmentView } from '../../../port/reader.ts';

export function computeEnvironmentDetail({
  environment,
  tags,
  desiredvCpus,
  note,
}: ComputeEnvironmentView): ComputeEnvironmentDetail {
  const resources = environment.computeResources;
  const { eks } = environment;
  const replaceable = hasUpdatePolicy(environment);
  return {
    computeEnvironmentName: environment.name,
    computeEnvironmentArn: environment.arn,
    unmanagedvCpus: environment.unmanagedvCpus,
    ecsClusterArn: isEks(environment) ? undefined : environment.ecsClusterArn,
    tags: { ...tags },
    type: environment.type,
    state: environment.state,
    status: environment.status,
    statusReason:
      environment.statusReason ??
      (environment.status === 'VALID' ? healthOf(environment, note) : undefined),
    computeResources:
      resources &&
      (replaceable
        ? { ...resources, ec2Configuration: configurations(environment), desiredvCpus }
        : resources),
    serviceRole: environment.serviceRole,
    // Readable before one was ever set (Terraform).
    updatePolicy: replaceable ? (environment.updatePolicy ?? defaultUpdatePolicy) : undefined,
    containerOrchestrationType: isEks(environment) ? 'EKS' : 'ECS',
    eksConfiguration: eks && shownEks(eks),
    uuid: environment.uuid,
    context: environment.context,
    ecsSettings: environment.ecsSettings,
  };
}

/** Batch manages no access entry: the cluster is reached as the kubeconfig says. */
const shownEks = ({ accessEntry, ...rest }: EksConfiguration): EksConfiguration => ({
  ...rest,
  ...(accessEntry && { accessEntry: { ...accessEntry, status: 'INACTIVE' } }),
});

/**
 * Where its instances come up and take no jobs, the reason is the image's. What is taken on trust
 * is said as well.
 */
function healthOf(
  { launch, computeResources, eks, capacity, placement }: ComputeEnvironment,
  note: string | undefined,
): string {
  const sources = launch?.sources ?? [];
  const unfit = new Set(sources.flatMap((source) => source.unfit ?? []));
  const notes = new Set([
    ...(computeResources === undefined ? [] : managedNotes(computeResources)),
    ...eksNotes({ eks, placement }),
    ...capacityNotes({ capacity, placement }),
    ...sources.flatMap((source) => source.notes ?? []),
    ...(note === undefined ? [] : [note]),
  ]);
  const health =
    unfit.size === 0
      ? 'ComputeEnvironment Healthy'
      : `Instances do not meet the AMI specification and take no jobs: ${[...unfit].join('; ')}`;
  return notes.size === 0 ? health : `${health}. ${[...notes].join(' ')}`;
}

/** With what is said of the default image in use. */
function configurations({
  computeResources,
  launch,
}: ComputeEnvironment): Ec2Configuration[] | undefined {
  return computeResources?.ec2Configuration?.map((configuration) => {
    const source = launch?.sources.find(
      ({ imageSource, imageType }) =>
        imageSource === 'default' && imageType === configuration.imageType,
    );
    const status = source && batchImageStatus(source.imageId);
    return status === undefined ? configuration : { ...configuration, batchImageStatus: status };
  });
}
