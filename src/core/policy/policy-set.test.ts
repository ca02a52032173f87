// The index of statements against going through all of them: whatever policies say, both find the
// same decision.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, type Policy } from './compile.ts';
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
const statement = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    actions: patterns,
    resources: resource,
    isNotAction: fc.boolean(),
    isNotResource: fc.boolean(),
    isConditional: fc.boolean(),
  })
  .map(({ Effect, actions, resources, isNotAction, isNotResource, isConditional }) => ({
    Effect,
    [isNotAction ? 'NotAction' : 'Action']: actions,
    [isNotResource ? 'NotResource' : 'Resource']: resources,
    Condition: isConditional ? { StringEquals: { k: 'v' } } : {},
  }));
const question = fc.record({
  action: fc.constantFrom('a:GetX', 'A:getX', 'b:GetX', 'a:PutX', 'ab:GetX', 'c:Other'),
  resource: fc.constantFrom('*', 'arn:aws:a:::x', 'arn:aws:a:::y', 'arn:aws:b:::v'),
  k: fc.constantFrom(undefined, 'v', 'w'),
});

it('the index misses no statement, and finds none that does not apply', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
      question,
      (documents, { action, resource: on, k }) => {
        const policies = documents.map((Statement) =>
          compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity'),
        );
        const context = (key: string): string | undefined => (key === 'k' ? k : undefined);
        const applies = (effect: string, { statements }: Policy): boolean =>
          statements.some(
            (one) =>
              one.effect === effect &&
              one.actions.includes(action.toLowerCase()) &&
              one.isOfResource(on, context) &&
              one.holds(context),
          );
        const isDenied = policies.some((policy) => applies('Deny', policy));
        const decision = decide(
          { identity: new PolicySet(policies.map((policy, at) => ({ name: `${at}`, policy }))) },
          { action, resource: on, context },
        );
        assert.deepEqual(
          [decision.isAllowed, !decision.isAllowed && decision.explicit !== undefined],
          [!isDenied && policies.some((policy) => applies('Allow', policy)), isDenied],
        );
      },
    ),
    { numRuns: 3_000 },
  );
});
