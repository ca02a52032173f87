// IAM's operations: what Batch's users, the guide and Terraform do with roles and instance profiles, and every refusal by its code.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-iam';
import { scopeOf } from '../../base/ids.ts';
import { notBuilt, type Operation } from '../../wire/operation.ts';
import { operationsOf } from '../../wire/schema.ts';
import type { IamDeps } from './deps.ts';
import { context, FakeDeps } from './fake-deps.ts';
import { iamOperations } from './operations.ts';
import { trusts } from './seed.ts';

type Answer = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- looked at by each assertion.

/** IAM of a new account, called by operation names. */
function account() {
  const deps = new FakeDeps();
  const call = async (name: string, input: object = {}, region = 'eu-west-1'): Promise<Answer> => {
    const operation = iamOperations[name] as Operation<IamDeps, object, object>;
    assert.notEqual(operation, notBuilt);
    const of = { ...context, region, scope: scopeOf(context.account, region) };
    for (const access of operation.authorizes(input, of)) assert.match(access.action, /^iam:\w+$/);
    return operation.handle(deps, input, of);
  };
  const refuses = (name: string, input: object, code: string, status: number, message: RegExp): Promise<void> =>
    assert.rejects(call(name, input), (error: Error & { status: number }) => {
      assert.deepEqual([error.name, error.status], [code, status], error.message);
      assert.match(error.message, message);
      return true;
    });
  const role = (RoleName: string, more: object = {}): Promise<Answer> => call('CreateRole', { RoleName, AssumeRolePolicyDocument: trusts('ec2.amazonaws.com'), ...more });
  const names = async (more: object = {}): Promise<string[]> => (await call('ListRoles', more))['Roles'].map((one: Answer) => one['RoleName']);
  return { deps, call, refuses, role, names };
}
const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
const managed = 'arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole';

test('the table holds operations of the SDK and nothing else', () => {
  const known = operationsOf(sdk);
  assert.deepEqual(Object.keys(iamOperations).filter((name) => !known.has(name)), []);
});

