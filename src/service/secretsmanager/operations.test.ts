// Secrets Manager's operations, through the SDK's own client: what each answers and refuses, and
// that no secret is kept in the clear.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-secrets-manager';
import { Rig } from '../../../test/house/rig.ts';
import { sdkClient } from '../../../test/house/sdk-client.ts';
import { operationsOf } from '../../wire/schema.ts';
import { secretsManagerOperations } from './operations.ts';

type Answer = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- looked at by each assertion.
type Made = new (input: object) => object;

const commands: Readonly<Record<string, unknown>> = sdk;

const dayMs = 86_400_000;
const token = (character: string): string => character.repeat(32);

function account(rig = new Rig()) {
  const client = sdkClient(sdk, 'SecretsManagerClient', rig.app.pipeline);
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
  const value = async (more: object = {}): Promise<string> =>
    (await call('GetSecretValue', { SecretId: 'db', ...more }))['SecretString'];
  return { rig, call, refuses, value };
}

test('the table holds operations of the SDK and nothing else', () => {
  const known = operationsOf(sdk);
  for (const name of Object.keys(secretsManagerOperations)) assert.ok(known.has(name), name);
});

describe('a secret', () => {
  it('is found by its name, its ARN, and its ARN without the random end', async () => {
    const { call } = account();
    const { ARN: arn, VersionId: id } = await call('CreateSecret', {
      Name: 'app/db',
      SecretString: 'hush',
      Description: 'of the database',
      Tags: [{ Key: 'team', Value: 'red' }],
    });
    assert.match(
      arn,
      /^arn:aws:secretsmanager:us-east-1:123456789012:secret:app\/db-[A-Za-z0-9]{6}$/,
    );
    for (const SecretId of ['app/db', arn, arn.slice(0, -7)]) {
      const got = await call('GetSecretValue', { SecretId });
      assert.deepEqual(
        [got['ARN'], got['Name'], got['SecretString'], got['VersionId'], got['VersionStages']],
        [arn, 'app/db', 'hush', id, ['AWSCURRENT']],
      );
    }
    const {
      CreatedDate: _at,
      LastChangedDate: _changed,
      ...shown
    } = await call('DescribeSecret', {
      SecretId: arn,
    });
    assert.deepEqual(shown, {
      ARN: arn,
      Name: 'app/db',
      Description: 'of the database',
      Tags: [{ Key: 'team', Value: 'red' }],
      VersionIdsToStages: { [id]: ['AWSCURRENT'] },
    });
    assert.deepEqual(await call('GetResourcePolicy', { SecretId: arn }), {
      ARN: arn,
      Name: 'app/db',
    });
  });

  it('may be bytes', async () => {
    const { call } = account();
    const bytes = new Uint8Array([0, 255, 10]);
    await call('CreateSecret', { Name: 'db', SecretBinary: bytes });
    const got = await call('GetSecretValue', { SecretId: 'db' });
    assert.deepEqual([...got['SecretBinary']], [...bytes]);
    assert.equal(got['SecretString'], undefined);
  });

  it('is kept apart by account and region, and none is another’s', async () => {
    const { rig, call, refuses } = account();
    const { ARN: arn } = await call('CreateSecret', { Name: 'db', SecretString: 'hush' });
    for (const SecretId of [
      arn.replace('123456789012', '210987654321'),
      arn.replace('us-east-1', 'us-west-2'),
    ])
      await refuses('GetSecretValue', { SecretId }, 'ResourceNotFoundException', /can't find/);
    const { body } = await askAs(rig, '210987654321', 'secretsmanager.GetSecretValue', {
      SecretId: 'db',
    });
    assert.match(body, /ResourceNotFoundException/);
  });

  it('is nowhere in the clear: not in a row, not in what was written before', async () => {
    const { rig, call, value } = account();
    await call('CreateSecret', { Name: 'db', SecretString: 'hush-hush' });
    await call('PutSecretValue', { SecretId: 'db', SecretString: 'hush-hush-2' });
    assert.ok(!JSON.stringify(rig.store.commits).includes('hush-hush'));
    assert.equal(await value(), 'hush-hush-2');
  });

  it('is in no record of a call, whichever calls are recorded', async () => {
    const { rig, call } = account(new Rig({ audit: 'all' }));
    await call('CreateSecret', { Name: 'db', SecretString: 'hush-hush' });
    await call('PutSecretValue', { SecretId: 'db', SecretString: 'hush-hush' });
    await call('GetSecretValue', { SecretId: 'db' });
    await call('BatchGetSecretValue', { SecretIdList: ['db'] });
    const { RandomPassword: made } = await call('GetRandomPassword');
    await rig.clock.pass(dayMs);
    const written = JSON.stringify(rig.store.commits);
    assert.match(written, /GetRandomPassword/, 'reads are recorded');
    assert.ok(
      !written.includes('hush-hush') && !written.includes(JSON.stringify(made).slice(1, -1)),
    );
  });

  it('says so where the server has another key by now', async () => {
    const { rig, call, refuses } = account();
    await call('CreateSecret', { Name: 'db', SecretString: 'hush' });
    rig.sealer.open = () => undefined;
    await refuses('GetSecretValue', { SecretId: 'db' }, 'DecryptionFailure', /another key/);
  });
});

describe('versions', () => {
  it('follow each other, and labels move with them', async () => {
    const { call, value } = account();
    await call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: token('1') });
    await call('PutSecretValue', {
      SecretId: 'db',
      SecretString: 'two',
      ClientRequestToken: token('2'),
    });
    await call('UpdateSecret', {
      SecretId: 'db',
      SecretString: 'three',
      ClientRequestToken: token('3'),
    });
    assert.deepEqual(
      [
        await value(),
        await value({ VersionStage: 'AWSPREVIOUS' }),
        await value({ VersionId: token('1') }),
      ],
      ['three', 'two', 'one'],
    );
    const { Versions: labelled } = await call('ListSecretVersionIds', { SecretId: 'db' });
    assert.deepEqual(
      labelled.map((version: Answer) => [version['VersionId'], version['VersionStages']]),
      [
        [token('2'), ['AWSPREVIOUS']],
        [token('3'), ['AWSCURRENT']],
      ],
    );
    const { Versions: all, NextToken: next } = await call('ListSecretVersionIds', {
      SecretId: 'db',
      IncludeDeprecated: true,
      MaxResults: 2,
    });
    assert.equal(all.length, 2);
    const rest = await call('ListSecretVersionIds', {
      SecretId: 'db',
      IncludeDeprecated: true,
      NextToken: next,
    });
    assert.deepEqual(rest['Versions'].length, 1);
  });

  it('are made once however often they are asked for, and never changed', async () => {
    const { call, refuses, value } = account();
    const first = { Name: 'db', SecretString: 'one', ClientRequestToken: token('1') };
    const made = await call('CreateSecret', first);
    assert.deepEqual(await call('CreateSecret', first), made);
    await refuses(
      'CreateSecret',
      { ...first, SecretString: 'other' },
      'ResourceExistsException',
      /^You can't use ClientRequestToken 1{32} because that value is already in use for a version of secret arn:/,
    );
    await refuses(
      'CreateSecret',
      { Name: 'db', SecretString: 'one' },
      'ResourceExistsException',
      /^The operation failed because the secret db already exists\.$/,
    );
    const put = { SecretId: 'db', SecretString: 'two', ClientRequestToken: token('2') };
    await call('PutSecretValue', put);
    await call('PutSecretValue', put);
    await refuses(
      'PutSecretValue',
      { ...put, SecretString: 'three' },
      'ResourceExistsException',
      /already in use/,
    );
    assert.equal(await value(), 'two');
    assert.equal(await value({ VersionStage: 'AWSPREVIOUS' }), 'one');
  });

  it('take labels of their own, each on one of them', async () => {
    const { call, refuses, value } = account();
    await call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: token('1') });
    await call('PutSecretValue', {
      SecretId: 'db',
      SecretString: 'two',
      ClientRequestToken: token('2'),
      VersionStages: ['PENDING'],
    });
    assert.deepEqual([await value(), await value({ VersionStage: 'PENDING' })], ['one', 'two']);
    const move = (more: object) =>
      call('UpdateSecretVersionStage', { SecretId: 'db', VersionStage: 'AWSCURRENT', ...more });
    await refuses(
      'UpdateSecretVersionStage',
      { SecretId: 'db', VersionStage: 'AWSCURRENT', MoveToVersionId: token('2') },
      'InvalidParameterException',
      /^The parameter RemoveFromVersionId can't be empty\. Staging label AWSCURRENT is currently attached to version 1{32}, so/,
    );
    await move({ RemoveFromVersionId: token('1'), MoveToVersionId: token('2') });
    assert.deepEqual([await value(), await value({ VersionStage: 'AWSPREVIOUS' })], ['two', 'one']);
    await refuses(
      'GetSecretValue',
      { SecretId: 'db', VersionId: token('1'), VersionStage: 'AWSCURRENT' },
      'InvalidRequestException',
      /^You provided a VersionStage that is not associated to the provided VersionId\.$/,
    );
    await refuses(
      'UpdateSecretVersionStage',
      { SecretId: 'db', VersionStage: 'AWSCURRENT', RemoveFromVersionId: token('2') },
      'InvalidParameterException',
      /can't remove staging label AWSCURRENT/,
    );
    await call('UpdateSecretVersionStage', {
      SecretId: 'db',
      VersionStage: 'PENDING',
      RemoveFromVersionId: token('2'),
    });
    await refuses(
      'GetSecretValue',
      { SecretId: 'db', VersionStage: 'PENDING' },
      'ResourceNotFoundException',
      /^Secrets Manager can't find the specified secret value for staging label: PENDING$/,
    );
  });

  it('without a label give way a day later, where there are a hundred', async () => {
    const { rig, call, refuses } = account();
    await call('CreateSecret', { Name: 'db', SecretString: '0' });
    for (let made = 1; made < 100; made++)
      await call('PutSecretValue', { SecretId: 'db', SecretString: String(made) });
    const more = { SecretId: 'db', SecretString: 'more' };
    await refuses('PutSecretValue', more, 'LimitExceededException', /100 versions/);
    await rig.clock.pass(dayMs);
    await call('PutSecretValue', more);
    const { Versions: all } = await call('ListSecretVersionIds', {
      SecretId: 'db',
      IncludeDeprecated: true,
    });
    assert.equal(all.length, 100);
  });

  it('may be missing: a secret without one has no value', async () => {
    const { call, refuses } = account();
    assert.equal((await call('CreateSecret', { Name: 'db' }))['VersionId'], undefined);
    await refuses(
      'GetSecretValue',
      { SecretId: 'db' },
      'ResourceNotFoundException',
      /^Secrets Manager can't find the specified secret value for staging label: AWSCURRENT$/,
    );
  });
});

