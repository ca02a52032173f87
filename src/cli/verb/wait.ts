// `longshore wait`: until jobs have ended. Reads only.

import { defineVerb } from './verb.ts';
import { exitCodeOf, sayEnd, watchJobs } from '../watch.ts';

export const wait = defineVerb({
  name: 'wait',
  summary: 'wait until jobs have ended',
  usage: 'ID…',
  about: 'The exit code is 0 when all SUCCEEDED and 1 when any FAILED.',
  flags: {},
  examples: ['longshore wait $JOB', 'longshore wait $(longshore submit --definition sleep)'],
  operands: { name: 'the ID of a job, or several', least: 1, most: Infinity },
  async run({ session, operands }) {
    const ids = await (await session.api()).jobIds(operands);
    const { json } = session.settings;
    const note = (): string =>
      `Stopped waiting; ${ids.length === 1 ? `job ${ids[0]} goes on` : 'the jobs go on'}. Wait again with: longshore wait ${ids.join(' ')}`;
    return session.interruptible(note, async (signal) => {
      const jobs = await watchJobs(session, ids, signal, {
        onEnd: json ? () => undefined : sayEnd(session, 'out'),
      });
      if (json) session.printJson({ jobs });
      return exitCodeOf(jobs);
    });
  },
});
