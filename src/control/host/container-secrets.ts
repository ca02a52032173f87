// What a container gets of secrets: what its definition asks for, and what was found put into what
// an engine runs. They pass through here and are kept nowhere.

import type { ContainerProperties, Secret } from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import type { Hidden } from '../../base/hidden.ts';
import type { AttemptId, Scope } from '../../base/ids.ts';
import type { ContainerSpec, HiddenPair } from '../../port/engine.ts';
import type { SecretsFound, SecretsWanted } from '../../port/secrets.ts';

export interface ContainerSecrets {
  readonly wanted: SecretsWanted;
  readonly variables: readonly Secret[];
  readonly logOptions: readonly Secret[];
}

/** Undefined: nothing is asked for. */
export function secretsOf(
  container: ContainerProperties,
  scope: Scope,
  attemptId: AttemptId,
): ContainerSecrets | undefined {
  const variables = container.secrets ?? [];
  const logOptions = container.logConfiguration?.secretOptions ?? [];
  const credentialsParameter = container.repositoryCredentials?.credentialsParameter || undefined;
  if (variables.length + logOptions.length === 0 && credentialsParameter === undefined)
    return undefined;
  return {
    wanted: {
      scope,
      executionRole: container.executionRoleArn,
      session: attemptId,
      valuesFrom: [...variables, ...logOptions].map(({ valueFrom = '' }) => valueFrom),
      credentialsParameter,
    },
    variables,
    logOptions,
  };
}

export function withSecrets(
  spec: ContainerSpec,
  { variables, logOptions }: ContainerSecrets,
  { values, login }: SecretsFound,
): ContainerSpec {
  const valueOf = (valueFrom = ''): Hidden =>
    must(values.get(valueFrom), 'all that was asked for is found');
  const pairs = (secrets: readonly Secret[]): HiddenPair[] =>
    secrets.map(({ name = '', valueFrom }) => ({ name, value: valueOf(valueFrom) }));
  return {
    ...spec,
    secretEnvironment: [...(spec.secretEnvironment ?? []), ...pairs(variables)],
    secretLogOptions: pairs(logOptions),
    registryLogin: login,
  };
}
