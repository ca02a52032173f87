// IAM's evaluation of all policies of a request, as a table: the rules of "Policy evaluation logic"
// in its user guide, each layer alone and with the others.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  allow,
  decisions,
  deny,
  document,
  one,
  type Ask,
  type Given,
  type Row,
} from '../../../test/house/decisions.ts';
import { compilePolicy } from './compile.ts';
import { decide, mayAllow } from './decide.ts';
import { PolicySet } from './policy-set.ts';
import type { Asker } from './principal.ts';

const queue = 'arn:aws:batch:eu-west-1:111122223333:job-queue/q';
const submit: Ask = { action: 'batch:SubmitJob', resource: queue };
const all = document(allow('*'));
const batch = document(allow('batch:*'));
const read = document(allow(['batch:Describe*', 'batch:List*']));
const denies = document(deny('batch:SubmitJob'));

describe('identity policies', () => {
  decisions([
    ['nothing allows: denied', {}, submit, 'no identity'],
    ['a policy allows', { identity: { p: batch } }, submit, 'allow by identity p#0'],
    ['a policy allows something else', { identity: { p: read } }, submit, 'no identity'],
    [
      'one of two policies allows',
      { identity: { a: read, b: batch } },
      submit,
      'allow by identity b#0',
    ],
    [
      'one of two policies denies',
      { identity: { a: batch, b: denies } },
      submit,
      'deny by identity b#0',
    ],
    ['the denial comes first', { identity: { a: denies, b: all } }, submit, 'deny by identity a#0'],
    ['a denial alone denies', { identity: { a: denies } }, submit, 'deny by identity a#0'],
    [
      'a policy denies what it allows',
      one(allow('*'), deny('batch:SubmitJob', { Sid: 'No', Resource: '*' })),
      submit,
      'deny by identity p#No',
    ],
    [
      'a denial of another resource does not count',
      one(allow('*'), deny('batch:SubmitJob', { Resource: `${queue}2` })),
      submit,
      'allow by identity p#0',
    ],
    [
      'a denial of another action does not count',
      one(allow('*'), deny('batch:CancelJob')),
      submit,
      'allow by identity p#0',
    ],
    [
      'a denial whose condition does not hold does not count',
      one(allow('*'), deny('*', { Resource: '*', Condition: { StringEquals: { k: 'v' } } })),
      submit,
      'allow by identity p#0',
    ],
    [
      'a denial whose condition holds counts',
      one(allow('*'), deny('*', { Resource: '*', Condition: { StringEquals: { k: 'v' } } })),
      { ...submit, context: { k: 'v' } },
      'deny by identity p#1',
    ],
    [
      'the second statement allows',
      one(allow('batch:CancelJob'), allow('batch:SubmitJob', { Sid: 'Two', Resource: '*' })),
      submit,
      'allow by identity p#Two',
    ],
    [
      'a statement is one document too',
      { identity: { p: { Version: '2012-10-17', Statement: allow('*') } } },
      submit,
      'allow by identity p#0',
    ],
    [
      'an empty Sid is none',
      one(allow('*', { Sid: '', Resource: '*' })),
      submit,
      'allow by identity p#0',
    ],
    [
      'two statements do not make one of both',
      one(
        allow('batch:SubmitJob', { Resource: `${queue}2` }),
        allow('batch:CancelJob', { Resource: queue }),
      ),
      submit,
      'no identity',
    ],
    [
      'a policy without a version allows',
      { identity: { p: { Statement: [allow('*')] } } },
      submit,
      'allow',
    ],
  ]);
});

