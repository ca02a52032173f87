// RegisterJobDefinition: the next revision of its name, ACTIVE. What was registered is kept as it
// was given, for clients compare it, but for environment entries without a value, which AWS drops.

import type {
  ContainerProperties,
  NodeRangeProperty,
  RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import { isRefusal } from '../../../base/refusal.ts';
import { jobDefinitionArn } from '../../arn.ts';
import { needsOf } from '../../job/container.ts';
import { nodePropertiesRefusal } from '../../job/node-properties.ts';
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
  const { containerProperties, nodeProperties } = given;
  const containers = [
    containerProperties,
    ...(nodeProperties?.nodeRangeProperties ?? []).map((range) => range.container),
  ];
  const refused =
    containers.map((container) => container && needsOf(container)).find(isRefusal) ??
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

function withoutEmptyVariables(properties: ContainerProperties): ContainerProperties {
  if (properties.environment === undefined) return properties;
  return {
    ...properties,
    environment: properties.environment.filter((entry) => entry.name && entry.value),
  };
}

const withoutEmptyNodeVariables = (range: NodeRangeProperty): NodeRangeProperty =>
  range.container === undefined
    ? range
    : { ...range, container: withoutEmptyVariables(range.container) };
