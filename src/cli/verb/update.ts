// `longshore update`: another priority, or another queue, for jobs that wait.

import { UsageError } from '../failure.ts';
import { wholeNumber } from '../flags.ts';
import { defineVerb } from './verb.ts';

export const update = defineVerb({
  name: 'update',
  summary: 'give jobs that wait another priority, or move them to another queue',
  usage: 'ID… [--priority N] [--queue NAME] [--share NAME]',
  about:
    'A job keeps its place by submission. An array is changed as a whole; what is under way is left alone, and the exit code is 1.',
  flags: {
    priority: {
      type: 'string',
      value: 'N',
      help: 'the scheduling priority, 0 to 9999; higher goes first in its share',
    },
    queue: { type: 'string', short: 'q', value: 'NAME', help: 'the job queue to move them to' },
    share: { type: 'string', value: 'NAME', help: 'the share identifier there' },
  },
  examples: ['longshore update $JOB --queue urgent', 'longshore update $JOB --priority 100'],
  operands: { name: 'the ID of a job, or several', least: 1, most: Infinity },
  async run({ session, values, operands }) {
    const { priority, queue, share } = values;
    if (priority === undefined && queue === undefined && share === undefined)
      throw new UsageError('update needs --priority, --queue or --share');
    const change = {
      jobQueue: queue,
      schedulingPriority:
        priority === undefined ? undefined : wholeNumber('--priority', priority, 0, 9999),
      shareIdentifier: share,
    };
    const api = await session.api();
    const ids = await api.jobIds(operands);
    for (const id of ids) {
      await api.updateJob(id, change, session.io.nowMs());
      if (!session.settings.json) session.io.out(`${id} updated\n`);
    }
    if (session.settings.json) session.printJson({ jobs: ids.map((jobId) => ({ jobId })) });
    return 0;
  },
});