describe('a permissions boundary', () => {
  decisions([
    [
      'that allows changes nothing',
      { identity: { p: batch }, boundary: all },
      submit,
      'allow by identity p#0',
    ],
    [
      'limits what a policy allows',
      { identity: { p: all }, boundary: read },
      submit,
      'no boundary',
    ],
    ['gives nothing by itself', { boundary: all }, submit, 'no identity'],
    ['denies', { identity: { p: all }, boundary: denies }, submit, 'deny by boundary boundary#0'],
    [
      'denies what it allows as well',
      { identity: { p: all }, boundary: document(allow('*'), deny('batch:*')) },
      submit,
      'deny by boundary boundary#1',
    ],
    [
      'allows by its second statement',
      { identity: { p: all }, boundary: document(allow('iam:*'), allow('batch:Submit*')) },
      submit,
      'allow by identity p#0',
    ],
    [
      'limits to a resource',
      { identity: { p: all }, boundary: document(allow('*', { Resource: `${queue}-*` })) },
      submit,
      'no boundary',
    ],
    [
      'limits by a condition that does not hold',
      {
        identity: { p: all },
        boundary: document(
          allow('*', { Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
        ),
      },
      { ...submit, context: { 'aws:SecureTransport': 'false' } },
      'no boundary',
    ],
    [
      'allows under a condition that holds',
      {
        identity: { p: all },
        boundary: document(
          allow('*', { Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
        ),
      },
      { ...submit, context: { 'aws:SecureTransport': 'true' } },
      'allow',
    ],
    [
      'that allows all but IAM, NotAction',
      {
        identity: { p: all },
        boundary: document({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }),
      },
      { action: 'iam:CreateUser' },
      'no boundary',
    ],
    [
      'and an identity denial: the identity denies',
      { identity: { p: denies }, boundary: denies },
      submit,
      'deny by identity p#0',
    ],
  ]);
});

describe('session policies', () => {
  decisions([
    ['that allow change nothing', { identity: { p: batch }, session: { s: all } }, submit, 'allow'],
    [
      'limit what the role allows',
      { identity: { p: all }, session: { s: read } },
      submit,
      'no session',
    ],
    [
      'give nothing by themselves',
      { identity: { p: read }, session: { s: all } },
      submit,
      'no identity',
    ],
    [
      'allow where one of several does',
      { identity: { p: all }, session: { r: read, s: batch } },
      submit,
      'allow by identity p#0',
    ],
    [
      'deny where one of several does',
      { identity: { p: all }, session: { r: all, s: denies } },
      submit,
      'deny by session s#0',
    ],
    [
      'of which there is none allow nothing',
      { identity: { p: all }, session: {} },
      submit,
      'no session',
    ],
    [
      'and a boundary must both allow',
      { identity: { p: all }, boundary: batch, session: { s: batch } },
      submit,
      'allow',
    ],
    [
      'allow, the boundary does not',
      { identity: { p: all }, boundary: read, session: { s: all } },
      submit,
      'no boundary',
    ],
    [
      'do not allow, the boundary does',
      { identity: { p: all }, boundary: all, session: { s: read } },
      submit,
      'no session',
    ],
    [
      'and the boundary both lack it: the boundary is named',
      { identity: { p: all }, boundary: read, session: { s: read } },
      submit,
      'no boundary',
    ],
    [
      'and all layers lack it: the identity is named',
      { identity: { p: read }, boundary: read, session: { s: read } },
      submit,
      'no identity',
    ],
    [
      'deny before the identity lacks leave',
      { identity: { p: read }, session: { s: denies } },
      submit,
      'deny by session s#0',
    ],
    [
      'have variables of their own',
      {
        identity: { p: all },
        session: {
          s: document(
            allow('batch:*', { Resource: `arn:aws:batch:*:*:job-queue/\${aws:PrincipalTag/team}` }),
          ),
        },
      },
      { ...submit, context: { 'aws:PrincipalTag/team': 'q' } },
      'allow',
    ],
  ]);
});

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/job`;
const assume = { action: 'sts:AssumeRole', resource: role };
const trusts = (Principal: unknown, more: object = {}): object => ({
  Effect: 'Allow',
  Principal,
  Action: 'sts:AssumeRole',
  ...more,
});
const user = (of = account, name = 'ann'): Asker => ({
  kind: 'aws',
  account: of,
  arn: `arn:aws:iam::${of}:user/${name}`,
});
const session = (of = account): Asker => ({
  kind: 'aws',
  account: of,
  arn: `arn:aws:sts::${of}:assumed-role/ci/run`,
  roleArn: `arn:aws:iam::${of}:role/ci`,
});
const service = (...names: string[]): Asker => ({ kind: 'service', names });
const other = '444455556666';

/** A question about the role, to its trust policy and to who asks. */
function asking(
  name: string,
  principal: unknown,
  asker: Asker,
  expected: string,
  more: Given & { statement?: object; context?: Ask['context'] } = {},
): Row {
  const { statement = {}, context = {}, ...given } = more;
  return [
    name,
    { trust: document(trusts(principal, statement)), account, ...given },
    { ...assume, asker, context },
    expected,
  ];
}

const mayAssume = { identity: { p: document(allow('sts:AssumeRole', { Resource: role })) } };
const AWS = (...names: string[]) => ({ AWS: names.length === 1 ? names[0] : names });

describe('a trust policy', () => {
  decisions([
    asking(
      'names a service',
      { Service: 'batch.amazonaws.com' },
      service('batch.amazonaws.com'),
      'allow by trust trust#0',
    ),
    asking(
      'names another service',
      { Service: 'ec2.amazonaws.com' },
      service('batch.amazonaws.com'),
      'no trust',
    ),
    asking(
      'names one of the names of a service',
      { Service: ['ec2.amazonaws.com', 'batch.amazonaws.com.cn'] },
      service('batch.amazonaws.com', 'batch.amazonaws.com.cn'),
      'allow',
    ),
    asking(
      'names a service as an account',
      AWS('111122223333'),
      service('111122223333'),
      'no trust',
    ),
    asking(
      'names any of AWS, which no service is',
      AWS('*'),
      service('batch.amazonaws.com'),
      'no trust',
    ),
    asking(
      'names a user of the account',
      AWS(`arn:aws:iam::${account}:user/ann`),
      user(),
      'allow by trust trust#0',
    ),
    asking('names another user', AWS(`arn:aws:iam::${account}:user/bob`), user(), 'no trust'),
    asking(
      'names a user in another case',
      AWS(`arn:aws:iam::${account}:user/Ann`),
      user(),
      'no trust',
    ),
    asking(
      'names a user with a path',
      AWS(`arn:aws:iam::${account}:user/ops/ann`),
      user(account, 'ops/ann'),
      'allow',
    ),
    asking(
      'names a user of the account whom a boundary gives nothing',
      AWS(`arn:aws:iam::${account}:user/ann`),
      user(),
      'allow',
      { boundary: read },
    ),
    asking(
      'names a user of the account whom a policy denies it',
      AWS(`arn:aws:iam::${account}:user/ann`),
      user(),
      'deny by identity p#0',
      { identity: { p: document(deny('sts:*')) } },
    ),
    asking('names the account by its number', AWS(account), user(), 'no identity'),
    asking(
      'names the account, which gives leave',
      AWS(account),
      user(),
      'allow by trust trust#0',
      mayAssume,
    ),
    asking(
      'names the account by its root',
      AWS(`arn:aws:iam::${account}:root`),
      user(),
      'allow',
      mayAssume,
    ),
    asking('names the account, a boundary does not let them', AWS(account), user(), 'no boundary', {
      ...mayAssume,
      boundary: read,
    }),
    asking(
      'names the account, and its root asks',
      AWS(`arn:aws:iam::${account}:root`),
      {
        kind: 'aws',
        account,
        arn: `arn:aws:iam::${account}:root`,
      },
      'no identity',
    ),
    asking('names another account', AWS(other), user(), 'no trust', mayAssume),
    asking(
      'names a user of another account without leave there',
      AWS(`arn:aws:iam::${other}:user/ann`),
      user(other),
      'no identity',
    ),
    asking(
      'names a user of another account with leave there',
      AWS(`arn:aws:iam::${other}:user/ann`),
      user(other),
      'allow',
      mayAssume,
    ),
    asking('names another account, which gives leave', AWS(other), user(other), 'allow', mayAssume),
    asking('names one of two accounts', AWS(account, other), user(other), 'allow', mayAssume),
    asking('names anybody of AWS', AWS('*'), user(), 'allow'),
    asking(
      'names anybody of AWS, somebody of another account without leave',
      AWS('*'),
      user(other),
      'no identity',
    ),
    asking(
      'names a role, whose session asks',
      AWS(`arn:aws:iam::${account}:role/ci`),
      session(),
      'allow by trust trust#0',
    ),
    asking(
      'names a role, whose session is limited',
      AWS(`arn:aws:iam::${account}:role/ci`),
      session(),
      'no session',
      { session: { s: read } },
    ),
    asking(
      'names a role, whose boundary limits it',
      AWS(`arn:aws:iam::${account}:role/ci`),
      session(),
      'no boundary',
      { boundary: read },
    ),
    asking(
      'names a session',
      AWS(`arn:aws:sts::${account}:assumed-role/ci/run`),
      session(),
      'allow',
      {
        session: { s: read },
      },
    ),
    asking(
      'names another session',
      AWS(`arn:aws:sts::${account}:assumed-role/ci/else`),
      session(),
      'no trust',
    ),
    asking(
      'names a role of another account, whose session has leave',
      AWS(`arn:aws:iam::${other}:role/ci`),
      session(other),
      'allow',
      mayAssume,
    ),
    asking(
      'names a role of another account, whose session has none',
      AWS(`arn:aws:iam::${other}:role/ci`),
      session(other),
      'no identity',
    ),
    asking(
      'names an identity provider',
      { Federated: 'accounts.google.com' },
      { kind: 'federated', provider: 'accounts.google.com' },
      'allow',
    ),
    asking(
      'names an identity provider by its ARN',
      { Federated: `arn:aws:iam::${account}:oidc-provider/token.example.com/a` },
      { kind: 'federated', provider: `arn:aws:iam::${account}:oidc-provider/token.example.com/a` },
      'allow',
    ),
    asking(
      'names another identity provider',
      { Federated: 'www.amazon.com' },
      { kind: 'federated', provider: 'accounts.google.com' },
      'no trust',
    ),
    asking(
      'names a provider, and somebody of AWS asks',
      { Federated: 'accounts.google.com' },
      user(),
      'no trust',
    ),
    asking(
      'names several kinds',
      { ...AWS(other), Service: 'ec2.amazonaws.com' },
      service('ec2.amazonaws.com'),
      'allow',
    ),
    asking('names somebody who is gone', AWS('AIDAABCDEFGHIJKLMNOPQ'), user(), 'no trust'),
    asking(
      'has a condition that holds',
      { Service: 'batch.amazonaws.com' },
      service('batch.amazonaws.com'),
      'allow',
      {
        statement: { Condition: { StringEquals: { 'aws:SourceAccount': account } } },
        context: { 'aws:SourceAccount': account },
      },
    ),
    asking(
      'has a condition that does not hold',
      { Service: 'batch.amazonaws.com' },
      service('batch.amazonaws.com'),
      'no trust',
      {
        statement: { Condition: { StringEquals: { 'aws:SourceAccount': account } } },
      },
    ),
    asking('wants an external id, which is given', AWS(other), user(other), 'allow', {
      ...mayAssume,
      statement: { Condition: { StringEquals: { 'sts:ExternalId': 'x-1' } } },
      context: { 'sts:ExternalId': 'x-1' },
    }),
    asking('wants an external id, and another is given', AWS(other), user(other), 'no trust', {
      ...mayAssume,
      statement: { Condition: { StringEquals: { 'sts:ExternalId': 'x-1' } } },
      context: { 'sts:ExternalId': 'x-2' },
    }),
    asking('allows another action of STS', AWS('*'), user(), 'no trust', {
      statement: { Action: 'sts:TagSession' },
    }),
    asking('allows all of STS', AWS('*'), user(), 'allow', { statement: { Action: 'sts:*' } }),
    asking('allows all but one action of STS', AWS('*'), user(), 'allow', {
      statement: { Action: undefined, NotAction: 'sts:TagSession' },
    }),
    [
      'lets who is named twice in the closer way',
      {
        trust: document(trusts(AWS(account)), trusts(AWS(`arn:aws:iam::${account}:user/ann`))),
        account,
      },
      { ...assume, asker: user() },
      'allow by trust trust#1',
    ],
    [
      'denies',
      { trust: document(trusts(AWS('*')), { ...trusts(AWS(account)), Effect: 'Deny' }), account },
      { ...assume, asker: user() },
      'deny by trust trust#1',
    ],
    [
      'denies somebody else',
      { trust: document(trusts(AWS('*')), { ...trusts(AWS(other)), Effect: 'Deny' }), account },
      { ...assume, asker: user() },
      'allow',
    ],
    [
      'denies all but one, who asks (NotPrincipal)',
      {
        trust: document(trusts(AWS('*')), {
          Effect: 'Deny',
          NotPrincipal: AWS(`arn:aws:iam::${account}:user/ann`),
          Action: 'sts:AssumeRole',
        }),
        account,
      },
      { ...assume, asker: user() },
      'allow',
    ],
    [
      'denies all but one, and another asks (NotPrincipal)',
      {
        trust: document(trusts(AWS('*')), {
          Effect: 'Deny',
          NotPrincipal: AWS(`arn:aws:iam::${account}:user/ann`),
          Action: 'sts:AssumeRole',
        }),
        account,
      },
      { ...assume, asker: user(account, 'bob') },
      'deny by trust trust#1',
    ],
    [
      'lets nobody where nobody is said to ask',
      { trust: document(trusts(AWS('*'))), account },
      assume,
      'no trust',
    ],
  ]);
});

describe("a resource's own policy", () => {
  const topic = `arn:aws:sns:eu-west-1:${account}:news`;
  const publish = { action: 'sns:Publish', resource: topic };
  const lets = (Principal: unknown, more: object = {}): object => ({
    Effect: 'Allow',
    Principal,
    Action: 'sns:Publish',
    Resource: topic,
    ...more,
  });
  const mayPublish = { identity: { p: document(allow('sns:Publish')) } };
  const asked = (
    name: string,
    principal: unknown,
    asker: Asker,
    expected: string,
    { statement = {}, ...given }: Given & { statement?: object } = {},
  ): Row => [
    name,
    { resource: document(lets(principal, statement)), account, ...given },
    { ...publish, asker },
    expected,
  ];
  const nobody = AWS('444455556666');
  decisions([
    asked('need not allow what the own policies do', nobody, user(), 'allow', mayPublish),
    asked('names another, and nothing else allows', nobody, user(), 'no identity'),
    asked(
      'names the user',
      AWS(`arn:aws:iam::${account}:user/ann`),
      user(),
      'allow by resource resource#0',
    ),
    asked('names everybody', '*', user(), 'allow by resource resource#0'),
    asked('names the account, whose policies must allow', AWS(account), user(), 'no identity'),
    asked('names the account, whose policies allow', AWS(account), user(), 'allow', mayPublish),
    asked('denies what the own policies allow', '*', user(), 'deny by resource resource#0', {
      ...mayPublish,
      statement: { Effect: 'Deny' },
    }),
    asked(
      'must allow who is of another account',
      AWS(account),
      user(other),
      'no resource',
      mayPublish,
    ),
    asked(
      'allows another account, whose own policies do not',
      AWS(other),
      user(other),
      'no identity',
    ),
    asked('allows another account, whose policies do too', AWS(other), user(other), 'allow', {
      ...mayPublish,
    }),
    asked(
      'allows a service',
      { Service: 'events.amazonaws.com' },
      service('events.amazonaws.com'),
      'allow by resource resource#0',
    ),
    asked(
      'must name a service, which AWS is not',
      AWS('*'),
      service('events.amazonaws.com'),
      'no resource',
    ),
    asked('is of another resource', '*', user(), 'no identity', {
      statement: { Resource: `${topic}2` },
    }),
    asked(
      'names a role, whose boundary does not allow',
      AWS(role.replace('job', 'ci')),
      session(),
      'no boundary',
      {
        boundary: read,
      },
    ),
  ]);
});

it('a policy that cannot be read denies everything', () => {
  const identity = new PolicySet([
    { name: 'p', policy: compilePolicy(JSON.stringify(all), 'identity') },
    { name: 'broken', policy: compilePolicy('{', 'identity') },
  ]);
  assert.deepEqual(decide({ identity }, { ...submit, resource: queue, context: () => undefined }), {
    isAllowed: false,
    layer: 'identity',
    explicit: { layer: 'identity', policy: 'broken', sid: undefined, index: 0 },
  });
});

it('no policy is for what another kind is for', () => {
  for (const [kind, statement] of [
    ['identity', trusts(AWS('*'))],
    ['trust', allow('sts:AssumeRole')],
    ['identity', { Effect: 'Allow', Action: '*' }],
    ['identity', { Effect: 'Allow', Resource: '*' }],
    ['identity', { Effect: 'allow', Action: '*', Resource: '*' }],
  ] as const)
    assert.equal(compilePolicy(JSON.stringify(document(statement)), kind).isReadable, false);
});

it('what may be allowed under some conditions is known without a request', () => {
  const condition = { Condition: { StringEquals: { k: 'v' } } };
  const cases: [object[], boolean][] = [
    [[allow('batch:*')], true],
    [[allow('iam:*')], false],
    [[allow('batch:SubmitJob', { Resource: queue, ...condition })], true],
    [[allow('batch:*'), deny('batch:SubmitJob')], false],
    [[allow('batch:*'), deny('batch:SubmitJob', { Resource: '*', ...condition })], true],
    [[allow('batch:*'), deny('batch:SubmitJob', { Resource: queue })], true],
    [[allow('batch:*'), { Effect: 'Deny', NotAction: 'iam:*', Resource: '*' }], false],
  ];
  for (const [statements, expected] of cases) {
    const policy = compilePolicy(JSON.stringify(document(...statements)), 'identity');
    const policies = new PolicySet([{ name: 'p', policy }]);
    assert.equal(mayAllow(policies, submit), expected, JSON.stringify(statements));
  }
});
