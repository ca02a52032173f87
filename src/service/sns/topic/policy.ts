// The policy of a topic, which says who else than its account may use it: the one that every topic
// begins with, what SNS takes in its place, and statements that AddPermission makes. Who is asked
// about it judges elsewhere.

import { scopeParts, type Scope } from '../../../base/ids.ts';
import { partitionOf } from '../../../base/partition.ts';
import { checkPolicy } from '../../../core/policy/check.ts';
import { limit } from '../../../core/limit.ts';
import { topicArn } from '../arn.ts';
import { invalidParameter, noStatement } from '../error.ts';
import type { Topic } from '../resources.ts';

/** What a topic's policy may be about. */
const actions = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
] as const;

interface Statement {
  readonly Sid?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
}

/** As AWS writes it: what only a service says that acts for the account (`AWS:SourceOwner`). */
const defaultPolicy = (scope: Scope, name: string): object => ({
  Version: '2008-10-17',
  Id: '__default_policy_ID',
  Statement: [
    {
      Sid: '__default_statement_ID',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: actions.map((action) => `SNS:${action}`),
      Resource: topicArn(scope, name),
      Condition: { StringEquals: { 'AWS:SourceOwner': scopeParts(scope).account } },
    },
  ],
});

export const policyOfTopic = (scope: Scope, { name, policy }: Topic): string =>
  policy ?? JSON.stringify(defaultPolicy(scope, name));

/** A policy as a request brings it; throws for what SNS does not take. */
export function checkTopicPolicy(text: string, scope: Scope, name: string): string {
  if (Buffer.byteLength(text) > limit.sns.policyBytes)
    throw invalidParameter(`Policy Reason: it has more than ${limit.sns.policyBytes} bytes`);
  const refusal = checkPolicy(text, 'resource');
  if (refusal !== undefined) throw invalidParameter(`Policy Error: ${refusal.message}`);
  for (const { Action: action, NotAction: not, Resource, NotResource } of statementsOf(text)) {
    if ([action, not].flat().some((one) => one !== undefined && !isOfSns(one)))
      throw invalidParameter('Policy statement action out of service scope!');
    if ([Resource, NotResource].flat().some((one) => one !== undefined && !isTopic(one)))
      throw invalidParameter('Policy statement resource is not the topic');
  }
  return text;

  function isTopic(resource: unknown): boolean {
    return resource === '*' || resource === topicArn(scope, name);
  }
}

const isOfSns = (action: unknown): boolean =>
  typeof action === 'string' && /^(?:\*|sns:[a-z*?]+)$/i.test(action);

function statementsOf(policy: string): readonly Statement[] {
  const { Statement: given } = JSON.parse(policy) as { Statement: Statement | Statement[] };
  return Array.isArray(given) ? given : [given];
}

/** With a statement that lets accounts take the actions. */
export function withPermission(
  scope: Scope,
  topic: Topic,
  {
    label,
    accounts,
    names,
  }: {
    readonly label: string;
    readonly accounts: readonly string[];
    readonly names: readonly string[];
  },
): Topic {
  const policy = policyOfTopic(scope, topic);
  if (statementsOf(policy).some(({ Sid }) => Sid === label))
    throw invalidParameter('Statement already exists');
  const unknown = names.find((name) => !actions.some((action) => action === name));
  if (unknown !== undefined)
    throw invalidParameter('Policy statement action out of service scope!');
  const partition = partitionOf(scopeParts(scope).region);
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: accounts.map((account) => `arn:${partition}:iam::${account}:root`) },
    Action: names.map((name) => `SNS:${name}`),
    Resource: topicArn(scope, topic.name),
  };
  return withStatements(scope, topic, [...statementsOf(policy), statement]);
}

export function withoutPermission(scope: Scope, topic: Topic, label: string): Topic {
  const statements = statementsOf(policyOfTopic(scope, topic));
  const left = statements.filter(({ Sid }) => Sid !== label);
  if (left.length === statements.length) throw noStatement();
  return left.length === 0 ? { ...topic, policy: undefined } : withStatements(scope, topic, left);
}

function withStatements(scope: Scope, topic: Topic, statements: readonly Statement[]): Topic {
  const before = JSON.parse(policyOfTopic(scope, topic)) as object;
  const policy = JSON.stringify({ ...before, Statement: statements });
  return { ...topic, policy: checkTopicPolicy(policy, scope, topic.name) };
}
