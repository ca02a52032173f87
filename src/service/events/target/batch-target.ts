// A job queue as a target: each event is a job. What the target says of the job itself comes first;
// what the event says of it, as the target's input makes it, is a part of SubmitJob's input. The
// event as such is none (Batch's user guide, chapter Jobs as EventBridge Targets).

import { scopeParts } from '../../../base/ids.ts';
import type { OwnServices } from '../../../port/own-services.ts';
import { failedForGood, failedOnce } from '../../delivery/failure.ts';
import { callerOf } from './caller.ts';
import { submissionId } from './submission-id.ts';
import { ownFailure, type TargetSender, type ToTarget } from './target-sender.ts';

export const batchTarget = ({ own }: { readonly own: OwnServices }): TargetSender => ({
  atOnce: 10,

  async send(to) {
    const said = submissionOf(to);
    if (said === undefined)
      return failedForGood(
        'INVALID_JSON',
        `What target ${to.target.id} makes of the event is no JSON object, such as {"Parameters": {"name": "value"}}.`,
      );
    const { batch, arn } = to.target;
    const answer = await own.call(
      {
        service: 'batch',
        operation: 'SubmitJob',
        region: scopeParts(to.scope).region,
        input: {
          ...said,
          JobName: batch?.jobName,
          JobQueue: arn,
          JobDefinition: batch?.jobDefinition,
          ...(batch?.arraySize !== undefined && { ArrayProperties: { Size: batch.arraySize } }),
          ...(batch?.attempts !== undefined && { RetryStrategy: { Attempts: batch.attempts } }),
        },
        once: submissionId(to.delivery, to.event),
      },
      callerOf(to),
    );
    if (!('error' in answer)) return undefined;
    const { message } = answer.error;
    // Batch has one error for all that its caller did.
    if (/^The limit of \d+ jobs/.test(message))
      return failedOnce('RESOURCE_LIMIT_EXCEEDED', message);
    return /does not exist/.test(message)
      ? failedForGood('NO_RESOURCE', message)
      : ownFailure(answer.error);
  },
});

/** What the target itself says, under either spelling. */
const ofTarget = new Set([
  'jobname',
  'jobqueue',
  'jobdefinition',
  'arrayproperties',
  'retrystrategy',
]);

/** Undefined: it is no JSON object. An event of which nothing was made says nothing. */
function submissionOf({ target, input }: ToTarget): Record<string, unknown> | undefined {
  const isMade =
    target.input !== undefined ||
    target.inputPath !== undefined ||
    target.inputTransformer !== undefined;
  if (!isMade) return {};
  const made = parsed(input);
  if (typeof made !== 'object' || made === null || Array.isArray(made)) return undefined;
  const { batch } = target;
  const entries = Object.entries(made).filter(([name]) => {
    const lower = name.toLowerCase();
    if (lower === 'arrayproperties') return batch?.arraySize === undefined;
    if (lower === 'retrystrategy') return batch?.attempts === undefined;
    return !ofTarget.has(lower);
  });
  return Object.fromEntries(entries);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
