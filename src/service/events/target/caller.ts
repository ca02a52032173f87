// As whom EventBridge calls for a target: as a session of the target's role, or in its own name.

import type { ServiceCaller } from '../../../port/own-services.ts';
import { eventId } from '../bus-event.ts';
import type { RuleTarget } from '../resources.ts';
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
        : { arn: target.roleArn, session: sessionOf(rule.arn, target) },
  }) satisfies ServiceCaller;

/** By the target: as long as a rule stays as it is, its targets are the same objects. */
const sessions = new WeakMap<RuleTarget, string>();

/** 32 hexadecimal digits, as on AWS; the same for all events of a target. */
function sessionOf(ruleArn: string, target: RuleTarget): string {
  let session = sessions.get(target);
  if (session === undefined) {
    session = eventId(`session ${ruleArn} ${target.id}`).replaceAll('-', '');
    sessions.set(target, session);
  }
  return session;
}
