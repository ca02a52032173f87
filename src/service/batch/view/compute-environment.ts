// A compute environment as DescribeComputeEnvironments answers it. Terraform compares it with what it sent: nothing is added
// that AWS does not add (spec users-and-clients, "Terraform, in detail").

import type { ComputeEnvironmentDetail, ComputeResource } from '@aws-sdk/client-batch';
import { defaultUpdatePolicy } from '../../../core/command/update-compute-environment.ts';
import { isFargate } from '../../../core/compute-environment/compute-environment.ts';
import type { ComputeEnvironmentView } from '../../../port/reader.ts';

export function computeEnvironmentDetail({ environment, tags, desiredvCpus }: ComputeEnvironmentView): ComputeEnvironmentDetail {
  const resources = environment.computeResources;
  const replaceable = environment.type === 'MANAGED' && !isFargate(environment);
  return {
    computeEnvironmentName: environment.name,
    computeEnvironmentArn: environment.arn,
    unmanagedvCpus: environment.unmanagedvCpus,
    ecsClusterArn: environment.ecsClusterArn,
    tags: { ...tags },
    type: environment.type,
    state: environment.state,
    status: environment.status,
    statusReason: environment.statusReason ?? (environment.status === 'VALID' ? 'ComputeEnvironment Healthy' : undefined),
    computeResources: resources && resourcesDetail(resources, replaceable, desiredvCpus),
    serviceRole: environment.serviceRole,
    // Readable before one was ever set (Terraform).
    updatePolicy: replaceable ? (environment.updatePolicy ?? defaultUpdatePolicy) : undefined,
    containerOrchestrationType: 'ECS',
    uuid: environment.uuid,
    context: environment.context,
    ecsSettings: environment.ecsSettings,
  };
}

/** Fargate has no desired vCPUs. */
function resourcesDetail(resources: ComputeResource, replaceable: boolean, desiredvCpus: number): ComputeResource {
  return replaceable ? { ...resources, desiredvCpus } : resources;
}
