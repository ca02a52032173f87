// What the service authorization reference says of Amazon EventBridge (September 2026), of what is
// built.

import { on, type Reference } from './reference.ts';

const rule = 'rule-on-custom-event-bus rule-on-default-event-bus';
const ofRule = 'events:creatorAccount';
const changing = 'events:creatorAccount events:ManagedBy';

export const events: Reference = {
  types: {
    'rule-on-custom-event-bus': 'arn:*:events:*:*:rule/*/*',
    'rule-on-default-event-bus': 'arn:*:events:*:*:rule/*',
  },
  actions: {
    DeleteRule: on(rule, changing),
    DescribeRule: on(rule, ofRule),
    DisableRule: on(rule, changing),
    EnableRule: on(rule, changing),
    ListRuleNamesByTarget: on(),
    ListRules: on(),
    ListTargetsByRule: on(rule, ofRule),
    PutRule: on(
      rule,
      `${changing} aws:RequestTag aws:TagKeys events:detail-type events:detail.eventTypeCode events:detail.service events:detail.userIdentity.principalId events:source`,
    ),
    PutTargets: on(rule, `${changing} events:TargetArn`),
    RemoveTargets: on(rule, changing),
    TagResource: on(rule, `aws:RequestTag aws:TagKeys ${ofRule}`),
    TestEventPattern: on(),
  },
  operations: {
    PutRule: 'events:PutRule events:TagResource iam:PassRole',
    PutTargets: 'events:PutTargets iam:PassRole',
  },
  members: {
    EventPattern: JSON.stringify({
      source: ['a'],
      'detail-type': ['b'],
      detail: { service: ['c'], eventTypeCode: ['d'], userIdentity: { principalId: ['e'] } },
    }),
    RoleArn: 'arn:aws:iam::123456789012:role/r',
  },
  deviations: {
    '*: iam:PassRole without iam:AssociatedResourceArn': 'AWS names none for events.',
    '*: events:* without events:ManagedBy':
      'Rules of archives are managed, and what a request says does not tell which they are: nothing changes them but who forces it.',
  },
};
