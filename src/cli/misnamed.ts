// When the server refuses a name: which one was meant. Asks the server for the names that it has,
// and only then.

import type { Api } from './api.ts';
import { didYouMean } from './did-you-mean.ts';
import { isRefusal } from './failure.ts';
import { nameOfArn } from './render/job.ts';

/** An error with a second line that says what to do instead. */
export class Hinted extends Error {
  readonly hint: string;

  constructor(cause: unknown, hint: string) {
    super('', { cause });
    this.hint = hint;
  }
}

interface Asked {
  readonly jobQueue?: string | undefined;
  /** Name, `name:revision` or ARN. */
  readonly jobDefinition?: string | undefined;
}

/**
 * The error that the call ended with, hinted where a name in it is none that the server has but
 * near to one.
 */
export async function hinted(api: Api, error: unknown, asked: Asked): Promise<unknown> {
  if (!isRefusal(error)) return error;
  // Without the names there is no hint, and the error is the one that counts.
  const hint = await hintFor(api, asked).catch(() => undefined);
  return hint === undefined ? error : new Hinted(error, hint);
}

async function hintFor(api: Api, { jobQueue, jobDefinition }: Asked): Promise<string | undefined> {
  const queueHint =
    jobQueue === undefined
      ? undefined
      : nearest(
          nameOfArn(jobQueue),
          (await api.jobQueues()).map(({ jobQueueName = '' }) => jobQueueName),
        );
  if (queueHint !== undefined || jobDefinition === undefined) return queueHint;
  return nearest(nameOfArn(jobDefinition).replace(/:\d+$/, ''), await api.jobDefinitionNames());
}

const nearest = (name: string, known: readonly string[]): string | undefined =>
  known.includes(name) ? undefined : didYouMean(name, known);
