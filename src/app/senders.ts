// Who delivers what goes out, by kind of lane. It puts them together and sends nothing itself.

import type { Senders } from '../control/outbox/outbox.ts';
import type { ControlPorts } from '../control/control.ts';
import type { EventIntake } from '../port/outbox.ts';
import type { OwnServices } from '../port/own-services.ts';
import type { PublicAddress } from '../port/public-address.ts';
import { deadLetterLane, deadLetterSender } from '../service/delivery/dead-letter.ts';
import { ruleTargetLane, type RuleBook } from '../service/events/rule/rule-book.ts';
import { RuleTargetSender } from '../service/events/target/rule-target-sender.ts';
import { targetSenders } from '../service/events/target/senders.ts';
import { ScheduleSender } from '../service/scheduler/firing/schedule-sender.ts';
import { scheduleLane } from '../service/scheduler/firing/scheduled.ts';
import { subscriptionSender } from '../service/sns/delivery/sender.ts';
import type { Signer } from '../service/sns/delivery/signer.ts';
import { laneKind as subscriptionLane } from '../service/sns/publish/envelope.ts';
import type { ServicePorts } from './service/service-parts.ts';
import type { Spaces } from './spaces.ts';

interface SenderParts extends ServicePorts, Pick<ControlPorts, 'store' | 'onProblem'> {
  readonly spaces: Spaces;
  readonly own: OwnServices;
  readonly intake: EventIntake;
  readonly ruleBook: RuleBook;
  readonly signer: Signer;
  readonly publicAddress: PublicAddress;
}

export const sendersOf = ({
  spaces: { events, topics, schedules },
  ruleBook,
  onProblem,
  ...parts
}: SenderParts): Senders => ({
  [ruleTargetLane]: new RuleTargetSender({
    rules: ruleBook,
    kinds: targetSenders({ ...parts, events, topics }),
    onFault: (error) => onProblem('an event could not be sent', error),
  }),
  [scheduleLane]: new ScheduleSender({
    ...parts,
    space: schedules,
    outbox: parts.store.reader.outbox,
    onFault: (error) => onProblem('a schedule could not be served', error),
  }),
  [deadLetterLane]: deadLetterSender({ ...parts, files: parts.deadLetterFiles }),
  [subscriptionLane]: subscriptionSender({
    ...parts,
    mailer: parts.mailer,
    space: topics,
    address: parts.publicAddress,
  }),
});
