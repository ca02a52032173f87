// CreateTopic: or the ARN of the topic that is there under the name, if it has the same attributes
// and tags.

import type { CreateTopicCommandInput, CreateTopicCommandOutput } from '@aws-sdk/client-sns';
import { limit } from '../../../core/limit.ts';
import { requestTags, tagsOfList } from '../../access.ts';
import { onTopic } from '../access.ts';
import { topicArn } from '../arn.ts';
import type { SnsOperation } from '../deps.ts';
import { invalidParameter, tooManyTopics } from '../error.ts';
import type { Topic } from '../resources.ts';
import { tags } from '../tag/tag-set.ts';
import { withAttribute } from './attribute.ts';

export const createTopic: SnsOperation<CreateTopicCommandInput, CreateTopicCommandOutput> = {
  authorizes(input, { scope }) {
    const arn = topicArn(scope, input.Name ?? '');
    const conditions = () => requestTags(tagsOfList(input.Tags));
    const tagging = input.Tags && input.Tags.length > 0 ? ['TagResource'] : [];
    return ['CreateTopic', ...tagging].flatMap((action) => onTopic(action, arn, conditions));
  },

  async handle({ space }, input, context) {
    const { scope } = context;
    const given = Object.entries(input.Attributes ?? {});
    const named: Topic = { name: topicName(input), tags: tags(input.Tags) };
    if (input.DataProtectionPolicy !== undefined)
      throw invalidParameter('DataProtectionPolicy is not supported by Longshore');
    const asked = given.reduce(
      (topic, [name, value]) => withAttribute(scope, topic, name, value),
      named,
    );
    await space.change(scope, context, (draft) => {
      const there = draft.get('topic', asked.name);
      if (there !== undefined) {
        assertSame(there);
        return;
      }
      if (draft.all('topic').length >= limit.sns.topics) throw tooManyTopics(limit.sns.topics);
      draft.put('topic', asked.name, asked);
    });
    return { TopicArn: topicArn(scope, asked.name) };

    /** Attributes that the request does not name may be any. */
    function assertSame(there: Topic): void {
      const isSame = given.every(([name, value]) => {
        const set = withAttribute(scope, there, name, value);
        return JSON.stringify(ordered(set)) === JSON.stringify(ordered(there));
      });
      if (!isSame)
        throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
      if (
        input.Tags !== undefined &&
        JSON.stringify(ordered(asked.tags)) !== JSON.stringify(ordered(there.tags))
      )
        throw invalidParameter('Tags Reason: Topic already exists with different tags');
    }
  },
};

function topicName({ Name: name = '', Attributes: attributes }: CreateTopicCommandInput): string {
  if (attributes?.['FifoTopic'] === 'true' || /^[\w-]{1,251}\.fifo$/.test(name))
    throw invalidParameter(
      'FifoTopic is not supported by Longshore: its topics are standard topics',
    );
  if (!/^[\w-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
  return name;
}

const ordered = (value: object): readonly [string, unknown][] =>
  Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
