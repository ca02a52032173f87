// Secrets where this server keeps them: the stores of its own Secrets Manager and Parameter Store,
// read as their operations read them.

import { Hidden } from '../base/hidden.ts';
import type { Clock } from '../port/clock.ts';
import type { Sealer } from '../port/sealer.ts';
import type { SecretSource, SourceError } from '../port/secrets.ts';
import type { ResourceSpace } from '../service/resource-space.ts';
import { arnOf } from '../service/secretsmanager/access.ts';
import { secretArn, secretNamed } from '../service/secretsmanager/arn.ts';
import { usable } from '../service/secretsmanager/deps.ts';
import type { SecretKinds } from '../service/secretsmanager/resources.ts';
import { shownValue } from '../service/secretsmanager/show.ts';
import { opened, selected } from '../service/ssm/deps.ts';
import type { ParameterKinds } from '../service/ssm/resources.ts';
import { AwsError } from '../wire/aws-error.ts';

interface OwnStores {
  readonly secrets: ResourceSpace<SecretKinds>;
  readonly parameters: ResourceSpace<ParameterKinds>;
  readonly clock: Pick<Clock, 'now'>;
  readonly sealer: Sealer;
}

export const ownSecrets = (own: OwnStores): SecretSource => ({
  async secretArn(scope, id) {
    const secret = secretNamed(await own.secrets.view(scope), scope, id);
    return secret === undefined ? arnOf({ scope }, id) : secretArn(scope, secret);
  },

  async secret(scope, { id, stage, versionId }) {
    const secrets = await own.secrets.view(scope);
    try {
      const secret = usable(own, secrets, { scope }, id);
      const wanted = { VersionId: versionId, VersionStage: stage };
      const { SecretString: text } = shownValue(own, secrets, secret, wanted, { scope });
      return text === undefined
        ? {
            error:
              'InvalidRequestException: the secret has no SecretString, which a container needs',
          }
        : new Hidden(text);
    } catch (error) {
      return told(error);
    }
  },

  async parameters(scope, names) {
    const parameters = await own.parameters.view(scope);
    const found = new Map<string, Hidden>();
    for (const name of names) {
      try {
        const { parameter, version } = selected(parameters, scope, name);
        found.set(name, new Hidden(opened(own, scope, parameter, version)));
      } catch (error) {
        if (!isMissing(error)) return told(error);
      }
    }
    return found;
  },
});

const isMissing = (error: unknown): boolean =>
  error instanceof AwsError &&
  (error.name === 'ParameterNotFound' || error.name === 'ParameterVersionNotFound');

function told(error: unknown): SourceError {
  if (error instanceof AwsError) return { error: `${error.name}: ${error.message}` };
  throw error;
}
