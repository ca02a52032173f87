// Credentials for services elsewhere, an S3 or a MinIO, which the operator gives to the jobs of a
// role: those of an AWS profile of the user that the server runs as. They are read each time that a
// container asks, and kept and shown nowhere.

import { scopeOf } from '../base/ids.ts';
import { UsageError } from '../cli/failure.ts';
import { roleArn } from '../core/arn.ts';
import type { OperatorCredentials, OperatorCredentialsOf } from '../port/job-credentials.ts';

/** What stands in `--role-credentials ROLE=PROFILE`. */
export interface RoleProfile {
  /** By name or ARN. */
  readonly role: string;
  readonly profile: string;
}

/**
 * A role of the account itself, or of one that the server's own account names: the operator's word
 * is for nobody else's jobs.
 */
export function operatorCredentials(
  given: readonly RoleProfile[],
  own: { readonly account: string; readonly region: string },
): OperatorCredentialsOf {
  const profiles = new Map(given.map(({ role, profile }) => [arnOf(role, own), profile]));
  return (arn, account) => {
    const profile = profiles.get(arn);
    const isTheirs = account === own.account || arn.split(':')[4] === account;
    return profile === undefined || !isTheirs ? undefined : () => credentialsOf(profile);
  };
}

/**
 * All of them, as they are now. Throws {@link UsageError} where a profile has none: later it would
 * be a job that fails.
 */
export async function presentCredentials(
  given: readonly RoleProfile[],
  own: { readonly account: string; readonly region: string },
): Promise<readonly { readonly roleArn: string; readonly credentials: OperatorCredentials }[]> {
  return Promise.all(
    given.map(async ({ role, profile }) => ({
      roleArn: arnOf(role, own),
      credentials: await credentialsOf(profile).catch((error: unknown) => {
        // What a profile's own program has to say may be a secret.
        throw new UsageError(
          `--role-credentials: the AWS profile '${profile}' has no credentials (${(error as Error).name})`,
        );
      }),
    })),
  );
}

const arnOf = (role: string, { account, region }: { account: string; region: string }): string =>
  roleArn(scopeOf(account, region), role);

async function credentialsOf(profile: string): Promise<OperatorCredentials> {
  const { fromIni } = await import('@aws-sdk/credential-provider-ini');
  const found = await fromIni({ profile, ignoreCache: true })();
  return {
    accessKeyId: found.accessKeyId,
    secretAccessKey: found.secretAccessKey,
    sessionToken: found.sessionToken,
    expiresAtMs: found.expiration?.getTime(),
  };
}
