// How parameters look outside. Without decryption a SecureString's value is what is kept of it,
// which nobody can open but this server.

import type {
  Parameter as ParameterShape,
  ParameterHistory,
  ParameterMetadata,
} from '@aws-sdk/client-ssm';
import type { Scope } from '../../base/ids.ts';
import { parameterArn } from './arn.ts';
import { opened, type Selected, type SsmDeps } from './deps.ts';
import type { Parameter, ParameterVersion } from './resources.ts';

/** Every parameter's: those whose values AWS checks with other services are refused. */
export const dataType = 'text';

function valueOf(
  deps: Pick<SsmDeps, 'sealer'>,
  scope: Scope,
  { parameter, version }: Selected,
  decrypts: boolean | undefined,
): string {
  return version.type === 'SecureString' && decrypts !== true
    ? version.sealed
    : opened(deps, scope, parameter, version);
}

export const shownParameter = (
  deps: Pick<SsmDeps, 'sealer'>,
  scope: Scope,
  of: Selected,
  decrypts: boolean | undefined,
): ParameterShape => ({
  Name: of.parameter.name,
  Type: of.version.type,
  Value: valueOf(deps, scope, of, decrypts),
  Version: of.version.version,
  Selector: of.selector,
  LastModifiedDate: new Date(of.version.changedAtMs),
  ARN: parameterArn(scope, of.parameter.name),
  DataType: dataType,
});

const described = (version: ParameterVersion) => ({
  Type: version.type,
  KeyId: version.keyId,
  LastModifiedDate: new Date(version.changedAtMs),
  LastModifiedUser: version.changedBy,
  Description: version.description,
  AllowedPattern: version.allowedPattern,
  Version: version.version,
  Tier: version.tier,
  Policies: [],
  DataType: dataType,
});

export const shownMetadata = (scope: Scope, { name, current }: Parameter): ParameterMetadata => ({
  Name: name,
  ARN: parameterArn(scope, name),
  ...described(current),
});

export const shownHistory = (
  deps: Pick<SsmDeps, 'sealer'>,
  scope: Scope,
  of: Selected,
  decrypts: boolean | undefined,
): ParameterHistory => ({
  Name: of.parameter.name,
  ...described(of.version),
  Value: valueOf(deps, scope, of, decrypts),
  Labels: Object.entries(of.parameter.labels).flatMap(([label, version]) =>
    version === of.version.version ? [label] : [],
  ),
});
