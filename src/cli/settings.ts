// The settings of one call: which server, which region, how it prints; from flags, then the
// environment, then defaults. It reads no file, and asks no server.

import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

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
  readonly json: boolean;
}

/** Throws {@link UsageError} where an address is none. */
export function settingsOf(
  globals: { endpoint?: string | undefined; region?: string | undefined; json: boolean },
  env: Io['env'],
): Settings {
  const endpoint =
    address('--endpoint', globals.endpoint) ??
    address('AWS_ENDPOINT_URL_BATCH', env['AWS_ENDPOINT_URL_BATCH']) ??
    address('AWS_ENDPOINT_URL', env['AWS_ENDPOINT_URL']) ??
    defaultEndpoint;
  const ofLogs =
    globals.endpoint === undefined
      ? address('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', env['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'])
      : undefined;
  return {
    endpoint,
    logsEndpoint: ofLogs ?? endpoint,
    region: globals.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || defaultRegion),
    regionGiven: (globals.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? '') !== '',
    json: globals.json,
  };
}

function address(where: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${where}: '${text}' is not an address such as ${defaultEndpoint}`);
  return text.replace(/\/+$/, '');
}
