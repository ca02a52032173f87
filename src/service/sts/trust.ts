// What a role's trust policy says of who asks for a session. It is half of the answer: whether a
// caller's own policies allow it, and whether they must, is the authorizer's.

import { scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOfRegion } from '../../base/partition.ts';
import { contextOf } from '../../core/policy/context.ts';
import { PolicyCache } from '../../core/policy/policy-cache.ts';
import { PolicySet } from '../../core/policy/policy-set.ts';
import type { Asker } from '../../core/policy/principal.ts';
import type { RoleTaker } from '../../port/role-access.ts';
import type { Conditions, RequestContext } from '../../wire/operation.ts';
import { serviceConditions, serviceNames } from '../iam/identity/asker.ts';
import {
  globalConditions,
  tagsOfCaller,
  timeConditions,
} from '../iam/identity/global-conditions.ts';
import type { Role } from '../iam/resources.ts';
import type { StsDeps } from './deps.ts';

/** What is asked of a trust policy. */
interface Question {
  readonly action: string;
  readonly roleArn: string;
  readonly asker: Asker;
  readonly conditions: Conditions;
}

const compiled = new PolicyCache(1_000_000);

/** Whether the policy allows it, and denies it nowhere. */
export function trusts(
  { trustPolicy }: Pick<Role, 'trustPolicy'>,
  { action, roleArn, asker, conditions }: Question,
): boolean {
  const policies = new PolicySet([
    { name: 'AssumeRolePolicyDocument', policy: compiled.get(trustPolicy, 'trust') },
  ]);
  const asked = {
    action: action.toLowerCase(),
    resource: roleArn,
    context: contextOf(Object.entries(conditions)),
    asker,
  };
  return policies.find('Deny', asked) === undefined && policies.find('Allow', asked) !== undefined;
}

/** A task of ECS's that wants a role, as its job's or to be started with; named as its attempt. */
export function taskTaker(scope: Scope, attemptId: string): RoleTaker {
  const { account, region } = scopeParts(scope);
  return {
    service: 'ecs-tasks.amazonaws.com',
    sourceArn: `arn:${partitionOfRegion(region).id}:ecs:${region}:${account}:task/${attemptId}`,
  };
}

/** SageMaker, which runs a training job: as its role. */
export const trainingTaker = (trainingJobArn: string): RoleTaker => ({
  service: 'sagemaker.amazonaws.com',
  sourceArn: trainingJobArn,
});

/** Whether a service may assume the role for a resource of the scope. */
export function trustsService(
  role: Pick<Role, 'trustPolicy'>,
  { roleArn, scope, taker }: { roleArn: string; scope: Scope; taker: RoleTaker },
  nowMs: number,
): boolean {
  const { account, region } = scopeParts(scope);
  const { service: name, sourceArn } = taker;
  return trusts(role, {
    action: 'sts:AssumeRole',
    roleArn,
    asker: { kind: 'service', names: serviceNames(name, region) },
    conditions: {
      ...serviceConditions({ name, sourceArn, account }, region),
      'aws:RequestedRegion': region,
      ...timeConditions(nowMs),
    },
  });
}

/** The global condition keys of a request, with the tags that its caller has. */
export async function callerConditions(
  { policies, clock }: Pick<StsDeps, 'policies' | 'clock'>,
  context: RequestContext,
): Promise<Conditions> {
  const { principal, region } = context;
  const own = (await policies.of(principal, region))?.tags;
  return globalConditions(context, tagsOfCaller(own, principal.session?.tags), clock.now());
}
