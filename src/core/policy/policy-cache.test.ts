// The cache of compiled policies: one for a text and kind, and no more text than it may hold.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PolicyCache } from './policy-cache.ts';
import { PolicySet } from './policy-set.ts';

const text = (name: string): string =>
  JSON.stringify({ Statement: { Sid: name, Effect: 'Allow', Action: '*', Resource: '*' } });

it('compiles a text once for each kind, and forgets what was not asked for longest', () => {
  const [a, b, c] = [text('a'), text('b'), text('c')];
  const cache = new PolicyCache(a.length * 2);
  const first = cache.get(a, 'identity');
  const second = cache.get(b, 'identity');
  assert.equal(cache.get(a, 'identity'), first);
  assert.deepEqual([first.isReadable, cache.get(a, 'trust').isReadable], [true, false]);
  cache.get(c, 'identity');
  assert.equal(cache.get(a, 'identity'), first);
  assert.notEqual(cache.get(b, 'identity'), second);
});

it('keeps nothing where a text is more than all that it may hold', () => {
  const cache = new PolicyCache(10);
  assert.notEqual(cache.get(text('a'), 'identity'), cache.get(text('a'), 'identity'));
});

it('says which condition keys a policy asks for, in conditions and as variables', () => {
  const policy = new PolicyCache(10).get(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::${aws:PrincipalTag/Team}/${*}' },
        {
          Effect: 'Deny',
          Action: 'batch:*',
          Resource: '*',
          Condition: {
            StringLike: { 'aws:ResourceTag/Owner': "${aws:username, 'x'}" },
            Null: { 'aws:ResourceTag/Owner': 'false' },
          },
        },
      ],
    }),
    'identity',
  );
  const keys = policy.statements.map(({ conditionKeys }) => conditionKeys);
  assert.deepEqual(keys, [['aws:PrincipalTag/Team'], ['aws:ResourceTag/Owner', 'aws:username']]);
  const policies = new PolicySet([{ name: 'p', policy }]);
  assert.deepEqual([...policies.conditionKeysOn('batch:SubmitJob')].toSorted(), [
    'aws:principaltag/team',
    'aws:resourcetag/owner',
    'aws:username',
  ]);
  assert.deepEqual([...policies.conditionKeysOn('iam:GetUser')], ['aws:principaltag/team']);
});
