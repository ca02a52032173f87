// What a service job's attempt shows of how it ended: SageMaker's words, as AWS Batch hands them on
// (user guide, Service job retry strategies). Clients' rules for retries match them. Pure.

import { never } from '../../base/assert.ts';
import type { Exit } from '../job/attempt.ts';
import { fromSageMaker } from './service-job.ts';

/** What the engine said of its end. */
type End =
  | { readonly type: 'start-failed' | 'not-placed'; readonly reason: string }
  | { readonly type: 'lost' }
  | {
      readonly type: 'exited';
      readonly exit: Exit;
      /** Why what it left could not be stored; absent: it is, or there was nothing. */
      readonly storeFailure?: string | undefined;
    };

/** Of one that nobody stopped. */
export function serviceStatusReason(end: End): string {
  switch (end.type) {
    case 'start-failed':
    case 'not-placed':
      return fromSageMaker(`ClientError: ${end.reason}`);
    case 'lost':
      return fromSageMaker(
        'InternalServerError: We encountered an internal error. Please try again.',
      );
    case 'exited': {
      const { exitCode, outOfMemory, reason } = end.exit;
      if (exitCode === 0)
        return fromSageMaker(
          end.storeFailure === undefined
            ? 'Training job completed'
            : `ClientError: Artifact upload failed:${end.storeFailure}`,
        );
      return fromSageMaker(
        outOfMemory
          ? `ClientError: Please use an instance type with more memory, or reduce the size of training data processed on an instance., exit code: ${exitCode}`
          : `AlgorithmError: ${reason ?? ''}, exit code: ${exitCode}`,
      );
    }
    default:
      return never(end);
  }
}

/** Of one that ran for longer than its payload lets it. */
export const runtimeExceeded = fromSageMaker(
  'Training job runtime exceeded MaxRuntimeInSeconds provided',
);
