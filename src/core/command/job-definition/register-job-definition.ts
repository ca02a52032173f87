// RegisterJobDefinition: the next revision of its name, ACTIVE. What was registered is kept as it
// was given, for clients compare it, but for environment entries without a value, which AWS drops.

import type {
  EcsProperties,
  KeyValuePair,
  NodeRangeProperty,
  RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import { isRefusal } from '../../../base/refusal.ts';
import { jobDefinitionArn } from '../../arn.ts';
import { nodePropertiesRefusal } from '../../job/node-properties.ts';
import { runsOf, runsRefusal } from '../../job/runs.ts';
import { timeoutRefusal } from '../../job/terms.ts';
import type { JobDefinition } from '../../job-definition/job-definition.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import type { Arn, Scope } from '../../../base/ids.ts';

interface RegisterJobDefinition {
  readonly type: 'register-job-definition';
  readonly scope: Scope;
  readonly request: RegisterJobDefinitionCommandInput;
}

interface RegisterJobDefinitionReply {
  readonly name: string;
  readonly arn: Arn;
  readonly revision: number;
}

export function decideRegisterJobDefinition(
  world: World,
  command: RegisterJobDefinition,
  _nowMs: number,
): Decided<RegisterJobDefinitionReply> {
  const { scope } = command;
  const { tags, jobDefinitionName, ...given } = command.request;
  const name = jobDefinitionName as string;
  const { containerProperties, ecsProperties, eksProperties, nodeProperties } = given;
  const parts = nodeProperties?.nodeRangeProperties ?? [
    { container: containerProperties, ecsProperties, eksProperties },
  ];
  const refused =
    parts.map((part) => runsRefusal(runsOf(part))).find(isRefusal) ??
    (nodeProperties && nodePropertiesRefusal(nodeProperties)) ??
    timeoutRefusal(world.settings, given.timeout);
  if (refused) return refused;
  const revision = world.jobDefinitions.lastRevision(scope, name) + 1;
  const definition: JobDefinition = {
    arn: jobDefinitionArn(scope, name, revision),
    scope,
    name,
    revision,
    status: 'ACTIVE',
    request: {
      ...given,
      ...(containerProperties && {
        containerProperties: withoutEmptyVariables(containerProperties),
      }),
      ...(ecsProperties && { ecsProperties: withoutEmptyTaskVariables(ecsProperties) }),
      ...(nodeProperties && {
        nodeProperties: {
          ...nodeProperties,
          nodeRangeProperties: nodeProperties.nodeRangeProperties?.map(withoutEmptyNodeVariables),
        },
      }),
    },
  };
  return {
    events: [{ type: 'job-definition-stored', definition, tags }],
    effects: [],
    reply: { name, arn: definition.arn, revision },
  };
}

function withoutEmptyVariables<
  Container extends { readonly environment?: KeyValuePair[] | undefined },
>(properties: Container): Container {
  if (properties.environment === undefined) return properties;
  return {
    ...properties,
    environment: properties.environment.filter((entry) => entry.name && entry.value),
  };
}

const withoutEmptyTaskVariables = ({ taskProperties }: EcsProperties): EcsProperties => ({
  taskProperties: taskProperties?.map((task) => ({
    ...task,
    containers: task.containers?.map(withoutEmptyVariables),
  })),
});

const withoutEmptyNodeVariables = (range: NodeRangeProperty): NodeRangeProperty => ({
  ...range,
  ...(range.container && { container: withoutEmptyVariables(range.container) }),
  ...(range.ecsProperties && { ecsProperties: withoutEmptyTaskVariables(range.ecsProperties) }),
});
