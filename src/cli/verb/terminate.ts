// `longshore terminate`: stops jobs, whether they run or wait. A running container has 30 seconds
// to end by itself.

import { stopJobs } from '../stop-jobs.ts';
import { defineVerb } from './verb.ts';

export const terminate = defineVerb({
  name: 'terminate',
  summary: 'stop jobs, running or not',
  usage: 'ID… [--reason TEXT]',
  about: 'A running container gets SIGTERM and, 30 seconds later, SIGKILL. The job ends FAILED.',
  flags: {
    reason: { type: 'string', value: 'TEXT', help: "what becomes the job's status reason" },
  },
  examples: [
    'longshore terminate $JOB --reason "took too long"',
    'longshore terminate $JOB && longshore wait $JOB',
  ],
  operands: { name: 'the ID of a job, or several', least: 1, most: Infinity },
  run: ({ session, values, operands }) =>
    stopJobs(session, operands, values.reason ?? 'Terminated with longshore terminate', {
      done: 'terminated',
      stop: (api, id, reason) => api.terminateJob(id, reason),
      onGoingOn: (job) => ({
        text: `is ending; see its end with: longshore wait ${job.jobId}`,
        isFailure: false,
      }),
    }),
});
