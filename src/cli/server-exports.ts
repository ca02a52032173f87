// The variables that point the AWS CLI and every SDK of a shell at a server: `env` and `up` print
// the same ones.

import { quoted } from './render/job.ts';
import { dummySecretAccessKey } from './settings.ts';

interface ServerAddress {
  readonly endpoint: string;
  readonly logsEndpoint: string;
  readonly region: string;
  /** The account that callers without credentials of their own are taken for. */
  readonly account: string;
  /** Dummy credentials would be refused. */
  readonly asksForCredentials: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Services that Batch works with, and that the server answers for too. */
const companions = ['EC2', 'ECS', 'EKS', 'EVENTBRIDGE', 'IAM', 'SCHEDULER', 'SNS'].map(
  (service) => `AWS_ENDPOINT_URL_${service}`,
);
/**
 * Only beside our own credentials: whoever has credentials that STS makes (a role, single sign-on)
 * would lose them.
 */
const stsEndpoint = 'AWS_ENDPOINT_URL_STS';

/** Dummy credentials are among them only where the environment names none. */
export function exportsOf(
  { endpoint, logsEndpoint, region, account, asksForCredentials }: ServerAddress,
  environment: Env,
): Record<string, string> {
  const variables: Record<string, string> = {
    AWS_ENDPOINT_URL_BATCH: endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logsEndpoint,
    ...Object.fromEntries(companions.map((name) => [name, endpoint])),
    AWS_DEFAULT_REGION: region,
  };
  if (hasDummyCredentials(environment)) return { ...variables, [stsEndpoint]: endpoint };
  // A profile is a choice of credentials too, and keys in the environment would win over it.
  if (environment['AWS_ACCESS_KEY_ID'] || environment['AWS_PROFILE'] || asksForCredentials)
    return variables;
  return {
    ...variables,
    [stsEndpoint]: endpoint,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: dummySecretAccessKey,
  };
}

/** Their names, to unset them: credentials are taken back only where they are the dummy ones. */
export function exportedNames(environment: Env): string[] {
  const names = [
    'AWS_ENDPOINT_URL_BATCH',
    'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
    ...companions,
    'AWS_DEFAULT_REGION',
  ];
  return hasDummyCredentials(environment)
    ? [...names, stsEndpoint, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
    : names;
}

/** As lines for a shell. */
export const exportLines = (variables: Readonly<Record<string, string>>): string[] =>
  Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);

const hasDummyCredentials = (environment: Env): boolean =>
  /^\d{12}$/.test(environment['AWS_ACCESS_KEY_ID'] ?? '') &&
  environment['AWS_SECRET_ACCESS_KEY'] === dummySecretAccessKey;
