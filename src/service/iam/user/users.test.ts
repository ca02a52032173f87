// Users: what they have, what must go before they can, and every refusal in IAM's words.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account } from '../../../../test/house/caller.ts';
import { allowAll, Iam, type Answer } from '../../../../test/house/iam.ts';

const managed = 'arn:aws:iam::aws:policy/AdministratorAccess';
const names = (list: Answer[], member: string): unknown[] => list.map((one) => one[member]);

describe('users', () => {
  it('are created, shown, listed below a path, changed and deleted', async () => {
    const iam = new Iam();
    const made = await iam.user('ada', {
      Path: '/lab/',
      PermissionsBoundary: managed,
      Tags: [{ Key: 'team', Value: 'docks' }],
    });
    assert.equal(made['Arn'], `arn:aws:iam::${account}:user/lab/ada`);
    assert.match(String(made['UserId']), /^AIDA[0-9A-Z]{17}$/);
    assert.deepEqual(
      [made['Path'], made['Tags'], made['PermissionsBoundary']],
      [
        '/lab/',
        [{ Key: 'team', Value: 'docks' }],
        {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
          PermissionsBoundaryArn: managed,
        },
      ],
    );
    assert.deepEqual((await iam.call('GetUser', { UserName: 'ada' }))['User'], made);
    await iam.user('bob');
    const { Users } = await iam.call('ListUsers', { PathPrefix: '/lab/' });
    assert.deepEqual(names(Users, 'UserName'), ['ada']);
    assert.equal(Users[0].Tags, undefined, 'lists leave the tags out');
    assert.deepEqual(names((await iam.call('ListUsers'))['Users'], 'UserName'), ['ada', 'bob']);

    await iam.call('DeleteUserPermissionsBoundary', { UserName: 'ada' });
    await iam.call('UpdateUser', { UserName: 'ada', NewUserName: 'eve', NewPath: '/' });
    const { User: eve } = await iam.call('GetUser', { UserName: 'eve' });
    assert.deepEqual(
      [eve.Arn, eve.UserId, eve.PermissionsBoundary],
      [`arn:aws:iam::${account}:user/eve`, made['UserId'], undefined],
    );
    await iam.refuses(
      'GetUser',
      { UserName: 'ada' },
      'NoSuchEntity',
      'The user with name ada cannot be found.',
    );
    await iam.call('DeleteUser', { UserName: 'eve' });
    assert.deepEqual(names((await iam.call('ListUsers'))['Users'], 'UserName'), ['bob']);
  });

  it('who ask without a name mean themselves; root is no user', async () => {
    const iam = new Iam();
    const ada = await iam.principal('ada', { Path: '/lab/' });
    assert.equal((await iam.call('GetUser', {}, ada))['User'].UserName, 'ada');
    const { User: root } = await iam.call('GetUser');
    assert.deepEqual([root.Arn, root.UserId], [`arn:aws:iam::${account}:root`, account]);
    await iam.refuses(
      'GetUser',
      {},
      'ValidationError',
      'Must specify userName when calling with non-User credentials',
      { ...ada, kind: 'assumed-role' },
    );
  });

  it('have a tag in place of one whose key differs by its case alone', async () => {
    const iam = new Iam();
    await iam.user('ada', { Tags: [{ Key: 'Department', Value: 'finance' }] });
    const Tags = [{ Key: 'department', Value: 'hr' }];
    await iam.call('TagUser', { UserName: 'ada', Tags });
    assert.deepEqual((await iam.call('ListUserTags', { UserName: 'ada' }))['Tags'], Tags);
  });

  it('have tags', async () => {
    const iam = new Iam();
    await iam.user('ada');
    const tag = (Key: string, Value: string) => ({ Key, Value });
    await iam.call('TagUser', { UserName: 'ada', Tags: [tag('a', '1'), tag('b', '2')] });
    await iam.call('TagUser', { UserName: 'ada', Tags: [tag('a', '3')] });
    await iam.call('UntagUser', { UserName: 'ada', TagKeys: ['b', 'none'] });
    assert.deepEqual((await iam.call('ListUserTags', { UserName: 'ada' }))['Tags'], [
      tag('a', '3'),
    ]);
  });

  it('have inline policies', async () => {
    const iam = new Iam();
    await iam.user('ada');
    const one = { UserName: 'ada', PolicyName: 'p' };
    await iam.call('PutUserPolicy', { ...one, PolicyDocument: allowAll });
    assert.deepEqual((await iam.call('ListUserPolicies', { UserName: 'ada' }))['PolicyNames'], [
      'p',
    ]);
    const { PolicyDocument } = await iam.call('GetUserPolicy', one);
    assert.equal(decodeURIComponent(PolicyDocument), allowAll);
    const large = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: `arn:aws:s3:::${'x'.repeat(2048)}` }],
    });
    await iam.refuses(
      'PutUserPolicy',
      { ...one, PolicyDocument: large },
      'LimitExceeded',
      'Maximum policy size of 2048 bytes exceeded for user ada',
    );
    await iam.call('DeleteUserPolicy', one);
    for (const name of ['GetUserPolicy', 'DeleteUserPolicy'])
      await iam.refuses(name, one, 'NoSuchEntity', 'The user policy with name p cannot be found.');
  });

  it('have managed policies attached, ten at most', async () => {
    const iam = new Iam();
    await iam.user('ada');
    const own = await iam.policy('own');
    await iam.call('AttachUserPolicy', { UserName: 'ada', PolicyArn: own });
    await iam.call('AttachUserPolicy', { UserName: 'ada', PolicyArn: own });
    assert.deepEqual(
      (await iam.call('ListAttachedUserPolicies', { UserName: 'ada' }))['AttachedPolicies'],
      [{ PolicyArn: own, PolicyName: 'own' }],
    );
    await iam.refuses(
      'AttachUserPolicy',
      { UserName: 'ada', PolicyArn: `${own}x` },
      'NoSuchEntity',
      `Policy ${own}x does not exist or is not attachable.`,
    );
    const quarantine = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
    await iam.refuses(
      'AttachUserPolicy',
      { UserName: 'ada', PolicyArn: quarantine },
      'NoSuchEntity',
      `Policy ${quarantine} does not exist or is not attachable.`,
    );
    for (let at = 1; at < 10; at++)
      await iam.call('AttachUserPolicy', {
        UserName: 'ada',
        PolicyArn: `arn:aws:iam::aws:policy/P${at}`,
      });
    await iam.refuses(
      'AttachUserPolicy',
      { UserName: 'ada', PolicyArn: managed },
      'LimitExceeded',
      'Cannot exceed quota for PoliciesPerUser: 10',
    );
    await iam.refuses(
      'AttachUserPolicy',
      {
        UserName: 'ada',
        PolicyArn: 'arn:aws:iam::aws:policy/aws-service-role/BatchServiceRolePolicy',
      },
      'PolicyNotAttachable',
      'Cannot attach a Service Role Policy to a Customer Role.',
    );
    await iam.call('DetachUserPolicy', { UserName: 'ada', PolicyArn: own });
    await iam.refuses(
      'DetachUserPolicy',
      { UserName: 'ada', PolicyArn: own },
      'NoSuchEntity',
      `Policy ${own} was not found.`,
    );
  });

  it('stay as long as they hold something', async () => {
    const iam = new Iam();
    const UserName = 'ada';
    await iam.user(UserName);
    const { AccessKey: key } = await iam.call('CreateAccessKey', { UserName });
    await iam.call('PutUserPolicy', { UserName, PolicyName: 'p', PolicyDocument: allowAll });
    await iam.call('AttachUserPolicy', { UserName, PolicyArn: managed });
    await iam.call('CreateGroup', { GroupName: 'g' });
    await iam.call('AddUserToGroup', { UserName, GroupName: 'g' });
    const steps: [first: string, name: string, input: object][] = [
      ['remove users from group', 'RemoveUserFromGroup', { GroupName: 'g' }],
      ['detach all policies', 'DetachUserPolicy', { PolicyArn: managed }],
      ['delete policies', 'DeleteUserPolicy', { PolicyName: 'p' }],
      ['delete access keys', 'DeleteAccessKey', { AccessKeyId: key.AccessKeyId }],
    ];
    for (const [first, name, input] of steps) {
      await iam.refuses(
        'DeleteUser',
        { UserName },
        'DeleteConflict',
        `Cannot delete entity, must ${first} first.`,
      );
      await iam.call(name, { UserName, ...input });
    }
    await iam.call('DeleteUser', { UserName });
  });

  it('are refused by IAM’s rules', async () => {
    const iam = new Iam();
    await iam.user('ada');
    await iam.user('bob');
    const cases: [name: string, input: object, code: string, text: string | RegExp][] = [
      [
        'CreateUser',
        { UserName: 'ada' },
        'EntityAlreadyExists',
        'User with name ada already exists.',
      ],
      [
        'CreateUser',
        { UserName: 'ADA' },
        'EntityAlreadyExists',
        'User with name ADA already exists.',
      ],
      ['CreateUser', { UserName: 'a b' }, 'ValidationError', /userName/],
      ['CreateUser', { UserName: 'x'.repeat(65) }, 'ValidationError', /userName/],
      ['CreateUser', { UserName: 'c', Path: 'lab' }, 'ValidationError', /path/],
      [
        'CreateUser',
        { UserName: 'c', PermissionsBoundary: `arn:aws:iam::${account}:policy/none` },
        'NoSuchEntity',
        `Scope ARN: arn:aws:iam::${account}:policy/none does not exist or is not attachable.`,
      ],
      [
        'UpdateUser',
        { UserName: 'ada', NewUserName: 'Bob' },
        'EntityAlreadyExists',
        'User with name Bob already exists.',
      ],
      [
        'PutUserPermissionsBoundary',
        { UserName: 'none', PermissionsBoundary: managed },
        'NoSuchEntity',
        'The user with name none cannot be found.',
      ],
      [
        'PutUserPolicy',
        { UserName: 'ada', PolicyName: 'p', PolicyDocument: '{' },
        'MalformedPolicyDocument',
        /./,
      ],
    ];
    for (const [name, input, code, text] of cases) await iam.refuses(name, input, code, text);
    await iam.call('UpdateUser', { UserName: 'ada', NewUserName: 'Ada' });
  });

  it('have no passwords and devices, and tools that look for them find none', async () => {
    const iam = new Iam();
    const UserName = 'ada';
    await iam.user(UserName);
    for (const name of ['GetLoginProfile', 'DeleteLoginProfile'])
      await iam.refuses(
        name,
        { UserName },
        'NoSuchEntity',
        'Login Profile for User ada cannot be found.',
      );
    for (const [name, member] of [
      ['ListMFADevices', 'MFADevices'],
      ['ListSSHPublicKeys', 'SSHPublicKeys'],
      ['ListSigningCertificates', 'Certificates'],
      ['ListServiceSpecificCredentials', 'ServiceSpecificCredentials'],
    ] as const) {
      const { [member]: list, IsTruncated } = await iam.call(name, { UserName });
      assert.deepEqual([list, IsTruncated], [[], false], name);
      await iam.refuses(
        name,
        { UserName: 'none' },
        'NoSuchEntity',
        'The user with name none cannot be found.',
      );
    }
    assert.deepEqual((await iam.call('ListVirtualMFADevices'))['VirtualMFADevices'], []);
  });
});
