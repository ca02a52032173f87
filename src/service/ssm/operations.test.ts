// Parameter Store's operations, through the SDK's own client: what each answers and refuses, and
// that no value is kept in the clear.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-ssm';
import { Rig } from '../../../test/house/rig.ts';
import { sdkClient } from '../../../test/house/sdk-client.ts';
import { operationsOf } from '../../wire/schema.ts';
import { ssmOperations } from './operations.ts';

type Answer = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- looked at by each assertion.
type Made = new (input: object) => object;

const commands: Readonly<Record<string, unknown>> = sdk;

const arn = (name: string): string => `arn:aws:ssm:us-east-1:123456789012:parameter${name}`;

function account(rig = new Rig()) {
  const client = sdkClient(sdk, 'SSMClient', rig.app.pipeline);
  const call = async (name: string, input: object = {}): Promise<Answer> => {
    const Command = commands[`${name}Command`] as Made;
    const { $metadata: _, ...answer } = await rig.answered(client.send(new Command(input)));
    return answer;
  };
  const refuses = (name: string, input: object, code: string, message: RegExp): Promise<void> =>
    assert.rejects(call(name, input), (error: Error) => {
      assert.equal(error.name, code, error.message);
      assert.match(error.message, message);
      return true;
    });
  const put = (Name: string, Value: string, more: object = {}): Promise<Answer> =>
    call('PutParameter', { Name, Value, Type: 'String', ...more });
  const value = async (Name: string): Promise<string> =>
    (await call('GetParameter', { Name, WithDecryption: true }))['Parameter']['Value'];
  return { rig, call, refuses, put, value };
}

test('the table holds operations of the SDK and nothing else', () => {
  const known = operationsOf(sdk);
  for (const name of Object.keys(ssmOperations)) assert.ok(known.has(name), name);
});

