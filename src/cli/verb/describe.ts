// `longshore describe`: everything about jobs. Reads only.

import { describeText } from '../render/job.ts';
import { defineVerb } from './verb.ts';

export const describe = defineVerb({
  name: 'describe',
  summary: 'show everything about jobs',
  usage: 'ID…',
  flags: {},
  examples: ['longshore describe $JOB', 'longshore describe $JOB:3 --json'],
  operands: { name: 'the ID of a job, or several', least: 1, most: Infinity },
  async run({ session, operands }) {
    const api = await session.api();
    const jobs = await api.describeJobs(await api.jobIds(operands));
    if (session.settings.json) session.printJson({ jobs });
    else session.io.out(jobs.map((job) => describeText(job, session.style)).join('\n'));
    return 0;
  },
});
