// What the operations on tags are about: parameters alone, of all that Systems Manager tags.

import type { Scope } from '../../base/ids.ts';
import { nameIn } from './arn.ts';
import { badResourceId, badResourceType } from './error.ts';
import type { Parameter, ParameterView } from './resources.ts';

/** All that AWS tags. */
const types: readonly (string | undefined)[] = [
  'Association',
  'Automation',
  'Document',
  'MaintenanceWindow',
  'ManagedInstance',
  'OpsItem',
  'OpsMetadata',
  'Parameter',
  'PatchBaseline',
];

interface Tagged {
  readonly ResourceType?: string | undefined;
  readonly ResourceId?: string | undefined;
}

export function taggedParameter(
  parameters: ParameterView,
  scope: Scope,
  { ResourceType: type, ResourceId: id = '' }: Tagged,
): Parameter {
  if (!types.includes(type)) throw badResourceType();
  const parameter =
    type === 'Parameter' ? parameters.get('parameter', nameIn(parameters, scope, id)) : undefined;
  if (parameter === undefined) throw badResourceId();
  return parameter;
}