describe('deletion', () => {
  it('waits, and may be taken back', async () => {
    const { rig, call, refuses, value } = account();
    await call('CreateSecret', { Name: 'db', SecretString: 'hush' });
    const { DeletionDate: at } = await call('DeleteSecret', {
      SecretId: 'db',
      RecoveryWindowInDays: 7,
    });
    assert.equal(at.getTime() - rig.clock.now(), 7 * dayMs);
    for (const [name, more] of [
      ['GetSecretValue', {}],
      ['PutSecretValue', { SecretString: 'x' }],
      ['TagResource', { Tags: [] }],
      ['DeleteSecret', {}],
    ] as const)
      await refuses(
        name,
        { SecretId: 'db', ...more },
        'InvalidRequestException',
        /^You can't perform this operation on the secret because it was marked for deletion\.$/,
      );
    await refuses(
      'CreateSecret',
      { Name: 'db' },
      'InvalidRequestException',
      /^You can't create this secret because a secret with this name is already scheduled for deletion\.$/,
    );
    assert.deepEqual((await call('ListSecrets'))['SecretList'], []);
    const planned = await call('ListSecrets', { IncludePlannedDeletion: true });
    assert.deepEqual(planned['SecretList'][0]['DeletedDate'], at);
    await call('RestoreSecret', { SecretId: 'db' });
    assert.equal(await value(), 'hush');
  });

  it('is over when its window is: the name is free, and the new one is another', async () => {
    const { rig, call, refuses } = account();
    const { ARN: before } = await call('CreateSecret', { Name: 'db', SecretString: 'hush' });
    await call('DeleteSecret', { SecretId: 'db' });
    await rig.clock.pass(30 * dayMs);
    for (const name of ['GetSecretValue', 'DescribeSecret', 'RestoreSecret', 'DeleteSecret'])
      await refuses(name, { SecretId: 'db' }, 'ResourceNotFoundException', /can't find/);
    assert.deepEqual(
      (await call('ListSecrets', { IncludePlannedDeletion: true }))['SecretList'],
      [],
    );
    const { ARN: after } = await call('CreateSecret', { Name: 'db' });
    assert.notEqual(after, before);
    await refuses(
      'DescribeSecret',
      { SecretId: before },
      'ResourceNotFoundException',
      /can't find/,
    );
  });

  it('at once leaves nothing, and may be repeated', async () => {
    const { rig, call, refuses } = account();
    await call('CreateSecret', { Name: 'db', SecretString: 'hush' });
    for (let times = 0; times < 2; times++)
      assert.equal(
        (await call('DeleteSecret', { SecretId: 'db', ForceDeleteWithoutRecovery: true }))['Name'],
        'db',
      );
    await refuses('DescribeSecret', { SecretId: 'db' }, 'ResourceNotFoundException', /can't find/);
    const space = { service: 'secretsmanager', scope: '123456789012/us-east-1' as never };
    for (const kind of ['secret', 'value'])
      assert.deepEqual(rig.store.reader.resources(space, kind), []);
    await refuses(
      'DeleteSecret',
      { SecretId: 'db', ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 },
      'InvalidParameterException',
      /^You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays\.$/,
    );
    for (const days of [6, 31])
      await refuses(
        'DeleteSecret',
        { SecretId: 'db', RecoveryWindowInDays: days },
        'InvalidParameterException',
        /between 7 and 30 days/,
      );
  });
});

describe('lists', () => {
  it('come in pages, in either direction, and filtered', async () => {
    const { rig, call, refuses } = account();
    for (const [name, team] of [
      ['app/a', 'red'],
      ['app/b', 'blue'],
      ['web/c', 'red'],
    ] as const) {
      await call('CreateSecret', {
        Name: name,
        Description: `of ${name}`,
        Tags: [{ Key: 'team', Value: team }],
      });
      await rig.clock.pass(1000);
    }
    const names = async (input: object): Promise<string[]> =>
      (await call('ListSecrets', input))['SecretList'].map((one: Answer) => one['Name']);
    assert.deepEqual(await names({}), ['app/a', 'app/b', 'web/c']);
    assert.deepEqual(await names({ SortOrder: 'desc' }), ['web/c', 'app/b', 'app/a']);
    assert.deepEqual(await names({ SortBy: 'name', SortOrder: 'desc', MaxResults: 1 }), ['web/c']);
    for (const SortOrder of ['asc', 'desc']) {
      const paged: string[] = [];
      for (let NextToken: string | undefined, more = true; more; more = NextToken !== undefined) {
        const page = await call('ListSecrets', { SortOrder, MaxResults: 1, NextToken });
        paged.push(...page['SecretList'].map((one: Answer) => one['Name']));
        NextToken = page['NextToken'];
      }
      assert.deepEqual(paged, await names({ SortOrder }));
    }
    for (const [key, values, expected] of [
      ['name', ['app'], ['app/a', 'app/b']],
      ['name', ['!app'], ['web/c']],
      ['name', ['web', 'app/b'], ['app/b', 'web/c']],
      ['description', ['OF web'], ['web/c']],
      ['tag-key', ['te'], ['app/a', 'app/b', 'web/c']],
      ['tag-value', ['red'], ['app/a', 'web/c']],
      ['all', ['RED app'], ['app/a']],
      ['owning-service', ['x'], []],
    ] as const)
      assert.deepEqual(await names({ Filters: [{ Key: key, Values: values }] }), expected, key);
    await refuses('ListSecrets', { NextToken: 'x' }, 'InvalidNextTokenException', /invalid/);
    await refuses(
      'ListSecrets',
      { MaxResults: 101 },
      'ValidationException',
      /^1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100$/,
    );
  });

  it('of values tell beside them what could not be read', async () => {
    const { call, refuses } = account();
    await call('CreateSecret', { Name: 'a', SecretString: '1' });
    await call('CreateSecret', { Name: 'b', SecretString: '2' });
    const got = await call('BatchGetSecretValue', { SecretIdList: ['a', 'none'] });
    assert.deepEqual(
      [got['SecretValues'].map((one: Answer) => one['SecretString']), got['Errors']],
      [
        ['1'],
        [
          {
            SecretId: 'none',
            ErrorCode: 'ResourceNotFoundException',
            Message: "Secrets Manager can't find the specified secret.",
          },
        ],
      ],
    );
    const filtered = await call('BatchGetSecretValue', {
      Filters: [{ Key: 'name', Values: ['b'] }],
    });
    assert.deepEqual(filtered['SecretValues'].length, 1);
    await refuses('BatchGetSecretValue', {}, 'InvalidParameterException', /must be provided/);
  });
});

describe('tags', () => {
  it('are added, replaced and removed', async () => {
    const { call, refuses } = account();
    await call('CreateSecret', { Name: 'db', Tags: [{ Key: 'a', Value: '1' }] });
    await call('TagResource', {
      SecretId: 'db',
      Tags: [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '' },
      ],
    });
    await call('UntagResource', { SecretId: 'db', TagKeys: ['a', 'none'] });
    assert.deepEqual((await call('DescribeSecret', { SecretId: 'db' }))['Tags'], [
      { Key: 'b', Value: '' },
    ]);
    await refuses(
      'TagResource',
      { SecretId: 'db', Tags: [{ Key: 'aws:x', Value: '' }] },
      'InvalidParameterException',
      /reserved/,
    );
    await refuses(
      'TagResource',
      {
        SecretId: 'db',
        Tags: Array.from({ length: 50 }, (_none, at) => ({ Key: `k${at}`, Value: '' })),
      },
      'LimitExceededException',
      /50 tags/,
    );
  });
});

describe('what is refused', () => {
  for (const [what, input, code, message] of [
    [
      'a name of other characters',
      { Name: 'a b' },
      'ValidationException',
      /^Invalid name\. Must be/,
    ],
    [
      'a key of KMS',
      { Name: 'a', KmsKeyId: 'alias/mine' },
      'InvalidParameterException',
      /no AWS KMS/,
    ],
    [
      'replicas',
      { Name: 'a', AddReplicaRegions: [{ Region: 'x' }] },
      'InvalidParameterException',
      /AddReplicaRegions is not supported/,
    ],
    ['a short token', { Name: 'a', ClientRequestToken: 'x' }, 'InvalidParameterException', /32-64/],
    [
      'two values',
      { Name: 'a', SecretString: 'x', SecretBinary: new Uint8Array([1]) },
      'InvalidParameterException',
      /not both/,
    ],
    [
      'an empty value',
      { Name: 'a', SecretString: '' },
      'ValidationException',
      /greater than or equal to 1/,
    ],
    [
      'too long a value',
      { Name: 'a', SecretString: 'é'.repeat(40_000) },
      'InvalidParameterException',
      /65536 bytes/,
    ],
  ] as const)
    it(what, async () => {
      const { rig, refuses } = account();
      await refuses('CreateSecret', input, code, message);
      assert.deepEqual(rig.store.commits, []);
    });

  it('but AWS’s own key may be named', async () => {
    const { call } = account();
    for (const [Name, KmsKeyId] of [
      ['a', 'alias/aws/secretsmanager'],
      ['b', 'arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager'],
    ]) {
      await call('CreateSecret', { Name, KmsKeyId });
      assert.equal((await call('DescribeSecret', { SecretId: Name }))['KmsKeyId'], KmsKeyId);
    }
  });

  it('is a value where there must be one, and what is not built', async () => {
    const { call, refuses } = account();
    await call('CreateSecret', { Name: 'db' });
    await refuses(
      'PutSecretValue',
      { SecretId: 'db' },
      'InvalidRequestException',
      /^You must provide either SecretString or SecretBinary\.$/,
    );
    await refuses('RotateSecret', { SecretId: 'db' }, 'UnknownOperationException', /not built/);
    await refuses('DescribeSecret', { SecretId: undefined }, 'ValidationException', /'SecretId'/);
  });
});

describe('a random password', () => {
  it('has of each kind that is wanted, and of no other', async () => {
    const { call, refuses } = account();
    const password = async (input: object): Promise<string> =>
      (await call('GetRandomPassword', input))['RandomPassword'];
    const usual = await password({});
    assert.equal(usual.length, 32);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[!-/:-@[-`{-~]/]) assert.match(usual, kind);
    assert.match(
      await password({
        PasswordLength: 4,
        ExcludePunctuation: true,
        ExcludeUppercase: true,
        IncludeSpace: true,
      }),
      /^(?=.*[a-z])(?=.*\d)(?=.* )[a-z\d ]{4}$/,
    );
    assert.match(
      await password({ ExcludeCharacters: 'abcdefghij', ExcludeNumbers: true }),
      /^[^a-j0-9]+$/,
    );
    await refuses(
      'GetRandomPassword',
      { PasswordLength: 3 },
      'InvalidParameterException',
      /^Password length is too short based on the required types\.$/,
    );
  });
});

describe('who asks for a secret by name', () => {
  it('asks leave for its whole ARN', async () => {
    const asked: string[] = [];
    const rig = new Rig({
      authorizer: {
        authorize: ({ access }) => void asked.push(...access.flatMap(({ resources }) => resources)),
      },
    });
    const { call } = account(rig);
    const { ARN: arn } = await call('CreateSecret', { Name: 'app/db', SecretString: 'hush' });
    await call('GetSecretValue', { SecretId: 'app/db' });
    await call('DescribeSecret', { SecretId: arn.slice(0, -7) });
    await call('DeleteSecret', { SecretId: 'none', ForceDeleteWithoutRecovery: true });
    await call('ListSecrets');
    const prefix = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:';
    assert.deepEqual(asked, [`${prefix}app/db-??????`, arn, arn, `${prefix}none-??????`, '*']);
  });
});

/** A request of another account, straight to the pipeline. */
async function askAs(rig: Rig, of: string, target: string, input: object) {
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${of}/20261129/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0`,
    'x-amz-target': target,
    'content-type': 'application/x-amz-json-1.1',
  };
  const { ask } = await import('../../../test/house/ask.ts');
  return ask(
    rig.app.pipeline,
    {
      method: 'POST',
      path: '/',
      query: '',
      headers,
      rawHeaders: Object.entries(headers).flat(),
      sourceAddress: '10.0.0.1',
    },
    JSON.stringify(input),
  );
}
