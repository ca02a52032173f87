// What operations of Amazon SNS ask leave for, as its page of the service authorization reference
// lists it, and what others may want to know of topics: their tags and their policies.

import type { Tags } from '../../wire/authorization.ts';
import type { Access, Conditions } from '../../wire/operation.ts';
import { readTopicArn } from './arn.ts';
import type { SnsDeps } from './deps.ts';
import { policyOfTopic } from './topic/policy.ts';

/** On the topic that the request names. */
export const onTopic = (
  action: string,
  arn: string | undefined,
  conditions?: () => Conditions,
): Access[] => [
  { action: `sns:${action}`, resources: [arn ?? '*'], ...(conditions && { conditions }) },
];

/** Undefined where the ARN is no topic's of the server. */
export async function resourceTags(
  { space }: Pick<SnsDeps, 'space'>,
  arn: string,
): Promise<Tags | undefined> {
  const named = readTopicArn(arn);
  return named && (await space.view(named.scope)).get('topic', named.name)?.tags;
}

/** It lets nobody do anything: of a topic that is not there no other account is told so. */
const nobody =
  '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"sns:Nothing","Resource":"*"}]}';

/** Undefined where the ARN is no topic's. */
export function resourcePolicy({ space }: Pick<SnsDeps, 'space'>, arn: string): string | undefined {
  const named = readTopicArn(arn);
  if (named === undefined) return undefined;
  const topic = space.current(named.scope).get('topic', named.name);
  return topic === undefined ? nobody : policyOfTopic(named.scope, topic);
}