describe('a parameter', () => {
  it('is answered as it was put, by name or ARN', async () => {
    const { rig, call, put } = account();
    assert.deepEqual(await put('/app/db', 'host'), { Version: 1, Tier: 'Standard' });
    for (const Name of ['/app/db', arn('/app/db')])
      assert.deepEqual((await call('GetParameter', { Name }))['Parameter'], {
        Name: '/app/db',
        Type: 'String',
        Value: 'host',
        Version: 1,
        LastModifiedDate: new Date(rig.clock.now()),
        ARN: arn('/app/db'),
        DataType: 'text',
      });
    await put('plain', 'x');
    assert.equal(
      (await call('GetParameter', { Name: arn('/plain') }))['Parameter']['Name'],
      'plain',
    );
  });

  it('that is secure is decrypted for who asks for that alone', async () => {
    const { rig, call, put, value } = account();
    await put('/app/password', 'hush-hush', { Type: 'SecureString' });
    await put('/app/plain', 'hush-plain');
    const { Parameter: sealed } = await call('GetParameter', { Name: '/app/password' });
    assert.notEqual(sealed['Value'], 'hush-hush');
    assert.equal(await value('/app/password'), 'hush-hush');
    const { Parameters: described } = await call('DescribeParameters');
    assert.deepEqual(
      described.map((one: Answer) => [one['Name'], one['KeyId']]),
      [
        ['/app/password', 'alias/aws/ssm'],
        ['/app/plain', undefined],
      ],
    );
    const written = JSON.stringify(rig.store.commits);
    assert.ok(!written.includes('hush-hush') && !written.includes('hush-plain'));
  });

  it('is in no record of a call, whichever calls are recorded', async () => {
    const { rig, call, put, value } = account(new Rig({ audit: 'all' }));
    await put('/p', 'hush-hush', { Type: 'SecureString' });
    assert.equal(await value('/p'), 'hush-hush');
    for (const [name, input] of [
      ['GetParameters', { Names: ['/p'] }],
      ['GetParametersByPath', { Path: '/' }],
      ['GetParameterHistory', { Name: '/p' }],
    ] as const)
      await call(name, { ...input, WithDecryption: true });
    await rig.clock.pass(60_000);
    const written = JSON.stringify(rig.store.commits);
    assert.match(written, /GetParameterHistory/, 'reads are recorded');
    assert.ok(!written.includes('hush-hush'));
  });

  it('keeps its versions, a hundred of them', async () => {
    const { call, refuses, put } = account();
    await put('p', '1');
    await refuses(
      'PutParameter',
      { Name: 'p', Value: '2', Type: 'String' },
      'ParameterAlreadyExists',
      /^The parameter already exists\. To overwrite this value, set the overwrite option in the request to true\.$/,
    );
    for (let version = 2; version <= 101; version++)
      await put('p', String(version), { Overwrite: true, Type: undefined });
    const { Parameter: old } = await call('GetParameter', { Name: 'p:2' });
    assert.deepEqual([old['Value'], old['Version'], old['Selector']], ['2', 2, ':2']);
    await refuses(
      'GetParameter',
      { Name: 'p:1' },
      'ParameterVersionNotFound',
      /^Systems Manager could not find version 1 of p\. Verify the version and try again\.$/,
    );
    const first = await call('GetParameterHistory', { Name: 'p' });
    const second = await call('GetParameterHistory', { Name: 'p', NextToken: first['NextToken'] });
    assert.deepEqual(
      [...first['Parameters'], ...second['Parameters']].map((one: Answer) => one['Value']),
      Array.from({ length: 100 }, (_none, at) => String(at + 2)),
    );
    assert.equal(second['NextToken'], undefined);
  });

  it('keeps what an overwriting does not say', async () => {
    const { call, put } = account();
    await put('p', 'abc', { Description: 'letters', AllowedPattern: '^[a-z]+$' });
    await put('p', 'abd', { Overwrite: true });
    const { Parameters } = await call('DescribeParameters');
    const [{ LastModifiedDate: _at, ...shown }] = Parameters;
    assert.deepEqual(shown, {
      Name: 'p',
      ARN: arn('/p'),
      Type: 'String',
      LastModifiedUser: 'arn:aws:iam::123456789012:root',
      Description: 'letters',
      AllowedPattern: '^[a-z]+$',
      Version: 2,
      Tier: 'Standard',
      Policies: [],
      DataType: 'text',
    });
  });

  it('may become secure', async () => {
    const { call, put, value } = account();
    await put('p', 'x');
    await put('p', 'y', { Overwrite: true, Type: 'SecureString' });
    assert.equal(await value('p'), 'y');
    const { Parameters } = await call('GetParameterHistory', { Name: 'p' });
    assert.deepEqual(
      Parameters.map((one: Answer) => [one['Type'], one['KeyId']]),
      [
        ['String', undefined],
        ['SecureString', 'alias/aws/ssm'],
      ],
    );
  });

  it('is as large as its tier lets it be, and stays in the larger one', async () => {
    const { put, refuses, call } = account();
    const big = 'x'.repeat(5000);
    await refuses(
      'PutParameter',
      { Name: 'p', Value: big, Type: 'String' },
      'ValidationException',
      /^Standard tier parameters support a maximum parameter value of 4096 characters\./,
    );
    assert.equal((await put('p', big, { Tier: 'Intelligent-Tiering' }))['Tier'], 'Advanced');
    assert.equal((await put('p', 'x', { Overwrite: true }))['Tier'], 'Advanced');
    await refuses(
      'PutParameter',
      { Name: 'p', Value: 'x', Overwrite: true, Tier: 'Standard' },
      'ValidationException',
      /can't downgrade/,
    );
    await refuses(
      'PutParameter',
      { Name: 'p', Value: 'é'.repeat(5000), Overwrite: true },
      'ValidationException',
      /^Advanced tier parameters support a maximum parameter value of 8192 characters\./,
    );
    await call('DeleteParameter', { Name: 'p' });
    await refuses('GetParameter', { Name: 'p' }, 'ParameterNotFound', /^Parameter p not found\.$/);
  });

  it('is its account’s and region’s alone', async () => {
    const { put, refuses } = account();
    await put('p', 'x');
    for (const Name of [
      arn('/p').replace('123456789012', '210987654321'),
      arn('/p').replace('us-east-1', 'us-west-2'),
    ])
      await refuses('GetParameter', { Name }, 'ParameterNotFound', /not found/);
  });
});

