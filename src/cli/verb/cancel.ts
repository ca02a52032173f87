// `longshore cancel`: cancels jobs that have not started. What runs goes on running: that is
// `terminate`'s.

import { childCounts } from '../render/job.ts';
import { stopJobs } from '../stop-jobs.ts';
import { defineVerb } from './verb.ts';

export const cancel = defineVerb({
  name: 'cancel',
  summary: 'cancel jobs that have not started',
  usage: 'ID… [--reason TEXT]',
  about:
    'A job that is STARTING or RUNNING goes on and is not tried again, and the exit code is 1: `longshore terminate` stops it.',
  flags: {
    reason: { type: 'string', value: 'TEXT', help: "what becomes the job's status reason" },
  },
  examples: ['longshore cancel $JOB --reason "wrong input"'],
  operands: { name: 'the ID of a job, or several', least: 1, most: Infinity },
  run: ({ session, values, operands }) =>
    stopJobs(session, operands, values.reason ?? 'Cancelled with longshore cancel', {
      done: 'cancelled',
      stop: (api, id, reason) => api.cancelJob(id, reason),
      onGoingOn(job) {
        // An array's waiting children are cancelled though its running ones go on.
        if (childCounts(job) !== undefined)
          return {
            text: `cancelled where its children had not started; the others go on: longshore terminate ${job.jobId} stops them`,
            isFailure: false,
          };
        return {
          text: `is ${job.status} and goes on: cancel stops only what has not started; use longshore terminate ${job.jobId}`,
          isFailure: true,
        };
      },
    }),
});
