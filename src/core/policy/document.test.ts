// What a document must be to become a policy: IAM's sentence for each that may not, and those that
// IAM takes though they look odd. Each document is whole but for what its row changes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPolicy, type PolicyKind } from './check.ts';

const syntax = 'Syntax errors in policy.';
const version = 'Policy document must be version 2012-10-17 or greater.';
const legacy = 'The policy failed legacy parsing';
const vendor = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
const colon = 'Actions/Condition can contain only one colon.';
const noActions = 'Policy statement must contain actions.';
const noResources = 'Policy statement must contain resources.';
const unique = 'Statement IDs (SID) in a single policy must be unique.';
const bucket = 'arn:aws:s3:::example_bucket';
const statement = { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucket };

type Row = readonly [what: string, text: unknown, sentence: string | undefined];

function rows(kind: PolicyKind, cases: readonly Row[]): void {
  for (const [what, given, sentence] of cases)
    it(`${what}: ${sentence ?? 'taken'}`, () => {
      const text = typeof given === 'string' ? given : JSON.stringify(given);
      assert.equal(checkPolicy(text, kind)?.message, sentence);
    });
}

const policy = (...Statement: readonly unknown[]): object => ({
  Version: '2012-10-17',
  Statement: Statement.length === 1 ? Statement[0] : Statement,
});
const changed = (change: object): object => policy({ ...statement, ...change });
const on = (Resource: unknown): object => changed({ Resource });
const when = (Condition: unknown): object => changed({ Condition });
const date = (value: unknown): object => when({ DateLessThan: { a: value } });

