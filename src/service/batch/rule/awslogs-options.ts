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
  'mode',
  'max-buffer-size',
]);
/**
 * The group always comes into being, in the job's own account and region, and output is stored as
 * it comes.
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
]);

/** As Docker reads sizes. */
const sizeForm = /^(\d{1,15})(?:\.\d{1,9})? ?([kmg]?)(?:i?b)?$/i;
const bytesOf = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;
/** Ours: the buffer is memory of the host's, and no part of the container's. */
const mostBuffered = 1024 ** 3;

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
  checkMode(options, where);
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

/**
 * Whether output waits or is dropped where it comes too fast, in Docker's words. A size alone means
 * the latter, which is ECS's default.
 */
function checkMode(options: Readonly<Record<string, string>>, where: string): void {
  const { mode, 'max-buffer-size': size } = options;
  if (mode && mode !== 'blocking' && mode !== 'non-blocking')
    throw invalid(`${where}: logger: logging mode not supported: ${mode.slice(0, 100)}`);
  if (!size) return;
  if (mode === 'blocking')
    throw invalid(
      `${where}: logger: max-buffer-size option is only supported with 'mode=non-blocking'`,
    );
  const [, number, unit = ''] = sizeForm.exec(size) ?? [];
  if (number === undefined)
    throw invalid(
      `${where}: error parsing option max-buffer-size: invalid size: '${size.slice(0, 100)}'`,
    );
  if (Number(number) * bytesOf[unit.toLowerCase() as keyof typeof bytesOf] > mostBuffered)
    throw invalid(`${where}: max-buffer-size is more than 1g`);
}
