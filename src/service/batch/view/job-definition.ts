// A job definition as DescribeJobDefinitions answers it: what was registered, verbatim, but for
// what AWS fills in (container.ts). Terraform, Nextflow and Nextstrain compare it or register it
// again, so that no other default may be added to it.

import type { ContainerProperties, EcsTaskProperties, JobDefinition } from '@aws-sdk/client-batch';
import { hasPods } from '../../../core/job/pod.ts';
import type { JobDefinitionView } from '../../../port/reader.ts';
import { shownContainer, shownNodes, shownTask } from './container.ts';

export function jobDefinitionDetail({ definition, tags }: JobDefinitionView): JobDefinition {
  const { containerProperties, ecsProperties, nodeProperties, platformCapabilities } =
    definition.request;
  const shown = (container: ContainerProperties): ContainerProperties =>
    shownContainer(container, platformCapabilities);
  const shownOf = (task: EcsTaskProperties): EcsTaskProperties =>
    shownTask(task, platformCapabilities);
  return {
    ...definition.request,
    ...(containerProperties && { containerProperties: shown(containerProperties) }),
    ...(ecsProperties && {
      ecsProperties: { taskProperties: ecsProperties.taskProperties?.map(shownOf) },
    }),
    ...(nodeProperties && { nodeProperties: shownNodes(nodeProperties, shown, shownOf) }),
    type: definition.request.type,
    jobDefinitionName: definition.name,
    jobDefinitionArn: definition.arn,
    revision: definition.revision,
    status: definition.status,
    parameters: definition.request.parameters ?? {},
    tags: { ...tags },
    containerOrchestrationType: hasPods(definition.request) ? 'EKS' : 'ECS',
  };
}
