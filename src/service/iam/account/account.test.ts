// What tools read of a whole account: its alias, its numbers, everything that it permits, and who
// holds a policy.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account } from '../../../../test/house/caller.ts';
import { allowAll, Iam, type Answer } from '../../../../test/house/iam.ts';
import { trusts } from '../seed.ts';

/** A user, a group and a role that all hold one policy; the user and the role are bounded by it. */
async function holders() {
  const iam = new Iam();
  const arn = await iam.policy('own');
  await iam.user('ada', { Path: '/lab/', PermissionsBoundary: arn });
  await iam.call('CreateGroup', { GroupName: 'crew' });
  await iam.call('AddUserToGroup', { GroupName: 'crew', UserName: 'ada' });
  await iam.call('CreateRole', {
    RoleName: 'worker',
    AssumeRolePolicyDocument: trusts('ec2.amazonaws.com'),
    PermissionsBoundary: arn,
  });
  await iam.call('AttachUserPolicy', { UserName: 'ada', PolicyArn: arn });
  await iam.call('AttachGroupPolicy', { GroupName: 'crew', PolicyArn: arn });
  await iam.call('PutUserPolicy', { UserName: 'ada', PolicyName: 'in', PolicyDocument: allowAll });
  return { iam, arn };
}

describe('an account', () => {
  it('has one alias, or none', async () => {
    const iam = new Iam();
    const aliases = async (): Promise<unknown> =>
      (await iam.call('ListAccountAliases'))['AccountAliases'];
    assert.deepEqual(await aliases(), []);
    await iam.call('CreateAccountAlias', { AccountAlias: 'docks' });
    await iam.call('CreateAccountAlias', { AccountAlias: 'dry-docks' });
    assert.deepEqual(await aliases(), ['dry-docks']);
    await iam.refuses(
      'DeleteAccountAlias',
      { AccountAlias: 'docks' },
      'NoSuchEntity',
      'The account alias docks cannot be found.',
    );
    for (const AccountAlias of ['ab', 'Docks', '-docks', 'docks-', 'dry--docks'])
      await iam.refuses('CreateAccountAlias', { AccountAlias }, 'ValidationError', /accountAlias/);
    await iam.call('DeleteAccountAlias', { AccountAlias: 'dry-docks' });
    assert.deepEqual(await aliases(), []);
  });

  it('is counted', async () => {
    const { iam } = await holders();
    const { SummaryMap: counted } = await iam.call('GetAccountSummary');
    const { Users, Groups, Roles, Policies, PolicyVersionsInUse, AccessKeysPerUserQuota } = counted;
    assert.deepEqual(
      [Users, Groups, Policies, PolicyVersionsInUse, AccessKeysPerUserQuota],
      [1, 1, 1, 1, 2],
    );
    const { Roles: listed } = await iam.call('ListRoles');
    assert.equal(Roles, listed.length);
  });

  it('has no two things of a kind whose names differ by case alone', async () => {
    const { iam } = await holders();
    await iam.call('CreateInstanceProfile', { InstanceProfileName: 'worker' });
    const AssumeRolePolicyDocument = trusts('ec2.amazonaws.com');
    const cases: [name: string, input: object, text: string | RegExp][] = [
      [
        'CreateRole',
        { RoleName: 'Worker', AssumeRolePolicyDocument },
        'Role with name Worker already exists.',
      ],
      [
        'CreateInstanceProfile',
        { InstanceProfileName: 'WORKER' },
        'Instance Profile WORKER already exists.',
      ],
      [
        'CreatePolicy',
        { PolicyName: 'Own', PolicyDocument: allowAll },
        /^A policy called Own already exists/,
      ],
    ];
    for (const [name, input, text] of cases)
      await iam.refuses(name, input, 'EntityAlreadyExists', text);
  });

  it('is told with all that it permits, page by page', async () => {
    const { iam, arn } = await holders();
    const name = 'GetAccountAuthorizationDetails';
    const only = await iam.call(name, { Filter: ['User', 'LocalManagedPolicy'] });
    assert.deepEqual([only['RoleDetailList'], only['GroupDetailList']], [[], []]);
    const [ada] = only['UserDetailList'];
    assert.deepEqual(
      [ada.UserName, ada.GroupList, ada.AttachedManagedPolicies],
      ['ada', ['crew'], [{ PolicyArn: arn, PolicyName: 'own' }]],
    );
    assert.equal(ada.PermissionsBoundary.PermissionsBoundaryArn, arn);
    assert.equal(decodeURIComponent(ada.UserPolicyList[0].PolicyDocument), allowAll);
    const [own] = only['Policies'];
    assert.deepEqual(
      [own.AttachmentCount, own.PermissionsBoundaryUsageCount, own.PolicyVersionList.length],
      [2, 2, 1],
    );
    const all: unknown[] = [];
    let Marker: string | undefined;
    do {
      const page: Answer = await iam.call(name, { MaxItems: 3, Marker });
      all.push(
        ...page['UserDetailList'].map((one: Answer) => one['Arn']),
        ...page['GroupDetailList'].map((one: Answer) => one['Arn']),
        ...page['RoleDetailList'].map((one: Answer) => one['Arn']),
        ...page['Policies'].map((one: Answer) => one['Arn']),
      );
      Marker = page['Marker'] as string | undefined;
    } while (Marker !== undefined);
    assert.equal(new Set(all).size, all.length);
    for (const wanted of ['user/lab/ada', 'group/crew', 'role/worker', 'policy/own'])
      assert.ok(all.includes(`arn:aws:iam::${account}:${wanted}`), wanted);
    assert.ok(all.includes('arn:aws:iam::aws:policy/AdministratorAccess'));
    const profiles = (await iam.call(name, { Filter: ['Role'], MaxItems: 1000 }))[
      'RoleDetailList'
    ].find((one: Answer) => one['RoleName'] === 'ecsInstanceRole').InstanceProfileList;
    assert.equal(profiles[0].InstanceProfileName, 'ecsInstanceRole');
    await iam.refuses(name, { Filter: ['Users'] }, 'ValidationError', /filter must be one of/);
  });
});

