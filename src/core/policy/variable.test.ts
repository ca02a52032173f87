// Policy variables, as a table: where they stand, what they are when the request says nothing, and
// that what they bring means nothing to the language.

import { describe } from 'node:test';
import { allow, decisions, deny, one, type Row } from '../../../test/house/decisions.ts';

const yes = 'allow';
const no = 'no identity';

type Values = Readonly<Record<string, string | readonly string[]>>;

const home = 'arn:aws:s3:::home/';
const inResource = (
  name: string,
  path: string,
  asked: string,
  context: Values,
  expected: string,
): Row => [
  name,
  one(allow('s3:GetObject', { Resource: home + path })),
  { action: 's3:GetObject', resource: home + asked, context },
  expected,
];

describe('a variable in Resource', () => {
  decisions([
    inResource('is a user’s name', '${aws:username}/*', 'ann/x', { 'aws:username': 'ann' }, yes),
    inResource('is not another’s', '${aws:username}/*', 'bob/x', { 'aws:username': 'ann' }, no),
    inResource('is a user’s id', '${aws:userid}', 'AIDA1', { 'aws:userid': 'AIDA1' }, yes),
    inResource(
      'is a session’s id',
      '${aws:userid}',
      'AROA1:run',
      { 'aws:userid': 'AROA1:run' },
      yes,
    ),
    inResource(
      'is an account',
      '${aws:PrincipalAccount}',
      '111122223333',
      { 'aws:PrincipalAccount': '111122223333' },
      yes,
    ),
    inResource(
      'is a source identity',
      '${aws:SourceIdentity}',
      'ann',
      { 'aws:SourceIdentity': 'ann' },
      yes,
    ),
    inResource(
      'is a tag of who asks',
      '${aws:PrincipalTag/team}',
      'red',
      { 'aws:PrincipalTag/team': 'red' },
      yes,
    ),
    inResource(
      'is a tag with blanks in its key',
      '${aws:PrincipalTag/cost center}',
      'red',
      { 'aws:PrincipalTag/cost center': 'red' },
      yes,
    ),
    inResource(
      'is a tag of the resource',
      '${aws:ResourceTag/owner}',
      'ann',
      { 'aws:ResourceTag/owner': 'ann' },
      yes,
    ),
    inResource(
      'is a tag of the request',
      '${aws:RequestTag/team}',
      'red',
      { 'aws:RequestTag/team': 'red' },
      yes,
    ),
    inResource(
      'is the region asked for',
      '${aws:RequestedRegion}',
      'eu-west-1',
      { 'aws:RequestedRegion': 'eu-west-1' },
      yes,
    ),
    inResource(
      'is the address',
      '${aws:SourceIp}',
      '192.0.2.1',
      { 'aws:SourceIp': '192.0.2.1' },
      yes,
    ),
    inResource('has a name in any case', '${AWS:UserName}', 'ann', { 'aws:username': 'ann' }, yes),
    inResource(
      'stands beside another',
      '${aws:PrincipalTag/team}/${aws:username}',
      'red/ann',
      { 'aws:username': 'ann', 'aws:PrincipalTag/team': 'red' },
      yes,
    ),
    inResource(
      'stands within a name',
      'x-${aws:username}-y',
      'x-ann-y',
      { 'aws:username': 'ann' },
      yes,
    ),
    inResource('has no value: nothing matches', '${aws:username}/*', 'ann/x', {}, no),
    inResource('has no value: not even itself', '${aws:username}', '${aws:username}', {}, no),
    inResource('has no value: nor is it empty', 'a${aws:username}', 'a', {}, no),
    inResource('is empty where its value is', 'a${aws:username}', 'a', { 'aws:username': '' }, yes),
    inResource(
      'has several values: none is taken',
      '${aws:TagKeys}',
      'a',
      { 'aws:TagKeys': ['a', 'b'] },
      no,
    ),
    inResource(
      'has a key of several values: none is taken, though it is one',
      '${aws:TagKeys}',
      'a',
      { 'aws:TagKeys': ['a'] },
      no,
    ),
    inResource('brings no wildcard', '${aws:username}', 'bob', { 'aws:username': '*' }, no),
    inResource('brings a star as a star', '${aws:username}', '*', { 'aws:username': '*' }, yes),
    inResource(
      'brings no question mark that means one',
      '${aws:username}',
      'a',
      { 'aws:username': '?' },
      no,
    ),
    inResource(
      'brings no variable',
      '${aws:username}',
      'ann',
      { 'aws:username': '${aws:userid}', 'aws:userid': 'ann' },
      no,
    ),
    inResource(
      'has a default, which is not needed',
      "${aws:username, 'anybody'}",
      'ann',
      { 'aws:username': 'ann' },
      yes,
    ),
    inResource('has a default, which is taken', "${aws:username, 'anybody'}", 'anybody', {}, yes),
    inResource(
      'has a default, which is not what is asked',
      "${aws:username, 'anybody'}",
      'ann',
      {},
      no,
    ),
    inResource('has a default with a quote', "${aws:username, 'it''s'}", "it's", {}, yes),
    inResource('has a default with a brace', "${aws:username, 'a}b'}", 'a}b', {}, yes),
    inResource(
      'has a default without a blank before it',
      "${aws:username,'anybody'}",
      'anybody',
      {},
      yes,
    ),
    inResource('has an empty default', "a${aws:username, ''}", 'a', {}, yes),
    inResource('has a default that is no wildcard', "${aws:username, '*'}", 'ann', {}, no),
    inResource(
      'has several values and a default: none is taken',
      "${aws:TagKeys, 'x'}",
      'x',
      { 'aws:TagKeys': ['a', 'b'] },
      no,
    ),
    inResource('is a star', 'a${*}', 'a*', {}, yes),
    inResource('is a star, no wildcard', 'a${*}', 'ab', {}, no),
    inResource('is a question mark', 'a${?}', 'a?', {}, yes),
    inResource('is a question mark, no wildcard', 'a${?}', 'ab', {}, no),
    inResource(
      'is a dollar',
      '${$}{aws:username}',
      '${aws:username}',
      { 'aws:username': 'ann' },
      yes,
    ),
    inResource(
      'is not closed: it is text',
      '${aws:username',
      '${aws:username',
      { 'aws:username': 'ann' },
      yes,
    ),
    inResource('has no name: it has no value', '${}', '', {}, no),
    [
      'before the fifth colon is text',
      one(
        allow('*', { Resource: 'arn:aws:batch:${aws:RequestedRegion}:111122223333:job-queue/q' }),
      ),
      {
        action: 'batch:SubmitJob',
        resource: 'arn:aws:batch:eu-west-1:111122223333:job-queue/q',
        context: { 'aws:RequestedRegion': 'eu-west-1' },
      },
      no,
    ],
    [
      'is text in a policy of 2008',
      {
        identity: {
          p: {
            Version: '2008-10-17',
            Statement: allow('*', { Resource: `${home}\${aws:username}` }),
          },
        },
      },
      { action: 's3:GetObject', resource: `${home}ann`, context: { 'aws:username': 'ann' } },
      no,
    ],
    [
      'is that very text in a policy of 2008',
      {
        identity: {
          p: {
            Version: '2008-10-17',
            Statement: allow('*', { Resource: `${home}\${aws:username}` }),
          },
        },
      },
      { action: 's3:GetObject', resource: `${home}\${aws:username}` },
      yes,
    ],
    [
      'is text in a policy without a version',
      { identity: { p: { Statement: allow('*', { Resource: `${home}\${aws:username}` }) } } },
      { action: 's3:GetObject', resource: `${home}ann`, context: { 'aws:username': 'ann' } },
      no,
    ],
    [
      'has no value: another resource of the statement still counts',
      one(allow('*', { Resource: [`${home}\${aws:username}`, `${home}all`] })),
      { action: 's3:GetObject', resource: `${home}all` },
      yes,
    ],
    [
      'has no value in NotResource: no resource is excepted',
      one(allow('*'), { Effect: 'Deny', Action: '*', NotResource: `${home}\${aws:username}` }),
      { action: 's3:GetObject', resource: `${home}ann` },
      'deny',
    ],
    [
      'in NotResource excepts what it stands for',
      one(allow('*'), { Effect: 'Deny', Action: '*', NotResource: `${home}\${aws:username}` }),
      { action: 's3:GetObject', resource: `${home}ann`, context: { 'aws:username': 'ann' } },
      yes,
    ],
  ]);
});

