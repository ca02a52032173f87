// A topic as the operations on tags name it, whose errors have other names than those of topics.

import type { Tags } from '../../../wire/authorization.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { readTopicArn } from '../arn.ts';
import type { SnsDeps } from '../deps.ts';
import { invalidParameter, noResource } from '../error.ts';

export async function changeTagged(
  { space }: Pick<SnsDeps, 'space'>,
  arn: string | undefined,
  context: RequestContext,
  decide: (had: Tags) => Tags,
): Promise<void> {
  const named = readTopicArn(arn ?? '');
  if (named === undefined) throw invalidParameter('ResourceArn');
  await space.change(named.scope, context, (draft) => {
    const topic = draft.get('topic', named.name);
    if (topic === undefined) throw noResource();
    draft.put('topic', named.name, { ...topic, tags: decide(topic.tags) });
  });
}
