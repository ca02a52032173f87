// The settings of one call: which server, as whom, which region, how it prints; from flags, then
// the environment, then the profile that it names, then defaults. It reads no file, and asks no
// server.

import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import type { Credentials } from './sign.ts';

export const defaultEndpoint = 'http://127.0.0.1:4590';
export const defaultRegion = 'us-east-1';
/**
 * For callers without credentials: the server takes an access key id of twelve digits as the
 * account.
 */
export const dummyAccessKeyId = '000000000000';
export const dummySecretAccessKey = 'longshore';

export interface Settings {
  readonly endpoint: string;
  readonly logsEndpoint: string;
  readonly region: string;
  /** Whether the caller named it. */
  readonly regionGiven: boolean;
  /** Undefined where the caller has none. */
  readonly credentials: Credentials | undefined;
  readonly json: boolean;
}

/** What the caller's profile says. */
interface ProfileSettings {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly credentials?: Credentials | undefined;
}

/** Throws {@link UsageError} where an address is none. */
export function settingsOf(
  globals: { endpoint?: string | undefined; region?: string | undefined; json: boolean },
  env: Io['env'],
  profile: ProfileSettings = {},
): Settings {
  const endpoint =
    address('--endpoint', globals.endpoint) ??
    address('AWS_ENDPOINT_URL_BATCH', env['AWS_ENDPOINT_URL_BATCH']) ??
    address('AWS_ENDPOINT_URL', env['AWS_ENDPOINT_URL']) ??
    address('AWS_PROFILE', profile.endpoint) ??
    defaultEndpoint;
  const ofLogs =
    globals.endpoint === undefined
      ? address('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', env['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'])
      : undefined;
  const region =
    globals.region || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || profile.region || undefined;
  return {
    endpoint,
    logsEndpoint: ofLogs ?? endpoint,
    region: region ?? defaultRegion,
    regionGiven: region !== undefined,
    credentials: credentialsOf(env) ?? profile.credentials,
    json: globals.json,
  };
}

function credentialsOf(env: Io['env']): Credentials | undefined {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return sessionToken
    ? { accessKeyId, secretAccessKey, sessionToken }
    : { accessKeyId, secretAccessKey };
}

function address(where: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${where}: '${text}' is not an address such as ${defaultEndpoint}`);
  return text.replace(/\/+$/, '');
}