describe('a managed policy', () => {
  rows('managed', [
    ['whole', policy(statement), undefined],
    ['a list of statements', { Version: '2012-10-17', Statement: [statement] }, undefined],
    ['with an Id', { ...policy(statement), Id: 'x y' }, undefined],
    ['no JSON', 'This is not a json document', syntax],
    ['empty', '', syntax],
    ['JSON that is cut', '{"Version":"2012-10-17"', syntax],
    ['two values', '{}{}', syntax],
    ['a list', [policy(statement)], syntax],
    ['a text', '"x"', syntax],
    ['null', 'null', syntax],
    ['a key twice', '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}', syntax],
    [
      'a key twice in a statement',
      '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}',
      syntax,
    ],
    ['no version', { Statement: statement }, version],
    ['the version of 2008', { ...policy(statement), Version: '2008-10-17' }, version],
    ['a version of one’s own', { ...policy(statement), Version: '2013-10-17' }, syntax],
    ['a version that is a number', { ...policy(statement), Version: 2012 }, syntax],
    ['no statement', { Version: '2012-10-17' }, syntax],
    ['statements, none', { Version: '2012-10-17', Statement: [] }, syntax],
    ['a statement that is a text', { Version: '2012-10-17', Statement: ['afd'] }, syntax],
    ['a statement that is null', { Version: '2012-10-17', Statement: null }, syntax],
    ['another element', { ...policy(statement), 'Extra field': 'value' }, syntax],
    ['an element in lower case', { ...policy(statement), id: 'x' }, syntax],
    ['another element of a statement', changed({ 'Extra field': 'value' }), syntax],
    ['__proto__', '{"Version":"2012-10-17","__proto__":{},"Statement":{}}', syntax],
    ['an Id that is a list', { ...policy(statement), Id: ['x'] }, syntax],
    ['an Id that is an object', { ...policy(statement), Id: {} }, syntax],

    ['no effect', policy({ Action: 's3:ListBucket', Resource: bucket }), syntax],
    ['another effect', changed({ Effect: 'invalid' }), syntax],
    ['an effect that is a list', changed({ Effect: ['Allow'] }), syntax],
    ['an effect in another case', changed({ Effect: 'denY' }), legacy],
    [
      'an effect in another case, before the Sids',
      policy({ ...statement, Sid: 's', Effect: 'aLLow' }, { Sid: 's', Effect: 'Allow' }),
      legacy,
    ],

    ['a Sid', changed({ Sid: 'Statement1' }), undefined],
    ['an empty Sid', changed({ Sid: '' }), undefined],
    ['two empty Sids', policy({ ...statement, Sid: '' }, { ...statement, Sid: '' }), undefined],
    ['a Sid that is an object', changed({ Sid: {} }), syntax],
    ['a Sid that is a list', changed({ Sid: [] }), syntax],
    ['a Sid twice', policy({ ...statement, Sid: 'sdf' }, { ...statement, Sid: 'sdf' }), unique],
    [
      'a Sid twice, before what is missing',
      policy({ ...statement, Sid: 'sdf' }, { Sid: 'sdf', Effect: 'Allow' }),
      unique,
    ],
    [
      'a Sid twice, after the version',
      {
        Statement: [
          { ...statement, Sid: 'sdf' },
          { Sid: 'sdf', Effect: 'Allow' },
        ],
      },
      version,
    ],
    [
      'a Sid with a hyphen',
      changed({ Sid: 'no-good' }),
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    ],

    ['a principal', changed({ Principal: '*' }), 'Policy document should not specify a principal.'],
    [
      'NotPrincipal',
      changed({ NotPrincipal: { AWS: '*' } }),
      'Policy document should not specify a principal.',
    ],

    ['an action of no vendor', changed({ Action: 'invalid' }), vendor],
    [
      'an action of no vendor, and no resource',
      policy({ Effect: 'Allow', Action: 'invalid' }),
      vendor,
    ],
    ['an empty action', policy({ Effect: 'Allow', NotAction: '', Resource: bucket }), vendor],
    ['a vendor with a blank', changed({ Action: 'a a:ListBucket' }), 'Vendor a a is not valid'],
    ['an empty vendor', changed({ Action: ':ListBucket' }), 'Vendor  is not valid'],
    ['a vendor with a star', changed({ Action: 's*:ListBucket' }), 'Vendor s* is not valid'],
    ['any vendor', changed({ Action: '*:ListBucket' }), undefined],
    ['an action of two colons', changed({ Action: 's3:List:Bucket' }), colon],
    [
      'an action of two colons, the second',
      policy(statement, { ...statement, Action: 's:3s:ListBucket' }),
      colon,
    ],
    ['any action', changed({ Action: '*' }), undefined],
    ['a name with blanks', changed({ Action: 'iam: asdf safdsf af ' }), undefined],
    ['a vendor with a dot', changed({ Action: 's3.s:ListBucket' }), undefined],
    [
      'a vendor that is none',
      changed({ Action: 'aaaaaadsfdsafsadfsadfaaaaa:ListBucket' }),
      undefined,
    ],
    [
      'NotAction',
      policy({ Effect: 'Allow', NotAction: 's3:ListBucket', Resource: bucket }),
      undefined,
    ],
    ['both actions', changed({ NotAction: 'iam:dsf' }), syntax],
    ['both actions, one empty', changed({ NotAction: [] }), syntax],
    ['no action', policy({ Effect: 'Allow', Resource: bucket }), noActions],
    ['actions, none', changed({ Action: [] }), noActions],
    ['only an effect', policy({ Effect: 'Allow' }), noActions],
    ['only an effect, the first', policy({ Effect: 'Deny' }, statement), noActions],
    ['an action that is an object', changed({ Action: {} }), syntax],
    ['an action that is a list of lists', changed({ Action: [[]] }), syntax],
    ['an action that is null', changed({ Action: null }), syntax],
    ['an action that is a number', changed({ Action: 1 }), syntax],

    ['no resource', policy({ Effect: 'Allow', Action: 's3:ListBucket' }), noResources],
    ['resources, none', on([]), noResources],
    ['NotResource', policy({ Effect: 'Allow', Action: 's3:*', NotResource: '*' }), undefined],
    ['both resources', changed({ NotResource: '*' }), syntax],
    ['both resources, one empty', changed({ NotResource: [] }), syntax],
    ['a resource that is an object', on({ a: bucket }), syntax],
    ['a resource that is an object in a list', on(['adfdf', {}]), syntax],
    [
      'a resource that is no ARN',
      on('invalid resource'),
      'Resource invalid resource must be in ARN format or "*".',
    ],
    [
      'a resource in a list that is no ARN',
      on(['adf']),
      'Resource adf must be in ARN format or "*".',
    ],
    ['an empty resource', on(''), 'Resource  must be in ARN format or "*".'],
    [
      'a resource that is no ARN, before the action',
      changed({ Action: 's:3:ListBucket', Resource: 'sdfsadf' }),
      'Resource sdfsadf must be in ARN format or "*".',
    ],
    [
      'another partition',
      on('a:bsdfdsafsad'),
      'Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*".',
    ],
    [
      'another partition and a service',
      on('a:b:cadfsdf'),
      'Partition "b" is not valid for resource "arn:b:cadfsdf:*:*:*".',
    ],
    [
      'another partition and all',
      on('a:b:c:d:e:f:g:h'),
      'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".',
    ],
    [
      'no arn at the front',
      on('aws:s3:::example_bucket'),
      'Partition "s3" is not valid for resource "arn:s3:::example_bucket:*".',
    ],
    [
      'a partition that is none',
      on(['arn:error:s3:::example_bucket', 'arn:error:s3::example_bucket']),
      'Partition "error" is not valid for resource "arn:error:s3:::example_bucket".',
    ],
    [
      'something else than arn',
      on('urn:aws:s3:::b'),
      'Resource urn:aws:s3:::b must be in ARN format or "*".',
    ],
    ['another of AWS’s partitions', on('arn:aws-cn:s3:::b'), undefined],
    ['any partition', on('arn:*:s3:::b'), undefined],
    [
      'a partition alone',
      on('arn:aws'),
      'Resource vendor must be fully qualified and cannot contain regexes.',
    ],
    ['a service alone', on('arn:aws:fdsasf'), undefined],
    ['no service', on('arn:aws::fdsasf'), legacy],
    [
      'no service, of six',
      policy({
        Effect: 'Allow',
        NotAction: 's3:ListBucket',
        Resource: 'arn:aws::::example_bucket',
      }),
      legacy,
    ],
    ['a colon less', on('arn:aws:s3::example_bucket'), legacy],
    [
      'a colon less, before the actions',
      policy({ Effect: 'Allow', Resource: 'arn:aws:s3::example_bucket' }),
      legacy,
    ],
    [
      'a colon less of NotResource',
      policy({
        Effect: 'Allow',
        Action: 's3:ListBucket',
        NotResource: 'arn:aws:s3::example_bucket',
      }),
      legacy,
    ],
    [
      'a region of IAM',
      on('arn:aws:iam:us-east-1::example_bucket'),
      'IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information.',
    ],
    [
      'a region of S3',
      on('arn:aws:s3:us-east-1::example_bucket'),
      'Resource arn:aws:s3:us-east-1::example_bucket can not contain region information.',
    ],
    ['an access point of S3', on('arn:aws:s3:us-east-1:123456789012:accesspoint/a'), undefined],
    [
      'a path of IAM',
      on('arn:aws:iam:::example_bucket'),
      'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
    ],
    ['a user of IAM', on('arn:aws:iam:::user/example_bucket'), undefined],
    ['anything of IAM', on('arn:aws:iam::123456789012:*'), undefined],
    ['a variable', on('arn:aws:iam::*:user/${aws:username}'), undefined],
    ['an ARN and a star', on([bucket, '*']), undefined],
    ['a service that is none', on('arn:aws:invalid-service:us-east-1::example_bucket'), undefined],

    ['no condition in it', when({}), undefined],
    ['an operator without keys', when({ DateGreaterThan: {} }), undefined],
    ['an unknown operator without keys', when({ x: {}, y: {} }), undefined],
    ['a key without values', when({ DateGreaterThan: { a: [] } }), undefined],
    ['a condition that is a list', when([]), syntax],
    ['a condition that is a text', when('a'), syntax],
    ['an operator that is a text', when({ a: 'b' }), syntax],
    ['an operator that is a list', when({ DateGreaterThan: [] }), syntax],
    ['a value that is an object', when({ DateGreaterThan: { a: {} } }), syntax],
    ['a value that is null', when({ StringEquals: { a: null } }), syntax],
    ['a value that is a list of lists', when({ StringEquals: { a: [['b']] } }), syntax],
    ['a value that is a boolean', when({ Bool: { 'aws:SecureTransport': true } }), undefined],
    ['a value that is a number', when({ NumericEquals: { a: [1, 2.5] } }), undefined],
    ['an unknown operator', when({ x: { a: '1' } }), syntax],
    ['IfExists', when({ StringEqualsIfExists: { a: 'asf' } }), undefined],
    ['a set and IfExists', when({ 'ForAnyValue:StringEqualsIfExists': { a: 'asf' } }), undefined],
    ['a set of two colons', when({ 'ForAnyValue::StringEqualsIfExists': { a: 'asf' } }), syntax],
    ['IfExists alone', when({ IfExists: { a: 'asf' } }), syntax],
    ['an operator that objects have', when({ constructor: { a: 'asf' } }), syntax],
    ['a set', when({ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'Department' } }), undefined],

    ['a date that is none', date('sdfdsf'), legacy],
    [
      'a date that is none, of no version',
      { Statement: { ...statement, Condition: { DateLessThan: { a: 'x' } } } },
      version,
    ],
    [
      'a date that is none, before the partition',
      changed({ Resource: 'arn:error:s3:::b', Condition: { DateLessThan: { a: 'x' } } }),
      legacy,
    ],
    ['a date of a 13th month', date('234-13'), legacy],
    ['an offset of one digit', date('2016-12-13t2:00:00.593194+1'), legacy],
    ['ten digits of a second', date('2016-12-13t2:00:00.1999999999+10:59'), legacy],
    ['too many seconds', date('9223372036854775808'), legacy],
    ['most seconds', date('9223372036854775807'), undefined],
    ['a day and T', date('01T'), undefined],
    ['a time', date('2019-07-01T13:20:15Z'), undefined],
    ['a time with an offset', date('2016-12-13T21:20:37.593194+00:00'), undefined],
    ['a time with an offset in hours', date('2016-12-13t2:00:00.593194+23'), undefined],
    ['a year before all', date('-292275054'), undefined],
    ['dates, one of them none', date(['2019-07-01', 'x']), legacy],
  ]);
});