describe('roles', () => {
  it('are created, shown, listed and deleted, in every region alike', async () => {
    const { call, role, refuses, names } = account();
    const { Role: made } = await role('worker', { Path: '/batch/', Description: 'does work', MaxSessionDuration: 7200, Tags: [{ Key: 'team', Value: 'docks' }] });
    assert.equal(made.Arn, 'arn:aws:iam::123456789012:role/batch/worker');
    assert.match(made.RoleId, /^AROA[0-9A-Z]{17}$/);
    const { Role: shown } = await call('GetRole', { RoleName: 'worker' }, 'us-east-1');
    assert.deepEqual(shown, made);
    assert.equal(decodeURIComponent(shown.AssumeRolePolicyDocument), trusts('ec2.amazonaws.com'));
    assert.deepEqual([shown.Description, shown.MaxSessionDuration, shown.Tags, shown.CreateDate.getTime()], ['does work', 7200, [{ Key: 'team', Value: 'docks' }], 1_700_000_000_000]);
    assert.deepEqual(await names({ PathPrefix: '/batch/' }), ['worker']);
    await call('DeleteRole', { RoleName: 'worker' });
    await refuses('GetRole', { RoleName: 'worker' }, 'NoSuchEntity', 404, /^The role with name worker cannot be found\.$/);
  });

  it('are listed by name, page by page', async () => {
    const { call, role, refuses } = account();
    for (const name of ['c', 'a', 'b']) await role(name, { Path: '/x/' });
    const first = await call('ListRoles', { PathPrefix: '/x/', MaxItems: 2 });
    assert.deepEqual([first['Roles'].map((one: Answer) => one['RoleName']), first['IsTruncated']], [['a', 'b'], true]);
    const second = await call('ListRoles', { PathPrefix: '/x/', MaxItems: 2, Marker: first['Marker'] });
    assert.deepEqual([second['Roles'].map((one: Answer) => one['RoleName']), second['IsTruncated'], second['Marker']], [['c'], false, undefined]);
    await refuses('ListRoles', { Marker: 'x' }, 'ValidationError', 400, /Marker/);
    await refuses('ListRoles', { MaxItems: 0 }, 'ValidationError', 400, /maxItems/);
  });

  it('are updated: description, sessions, trust, tags', async () => {
    const { call, role } = account();
    await role('r');
    await call('UpdateRole', { RoleName: 'r', Description: 'new' });
    await call('UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: trusts('batch.amazonaws.com') });
    await call('TagRole', { RoleName: 'r', Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] });
    await call('TagRole', { RoleName: 'r', Tags: [{ Key: 'b', Value: '3' }] });
    await call('UntagRole', { RoleName: 'r', TagKeys: ['a', 'none'] });
    const { Role: shown } = await call('GetRole', { RoleName: 'r' });
    assert.deepEqual([shown.Description, shown.MaxSessionDuration, decodeURIComponent(shown.AssumeRolePolicyDocument), shown.Tags], ['new', 3600, trusts('batch.amazonaws.com'), [{ Key: 'b', Value: '3' }]]);
    assert.deepEqual((await call('ListRoleTags', { RoleName: 'r' }))['Tags'], [{ Key: 'b', Value: '3' }]);
  });

  it('have managed and inline policies, and cannot be deleted before those are gone', async () => {
    const { call, role, refuses } = account();
    await role('r');
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: managed });
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: managed });
    assert.deepEqual((await call('ListAttachedRolePolicies', { RoleName: 'r' }))['AttachedPolicies'], [{ PolicyArn: managed, PolicyName: 'AWSBatchServiceRole' }]);
    assert.deepEqual((await call('ListAttachedRolePolicies', { RoleName: 'r', PathPrefix: '/other/' }))['AttachedPolicies'], []);
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: '__proto__', PolicyDocument: policy });
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: policy });
    assert.deepEqual((await call('ListRolePolicies', { RoleName: 'r' }))['PolicyNames'], ['__proto__', 'p']);
    assert.equal(decodeURIComponent((await call('GetRolePolicy', { RoleName: 'r', PolicyName: 'p' }))['PolicyDocument']), policy);
    await refuses('DeleteRole', { RoleName: 'r' }, 'DeleteConflict', 409, /must detach all policies first/);
    await call('DetachRolePolicy', { RoleName: 'r', PolicyArn: managed });
    await refuses('DetachRolePolicy', { RoleName: 'r', PolicyArn: managed }, 'NoSuchEntity', 404, /was not found/);
    await refuses('DeleteRole', { RoleName: 'r' }, 'DeleteConflict', 409, /must delete policies first/);
    await call('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
    await call('DeleteRolePolicy', { RoleName: 'r', PolicyName: '__proto__' });
    await refuses('GetRolePolicy', { RoleName: 'r', PolicyName: 'p' }, 'NoSuchEntity', 404, /role policy with name p/);
    await call('DeleteRole', { RoleName: 'r' });
  });

  it('are refused with what is wrong', async () => {
    const { call, refuses, role } = account();
    await role('r');
    const document = trusts('ec2.amazonaws.com');
    const cases: [string, object, string, number, RegExp][] = [
      ['CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: document }, 'EntityAlreadyExists', 409, /^Role with name r already exists\.$/],
      ['CreateRole', { RoleName: 'a b', AssumeRolePolicyDocument: document }, 'ValidationError', 400, /roleName/],
      ['CreateRole', { RoleName: 'x'.repeat(65), AssumeRolePolicyDocument: document }, 'ValidationError', 400, /1 to 64/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocument', 400, /invalid Json/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: '[]' }, 'MalformedPolicyDocument', 400, /Syntax/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: '{}' }, 'MalformedPolicyDocument', 400, /Statement/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: document, Path: 'x' }, 'ValidationError', 400, /path/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: document, Path: '/aws-service-role/x/' }, 'InvalidInput', 400, /reserved/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: document, MaxSessionDuration: 60 }, 'ValidationError', 400, /maxSessionDuration/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: document, PermissionsBoundary: managed }, 'ValidationError', 400, /not supported/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: document, Tags: [{ Key: 'a', Value: '' }, { Key: 'A', Value: '' }] }, 'InvalidInput', 400, /Duplicate/],
      ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: document, Tags: Array.from({ length: 51 }, (_none, at) => ({ Key: `k${at}`, Value: '' })) }, 'LimitExceeded', 409, /TagsPerRole/],
      ['AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::123456789012:policy/mine' }, 'NoSuchEntity', 404, /does not exist/],
      ['AttachRolePolicy', { RoleName: 'none', PolicyArn: managed }, 'NoSuchEntity', 404, /role with name none/],
      ['PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: JSON.stringify({ Statement: [{ Sid: 'x'.repeat(10_240) }] }) }, 'LimitExceeded', 409, /InlinePolicySizePerRole/],
      ['DeleteRole', { RoleName: 'AWSServiceRoleForBatch' }, 'UnmodifiableEntity', 400, /protected role/],
      ['TagRole', { RoleName: 'r', Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidInput', 400, /reserved/],
    ];
    for (const [name, input, code, status, message] of cases) await refuses(name, input, code, status, message);
    for (let at = 0; at < 20; at++) await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: `arn:aws:iam::aws:policy/P${at}` });
    await refuses('AttachRolePolicy', { RoleName: 'r', PolicyArn: managed }, 'LimitExceeded', 409, /PoliciesPerRole: 20/);
  });
});

