// Decisions over a hundred policies of a few statements: the usual mixture, of which few concern
// what is asked, and all of one service, with conditions and variables; and what gathering costs.

import { compilePolicy } from '../src/core/policy/compile.ts';
import { contextOf } from '../src/core/policy/context.ts';
import { decide, type Question } from '../src/core/policy/decide.ts';
import { PolicySet, type NamedPolicy } from '../src/core/policy/policy-set.ts';
import type { Figure } from './report.ts';

const policies = 100;
const decisions = 50_000;
const arn = (path: string): string => `arn:aws:batch:eu-west-1:111122223333:${path}`;

export function policyBench(): Promise<Figure[]> {
  const services = ['s3', 'ec2', 'ecs', 'logs', 'iam', 'sqs', 'sns', 'ssm', 'kms', 'batch'];
  const mixed = setOf((at) => {
    const service = services[at % services.length] ?? '';
    return [
      allow([`${service}:Describe*`, `${service}:List*`], '*'),
      allow([`${service}:Get${at}`, `${service}:Put${at}`], `arn:aws:${service}:*:*:thing/${at}/*`),
      { ...allow([`${service}:Delete*`], '*'), Effect: 'Deny' },
    ];
  });
  const alike = setOf((at) => [
    allow(['batch:SubmitJob', 'batch:TagResource'], arn(`job-queue/team-${at}-*`)),
    allow(['batch:Describe*', 'batch:List*'], '*'),
    {
      ...allow(['batch:*'], arn('job-definition/${aws:username}-*')),
      Effect: 'Deny',
      Condition: {
        StringNotEquals: { 'aws:PrincipalTag/team': `team-${at}` },
        Null: { none: 'false' },
      },
    },
  ]);
  const question = (resource: string): Question => ({
    action: 'batch:SubmitJob',
    resource,
    context: contextOf([['aws:username', 'ann']]),
  });
  const list: NamedPolicy[] = named((at) => [allow([`batch:A${at}`, 'ecs:*'], '*')]);
  return Promise.resolve([
    {
      what: 'a decision over 100 policies of several services',
      value: micros(mixed, question(arn('job-queue/q'))),
      unit: 'µs',
      target: { bound: 'at most', value: 10 },
      note: '300 statements',
    },
    {
      what: '  the same of one service, the last allows',
      value: micros(alike, question(arn(`job-queue/team-${policies - 1}-x`))),
      unit: 'µs',
      note: 'each denies under a condition that does not hold',
    },
    {
      what: 'gathering 100 compiled policies',
      value: each(2_000, () => new PolicySet(list)),
      unit: 'µs',
      note: 'once for a principal and version of IAM',
    },
    {
      what: 'compiling a policy of three statements',
      value: each(5_000, () =>
        compilePolicy(text([allow(['a:b'], '*'), allow(['a:*'], arn('x/*'))]), 'identity'),
      ),
      unit: 'µs',
      note: 'once for a text',
    },
  ]);
}

const allow = (Action: string[], Resource: string): object => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const text = (Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });
const named = (statements: (at: number) => object[]): NamedPolicy[] =>
  Array.from({ length: policies }, (_none, at) => ({
    name: `p${at}`,
    policy: compilePolicy(text(statements(at)), 'identity'),
  }));
const setOf = (statements: (at: number) => object[]): PolicySet => new PolicySet(named(statements));

const micros = (identity: PolicySet, question: Question): number =>
  each(decisions, () => decide({ identity }, question));

/** Microseconds of one, after as many to warm up. */
function each(count: number, act: () => unknown): number {
  for (let done = 0; done < count; done++) act();
  const start = performance.now();
  for (let done = 0; done < count; done++) act();
  return ((performance.now() - start) * 1000) / count;
}
