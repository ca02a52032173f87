// The node properties of multi-node parallel job definitions and their overrides: forms and ranges
// of single members (the API's documentation of NodeProperties and NodeOverrides). How ranges
// divide the nodes is core's question (core/job/node-properties.ts).

import type { NodeOverrides, NodeProperties } from '@aws-sdk/client-batch';
import { podOf } from '../../../core/job/pod.ts';
import { limit } from '../../../core/limit.ts';
import { given, integerIn, lengthIn, matches } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { instanceTypeForm } from './compute-resources.ts';
import { checkConsumables } from './consumables.ts';
import { checkContainerOverrides } from './container-overrides.ts';
import { checkContainer } from './container-properties.ts';
import { checkEcsOverrides, checkEcsProperties } from './ecs-properties.ts';
import { checkEksOverrides, checkEksProperties } from './eks-properties.ts';
import { checkEc2 } from './platform.ts';

const rangeForm = /^(\d{1,4}|\d{0,4}:\d{0,4})$/;

/** Its containers and tasks are such as single jobs on EC2 have, its pods such as on EKS. */
export function checkNodeProperties({
  numNodes,
  mainNode,
  nodeRangeProperties,
}: NodeProperties): void {
  const where = 'nodeProperties';
  integerIn(given(numNodes, `${where}.numNodes`), 1, limit.nodes, `${where}.numNodes`);
  integerIn(given(mainNode, `${where}.mainNode`), 0, limit.nodes - 1, `${where}.mainNode`);
  const ranges = given(nodeRangeProperties, `${where}.nodeRangeProperties`);
  lengthIn(ranges, 1, limit.nodeRanges, `${where}.nodeRangeProperties`);
  ranges.forEach(
    (
      {
        targetNodes,
        container,
        instanceTypes,
        ecsProperties,
        eksProperties,
        consumableResourceProperties,
      },
      index,
    ) => {
      const at = `${where}.nodeRangeProperties[${index}]`;
      checkTarget(targetNodes, at);
      const pod = podOf(eksProperties);
      if (pod !== undefined) {
        if (container !== undefined || ecsProperties !== undefined)
          throw invalid(`${at} must have only one of container, ecsProperties and eksProperties`);
        checkEksProperties({ podProperties: pod }, `${at}.eksProperties`);
      } else if (ecsProperties === undefined) {
        const properties = given(container, `${at}.container`);
        checkContainer(properties, `${at}.container`, false);
        checkEc2(properties, `${at}.container`);
      } else {
        if (container !== undefined)
          throw invalid(`${at} must have either container or ecsProperties, not both`);
        checkEcsProperties(ecsProperties, `${at}.ecsProperties`, 'EC2');
      }
      checkInstanceTypes(instanceTypes, container?.instanceType, at);
      checkConsumables(consumableResourceProperties, `${at}.consumableResourceProperties`);
    },
  );
}

export function checkNodeOverrides({ numNodes, nodePropertyOverrides = [] }: NodeOverrides): void {
  const where = 'nodeOverrides';
  integerIn(numNodes, 1, limit.nodes, `${where}.numNodes`);
  const targets = new Set<string>();
  nodePropertyOverrides.forEach((override, index) => {
    const at = `${where}.nodePropertyOverrides[${index}]`;
    const target = checkTarget(override.targetNodes, at);
    if (targets.has(target)) throw invalid(`${where}.nodePropertyOverrides holds ${target} twice`);
    targets.add(target);
    const { containerOverrides, ecsPropertiesOverride, eksPropertiesOverride } = override;
    if (eksPropertiesOverride !== undefined)
      checkEksOverrides(eksPropertiesOverride, `${at}.eksPropertiesOverride`);
    if (ecsPropertiesOverride !== undefined)
      checkEcsOverrides(ecsPropertiesOverride, `${at}.ecsPropertiesOverride`, false);
    if (containerOverrides !== undefined)
      checkContainerOverrides(containerOverrides, `${at}.containerOverrides`, false);
    checkInstanceTypes(override.instanceTypes, containerOverrides?.instanceType, at);
    checkConsumables(
      override.consumableResourcePropertiesOverride,
      `${at}.consumableResourcePropertiesOverride`,
    );
  });
}

function checkTarget(targetNodes: string | undefined, at: string): string {
  const target = given(targetNodes, `${at}.targetNodes`);
  matches(
    target,
    rangeForm,
    `${at}.targetNodes`,
    'a range of node indexes such as 0:3, 0:, :3 or :, or one index',
  );
  return target;
}

/**
 * "This list object is currently limited to one element." The older `instanceType` beside it says
 * the same or nothing.
 */
function checkInstanceTypes(
  types: readonly string[] | undefined,
  older: string | undefined,
  at: string,
): void {
  lengthIn(types, 0, 1, `${at}.instanceTypes`);
  const [type] = types ?? [];
  for (const each of [type, older || undefined])
    matches(each, instanceTypeForm, `${at}.instanceTypes`, 'an EC2 instance type');
  if (type !== undefined && older && older !== type)
    throw invalid(
      `${at}: instanceTypes asks for ${type}, and the container's instanceType for ${older}`,
    );
}
