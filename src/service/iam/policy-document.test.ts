// What a trust policy lets a service do is read from the document, never from the letters in it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { letsAssume, permits } from './policy-document.ts';

const batch = 'batch.amazonaws.com';
const allow = { Effect: 'Allow', Principal: { Service: batch }, Action: 'sts:AssumeRole' };

describe('a trust policy', () => {
  const cases: readonly [string, unknown, boolean][] = [
    ['names the service', allow, true],
    [
      'names it in a list',
      [{ ...allow, Principal: { Service: ['ec2.amazonaws.com', batch] } }],
      true,
    ],
    ['lets everybody', { ...allow, Principal: '*' }, true],
    ['allows all of STS', { ...allow, Action: 'sts:*' }, true],
    ['allows everything', { ...allow, Action: ['iam:PassRole', '*'] }, true],
    ['writes the action in another case', { ...allow, Action: 'STS:assumerole' }, true],
    [
      'has a condition',
      { ...allow, Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } } },
      true,
    ],
    [
      'allows all but another action',
      { ...allow, Action: undefined, NotAction: 'sts:TagSession' },
      true,
    ],
    ['denies it', { ...allow, Effect: 'Deny' }, false],
    ['allows and denies it', [allow, { ...allow, Effect: 'Deny', Action: 'sts:*' }], false],
    [
      'denies it under a condition',
      [allow, { ...allow, Effect: 'Deny', Condition: { StringEquals: { a: 'b' } } }],
      true,
    ],
    [
      'denies all but another service',
      [
        allow,
        {
          Effect: 'Deny',
          NotPrincipal: { Service: 'ec2.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
      false,
    ],
    [
      'denies all but it',
      [allow, { Effect: 'Deny', NotPrincipal: { Service: batch }, Action: 'sts:AssumeRole' }],
      true,
    ],
    ['names a service that ends alike', { ...allow, Principal: { Service: `not${batch}` } }, false],
    [
      'names one that begins alike',
      { ...allow, Principal: { Service: `${batch}.example` } },
      false,
    ],
    ['names it as an account', { ...allow, Principal: { AWS: batch } }, false],
    [
      'names it in a condition alone',
      {
        ...allow,
        Principal: { Service: 'ec2.amazonaws.com' },
        Condition: { StringEquals: { 'aws:PrincipalServiceName': batch } },
      },
      false,
    ],
    ['names it in its own id alone', { ...allow, Sid: batch, Principal: { AWS: '*' } }, false],
    ['allows another action', { ...allow, Action: 'sts:TagSession' }, false],
    ['says no effect', { ...allow, Effect: 'allow' }, false],
    ['is no statement', batch, false],
    ['cannot be read, though one of its statements can', [allow, {}], false],
  ];
  for (const [what, Statement, expected] of cases)
    it(`that ${what} ${expected ? 'lets it' : 'does not'}`, () =>
      assert.equal(letsAssume(JSON.stringify({ Statement }), [batch]), expected));

  it('of China names the service by its own suffix too', () => {
    const china = JSON.stringify({
      Statement: { ...allow, Principal: { Service: 'batch.amazonaws.com.cn' } },
    });
    assert.deepEqual(
      [letsAssume(china, [batch, 'batch.amazonaws.com.cn']), letsAssume(china, [batch])],
      [true, false],
    );
  });
});

it('a policy permits what it allows and does not deny', () => {
  const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  assert.equal(
    permits(policy({ Effect: 'Allow', Action: 'ec2:Create*', Resource: '*' }), 'ec2:CreateTags'),
    true,
  );
  assert.equal(
    permits(policy({ Effect: 'Allow', Action: 'ec2:Run*', Resource: '*' }), 'ec2:CreateTags'),
    false,
  );
  assert.equal(
    permits(
      policy(
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'ec2:CreateTags', Resource: '*' },
      ),
      'ec2:CreateTags',
    ),
    false,
  );
  assert.equal(
    permits(
      policy(
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'ec2:CreateTags', Resource: 'arn:aws:ec2:*:*:vpc/*' },
      ),
      'ec2:CreateTags',
    ),
    true,
    'what is denied on one kind of resource is permitted on another',
  );
});
