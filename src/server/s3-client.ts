// The S3-compatible server that the operator names, through the SDK: its client is loaded on first
// use, and takes its credentials from the environment or a profile as every AWS program does. What
// goes wrong is told without keys.

import type * as sdk from '@aws-sdk/client-s3';

interface LoadedS3 {
  readonly client: sdk.S3Client;
  readonly module: typeof sdk;
}

/** The one client, and the commands that it takes. */
export type S3 = () => Promise<LoadedS3>;

export function s3At(endpoint: string, region: string): S3 {
  let loading: Promise<LoadedS3> | undefined;
  return () =>
    (loading ??= import('@aws-sdk/client-s3').then((module) => ({
      module,
      client: new module.S3Client({
        endpoint,
        region,
        // Servers of one's own seldom have a name for each bucket, and not all know new checksums.
        forcePathStyle: true,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        requestHandler: {
          connectionTimeout: 5_000,
          requestTimeout: 60_000,
          // A transfer may take any time, as long as something comes.
          socketTimeout: 60_000,
        },
      }),
    })));
}

export const s3StatusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** What went wrong, without what the server on the other side says of it at length. */
export function s3InWords(error: unknown): Error {
  const { name, message } = error as Error;
  const status = s3StatusOf(error);
  const what = status === undefined ? message.slice(0, 128) : `status ${status}`;
  return new Error(`${name}: ${what}`);
}
