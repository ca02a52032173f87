// What policies that IAM keeps let somebody do, as far as it can be said without a request: whether
// a service may assume a role, and whether one action is permitted on anything. No condition is
// evaluated: an Allow under a condition counts, a Deny under one does not. It refuses nobody; that
// is the authorizer's.

import { mayAllow } from '../../core/policy/decide.ts';
import { PolicyCache } from '../../core/policy/policy-cache.ts';
import { PolicySet } from '../../core/policy/policy-set.ts';

const cache = new PolicyCache(4_000_000);

const setOf = (document: string, kind: 'identity' | 'trust'): PolicySet =>
  new PolicySet([{ name: kind, policy: cache.get(document, kind) }]);

/** Whether a trust policy lets a service, which has any of these names, assume the role. */
export const letsAssume = (trustPolicy: string, services: readonly string[]): boolean =>
  mayAllow(setOf(trustPolicy, 'trust'), {
    action: 'sts:AssumeRole',
    asker: { kind: 'service', names: services },
  });

/** Whether a policy permits an action, such as `ec2:CreateTags`, on some resource. */
export const permits = (policy: string, action: string): boolean =>
  mayAllow(setOf(policy, 'identity'), { action });
