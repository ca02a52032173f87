// `longshore events`: what becomes of jobs, while it happens. Reads only.

import { jobEvents, type Told } from '../job-events.ts';
import { awayText } from '../poll.ts';
import { endText, isEnded, standText } from '../render/job.ts';
import type { Session } from '../session.ts';
import { defineVerb } from './verb.ts';

export const events = defineVerb({
  name: 'events',
  summary: 'print what becomes of jobs, as it happens',
  usage: '[ID…] [-f] [--queue NAME] [--status STATUS,…] [--pattern JSON]',
  about:
    "A line for every change of a job's status but its submission, children of arrays and nodes one by one.\nWithout -f it prints what the server still remembers: it remembers while somebody follows, and ten minutes longer. With --json every line is an event as EventBridge has it.",
  flags: {
    follow: { type: 'boolean', short: 'f', help: 'go on with what happens from now on' },
    queue: { type: 'string', short: 'q', value: 'NAME', help: "only of this queue's jobs" },
    status: {
      type: 'string',
      short: 's',
      value: 'STATUS,…',
      help: 'only where a job comes to one of these',
    },
    pattern: {
      type: 'string',
      short: 'p',
      value: 'JSON',
      help: "only events that match an event pattern of EventBridge's",
    },
  },
  examples: [
    'longshore events -f',
    'longshore events -f --status SUCCEEDED,FAILED --queue main',
    'longshore events -f $JOB --json',
    `longshore events -f --pattern '{"detail":{"container":{"exitCode":[{"numeric":[">",1]}]}}}'`,
  ],
  operands: { name: 'the ID of a job, or several', least: 0, most: 100 },
  async run({ session, values, operands }) {
    const follow = values.follow === true;
    return session.interruptible(
      () => 'Stopped following; the jobs go on.',
      async (signal) => {
        const ids = operands.length === 0 ? [] : await (await session.api()).jobIds(operands);
        const query = {
          jobQueue: values.queue,
          status: values.status?.toUpperCase(),
          pattern: values.pattern,
          jobId: ids.length === 0 ? undefined : ids.join(','),
          after: follow ? undefined : '0',
        };
        const onAway = (): void => session.io.err(awayText);
        for await (const told of jobEvents(session, query, { follow, signal, onAway }))
          print(session, told);
        return 0;
      },
    );
  },
});

function print(session: Session, told: Told): void {
  const { io, style, settings } = session;
  if ('dropped' in told) {
    const { dropped = 'some' } = told;
    io.err(`${dropped} changes are not told: the server does not remember them.\n`);
    return;
  }
  const { event } = told;
  if (event === undefined) return;
  if (settings.json) io.out(`${JSON.stringify(event)}\n`);
  else {
    const { time, detail } = event;
    const text = isEnded(detail) ? endText(detail, style) : standText(detail, style);
    io.out(`${style('dim', time)} ${text}\n`);
  }
}
