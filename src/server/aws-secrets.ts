// Secrets at an endpoint of AWS's APIs, real or another server's, through the SDK and with the
// credentials of whoever runs this server. The clients are loaded at the first secret. Whether a
// job may read one was decided before.

import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { Hidden } from '../base/hidden.ts';
import { scopeParts, type Scope } from '../base/ids.ts';
import { partitionOf } from '../base/partition.ts';
import type { SecretSource, SourceError } from '../port/secrets.ts';

/** Regions of which the clients are kept: callers choose the names. */
const mostRegions = 50;

/** A start waits for it. */
const patience = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
} as const;

/** `from` AWS: where the SDK's configuration of this machine finds it. */
export function awsSecrets(from: 'aws' | URL): SecretSource {
  const options = (region: string) => ({
    region,
    ...(from !== 'aws' && { endpoint: from.href }),
    ...patience,
  });
  const secretsOf = byRegion<SecretsManagerClient>(async (region) => {
    const { SecretsManagerClient: Client } = await import('@aws-sdk/client-secrets-manager');
    return new Client(options(region));
  });
  const parametersOf = byRegion<SSMClient>(async (region) => {
    const { SSMClient: Client } = await import('@aws-sdk/client-ssm');
    return new Client(options(region));
  });
  return {
    async secretArn(scope, id) {
      const { account, region } = scopeParts(scope);
      return id.startsWith('arn:')
        ? id
        : `arn:${partitionOf(region)}:secretsmanager:${region}:${account}:secret:${id}-??????`;
    },

    secret: (scope, { id, stage, versionId }) =>
      told(async () => {
        const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
        const client = await secretsOf(scope);
        const { SecretString: text } = await client.send(
          new GetSecretValueCommand({ SecretId: id, VersionStage: stage, VersionId: versionId }),
        );
        return text === undefined
          ? {
              error:
                'InvalidRequestException: the secret has no SecretString, which a container needs',
            }
          : new Hidden(text);
      }),

    parameters: (scope, names) =>
      told(async () => {
        const { GetParametersCommand } = await import('@aws-sdk/client-ssm');
        const client = await parametersOf(scope);
        const { Parameters: found = [] } = await client.send(
          new GetParametersCommand({ Names: [...names], WithDecryption: true }),
        );
        return new Map(
          names.flatMap((name) => {
            const value = found.find((one) => isOf(name, one))?.Value;
            return value === undefined ? [] : [[name, new Hidden(value)] as const];
          }),
        );
      }),
  };
}

/** Whether a parameter is the one that was asked for, by name or ARN, with a version or without. */
const isOf = (
  asked: string,
  found: {
    readonly Name?: string | undefined;
    readonly ARN?: string | undefined;
    readonly Selector?: string | undefined;
  },
): boolean =>
  [found.Name, found.ARN].some(
    (name) => name !== undefined && asked === `${name}${found.Selector ?? ''}`,
  );

function byRegion<Client>(
  make: (region: string) => Promise<Client>,
): (scope: Scope) => Promise<Client> {
  const clients = new Map<string, Promise<Client>>();
  return (scope) => {
    const { region } = scopeParts(scope);
    const known = clients.get(region);
    if (known !== undefined) return known;
    if (clients.size >= mostRegions) clients.clear();
    const client = make(region);
    clients.set(region, client);
    return client;
  };
}

/** The error's name and text as its service gives them; of what never came, why. */
async function told<T>(call: () => Promise<T>): Promise<T | SourceError> {
  try {
    return await call();
  } catch (error) {
    return error instanceof Error
      ? { error: `${error.name}: ${error.message}` }
      : { error: String(error) };
  }
}
