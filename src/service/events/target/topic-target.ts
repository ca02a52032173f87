// An SNS topic as a target: what the target gets is the message. A topic of this server is asked
// itself, as whoever publishes is: by the target's role, or by its own policy, which must name
// EventBridge. One that is not here is elsewhere, where the operator named a place for SNS.

import { scopeParts } from '../../../base/ids.ts';
import type { Elsewhere } from '../../../port/elsewhere.ts';
import type { OwnServices } from '../../../port/own-services.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { SnsKinds } from '../../sns/resources.ts';
import { callerOf } from './caller.ts';
import { elsewhereTarget } from './elsewhere-target.ts';
import { ownFailure, type TargetSender } from './target-sender.ts';

interface TopicParts {
  readonly own: OwnServices;
  readonly elsewhere: Elsewhere;
  readonly topics: Pick<ResourceSpace<SnsKinds>, 'current'>;
}

export function topicTarget({ own, elsewhere, topics }: TopicParts): TargetSender {
  const away = elsewhereTarget({ own, elsewhere }, 'topic');
  return {
    atOnce: away.atOnce,
    async send(to, signal) {
      const { named, target, input } = to;
      const isHere = topics.current(named.scope).get('topic', named.name) !== undefined;
      if (!isHere && elsewhere.placeOf('sns') !== undefined) return away.send(to, signal);
      const answer = await own.call(
        {
          service: 'sns',
          operation: 'Publish',
          region: scopeParts(named.scope).region,
          input: { TopicArn: target.arn, Message: input },
        },
        callerOf(to),
      );
      return 'error' in answer ? ownFailure(answer.error) : undefined;
    },
  };
}
