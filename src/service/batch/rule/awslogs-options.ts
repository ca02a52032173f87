// The options of the log driver awslogs: what has an effect here, what is kept without one, and
// what is none.

import { BadPattern, LinePattern } from '../../../base/line-pattern/line-pattern.ts';
import { eventStartOf, eventStartOptions } from '../../../core/job/event-start.ts';
import { matches } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const effective = new Set<string>([
  'awslogs-group',
  'awslogs-stream-prefix',
  ...Object.values(eventStartOptions),
]);
/**
 * The group always comes into being, in the job's own account and region, and nothing is dropped or
 * buffered for long.
 */
const idle = new Set([
  'awslogs-create-group',
  'awslogs-create-stream',
  'awslogs-region',
  'awslogs-endpoint',
  'awslogs-credentials-endpoint',
  'awslogs-format',
  'awslogs-force-flush-interval-seconds',
  'awslogs-max-buffered-events',
  'mode',
  'max-buffer-size',
]);

export function checkLogOptions(options: Readonly<Record<string, string>>, where: string): void {
  for (const name of Object.keys(options))
    if (!effective.has(name) && !idle.has(name))
      throw invalid(`${where}: ${name} is not an option of the log driver awslogs`);
  const group = options['awslogs-group'];
  // CloudWatch's own form of a group's name.
  if (group)
    matches(
      group,
      /^[.\-_/#A-Za-z0-9]{1,512}$/,
      `${where} awslogs-group`,
      'the name of a log group',
    );
  const { format, pattern } = eventStartOptions;
  if (options[format] && options[pattern])
    throw invalid(
      `${where}: you cannot configure log opt '${format}' and '${pattern}' at the same time`,
    );
  const start = eventStartOf(options);
  if (start === undefined) return;
  try {
    new LinePattern(start);
  } catch (error) {
    if (error instanceof BadPattern)
      throw invalid(
        `${where}: awslogs could not parse multiline pattern key ${JSON.stringify(start.slice(0, 200))}: error parsing regexp: ${error.message}`,
      );
    throw error;
  }
}
