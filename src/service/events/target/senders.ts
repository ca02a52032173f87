// Who sends to which kind of target.

import type { Clock } from '../../../port/clock.ts';
import type { Elsewhere } from '../../../port/elsewhere.ts';
import type { HttpSender } from '../../../port/http-sender.ts';
import type { EventIntake } from '../../../port/outbox.ts';
import type { OwnServices } from '../../../port/own-services.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { SnsKinds } from '../../sns/resources.ts';
import { ApiDestinationTarget } from '../invocation/target.ts';
import type { EventsKinds } from '../resources.ts';
import { batchTarget } from './batch-target.ts';
import { busTarget } from './bus-target.ts';
import { elsewhereTarget } from './elsewhere-target.ts';
import type { TargetKind } from './kind.ts';
import { logGroupTarget } from './log-group-target.ts';
import type { TargetSender } from './target-sender.ts';
import { topicTarget } from './topic-target.ts';

interface SenderParts {
  readonly own: OwnServices;
  readonly elsewhere: Elsewhere;
  readonly http: HttpSender;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly intake: EventIntake;
  readonly clock: Clock;
  readonly events: ResourceSpace<EventsKinds>;
  readonly topics: ResourceSpace<SnsKinds>;
}

export const targetSenders = (parts: SenderParts): Readonly<Record<TargetKind, TargetSender>> => ({
  'job-queue': batchTarget(parts),
  topic: topicTarget(parts),
  'log-group': logGroupTarget(parts),
  'event-bus': busTarget({ ...parts, space: parts.events }),
  'api-destination': new ApiDestinationTarget({ ...parts, space: parts.events }),
  queue: elsewhereTarget(parts, 'queue'),
  function: elsewhereTarget(parts, 'function'),
  'state-machine': elsewhereTarget(parts, 'state-machine'),
  stream: elsewhereTarget(parts, 'stream'),
});