describe('many parameters', () => {
  it('are read together, and what is not there is told', async () => {
    const { call, put } = account();
    await put('a', '1');
    await put('/b/c', '2', { Type: 'SecureString' });
    const got = await call('GetParameters', {
      Names: ['a', '/b/c', 'none', 'a:9', 'a'],
      WithDecryption: true,
    });
    assert.deepEqual(
      [got['Parameters'].map((one: Answer) => one['Value']), got['InvalidParameters']],
      [
        ['1', '2'],
        ['none', 'a:9'],
      ],
    );
    const gone = await call('DeleteParameters', { Names: ['a', 'none'] });
    assert.deepEqual(gone, { DeletedParameters: ['a'], InvalidParameters: ['none'] });
  });

  it('are found below a path, in pages', async () => {
    const { call, put, refuses } = account();
    for (const name of ['/a/1', '/a/2', '/a/b/3', '/ab', 'a']) await put(name, name);
    const below = async (input: object): Promise<string[]> => {
      const found: string[] = [];
      for (let NextToken: string | undefined, more = true; more; more = NextToken !== undefined) {
        const page = await call('GetParametersByPath', { ...input, MaxResults: 2, NextToken });
        found.push(...page['Parameters'].map((one: Answer) => one['Name']));
        NextToken = page['NextToken'];
      }
      return found;
    };
    assert.deepEqual(await below({ Path: '/a' }), ['/a/1', '/a/2']);
    assert.deepEqual(await below({ Path: '/a/', Recursive: true }), ['/a/1', '/a/2', '/a/b/3']);
    assert.deepEqual(await below({ Path: '/' }), ['/ab', 'a']);
    assert.deepEqual(await below({ Path: '/', Recursive: true }), [
      '/a/1',
      '/a/2',
      '/a/b/3',
      '/ab',
      'a',
    ]);
    assert.deepEqual(
      await below({
        Path: '/a',
        ParameterFilters: [{ Key: 'Type', Option: 'Equals', Values: ['SecureString'] }],
      }),
      [],
    );
    await refuses('GetParametersByPath', { Path: 'a' }, 'ValidationException', /forward slash/);
    await refuses(
      'GetParametersByPath',
      { Path: '/a', NextToken: 'x' },
      'InvalidNextToken',
      /not valid/,
    );
  });

  it('are described as filters say', async () => {
    const { call, put, refuses } = account();
    await put('/a/1', 'x', { Tags: [{ Key: 'team', Value: 'red' }] });
    await put('/a/b/2', 'x', { Type: 'SecureString' });
    await put('c', 'x', { Type: 'StringList', Tier: 'Advanced' });
    for (const [filter, expected] of [
      [{ Key: 'Name', Values: ['/a/1', 'c'] }, ['/a/1', 'c']],
      [{ Key: 'Name', Option: 'BeginsWith', Values: ['/a'] }, ['/a/1', '/a/b/2']],
      [{ Key: 'Name', Option: 'Contains', Values: ['b'] }, ['/a/b/2']],
      [{ Key: 'Type', Values: ['StringList'] }, ['c']],
      [{ Key: 'KeyId', Values: ['alias/aws/ssm'] }, ['/a/b/2']],
      [{ Key: 'Path', Values: ['/a'] }, ['/a/1']],
      [{ Key: 'Path', Option: 'Recursive', Values: ['/a'] }, ['/a/1', '/a/b/2']],
      [{ Key: 'Tier', Values: ['Advanced'] }, ['c']],
      [{ Key: 'tag:team', Values: ['red'] }, ['/a/1']],
      [{ Key: 'tag:team' }, ['/a/1']],
    ] as const) {
      const { Parameters } = await call('DescribeParameters', { ParameterFilters: [filter] });
      assert.deepEqual(
        Parameters.map((one: Answer) => one['Name']),
        expected,
        JSON.stringify(filter),
      );
    }
    const { Parameters: older } = await call('DescribeParameters', {
      Filters: [{ Key: 'Name', Values: ['/a'] }],
    });
    assert.equal(older.length, 2);
    await refuses(
      'DescribeParameters',
      { ParameterFilters: [{ Key: 'Color', Values: ['x'] }] },
      'InvalidFilterKey',
      /Color/,
    );
    await refuses(
      'DescribeParameters',
      { ParameterFilters: [{ Key: 'Type', Option: 'Contains', Values: ['x'] }] },
      'InvalidFilterOption',
      /Contains/,
    );
  });
});

describe('labels', () => {
  it('name versions, each one of them', async () => {
    const { call, put, refuses, value } = account();
    await put('p', 'one');
    await put('p', 'two', { Overwrite: true });
    const label = (input: object) => call('LabelParameterVersion', { Name: 'p', ...input });
    assert.deepEqual(await label({ ParameterVersion: 1, Labels: ['live', '1bad', 'aws-x'] }), {
      InvalidLabels: ['1bad', 'aws-x'],
      ParameterVersion: 1,
    });
    assert.equal(await value('p:live'), 'one');
    await label({ Labels: ['live'] });
    assert.equal(await value('p:live'), 'two');
    const { Parameters } = await call('GetParameterHistory', { Name: 'p' });
    assert.deepEqual(
      Parameters.map((one: Answer) => one['Labels']),
      [[], ['live']],
    );
    await refuses(
      'LabelParameterVersion',
      { Name: 'p', Labels: Array.from({ length: 10 }, (_none, at) => `l${at}`) },
      'ParameterVersionLabelLimitExceeded',
      /maximum 10 labels/,
    );
    assert.deepEqual(
      await call('UnlabelParameterVersion', {
        Name: 'p',
        ParameterVersion: 2,
        Labels: ['live', 'x'],
      }),
      { RemovedLabels: ['live'], InvalidLabels: ['x'] },
    );
    await refuses('GetParameter', { Name: 'p:live' }, 'ParameterNotFound', /not found/);
  });

  it('keep the oldest version', async () => {
    const { call, put, refuses } = account();
    await put('p', '1');
    await call('LabelParameterVersion', { Name: 'p', ParameterVersion: 1, Labels: ['first'] });
    for (let version = 2; version <= 100; version++)
      await put('p', String(version), { Overwrite: true });
    await refuses(
      'PutParameter',
      { Name: 'p', Value: 'x', Overwrite: true },
      'ParameterMaxVersionLimitExceeded',
      /^You attempted to create a new version of p by calling the PutParameter API with the overwrite flag\. Version 1, the oldest version, can't be deleted/,
    );
  });
});

