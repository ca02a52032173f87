// As whom EventBridge calls for a target: as a session of the target's role, or in its own name.

import type { ServiceCaller } from '../../../port/own-services.ts';
import { eventId } from '../bus-event.ts';
import type { ToTarget } from './target-sender.ts';

const events = 'events.amazonaws.com';

export const callerOf = ({ scope, rule, target }: Pick<ToTarget, 'scope' | 'rule' | 'target'>) =>
  ({
    service: events,
    sourceArn: rule.arn,
    scope,
    role:
      target.roleArn === undefined
        ? undefined
        : { arn: target.roleArn, session: sessionOf(rule.arn, target.id) },
  }) satisfies ServiceCaller;

/** 32 hexadecimal digits, as on AWS; the same for all events of a target. */
const sessionOf = (ruleArn: string, targetId: string): string =>
  eventId(`session ${ruleArn} ${targetId}`).replaceAll('-', '');
