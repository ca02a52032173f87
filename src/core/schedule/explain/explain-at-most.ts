// Words for a job that waits because so many of its kind are under way (tag
// longshore:max-parallel).

import { never } from '../../../base/assert.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { AtMost } from '../order/parallel.ts';
import type { Words } from '../words.ts';

/** Those that are counted. */
export function atMostOf({ of }: Pick<AtMost, 'of'>, queueName: string): string {
  switch (of.type) {
    case 'queue':
      return `queue ${queueName}`;
    case 'array':
      return 'its array';
    case 'group':
      return `group ${of.name}`;
    default:
      return never(of);
  }
}

export function atMostWords(because: AtMost, { name, arn }: JobQueue): Words {
  const { atOnce, underWay, of } = because;
  const others = `waiting for others of ${atMostOf(because, name)}`;
  const text =
    underWay < atOnce
      ? `${others}: ${underWay} of them are under way, and one before it is to start while fewer are`
      : `${others}: ${underWay} are under way, and at most ${atOnce} may be at once`;
  return {
    text: `${text} (tag longshore:max-parallel)`,
    remedies: [
      'wait until one of them has ended',
      of.type === 'queue'
        ? `let more of them run: aws batch tag-resource --resource-arn ${arn} --tags longshore:max-parallel=${atOnce + 1}`
        : 'submit it again with a larger longshore:max-parallel',
    ],
  };
}
