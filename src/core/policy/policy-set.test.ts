// The index of statements against going through all of them: whatever policies say, both find the
// same decision.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { compilePolicy, type Policy } from './compile.ts';
import type { Context } from './context.ts';
import { decide } from './decide.ts';
import { PolicySet } from './policy-set.ts';

const pattern = fc.constantFrom(
  '*',
  '*:*',
  'a:*',
  'A:Get*',
  'a:getx',
  'a:GetX',
  'b:GetX',
  'b:*X',
  '*:GetX',
  '?:Put?',
  'ab:*',
);
const patterns = fc.oneof(pattern, fc.array(pattern, { minLength: 1, maxLength: 3 }));
const resource = fc.constantFrom('*', 'arn:aws:a:::x', 'arn:aws:a:::*', 'arn:aws:b:::${k}');
const operator = fc.constantFrom(
  'StringEquals',
  'StringEqualsIfExists',
  'StringNotEquals',
  'ForAllValues:StringEquals',
  'ForAnyValue:StringEquals',
  'ForAnyValue:StringNotEquals',
  'ForAnyValue:StringEqualsIfExists',
  'Null',
);
const values = fc.constantFrom(undefined, '', 'v', 'w', [], ['v', 'w']);
const statement = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    actions: patterns,
    resources: resource,
    isNotAction: fc.boolean(),
    isNotResource: fc.boolean(),
    operators: fc.uniqueArray(operator, { maxLength: 2 }),
    key: fc.constantFrom('k', 'K', 'l'),
  })
  .map(({ Effect, actions, resources, isNotAction, isNotResource, operators, key }) => ({
    Effect,
    [isNotAction ? 'NotAction' : 'Action']: actions,
    [isNotResource ? 'NotResource' : 'Resource']: resources,
    Condition: Object.fromEntries(
      operators.map((name) => [name, { [key]: name === 'Null' ? 'true' : 'v' }]),
    ),
  }));
const question = fc.record({
  action: fc.constantFrom('a:GetX', 'A:getX', 'b:GetX', 'a:PutX', 'ab:GetX', 'c:Other'),
  resource: fc.constantFrom('*', 'arn:aws:a:::x', 'arn:aws:a:::y', 'arn:aws:b:::v'),
  k: values,
  l: values,
});

it('the index misses no statement, and finds none that does not apply', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
      fc.array(question, { minLength: 1, maxLength: 5 }),
      (documents, questions) => {
        const policies = documents.map((Statement) =>
          compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity'),
        );
        const identity = new PolicySet(policies.map((policy, at) => ({ name: `${at}`, policy })));
        // One set is asked again and again: what it remembers is of no other question.
        for (const { action, resource: on, k, l } of questions) {
          const context: Context = (key) => ({ k, l })[key];
          const applies = (effect: string, { statements }: Policy): boolean =>
            statements.some(
              (one) =>
                one.effect === effect &&
                one.actions.includes(action.toLowerCase()) &&
                one.isOfResource(on, context) &&
                one.holds(context),
            );
          const isDenied = policies.some((policy) => applies('Deny', policy));
          const decision = decide({ identity }, { action, resource: on, context });
          assert.deepEqual(
            [decision.isAllowed, !decision.isAllowed && decision.explicit !== undefined],
            [!isDenied && policies.some((policy) => applies('Allow', policy)), isDenied],
          );
        }
      },
    ),
    { numRuns: 5_000 },
  );
});

it('keeps a bounded memory of what was asked', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const Statement = Array.from({ length: 2_000 }, () => ({
    Effect: 'Allow',
    Action: 'a:Get*',
    Resource: '*',
    Condition: { StringEquals: { k: 'v' } },
  }));
  const policy = compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
  const identity = new PolicySet([{ name: 'p', policy }]);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let action = 0; action < 100; action++)
    for (let on = 0; on < 50; on++)
      decide(
        { identity },
        {
          action: `a:Get${action}`,
          resource: `arn:aws:a:::${'x'.repeat(1_000)}${on}`,
          context: () => 'w',
        },
      );
  collect();
  const kept = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  assert.equal(identity.statementsOn('a:get0', 'Allow').length, 2_000);
  assert.ok(kept < 4, `${kept.toFixed(1)} MiB are kept`);
});