describe('instance profiles', () => {
  it('hold one role, which cannot be deleted meanwhile', async () => {
    const { call, role, refuses } = account();
    await role('r');
    const { InstanceProfile: made } = await call('CreateInstanceProfile', { InstanceProfileName: 'p', Tags: [{ Key: 'a', Value: 'b' }] });
    assert.deepEqual([made.Arn, made.Roles, made.Tags], ['arn:aws:iam::123456789012:instance-profile/p', [], [{ Key: 'a', Value: 'b' }]]);
    await call('AddRoleToInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' });
    await refuses('AddRoleToInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' }, 'LimitExceeded', 409, /InstanceSessionsPerInstanceProfile: 1/);
    await refuses('DeleteRole', { RoleName: 'r' }, 'DeleteConflict', 409, /remove roles from instance profile/);
    await refuses('DeleteInstanceProfile', { InstanceProfileName: 'p' }, 'DeleteConflict', 409, /remove roles from instance profile/);
    const names = async (name: string, input: object) => (await call(name, input))['InstanceProfiles'].map((one: Answer) => [one['InstanceProfileName'], one['Roles'][0].RoleName]);
    assert.deepEqual(await names('ListInstanceProfilesForRole', { RoleName: 'r' }), [['p', 'r']]);
    assert.deepEqual(await names('ListInstanceProfiles', {}), [['ecsInstanceRole', 'ecsInstanceRole'], ['p', 'r']]);
    await call('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' });
    await refuses('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' }, 'NoSuchEntity', 404, /not in instance profile/);
    await call('DeleteInstanceProfile', { InstanceProfileName: 'p' });
    await refuses('GetInstanceProfile', { InstanceProfileName: 'p' }, 'NoSuchEntity', 404, /^Instance Profile p cannot be found\.$/);
  });
});

describe('what an account has from the start', () => {
  it('is the guide’s roles, and the instance profile', async () => {
    const { call, names } = account();
    assert.deepEqual(await names(), ['AWSBatchServiceRole', 'AWSServiceRoleForBatch', 'AmazonEC2SpotFleetRole', 'aws-ec2-spot-fleet-role', 'ecsInstanceRole']);
    assert.equal((await call('GetRole', { RoleName: 'AWSBatchServiceRole' }))['Role'].Arn, 'arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole');
    assert.equal((await call('GetInstanceProfile', { InstanceProfileName: 'ecsInstanceRole' }))['InstanceProfile'].Roles[0].RoleName, 'ecsInstanceRole');
  });

  it('gives way to what is created by its name, once', async () => {
    const { call, role, refuses } = account();
    await role('AmazonEC2SpotFleetRole', { Description: 'mine' });
    assert.equal((await call('GetRole', { RoleName: 'AmazonEC2SpotFleetRole' }))['Role'].Description, 'mine');
    assert.deepEqual((await call('ListAttachedRolePolicies', { RoleName: 'AmazonEC2SpotFleetRole' }))['AttachedPolicies'], []);
    await refuses('CreateRole', { RoleName: 'AmazonEC2SpotFleetRole', AssumeRolePolicyDocument: trusts('x') }, 'EntityAlreadyExists', 409, /already exists/);
    await role('ecsInstanceRole');
    await call('CreateInstanceProfile', { InstanceProfileName: 'ecsInstanceRole' });
    await call('AddRoleToInstanceProfile', { InstanceProfileName: 'ecsInstanceRole', RoleName: 'ecsInstanceRole' });
    await refuses('CreateInstanceProfile', { InstanceProfileName: 'ecsInstanceRole' }, 'EntityAlreadyExists', 409, /already exists/);
  });

  it('is the caller’s own once it was changed', async () => {
    const { call, refuses } = account();
    await call('TagRole', { RoleName: 'ecsInstanceRole', Tags: [{ Key: 'a', Value: 'b' }] });
    await refuses('CreateRole', { RoleName: 'ecsInstanceRole', AssumeRolePolicyDocument: trusts('x') }, 'EntityAlreadyExists', 409, /already exists/);
  });

  it('has roles of services, which are created once', async () => {
    const { call, refuses } = account();
    const { Role: made } = await call('CreateServiceLinkedRole', { AWSServiceName: 'spotfleet.amazonaws.com' });
    assert.equal(made.Arn, 'arn:aws:iam::123456789012:role/aws-service-role/spotfleet.amazonaws.com/AWSServiceRoleForEC2SpotFleet');
    await refuses('CreateServiceLinkedRole', { AWSServiceName: 'spotfleet.amazonaws.com' }, 'InvalidInput', 400, /AWSServiceRoleForEC2SpotFleet has been taken in this account/);
    await call('CreateServiceLinkedRole', { AWSServiceName: 'batch.amazonaws.com' });
    await refuses('CreateServiceLinkedRole', { AWSServiceName: 'constructor' }, 'InvalidInput', 400, /not a service/);
  });
});