const condition = (
  name: string,
  Condition: object,
  context: Values,
  expected: string,
  effect = allow,
): Row => [
  name,
  one(allow(effect === deny ? '*' : 'a:b'), effect('*', { Resource: '*', Condition })),
  { action: 's3:GetObject', context },
  expected,
];

describe('a variable in a condition', () => {
  const owner = 'aws:ResourceTag/owner';
  const name = 'aws:username';
  decisions([
    condition(
      'of StringEquals',
      { StringEquals: { [owner]: '${aws:username}' } },
      { [owner]: 'ann', [name]: 'ann' },
      yes,
    ),
    condition(
      'of StringEquals, another',
      { StringEquals: { [owner]: '${aws:username}' } },
      { [owner]: 'bob', [name]: 'ann' },
      no,
    ),
    condition(
      'of StringEquals, another case',
      { StringEquals: { [owner]: '${aws:username}' } },
      { [owner]: 'Ann', [name]: 'ann' },
      no,
    ),
    condition(
      'of StringEqualsIgnoreCase',
      { StringEqualsIgnoreCase: { [owner]: '${aws:username}' } },
      { [owner]: 'ANN', [name]: 'Ann' },
      yes,
    ),
    condition(
      'of StringLike, with a wildcard',
      { StringLike: { [owner]: '${aws:username}/*' } },
      { [owner]: 'ann/x', [name]: 'ann' },
      yes,
    ),
    condition(
      'of StringLike brings no wildcard',
      { StringLike: { [owner]: '${aws:username}' } },
      { [owner]: 'bob', [name]: '*' },
      no,
    ),
    condition(
      'of StringLike is a star',
      { StringLike: { [owner]: 'a${*}' } },
      { [owner]: 'ab' },
      no,
    ),
    condition(
      'of StringEquals is a star',
      { StringEquals: { [owner]: 'a${*}' } },
      { [owner]: 'a*' },
      yes,
    ),
    condition(
      'of ArnLike',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::${aws:username}' } },
      { 'aws:SourceArn': 'arn:aws:s3:::ann', [name]: 'ann' },
      yes,
    ),
    condition(
      'of Bool',
      { Bool: { k: '${aws:PrincipalTag/flag}' } },
      { k: 'true', 'aws:PrincipalTag/flag': 'True' },
      yes,
    ),
    condition(
      'of Bool, that is no boolean',
      { Bool: { k: '${aws:PrincipalTag/flag}' } },
      { k: 'yes', 'aws:PrincipalTag/flag': 'yes' },
      no,
    ),
    condition(
      'of NumericEquals is no number',
      { NumericEquals: { k: '${aws:PrincipalTag/n}' } },
      { k: '1', 'aws:PrincipalTag/n': '1' },
      no,
    ),
    condition(
      'without a value equals nothing',
      { StringEquals: { [owner]: '${aws:username}' } },
      { [owner]: 'ann' },
      no,
    ),
    condition(
      'without a value, and with another that matches',
      { StringEquals: { [owner]: ['${aws:username}', 'ann'] } },
      { [owner]: 'ann' },
      yes,
    ),
    condition(
      'without a value does not equal',
      { StringNotEquals: { [owner]: '${aws:username}' } },
      { [owner]: 'ann' },
      'deny',
      deny,
    ),
    condition(
      'with the value does not deny',
      { StringNotEquals: { [owner]: '${aws:username}' } },
      { [owner]: 'ann', [name]: 'ann' },
      yes,
      deny,
    ),
    condition(
      'without a value is not like',
      { StringNotLike: { [owner]: '${aws:username}*' } },
      { [owner]: 'ann' },
      'deny',
      deny,
    ),
    condition(
      'has a default',
      { StringEquals: { [owner]: "${aws:username, 'nobody'}" } },
      { [owner]: 'nobody' },
      yes,
    ),
    condition(
      'compares two tags',
      { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } },
      { 'aws:ResourceTag/team': 'red', 'aws:PrincipalTag/team': 'red' },
      yes,
    ),
    condition(
      'compares two tags that differ',
      { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } },
      { 'aws:ResourceTag/team': 'red', 'aws:PrincipalTag/team': 'blue' },
      no,
    ),
    condition(
      'for all values',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['${aws:username}', 'team'] } },
      { 'aws:TagKeys': ['ann', 'team'], [name]: 'ann' },
      yes,
    ),
    condition(
      'in the name of a key is text',
      { StringEquals: { '${aws:username}': 'x' } },
      { ann: 'x', [name]: 'ann' },
      no,
    ),
  ]);
});
