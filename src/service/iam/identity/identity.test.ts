// Who a key is, what policies hold for whom, and what a request cannot say of resources: as IAM's
// rows say it now, not as they did.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scopeOf } from '../../../base/ids.ts';
import type { Principal } from '../../../base/principal.ts';
import { account, context, contextIn } from '../../../../test/house/caller.ts';
import { allowAll, Iam, type Answer } from '../../../../test/house/iam.ts';
import { accessKeyId } from '../../../core/access-key.ts';
import { iamScope, view, type IamDeps } from '../deps.ts';
import { trusts } from '../seed.ts';
import { factsOf, wholeArns } from './resolve.ts';

const region = 'eu-west-1';
const managed = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** IAM, and the identities of its server. */
function identities() {
  const iam = new Iam();
  const { identity } = iam.rig.app;
  const key = async (principal?: Principal): Promise<Answer> =>
    (await iam.call('CreateAccessKey', {}, principal))['AccessKey'] as Answer;
  const deps = iam.rig.depsOf<IamDeps>('iam');
  return { iam, identity, key, deps, seen: () => view(deps, context) };
}

describe('an access key', () => {
  it('has a last use, which a restart forgets for an hour at most', async () => {
    const { iam, identity, key, deps } = identities();
    const ada = await iam.principal('ada');
    const { AccessKeyId } = await key(ada);
    const lastUse = async (): Promise<Answer> => {
      const { UserName, AccessKeyLastUsed } = await iam.call('GetAccessKeyLastUsed', {
        AccessKeyId,
      });
      assert.equal(UserName, 'ada');
      return AccessKeyLastUsed as Answer;
    };
    assert.deepEqual(await lastUse(), { ServiceName: 'N/A', Region: 'N/A' });
    const writes = (): number => deps.space.version(iamScope(context));
    const before = writes();
    const use = async (service: string, afterMs: number): Promise<Date> => {
      await iam.rig.clock.pass(afterMs);
      identity.keyUses.note(String(AccessKeyId), { service, region });
      await iam.rig.clock.pass();
      return new Date(iam.rig.clock.now());
    };
    const at = await use('batch', 1000);
    assert.deepEqual(await lastUse(), {
      LastUsedDate: at,
      ServiceName: 'batch',
      Region: region,
    });
    await use('ec2', 1000);
    const last = await use('logs', 1000);
    assert.deepEqual([(await lastUse())['LastUsedDate'], writes()], [last, before + 1]);
    await use('logs', 3_600_000);
    assert.equal(writes(), before + 2);
    identity.keyUses.note(accessKeyId('AKIA', account, 'ABCDEFGH'), { service: 'x', region });
    await iam.rig.clock.pass();
    assert.equal(writes(), before + 2, 'nothing is kept of keys that are not there');
  });
});

