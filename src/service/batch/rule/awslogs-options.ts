// The options of the log driver awslogs: what has an effect here, what is kept without one, and
// what is none.

import type { LogConfiguration } from '@aws-sdk/client-batch';
import { BadPattern, LinePattern } from '../../../base/line-pattern/line-pattern.ts';
import { booleanTexts, falseTexts } from '../../../core/job/container.ts';
import { eventStartOf, eventStartOptions } from '../../../core/job/event-start.ts';
import { matches } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const effective = new Set<string>([
  'awslogs-group',
  'awslogs-create-group',
  'awslogs-region',
  'awslogs-stream-prefix',
  ...Object.values(eventStartOptions),
  'mode',
  'max-buffer-size',
  'awslogs-create-stream',
]);
/** The server itself stores output, as it comes. */
const idle = new Set([
  'awslogs-credentials-endpoint',
  'awslogs-format',
  'awslogs-force-flush-interval-seconds',
  'awslogs-max-buffered-events',
]);

const refused = new Map([
  [
    'awslogs-endpoint',
    'is not supported: output goes to the log groups of this server, and nowhere else',
  ],
]);

/** As Docker reads sizes. */
const sizeForm = /^(\d{1,15})(?:\.\d{1,9})? ?([kmg]?)(?:i?b)?$/i;
const bytesOf = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;
/** Ours: the buffer is memory of the host's, and no part of the container's. */
const mostBuffered = 1024 ** 3;

export function checkLogOptions(options: Readonly<Record<string, string>>, where: string): void {
  for (const [name, value] of Object.entries(options)) {
    const why = refused.get(name);
    if (why !== undefined && value) throw invalid(`${where}: ${name} ${why}`);
    if (why === undefined && !effective.has(name) && !idle.has(name))
      throw invalid(`${where}: ${name} is not an option of the log driver awslogs`);
  }
  for (const name of ['awslogs-create-group', 'awslogs-create-stream'])
    if (options[name] && !booleanTexts.includes(options[name]))
      throw invalid(
        `${where}: must specify valid value for log opt '${name}': '${options[name].slice(0, 100)}' is neither true nor false`,
      );
  if (falseTexts.includes(options['awslogs-create-stream'] ?? ''))
    throw invalid(
      `${where}: awslogs-create-stream cannot be false: the stream of an attempt is its own, and nobody can make it before`,
    );
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

/** AWS's driver can write to another region's groups; here the output of a job stays in its own. */
export function checkLogRegion(
  configurations: readonly (LogConfiguration | undefined)[],
  region: string,
): void {
  for (const { logDriver, options = {} } of configurations.flatMap((each) => each ?? [])) {
    const given = logDriver === 'awslogs' ? options['awslogs-region'] : undefined;
    if (given && given !== region)
      throw invalid(
        `logConfiguration.options: awslogs-region is ${given.slice(0, 100)}, and the output of jobs stays in their own region, which is ${region}`,
      );
  }
}