describe('an inline policy', () => {
  rows('inline', [
    ['whole', policy(statement), undefined],
    ['without a version', { Statement: statement }, undefined],
    ['of 2008', { ...policy(statement), Version: '2008-10-17' }, undefined],
    ['no JSON', '{', syntax],
    ['a principal', changed({ Principal: '*' }), 'Policy document should not specify a principal.'],
  ]);
});

describe('a session policy', () => {
  rows('session', [
    ['whole', policy(statement), undefined],
    ['no JSON', '{', 'The policy is not in the valid JSON format.'],
    ['another element', { ...policy(statement), X: 1 }, syntax],
  ]);
});

describe('a trust policy', () => {
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'batch.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const of = (change: object): object => policy({ ...trust, ...change });
  const by = (Principal: unknown): object => of({ Principal });
  const sts = 'AssumeRole policy may only specify STS AssumeRole actions.';
  const error = 'Syntax error in policy.';
  const account = 'arn:aws:iam::123456789012:';
  rows('trust', [
    ['whole', policy(trust), undefined],
    ['without a version', { Statement: [trust] }, undefined],
    ['of 2008', { Version: '2008-10-17', Statement: [trust] }, undefined],
    ['no JSON', '{', 'This policy contains invalid Json'],
    ['a list', '[]', error],
    ['another element', { probe: 'x' }, 'Unknown field probe'],
    [
      'an element in lower case',
      { version: '2012-10-17', statement: [trust] },
      'Unknown field version',
    ],
    ['another element of a statement', of({ _comment: 'x' }), 'Unknown field _comment'],
    [
      'another version',
      { Version: '2013-10-17', Statement: [trust] },
      'The policy must contain a valid version string',
    ],
    ['no statement', {}, 'Missing required field Statement'],
    ['statements, none', { Statement: [] }, 'Could not parse the policy: Statement is empty!'],
    ['a statement that is a text', { Statement: 'x' }, error],
    [
      'no effect',
      policy({ Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
      'Missing required field Effect',
    ],
    ['another effect', of({ Effect: 'Maybe' }), 'Invalid effect: Maybe'],
    ['an effect in another case', of({ Effect: 'allow' }), 'Invalid effect: allow'],
    [
      'no action',
      policy({ Effect: 'Allow', Principal: { AWS: '*' } }),
      'Missing required field Action',
    ],
    ['actions, none', of({ Action: [] }), 'Missing required field Action'],
    ['an action of another service', of({ Action: ['sts:AssumeRole', 's3:GetObject'] }), sts],
    ['any action', of({ Action: '*' }), sts],
    [
      'several of STS',
      of({ Action: ['sts:AssumeRole', 'sts:TagSession', 'STS:SetSourceIdentity'] }),
      undefined,
    ],
    ['all of STS', of({ Action: 'sts:*' }), undefined],
    ['both actions', of({ NotAction: 'sts:TagSession' }), error],
    ['a resource', of({ Resource: '*' }), 'Has prohibited field Resource'],
    ['NotResource', of({ NotResource: '*' }), 'AssumeRole policy must not contain resources.'],
    [
      'a Sid twice',
      policy({ ...trust, Sid: 'a' }, { ...trust, Sid: 'a' }),
      'The Statement Ids in the policy are not unique',
    ],
    ['an unknown operator', of({ Condition: { x: { a: 'b' } } }), error],
    ['a date that is none', of({ Condition: { DateLessThan: { a: 'b' } } }), error],
    ['a condition', of({ Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }), undefined],
    [
      'no principal',
      policy({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
      'Missing required field Principal',
    ],
    ['an empty principal', by({}), 'Missing required field Principal cannot be empty!'],
    [
      'a principal of no names',
      by({ AWS: [] }),
      'Missing required field Principal cannot be empty!',
    ],
    ['everybody', by('*'), 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'],
    ['a principal that is a text', by('x'), error],
    ['a principal that is a list', by(['*']), error],
    ['anybody of AWS', by({ AWS: '*' }), undefined],
    ['an account', by({ AWS: ['123456789012'] }), undefined],
    ['its root', by({ AWS: `${account}root` }), undefined],
    ['a user', by({ AWS: `${account}user/ops/ann` }), undefined],
    ['a role', by({ AWS: `${account}role/ci` }), undefined],
    ['a session', by({ AWS: 'arn:aws:sts::123456789012:assumed-role/ci/run' }), undefined],
    ['somebody who is gone', by({ AWS: 'AROAABCDEFGHIJKLMNOPQ' }), undefined],
    [
      'a group',
      by({ AWS: `${account}group/g` }),
      `Invalid principal in policy: "AWS":"${account}group/g"`,
    ],
    [
      'users by a wildcard',
      by({ AWS: `${account}user/*` }),
      `Invalid principal in policy: "AWS":"${account}user/*"`,
    ],
    [
      'an account of eleven digits',
      by({ AWS: '12345678901' }),
      'Invalid principal in policy: "AWS":"12345678901"',
    ],
    ['no service', by({ Service: '*' }), 'Invalid principal in policy: "SERVICE":"*"'],
    ['a provider', by({ Federated: 'accounts.google.com' }), undefined],
    [
      'a provider of the account',
      by({ Federated: `${account}oidc-provider/token.example.com:8443/a` }),
      undefined,
    ],
    [
      'a provider that is none',
      by({ Federated: '${x}' }),
      'Invalid principal in policy: "FEDERATED":"${x}"',
    ],
    [
      'a canonical user',
      by({ CanonicalUser: 'x' }),
      'Invalid principal in policy: "CanonicalUser"',
    ],
    [
      'a type that objects have',
      by({ constructor: 'x' }),
      'Invalid principal in policy: "constructor"',
    ],
    [
      'all but somebody',
      policy({ Effect: 'Allow', NotPrincipal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
      'Allow with NotPrincipal is not allowed.',
    ],
    [
      'a denial of all but somebody',
      policy({ Effect: 'Deny', NotPrincipal: { AWS: `${account}root` }, Action: 'sts:AssumeRole' }),
      undefined,
    ],
    ['both principals', of({ NotPrincipal: { AWS: '*' } }), error],
  ]);
});

describe("a resource's own policy", () => {
  const topic = 'arn:aws:sns:eu-west-1:111122223333:t';
  const of = (change: object = {}): object =>
    policy({ ...statement, Principal: '*', Action: 'sns:Publish', Resource: topic, ...change });
  const syntaxFault = 'Syntax error in policy.';
  rows('resource', [
    ['whole', of(), undefined],
    ['that names services', of({ Principal: { Service: 'events.amazonaws.com' } }), undefined],
    ['of no version', { Statement: (of() as { Statement: object }).Statement }, undefined],
    [
      'that denies all but one',
      of({ Effect: 'Deny', Principal: undefined, NotPrincipal: '*' }),
      undefined,
    ],
    ['no JSON', '{', 'This policy contains invalid Json'],
    ['for nobody', of({ Principal: undefined }), 'Missing required field Principal'],
    [
      'for an empty list',
      of({ Principal: {} }),
      'Missing required field Principal cannot be empty!',
    ],
    [
      'for all but one',
      of({ Principal: undefined, NotPrincipal: '*' }),
      'Allow with NotPrincipal is not allowed.',
    ],
    [
      'for what is nobody',
      of({ Principal: { AWS: 'me' } }),
      'Invalid principal in policy: "AWS":"me"',
    ],
    ['of no action', of({ Action: [] }), 'Missing required field Action'],
    ['of no resource', of({ Resource: undefined }), 'Missing required field Resource'],
    ['with a date that is none', of({ Condition: { DateLessThan: { a: 'x' } } }), syntaxFault],
    [
      'with an Sid twice',
      policy(...[1, 2].map(() => ({ ...statement, Sid: 'a', Principal: '*' }))),
      'The Statement Ids in the policy are not unique',
    ],
  ]);
});