describe('policies', () => {
  it('of a user are its own and its groups’, with a boundary apart', async () => {
    const { iam, identity } = identities();
    const ada = await iam.principal('ada', { Tags: [{ Key: 'team', Value: 'docks' }] });
    assert.deepEqual(await identity.policies.of(ada, region), {
      policies: [],
      boundary: undefined,
      tags: { team: 'docks' },
    });
    const own = await iam.policy('own', allowAll);
    await iam.call('PutUserPolicy', {
      UserName: 'ada',
      PolicyName: 'in',
      PolicyDocument: allowAll,
    });
    await iam.call('AttachUserPolicy', { UserName: 'ada', PolicyArn: own });
    await iam.call('PutUserPermissionsBoundary', { UserName: 'ada', PermissionsBoundary: managed });
    await iam.call('CreateGroup', { GroupName: 'g' });
    await iam.call('AttachGroupPolicy', {
      GroupName: 'g',
      PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess',
    });
    await iam.call('AddUserToGroup', { GroupName: 'g', UserName: 'ada' });
    const found = await identity.policies.of(ada, region);
    assert.deepEqual(found?.policies, [
      { name: 'in', document: allowAll, of: 'user', holder: 'ada' },
      { name: 'own', arn: own, document: allowAll, of: 'user', holder: 'ada' },
      {
        name: 'AmazonS3FullAccess',
        arn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess',
        document: undefined,
        of: 'group',
        holder: 'g',
      },
    ]);
    assert.equal(found?.boundary?.arn, managed);
    assert.match(String(found?.boundary?.document), /"Action":/);
    assert.equal(identity.policies.of(ada, region), found, 'remembered');
    await iam.call('RemoveUserFromGroup', { GroupName: 'g', UserName: 'ada' });
    assert.equal((await identity.policies.of(ada, region))?.policies.length, 2);
  });

  it('of a session are its role’s, as long as that is the same role', async () => {
    const { iam, identity } = identities();
    const AssumeRolePolicyDocument = trusts('ec2.amazonaws.com');
    const { Role: role } = await iam.call('CreateRole', {
      RoleName: 'r',
      Path: '/lab/',
      AssumeRolePolicyDocument,
    });
    await iam.call('PutRolePolicy', {
      RoleName: 'r',
      PolicyName: 'in',
      PolicyDocument: allowAll,
    });
    const session: Principal = {
      kind: 'assumed-role',
      account,
      arn: `arn:aws:sts::${account}:assumed-role/r/me`,
      userId: `${role.RoleId}:me`,
      accessKeyId: undefined,
    };
    assert.deepEqual((await identity.policies.of(session, region))?.policies, [
      { name: 'in', document: allowAll, of: 'role', holder: 'r' },
    ]);
    await iam.call('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'in' });
    await iam.call('DeleteRole', { RoleName: 'r' });
    await iam.call('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument });
    assert.equal(await identity.policies.of(session, region), undefined);
    assert.equal(await identity.policies.of(context.principal, region), undefined, 'root has none');
  });
});

describe('what a request does not say', () => {
  const arn = (what: string): string => `arn:aws:iam::${account}:${what}`;

  it('is the path of what it names, and the role in a profile', async () => {
    const { iam, seen } = identities();
    await iam.user('ada', { Path: '/lab/' });
    await iam.call('CreateGroup', { GroupName: 'g', Path: '/lab/' });
    await iam.call('CreateRole', {
      RoleName: 'r',
      Path: '/lab/',
      AssumeRolePolicyDocument: trusts('ec2.amazonaws.com'),
    });
    for (const InstanceProfileName of ['p', 'empty'])
      await iam.call('CreateInstanceProfile', { InstanceProfileName, Path: '/lab/' });
    await iam.call('AddRoleToInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' });
    const now = await seen();
    const whole = (action: string, ...resources: string[]): string[] =>
      wholeArns(now, { action, resources: resources.map(arn) }, context);
    assert.deepEqual(
      whole('iam:GetRole', 'role/r', 'user/ada', 'group/g', 'instance-profile/p', 'role/none'),
      ['role/lab/r', 'user/lab/ada', 'group/lab/g', 'instance-profile/lab/p', 'role/none'].map(arn),
    );
    assert.deepEqual(
      whole('iam:PassRole', 'role/r', 'instance-profile/p', 'instance-profile/lab/p'),
      ['role/lab/r', 'role/lab/r', 'role/lab/r'].map(arn),
    );
    assert.deepEqual(whole('iam:PassRole', 'instance-profile/empty', 'instance-profile/none'), []);
    const other = contextIn(scopeOf('999999999999', region));
    assert.deepEqual(
      wholeArns(now, { action: 'iam:GetRole', resources: [arn('role/r')] }, other),
      [arn('role/r')],
      'of another account nothing is known',
    );
  });

  it('is the boundary and the tags of who is changed', async () => {
    const { iam, seen } = identities();
    await iam.user('ada', {
      Path: '/lab/',
      PermissionsBoundary: managed,
      Tags: [{ Key: 'team', Value: 'docks' }],
    });
    const now = await seen();
    const facts = (action: string, what: string): object =>
      factsOf(now, action, arn(what), context);
    assert.deepEqual(facts('iam:AttachUserPolicy', 'user/lab/ada'), {
      'iam:PermissionsBoundary': managed,
      'iam:ResourceTag/team': 'docks',
    });
    // Of a creation, and where it is set anew, the request itself says it.
    for (const action of ['iam:GetUser', 'iam:PutUserPermissionsBoundary'])
      assert.deepEqual(facts(action, 'user/ada'), { 'iam:ResourceTag/team': 'docks' });
    for (const what of ['user/none', 'group/ada', 'policy/ada', '*'])
      assert.deepEqual(facts('iam:AttachUserPolicy', what), {});
  });
});
