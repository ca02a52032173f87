// Another bus of this server as a target: the event goes on as it is, with its own source, id and
// time, to the rules of that bus. It may be in another region, or another account's.

import { scopeParts } from '../../../base/ids.ts';
import type { Clock } from '../../../port/clock.ts';
import type { EventIntake } from '../../../port/outbox.ts';
import type { OwnServices } from '../../../port/own-services.ts';
import { failedForGood } from '../../delivery/failure.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { BusEvent } from '../bus-event.ts';
import type { EventsKinds } from '../resources.ts';
import { callerOf } from './caller.ts';
import { readBody } from './hops.ts';
import { ownFailure, type TargetSender } from './target-sender.ts';

interface BusTargetParts {
  readonly own: OwnServices;
  readonly intake: EventIntake;
  readonly space: Pick<ResourceSpace<EventsKinds>, 'current'>;
  readonly clock: Pick<Clock, 'now'>;
}

export const busTarget = ({ own, intake, space, clock }: BusTargetParts): TargetSender => ({
  atOnce: 50,

  async send(to) {
    const { named, target, scope, delivery } = to;
    const { region } = scopeParts(named.scope);
    const isAcross = region !== scopeParts(scope).region;
    const { hops } = readBody(delivery.body);
    if (isAcross ? hops.across : hops.within)
      return failedForGood(
        isAcross ? 'THIRD_REGION_HOP_DETECTED' : 'THIRD_ACCOUNT_HOP_DETECTED',
        'Events received from another event bus cannot be forwarded to this event bus.',
      );
    const event = JSON.parse(to.event) as BusEvent;
    const caller = callerOf(to);
    const denial = await own.denial(
      {
        region,
        action: 'events:PutEvents',
        resource: target.arn,
        conditions: {
          'events:source': event.source,
          'events:detail-type': event['detail-type'],
          'events:eventBusInvocation': 'true',
        },
      },
      { ...caller, role: caller.role ?? 'account' },
    );
    if (denial !== undefined) return ownFailure(denial);
    if (space.current(named.scope).get('bus', named.name) === undefined)
      return failedForGood('NO_RESOURCE', `Event bus ${named.name} does not exist.`);
    const next = { ...hops, ...(isAcross ? { across: true as const } : { within: true as const }) };
    const { scope: there, name: bus } = named;
    await intake.put([{ scope: there, bus, atMs: clock.now(), event, hops: next }], by);
    return undefined;
  },
});

const by = { part: 'rules' };