describe('tags', () => {
  it('are added, listed and removed', async () => {
    const { call, put, refuses } = account();
    await put('p', 'x', { Tags: [{ Key: 'a', Value: '1' }] });
    const of = { ResourceType: 'Parameter', ResourceId: 'p' };
    await call('AddTagsToResource', { ...of, Tags: [{ Key: 'b', Value: '2' }] });
    await call('RemoveTagsFromResource', { ...of, TagKeys: ['a'] });
    assert.deepEqual((await call('ListTagsForResource', of))['TagList'], [
      { Key: 'b', Value: '2' },
    ]);
    await refuses(
      'ListTagsForResource',
      { ...of, ResourceId: 'none' },
      'InvalidResourceId',
      /^Invalid Resource Id$/,
    );
    await refuses(
      'ListTagsForResource',
      { ...of, ResourceType: 'Thing' },
      'InvalidResourceType',
      /^Invalid Resource Type$/,
    );
  });
});

describe('what is refused', () => {
  const deep = `/${Array.from({ length: 16 }, () => 'x').join('/')}`;
  for (const [what, input, code, message] of [
    [
      'a name with a space',
      { Name: 'a b' },
      'ValidationException',
      /^Parameter name: can't be prefixed/,
    ],
    [
      'a path without its root',
      { Name: 'a/b' },
      'ValidationException',
      /^Parameter name must be a fully qualified name$/,
    ],
    [
      'a name of AWS’s',
      { Name: '/aws/x' },
      'AccessDeniedException',
      /^No access to reserved parameter name: \/aws\/x\.$/,
    ],
    [
      'a name that begins as AWS’s',
      { Name: 'SSMx' },
      'ValidationException',
      /^Parameter name: can't be prefixed with "aws" or "ssm" \(case-insensitive\)\.$/,
    ],
    [
      'too deep a name',
      { Name: deep },
      'HierarchyLevelLimitExceededException',
      /maximum of 15 levels/,
    ],
    [
      'no type',
      { Type: undefined },
      'ValidationException',
      /^A parameter type is required when you create a parameter\.$/,
    ],
    ['a type that is none', { Type: 'Text' }, 'ValidationException', /enum value set/],
    ['an empty value', { Value: '' }, 'ValidationException', /greater than or equal to 1/],
    ['a key of KMS', { Type: 'SecureString', KeyId: 'alias/mine' }, 'InvalidKeyId', /no AWS KMS/],
    [
      'a key for what is not secure',
      { KeyId: 'alias/aws/ssm' },
      'ValidationException',
      /SecureString/,
    ],
    [
      'a value that its pattern does not allow',
      { AllowedPattern: '^\\d+$' },
      'ParameterPatternMismatchException',
      /^Parameter value, cannot be validated against allowedPattern: \^\\d\+\$$/,
    ],
    [
      'a pattern that is none',
      { AllowedPattern: '(' },
      'InvalidAllowedPatternException',
      /cannot be used/,
    ],
    [
      'a type of data that AWS checks',
      { DataType: 'aws:ec2:image' },
      'ValidationException',
      /^The following data type is not supported: aws:ec2:image \(Data type names are all lowercase\.\)$/,
    ],
    [
      'policies',
      { Policies: '[{}]', Tier: 'Advanced' },
      'ValidationException',
      /Policies is not supported/,
    ],
    [
      'tags while overwriting',
      { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] },
      'ValidationException',
      /^Invalid request: tags and overwrite can't be used together\./,
    ],
  ] as const)
    it(what, async () => {
      const { rig, refuses } = account();
      await refuses(
        'PutParameter',
        { Name: 'p', Value: 'v', Type: 'String', ...input },
        code,
        message,
      );
      assert.deepEqual(rig.store.commits, []);
    });

  it('is what is not built', async () => {
    const { refuses } = account();
    await refuses('ListDocuments', {}, 'UnknownOperationException', /not built/);
  });
});