describe('a policy', () => {
  it('tells who holds it, in which way', async () => {
    const { iam, arn } = await holders();
    const held = async (more: object): Promise<unknown[]> => {
      const all = await iam.call('ListEntitiesForPolicy', { PolicyArn: arn, ...more });
      const { PolicyGroups, PolicyRoles, PolicyUsers } = all;
      return [...PolicyGroups, ...PolicyRoles, ...PolicyUsers].map(
        (one: Answer) => one['GroupName'] ?? one['RoleName'] ?? one['UserName'],
      );
    };
    assert.deepEqual(await held({}), ['crew', 'worker', 'ada']);
    assert.deepEqual(await held({ PolicyUsageFilter: 'PermissionsPolicy' }), ['crew', 'ada']);
    assert.deepEqual(await held({ PolicyUsageFilter: 'PermissionsBoundary' }), ['worker', 'ada']);
    assert.deepEqual(await held({ EntityFilter: 'User' }), ['ada']);
    assert.deepEqual(await held({ PathPrefix: '/lab/' }), ['ada']);
    const first = await iam.call('ListEntitiesForPolicy', { PolicyArn: arn, MaxItems: 2 });
    assert.equal(first['IsTruncated'], true);
    assert.deepEqual(await held({ Marker: first['Marker'] }), ['ada']);

    const listed = async (more: object): Promise<unknown[]> =>
      (await iam.call('ListPolicies', more))['Policies'].map((one: Answer) => one['Arn']);
    assert.deepEqual(await listed({ PolicyUsageFilter: 'PermissionsBoundary' }), [arn]);
    assert.ok((await listed({ OnlyAttached: true })).includes(arn));
  });

  it('stays while it bounds somebody', async () => {
    const iam = new Iam();
    const PolicyArn = await iam.policy('own');
    await iam.user('ada', { PermissionsBoundary: PolicyArn });
    await iam.refuses(
      'DeletePolicy',
      { PolicyArn },
      'DeleteConflict',
      'Cannot delete a policy attached to entities.',
    );
    await iam.call('DeleteUserPermissionsBoundary', { UserName: 'ada' });
    await iam.call('DeletePolicy', { PolicyArn });
  });

  it('bounds roles, shown with them', async () => {
    const { iam, arn } = await holders();
    const bounded = async (): Promise<unknown> =>
      (await iam.call('GetRole', { RoleName: 'worker' }))['Role'].PermissionsBoundary
        ?.PermissionsBoundaryArn;
    assert.equal(await bounded(), arn);
    await iam.call('DeleteRolePermissionsBoundary', { RoleName: 'worker' });
    assert.equal(await bounded(), undefined);
    await iam.call('PutRolePermissionsBoundary', { RoleName: 'worker', PermissionsBoundary: arn });
    assert.equal(await bounded(), arn);
    await iam.refuses(
      'PutRolePermissionsBoundary',
      { RoleName: 'AWSServiceRoleForBatch', PermissionsBoundary: arn },
      'UnmodifiableEntity',
      /protected role/,
    );
  });
});
