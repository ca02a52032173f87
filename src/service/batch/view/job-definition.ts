// A job definition as DescribeJobDefinitions answers it: what was registered, verbatim. Terraform, Nextflow and Nextstrain
// compare it or register it again, so that no default may be added to it.

import type { JobDefinition } from '@aws-sdk/client-batch';
import type { JobDefinitionView } from '../../../port/reader.ts';

export function jobDefinitionDetail({ definition, tags }: JobDefinitionView): JobDefinition {
  return {
    ...definition.request,
    type: definition.request.type,
    jobDefinitionName: definition.name,
    jobDefinitionArn: definition.arn,
    revision: definition.revision,
    status: definition.status,
    parameters: definition.request.parameters ?? {},
    tags: { ...tags },
    containerOrchestrationType: 'ECS',
  };
}
