// PublishBatch: up to ten messages to a topic, each of which may fail by itself.

import type {
  BatchResultErrorEntry,
  PublishBatchCommandInput,
  PublishBatchCommandOutput,
  PublishBatchRequestEntry,
  PublishBatchResultEntry,
} from '@aws-sdk/client-sns';
import { limit } from '../../../core/limit.ts';
import { AwsError } from '../../../wire/aws-error.ts';
import { onTopic } from '../access.ts';
import { foundTopic, type SnsOperation } from '../deps.ts';
import { badEntryId, batchTooLong, emptyBatch, sameEntryIds, tooManyEntries } from '../error.ts';
import { readMessage, type Message } from './message.ts';
import { publishTo } from './publisher.ts';

export const publishBatch: SnsOperation<PublishBatchCommandInput, PublishBatchCommandOutput> = {
  authorizes: (input) => onTopic('Publish', input.TopicArn),

  async handle(deps, input, context) {
    const entries = input.PublishBatchRequestEntries ?? [];
    assertBatch(entries);
    const read = entries.map((entry) => ({ id: entry.Id ?? '', message: readEntry(entry) }));
    const bytes = read.reduce(
      (sum, { message }) => sum + (message instanceof AwsError ? 0 : message.bytes),
      0,
    );
    if (bytes > limit.sns.messageBytes) throw batchTooLong();
    const { scope, topic } = await foundTopic(deps, input.TopicArn, context);
    const place = { scope, name: topic.name };
    const Successful: PublishBatchResultEntry[] = [];
    const Failed: BatchResultErrorEntry[] = [];
    for (const { id, message } of read)
      if (message instanceof AwsError)
        Failed.push({
          Id: id,
          Code: message.name,
          Message: message.message,
          SenderFault: true,
        });
      else Successful.push({ Id: id, MessageId: await publishTo(deps, place, message, context) });
    return { Successful, Failed };
  },
};

function assertBatch(entries: readonly PublishBatchRequestEntry[]): void {
  if (entries.length === 0) throw emptyBatch();
  if (entries.length > limit.sns.batchEntries) throw tooManyEntries();
  const ids = entries.map(({ Id: id = '' }) => id);
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) throw badEntryId();
  if (new Set(ids).size < ids.length) throw sameEntryIds();
}

function readEntry(entry: PublishBatchRequestEntry): Message | AwsError {
  try {
    return readMessage(entry);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}
