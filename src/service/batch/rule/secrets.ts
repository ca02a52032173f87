// What a container asks for of secrets: variables, options of its log driver, and the login of its
// image's registry (user guide, chapter Specify sensitive data). They are read with its execution
// role, which must be given. Whether they are there is asked at each start.

import type { ContainerProperties, Secret } from '@aws-sdk/client-batch';
import { isSecretReference } from '../../../core/job/secret-reference.ts';
import { reservedVariablePrefix } from '../../../core/job/container.ts';
import { lengthIn } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const longestReference = 2048;

/** `where`: the member that it is, as messages name it. */
export function checkSecrets(container: ContainerProperties, where: string): void {
  const {
    secrets = [],
    logConfiguration: log,
    repositoryCredentials,
    environment = [],
  } = container;
  const options = log?.secretOptions ?? [];
  const given = new Set(environment.map(({ name }) => name));
  for (const secret of secrets) {
    const name = checkSecret(secret, `${where}.secrets`);
    if (name.startsWith(reservedVariablePrefix))
      throw invalid(
        `${where}.secrets: '${name}' begins with ${reservedVariablePrefix}, which is reserved for variables that AWS Batch sets`,
      );
    if (name.includes('='))
      throw invalid(`${where}.secrets: '${name}' is not a name of a variable`);
    if (given.has(name))
      throw invalid(
        `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${name}'.`,
      );
    given.add(name);
  }
  for (const option of options) checkSecret(option, `${where}.logConfiguration.secretOptions`);
  if (options.length > 0 && log?.logDriver === 'awslogs')
    throw invalid(
      `${where}.logConfiguration.secretOptions: the log driver awslogs has no option that is a secret`,
    );
  const parameter = repositoryCredentials?.credentialsParameter;
  lengthIn(parameter || undefined, 1, longestReference, `${where}.repositoryCredentials`);
  if (container.executionRoleArn) return;
  if (secrets.length + options.length > 0)
    throw invalid(
      "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    );
  if (parameter)
    throw invalid(
      "When you are specifying repository credentials, you must also specify a value for 'executionRoleArn'.",
    );
}

function checkSecret({ name = '', valueFrom = '' }: Secret, where: string): string {
  if (name === '') throw invalid(`${where}: the name of a secret is required`);
  if (valueFrom.length > longestReference || !isSecretReference(valueFrom))
    throw invalid(
      valueFrom.startsWith('arn:')
        ? `${where}: the valueFrom of ${name} is not the ARN of a parameter or a secret`
        : `The Systems Manager parameter name specified for secret ${name} is invalid. The parameter name can be up to ${longestReference} characters and include the following letters and symbols: a-zA-Z0-9_.-/`,
    );
  return name;
}
