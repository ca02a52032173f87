// The id of a service job that is submitted with a clientToken: the same request with the same
// token has the same id, so that one that is sent once more, because its answer was lost on the
// way, is known by the job that it made. SDKs add a token by themselves.

import { createHash } from 'node:crypto';
import type { SubmitServiceJobCommandInput } from '@aws-sdk/client-batch';
import { jobId, type JobId, type Scope } from '../../../base/ids.ts';

/** A UUID of version 8, which is whatever its maker says (RFC 9562). */
export function repeatableId(scope: Scope, request: SubmitServiceJobCommandInput): JobId {
  const said = Object.entries(request)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([scope, said]))
    .digest('hex');
  const parts = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `a${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ];
  return jobId(parts.join('-'));
}
