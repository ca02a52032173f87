// IAM's operations: what Batch's users, the guide and Terraform do with roles and instance
// profiles, and every refusal by its code.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-iam';
import { scopeOf } from '../../base/ids.ts';
import { notBuilt, type Operation } from '../../wire/operation.ts';
import { operationsOf } from '../../wire/schema.ts';
import type { IamDeps } from './deps.ts';
import { context } from '../../../test/house/caller.ts';
import { ec2Resources } from '../../../test/house/batch-requests.ts';
import { Rig } from '../../../test/house/rig.ts';
import { createComputeEnvironment } from '../batch/compute-environment/create-compute-environment.ts';
import { deleteComputeEnvironment } from '../batch/compute-environment/delete-compute-environment.ts';
import { iamOperations } from './operations.ts';
import { trusts } from './seed.ts';

type Answer = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- looked at by each assertion.

/** IAM of a new account, called by operation names. */
function account() {
  const rig = new Rig();
  const call = async (name: string, input: object = {}, region = 'eu-west-1'): Promise<Answer> => {
    const operation = iamOperations[name] as Operation<IamDeps, object, object>;
    assert.notEqual(operation, notBuilt);
    const of = { ...context, region, scope: scopeOf(context.account, region) };
    for (const access of operation.authorizes(input, of)) assert.match(access.action, /^iam:\w+$/);
    return rig.call(operation, input, of);
  };
  const refuses = (
    name: string,
    input: object,
    code: string,
    status: number,
    message: RegExp,
  ): Promise<void> =>
    assert.rejects(call(name, input), (error: Error & { status: number }) => {
      assert.deepEqual([error.name, error.status], [code, status], error.message);
      assert.match(error.message, message);
      return true;
    });
  const role = (RoleName: string, more: object = {}): Promise<Answer> =>
    call('CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: trusts('ec2.amazonaws.com'),
      ...more,
    });
  const names = async (more: object = {}): Promise<string[]> =>
    (await call('ListRoles', more))['Roles'].map((one: Answer) => one['RoleName']);
  return { rig, call, refuses, role, names };
}
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const managed = 'arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole';

test('the table holds operations of the SDK and nothing else', () => {
  const known = operationsOf(sdk);
  assert.deepEqual(
    Object.keys(iamOperations).filter((name) => !known.has(name)),
    [],
  );
});

describe('roles', () => {
  it('are created, shown, listed and deleted, in every region alike', async () => {
    const { call, role, refuses, names } = account();
    const { Role: made } = await role('worker', {
      Path: '/batch/',
      Description: 'does work',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'docks' }],
    });
    assert.equal(made.Arn, 'arn:aws:iam::123456789012:role/batch/worker');
    assert.match(made.RoleId, /^AROA[0-9A-Z]{17}$/);
    const { Role: shown } = await call('GetRole', { RoleName: 'worker' }, 'us-east-1');
    assert.deepEqual(shown, made);
    assert.equal(decodeURIComponent(shown.AssumeRolePolicyDocument), trusts('ec2.amazonaws.com'));
    assert.deepEqual(
      [shown.Description, shown.MaxSessionDuration, shown.Tags, shown.CreateDate.getTime()],
      ['does work', 7200, [{ Key: 'team', Value: 'docks' }], 1_700_000_000_000],
    );
    assert.deepEqual(await names({ PathPrefix: '/batch/' }), ['worker']);
    await call('DeleteRole', { RoleName: 'worker' });
    await refuses(
      'GetRole',
      { RoleName: 'worker' },
      'NoSuchEntity',
      404,
      /^The role with name worker cannot be found\.$/,
    );
  });

  it('are listed by name, page by page', async () => {
    const { call, role, refuses } = account();
    for (const name of ['c', 'a', 'b']) await role(name, { Path: '/x/' });
    const first = await call('ListRoles', { PathPrefix: '/x/', MaxItems: 2 });
    assert.deepEqual(
      [first['Roles'].map((one: Answer) => one['RoleName']), first['IsTruncated']],
      [['a', 'b'], true],
    );
    const second = await call('ListRoles', {
      PathPrefix: '/x/',
      MaxItems: 2,
      Marker: first['Marker'],
    });
    assert.deepEqual(
      [
        second['Roles'].map((one: Answer) => one['RoleName']),
        second['IsTruncated'],
        second['Marker'],
      ],
      [['c'], false, undefined],
    );
    await refuses('ListRoles', { Marker: 'x' }, 'ValidationError', 400, /Marker/);
    await refuses('ListRoles', { MaxItems: 0 }, 'ValidationError', 400, /maxItems/);
  });

  it('are updated: description, sessions, trust, tags', async () => {
    const { call, role } = account();
    await role('r');
    await call('UpdateRole', { RoleName: 'r', Description: 'new' });
    await call('UpdateAssumeRolePolicy', {
      RoleName: 'r',
      PolicyDocument: trusts('batch.amazonaws.com'),
    });
    await call('TagRole', {
      RoleName: 'r',
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    await call('TagRole', { RoleName: 'r', Tags: [{ Key: 'b', Value: '3' }] });
    await call('UntagRole', { RoleName: 'r', TagKeys: ['a', 'none'] });
    const { Role: shown } = await call('GetRole', { RoleName: 'r' });
    assert.deepEqual(
      [
        shown.Description,
        shown.MaxSessionDuration,
        decodeURIComponent(shown.AssumeRolePolicyDocument),
        shown.Tags,
      ],
      ['new', 3600, trusts('batch.amazonaws.com'), [{ Key: 'b', Value: '3' }]],
    );
    assert.deepEqual((await call('ListRoleTags', { RoleName: 'r' }))['Tags'], [
      { Key: 'b', Value: '3' },
    ]);
  });

  it('have managed and inline policies, and cannot be deleted before those are gone', async () => {
    const { call, role, refuses } = account();
    await role('r');
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: managed });
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: managed });
    assert.deepEqual(
      (await call('ListAttachedRolePolicies', { RoleName: 'r' }))['AttachedPolicies'],
      [{ PolicyArn: managed, PolicyName: 'AWSBatchServiceRole' }],
    );
    assert.deepEqual(
      (await call('ListAttachedRolePolicies', { RoleName: 'r', PathPrefix: '/other/' }))[
        'AttachedPolicies'
      ],
      [],
    );
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: '__proto__', PolicyDocument: policy });
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: policy });
    assert.deepEqual((await call('ListRolePolicies', { RoleName: 'r' }))['PolicyNames'], [
      '__proto__',
      'p',
    ]);
    assert.equal(
      decodeURIComponent(
        (await call('GetRolePolicy', { RoleName: 'r', PolicyName: 'p' }))['PolicyDocument'],
      ),
      policy,
    );
    await refuses(
      'DeleteRole',
      { RoleName: 'r' },
      'DeleteConflict',
      409,
      /must detach all policies first/,
    );
    await call('DetachRolePolicy', { RoleName: 'r', PolicyArn: managed });
    await refuses(
      'DetachRolePolicy',
      { RoleName: 'r', PolicyArn: managed },
      'NoSuchEntity',
      404,
      /was not found/,
    );
    await refuses(
      'DeleteRole',
      { RoleName: 'r' },
      'DeleteConflict',
      409,
      /must delete policies first/,
    );
    await call('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
    await call('DeleteRolePolicy', { RoleName: 'r', PolicyName: '__proto__' });
    await refuses(
      'GetRolePolicy',
      { RoleName: 'r', PolicyName: 'p' },
      'NoSuchEntity',
      404,
      /role policy with name p/,
    );
    await call('DeleteRole', { RoleName: 'r' });
  });

  it('are refused with what is wrong', async () => {
    const { call, refuses, role } = account();
    await role('r');
    const document = trusts('ec2.amazonaws.com');
    const cases: [string, object, string, number, RegExp][] = [
      [
        'CreateRole',
        { RoleName: 'r', AssumeRolePolicyDocument: document },
        'EntityAlreadyExists',
        409,
        /^Role with name r already exists\.$/,
      ],
      [
        'CreateRole',
        { RoleName: 'a b', AssumeRolePolicyDocument: document },
        'ValidationError',
        400,
        /roleName/,
      ],
      [
        'CreateRole',
        { RoleName: 'x'.repeat(65), AssumeRolePolicyDocument: document },
        'ValidationError',
        400,
        /1 to 64/,
      ],
      [
        'CreateRole',
        { RoleName: 's', AssumeRolePolicyDocument: '{' },
        'MalformedPolicyDocument',
        400,
        /invalid Json/,
      ],
      [
        'CreateRole',
        { RoleName: 's', AssumeRolePolicyDocument: '[]' },
        'MalformedPolicyDocument',
        400,
        /Syntax/,
      ],
      [
        'CreateRole',
        { RoleName: 's', AssumeRolePolicyDocument: '{}' },
        'MalformedPolicyDocument',
        400,
        /Statement/,
      ],
      [
        'CreateRole',
        { RoleName: 's', AssumeRolePolicyDocument: document.replace('sts:', 'ec2:') },
        'MalformedPolicyDocument',
        400,
        /^AssumeRole policy may only specify STS AssumeRole actions\.$/,
      ],
      [
        'UpdateAssumeRolePolicy',
        { RoleName: 'r', PolicyDocument: policy },
        'MalformedPolicyDocument',
        400,
        /^Missing required field Principal$/,
      ],
      [
        'PutRolePolicy',
        { RoleName: 'r', PolicyName: 'p', PolicyDocument: document },
        'MalformedPolicyDocument',
        400,
        /^Policy document should not specify a principal\.$/,
      ],
      [
        'PutRolePolicy',
        { RoleName: 'r', PolicyName: 'p', PolicyDocument: `${policy}\u2003` },
        'ValidationError',
        400,
        /only printable ASCII/,
      ],
      [
        'CreateRole',
        { RoleName: 's', AssumeRolePolicyDocument: document, Path: 'x' },
        'ValidationError',
        400,
        /path/,
      ],
      [
        'CreateRole',
        { RoleName: 's', AssumeRolePolicyDocument: document, Path: '/aws-service-role/x/' },
        'InvalidInput',
        400,
        /reserved/,
      ],
      [
        'CreateRole',
        { RoleName: 's', AssumeRolePolicyDocument: document, MaxSessionDuration: 60 },
        'ValidationError',
        400,
        /maxSessionDuration/,
      ],
      [
        'CreateRole',
        {
          RoleName: 's',
          AssumeRolePolicyDocument: document,
          PermissionsBoundary: 'arn:aws:iam::123456789012:policy/none',
        },
        'NoSuchEntity',
        404,
        /^Scope ARN: arn:aws:iam::123456789012:policy\/none does not exist or is not attachable\.$/,
      ],
      [
        'CreateRole',
        {
          RoleName: 's',
          AssumeRolePolicyDocument: document,
          Tags: [
            { Key: 'a', Value: '' },
            { Key: 'A', Value: '' },
          ],
        },
        'InvalidInput',
        400,
        /Duplicate/,
      ],
      [
        'CreateRole',
        {
          RoleName: 's',
          AssumeRolePolicyDocument: document,
          Tags: Array.from({ length: 51 }, (_none, at) => ({ Key: `k${at}`, Value: '' })),
        },
        'LimitExceeded',
        409,
        /TagsPerRole/,
      ],
      [
        'AttachRolePolicy',
        { RoleName: 'r', PolicyArn: 'arn:aws:iam::123456789012:policy/mine' },
        'NoSuchEntity',
        404,
        /does not exist/,
      ],
      [
        'AttachRolePolicy',
        { RoleName: 'none', PolicyArn: managed },
        'NoSuchEntity',
        404,
        /role with name none/,
      ],
      [
        'PutRolePolicy',
        {
          RoleName: 'r',
          PolicyName: 'p',
          PolicyDocument: policy.replace('{', `{"Id":"${'x'.repeat(10_240)}",`),
        },
        'LimitExceeded',
        409,
        /^Maximum policy size of 10240 bytes exceeded for role r$/,
      ],
      [
        'DeleteRole',
        { RoleName: 'AWSServiceRoleForBatch' },
        'UnmodifiableEntity',
        400,
        /protected role/,
      ],
      [
        'TagRole',
        { RoleName: 'r', Tags: [{ Key: 'aws:x', Value: '' }] },
        'InvalidInput',
        400,
        /reserved/,
      ],
    ];
    for (const [name, input, code, status, message] of cases)
      await refuses(name, input, code, status, message);
    for (let at = 0; at < 10; at++)
      await call('AttachRolePolicy', {
        RoleName: 'r',
        PolicyArn: `arn:aws:iam::aws:policy/P${at}`,
      });
    await refuses(
      'AttachRolePolicy',
      { RoleName: 'r', PolicyArn: managed },
      'LimitExceeded',
      409,
      /PoliciesPerRole: 10/,
    );
  });
});

describe('instance profiles', () => {
  it('hold one role, which cannot be deleted meanwhile', async () => {
    const { call, role, refuses } = account();
    await role('r');
    const { InstanceProfile: made } = await call('CreateInstanceProfile', {
      InstanceProfileName: 'p',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    assert.deepEqual(
      [made.Arn, made.Roles, made.Tags],
      ['arn:aws:iam::123456789012:instance-profile/p', [], [{ Key: 'a', Value: 'b' }]],
    );
    await call('AddRoleToInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' });
    await refuses(
      'AddRoleToInstanceProfile',
      { InstanceProfileName: 'p', RoleName: 'r' },
      'LimitExceeded',
      409,
      /InstanceSessionsPerInstanceProfile: 1/,
    );
    await refuses(
      'DeleteRole',
      { RoleName: 'r' },
      'DeleteConflict',
      409,
      /remove roles from instance profile/,
    );
    await refuses(
      'DeleteInstanceProfile',
      { InstanceProfileName: 'p' },
      'DeleteConflict',
      409,
      /remove roles from instance profile/,
    );
    const names = async (name: string, input: object) =>
      (await call(name, input))['InstanceProfiles'].map((one: Answer) => [
        one['InstanceProfileName'],
        one['Roles'][0].RoleName,
      ]);
    assert.deepEqual(await names('ListInstanceProfilesForRole', { RoleName: 'r' }), [['p', 'r']]);
    assert.deepEqual(await names('ListInstanceProfiles', {}), [
      ['ecsInstanceRole', 'ecsInstanceRole'],
      ['p', 'r'],
    ]);
    await call('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' });
    await refuses(
      'RemoveRoleFromInstanceProfile',
      { InstanceProfileName: 'p', RoleName: 'r' },
      'NoSuchEntity',
      404,
      /not in instance profile/,
    );
    await call('DeleteInstanceProfile', { InstanceProfileName: 'p' });
    await refuses(
      'GetInstanceProfile',
      { InstanceProfileName: 'p' },
      'NoSuchEntity',
      404,
      /^Instance Profile p cannot be found\.$/,
    );
  });
});

describe('what an account has from the start', () => {
  it('is the guide’s roles, and the instance profile', async () => {
    const { call, names } = account();
    assert.deepEqual(await names(), [
      'AWSBatchServiceRole',
      'AWSServiceRoleForBatch',
      'AmazonEC2SpotFleetRole',
      'aws-ec2-spot-fleet-role',
      'aws-ec2-spot-fleet-tagging-role',
      'ecsInstanceRole',
    ]);
    assert.equal(
      (await call('GetRole', { RoleName: 'AWSBatchServiceRole' }))['Role'].Arn,
      'arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole',
    );
    assert.equal(
      (await call('GetInstanceProfile', { InstanceProfileName: 'ecsInstanceRole' }))[
        'InstanceProfile'
      ].Roles[0].RoleName,
      'ecsInstanceRole',
    );
  });

  it('gives way to what is created by its name, once', async () => {
    const { call, role, refuses } = account();
    await role('AmazonEC2SpotFleetRole', { Description: 'mine' });
    assert.equal(
      (await call('GetRole', { RoleName: 'AmazonEC2SpotFleetRole' }))['Role'].Description,
      'mine',
    );
    assert.deepEqual(
      (await call('ListAttachedRolePolicies', { RoleName: 'AmazonEC2SpotFleetRole' }))[
        'AttachedPolicies'
      ],
      [],
    );
    await refuses(
      'CreateRole',
      { RoleName: 'AmazonEC2SpotFleetRole', AssumeRolePolicyDocument: trusts('x') },
      'EntityAlreadyExists',
      409,
      /already exists/,
    );
    await role('ecsInstanceRole');
    await call('CreateInstanceProfile', { InstanceProfileName: 'ecsInstanceRole' });
    await call('AddRoleToInstanceProfile', {
      InstanceProfileName: 'ecsInstanceRole',
      RoleName: 'ecsInstanceRole',
    });
    await refuses(
      'CreateInstanceProfile',
      { InstanceProfileName: 'ecsInstanceRole' },
      'EntityAlreadyExists',
      409,
      /already exists/,
    );
  });

  it('is the caller’s own once it was changed', async () => {
    const { call, refuses } = account();
    await call('TagRole', { RoleName: 'ecsInstanceRole', Tags: [{ Key: 'a', Value: 'b' }] });
    await refuses(
      'CreateRole',
      { RoleName: 'ecsInstanceRole', AssumeRolePolicyDocument: trusts('x') },
      'EntityAlreadyExists',
      409,
      /already exists/,
    );
  });

  it('has roles of services, which are created once', async () => {
    const { call, refuses } = account();
    const { Role: made } = await call('CreateServiceLinkedRole', {
      AWSServiceName: 'spotfleet.amazonaws.com',
    });
    assert.equal(
      made.Arn,
      'arn:aws:iam::123456789012:role/aws-service-role/spotfleet.amazonaws.com/AWSServiceRoleForEC2SpotFleet',
    );
    await refuses(
      'CreateServiceLinkedRole',
      { AWSServiceName: 'spotfleet.amazonaws.com' },
      'InvalidInput',
      400,
      /AWSServiceRoleForEC2SpotFleet has been taken in this account/,
    );
    await call('CreateServiceLinkedRole', { AWSServiceName: 'batch.amazonaws.com' });
    await refuses(
      'CreateServiceLinkedRole',
      { AWSServiceName: 'constructor' },
      'InvalidInput',
      400,
      /not a service/,
    );
  });
});

describe('managed policies', () => {
  const PolicyArn = 'arn:aws:iam::123456789012:policy/batch/submit';
  const other = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'ec2:CreateTags', Resource: '*' }],
  });

  it('are made, read with their document, changed by versions, tagged and deleted, as Terraform does', async () => {
    const { call, refuses } = account();
    const { Policy: made } = await call('CreatePolicy', {
      PolicyName: 'submit',
      Path: '/batch/',
      Description: 'submits',
      PolicyDocument: policy,
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    assert.match(made.PolicyId, /^ANPA[0-9A-Z]{17}$/);
    const { Policy: shown } = await call('GetPolicy', { PolicyArn });
    assert.deepEqual(shown, made);
    assert.deepEqual(
      [
        shown.Arn,
        shown.DefaultVersionId,
        shown.AttachmentCount,
        shown.IsAttachable,
        shown.Description,
        shown.Tags,
      ],
      [PolicyArn, 'v1', 0, true, 'submits', [{ Key: 'a', Value: 'b' }]],
    );
    assert.equal(
      decodeURIComponent(
        (await call('GetPolicyVersion', { PolicyArn, VersionId: 'v1' }))['PolicyVersion'].Document,
      ),
      policy,
    );
    await call('CreatePolicyVersion', { PolicyArn, PolicyDocument: other, SetAsDefault: true });
    assert.deepEqual(
      (await call('ListPolicyVersions', { PolicyArn }))['Versions'].map((one: Answer) => [
        one['VersionId'],
        one['IsDefaultVersion'],
      ]),
      [
        ['v2', true],
        ['v1', false],
      ],
    );
    await refuses(
      'DeletePolicyVersion',
      { PolicyArn, VersionId: 'v2' },
      'DeleteConflict',
      409,
      /default version/,
    );
    await refuses('DeletePolicy', { PolicyArn }, 'DeleteConflict', 409, /more than one version/);
    await call('DeletePolicyVersion', { PolicyArn, VersionId: 'v1' });
    assert.equal(
      (await call('CreatePolicyVersion', { PolicyArn, PolicyDocument: policy }))['PolicyVersion']
        .VersionId,
      'v3',
    );
    await call('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v3' });
    await call('DeletePolicyVersion', { PolicyArn, VersionId: 'v2' });
    await call('TagPolicy', { PolicyArn, Tags: [{ Key: 'c', Value: 'd' }] });
    await call('UntagPolicy', { PolicyArn, TagKeys: ['a', 'none'] });
    assert.deepEqual((await call('ListPolicyTags', { PolicyArn }))['Tags'], [
      { Key: 'c', Value: 'd' },
    ]);
    await call('DeletePolicy', { PolicyArn });
    await refuses(
      'GetPolicy',
      { PolicyArn },
      'NoSuchEntity',
      404,
      /^Policy arn:aws:iam::123456789012:policy\/batch\/submit was not found\.$/,
    );
  });

  it('are attached to roles, which hold them', async () => {
    const { call, role, refuses } = account();
    await refuses(
      'AttachRolePolicy',
      { RoleName: 'ecsInstanceRole', PolicyArn },
      'NoSuchEntity',
      404,
      /does not exist or is not attachable/,
    );
    await call('CreatePolicy', { PolicyName: 'submit', Path: '/batch/', PolicyDocument: policy });
    await role('worker');
    await call('AttachRolePolicy', { RoleName: 'worker', PolicyArn });
    assert.deepEqual(
      (await call('ListAttachedRolePolicies', { RoleName: 'worker' }))['AttachedPolicies'],
      [{ PolicyArn, PolicyName: 'submit' }],
    );
    assert.deepEqual(
      (await call('ListEntitiesForPolicy', { PolicyArn }))['PolicyRoles'].map(
        (one: Answer) => one['RoleName'],
      ),
      ['worker'],
    );
    assert.equal((await call('GetPolicy', { PolicyArn }))['Policy'].AttachmentCount, 1);
    await refuses('DeletePolicy', { PolicyArn }, 'DeleteConflict', 409, /attached to entities/);
    await call('DetachRolePolicy', { RoleName: 'worker', PolicyArn });
    await call('DeletePolicy', { PolicyArn });
  });

  it('are AWS’s own as well, which nobody changes', async () => {
    const { call, refuses } = account();
    const { DefaultVersionId } = (await call('GetPolicy', { PolicyArn: managed }))['Policy'];
    assert.match(
      decodeURIComponent(
        (await call('GetPolicyVersion', { PolicyArn: managed, VersionId: DefaultVersionId }))[
          'PolicyVersion'
        ].Document,
      ),
      /RequestSpotFleet/,
    );
    await refuses('DeletePolicy', { PolicyArn: managed }, 'ValidationError', 400, /AWS's own/);
    await call('CreatePolicy', { PolicyName: 'AWSBatchServiceRole', PolicyDocument: policy });
    const listed = async (more: object): Promise<string[]> =>
      (await call('ListPolicies', more))['Policies'].map((one: Answer) => one['Arn']);
    assert.deepEqual(await listed({ Scope: 'Local' }), [
      'arn:aws:iam::123456789012:policy/AWSBatchServiceRole',
    ]);
    assert.ok(
      (await listed({ Scope: 'AWS' })).includes('arn:aws:iam::aws:policy/AWSBatchFullAccess'),
    );
    assert.ok((await listed({ OnlyAttached: true })).includes(managed));
    assert.equal(
      (
        await call(
          'GetPolicy',
          { PolicyArn: 'arn:aws-cn:iam::aws:policy/AWSBatchFullAccess' },
          'cn-north-1',
        )
      )['Policy'].Arn,
      'arn:aws-cn:iam::aws:policy/AWSBatchFullAccess',
    );
  });

  it('are refused with what is wrong', async () => {
    const { call, refuses } = account();
    await call('CreatePolicy', { PolicyName: 'submit', PolicyDocument: policy });
    const arn = 'arn:aws:iam::123456789012:policy/submit';
    await refuses(
      'CreatePolicy',
      { PolicyName: 'submit', PolicyDocument: policy },
      'EntityAlreadyExists',
      409,
      /A policy called submit already exists/,
    );
    await refuses(
      'CreatePolicy',
      { PolicyName: 'other', PolicyDocument: '{' },
      'MalformedPolicyDocument',
      400,
      /^Syntax errors in policy\.$/,
    );
    await refuses(
      'CreatePolicy',
      { PolicyName: 'other', PolicyDocument: policy.replace('2012', '2008') },
      'MalformedPolicyDocument',
      400,
      /^Policy document must be version 2012-10-17 or greater\.$/,
    );
    await refuses(
      'CreatePolicy',
      {
        PolicyName: 'other',
        PolicyDocument: policy.replace('{', `{"Id":"${'x'.repeat(6200)}",`),
      },
      'LimitExceeded',
      409,
      /PolicySize/,
    );
    await refuses(
      'GetPolicyVersion',
      { PolicyArn: arn, VersionId: 'v9' },
      'NoSuchEntity',
      404,
      /version v9/,
    );
    await refuses(
      'GetPolicy',
      { PolicyArn: 'arn:aws:iam::999999999999:policy/submit' },
      'NoSuchEntity',
      404,
      /was not found/,
    );
    for (let made = 1; made < 5; made++)
      await call('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: policy });
    await refuses(
      'CreatePolicyVersion',
      { PolicyArn: arn, PolicyDocument: policy },
      'LimitExceeded',
      409,
      /up to 5 versions/,
    );
    await refuses('ListPolicies', { Scope: 'Mine' }, 'ValidationError', 400, /scope/);
  });
});

describe('roles of services', () => {
  it('are described, tagged and deleted, unless they are in use', async () => {
    const { rig, call, refuses } = account();
    const { Role } = await call('CreateServiceLinkedRole', {
      AWSServiceName: 'spot.amazonaws.com',
    });
    const RoleName = Role.RoleName;
    assert.equal(
      (await call('UpdateRoleDescription', { RoleName, Description: 'new' }))['Role'].Description,
      'new',
    );
    await call('UpdateRole', { RoleName, Description: 'newer' });
    await call('TagRole', { RoleName, Tags: [{ Key: 'a', Value: 'b' }] });
    assert.deepEqual((await call('GetRole', { RoleName }))['Role'].Tags, [
      { Key: 'a', Value: 'b' },
    ]);
    await refuses('DeleteRole', { RoleName }, 'UnmodifiableEntity', 400, /protected role/);
    await rig.call(createComputeEnvironment, {
      computeEnvironmentName: 'ce',
      type: 'MANAGED',
      state: 'DISABLED',
      computeResources: { ...ec2Resources, type: 'SPOT', spotIamFleetRole: Role.Arn },
    });
    const { DeletionTaskId: refused } = await call('DeleteServiceLinkedRole', { RoleName });
    assert.match(
      refused,
      /^task\/aws-service-role\/spot\.amazonaws\.com\/AWSServiceRoleForEC2Spot\/.+/,
    );
    const failed = await call('GetServiceLinkedRoleDeletionStatus', { DeletionTaskId: refused });
    assert.deepEqual(
      [failed['Status'], failed['Reason'].RoleUsageList],
      [
        'FAILED',
        [
          {
            Region: 'eu-west-1',
            Resources: ['arn:aws:batch:eu-west-1:123456789012:compute-environment/ce'],
          },
        ],
      ],
    );
    await rig.call(deleteComputeEnvironment, { computeEnvironment: 'ce' });
    const { DeletionTaskId: taken } = await call('DeleteServiceLinkedRole', { RoleName });
    assert.deepEqual(await call('GetServiceLinkedRoleDeletionStatus', { DeletionTaskId: taken }), {
      Status: 'SUCCEEDED',
    });
    await refuses('GetRole', { RoleName }, 'NoSuchEntity', 404, /cannot be found/);
    await refuses(
      'GetServiceLinkedRoleDeletionStatus',
      { DeletionTaskId: refused },
      'NoSuchEntity',
      404,
      /deletion task/,
    );
    await refuses(
      'DeleteServiceLinkedRole',
      { RoleName: 'ecsInstanceRole' },
      'ValidationError',
      400,
      /not a service-linked role/,
    );
    await call('CreateServiceLinkedRole', { AWSServiceName: 'spot.amazonaws.com' });
  });
});

test('instance profiles are tagged', async () => {
  const { call } = account();
  const InstanceProfileName = 'mine';
  await call('CreateInstanceProfile', { InstanceProfileName, Tags: [{ Key: 'a', Value: 'b' }] });
  await call('TagInstanceProfile', { InstanceProfileName, Tags: [{ Key: 'c', Value: 'd' }] });
  await call('UntagInstanceProfile', { InstanceProfileName, TagKeys: ['a'] });
  assert.deepEqual((await call('ListInstanceProfileTags', { InstanceProfileName }))['Tags'], [
    { Key: 'c', Value: 'd' },
  ]);
  assert.deepEqual(
    (await call('GetInstanceProfile', { InstanceProfileName }))['InstanceProfile'].Tags,
    [{ Key: 'c', Value: 'd' }],
  );
});

/** What environments were last told of roles. */
const noted = ({ sent }: Rig) => sent.findLast((command) => command.type === 'note-roles');

describe('what environments are told of Spot Fleet roles', () => {
  const tagging = 'arn:aws:iam::aws:policy/service-role/AmazonEC2SpotFleetTaggingRole';
  const old = 'arn:aws:iam::aws:policy/service-role/AmazonEC2SpotFleetRole';
  const arn = 'arn:aws:iam::123456789012:role/OldSpot';

  it('goes by their policies: the guide’s repair has effect', async () => {
    const { rig, call, role } = account();
    const untagging = () => noted(rig)?.untagging;
    await role('OldSpot', { AssumeRolePolicyDocument: trusts('spotfleet.amazonaws.com') });
    assert.deepEqual(untagging(), [], 'a role without policies');
    await call('AttachRolePolicy', { RoleName: 'OldSpot', PolicyArn: old });
    assert.deepEqual([untagging(), noted(rig)?.prefix], [[arn], 'arn:aws:iam::123456789012:role/']);
    await call('AttachRolePolicy', { RoleName: 'OldSpot', PolicyArn: tagging });
    assert.deepEqual(untagging(), []);
    await call('DetachRolePolicy', { RoleName: 'OldSpot', PolicyArn: old });
    assert.deepEqual(untagging(), []);
  });

  it('goes by inline policies and the account’s own too, and gives one of AWS’s that is not known the benefit', async () => {
    const { rig, call, role } = account();
    const untagging = () => noted(rig)?.untagging;
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'ec2:Create*', Resource: '*' },
    });
    await role('OldSpot', { AssumeRolePolicyDocument: trusts('spotfleet.amazonaws.com') });
    await call('AttachRolePolicy', { RoleName: 'OldSpot', PolicyArn: old });
    await call('PutRolePolicy', { RoleName: 'OldSpot', PolicyName: 'tags', PolicyDocument });
    assert.deepEqual(untagging(), []);
    await call('DeleteRolePolicy', { RoleName: 'OldSpot', PolicyName: 'tags' });
    assert.deepEqual(untagging(), [arn]);
    const { Policy } = await call('CreatePolicy', {
      PolicyName: 'mine',
      PolicyDocument: PolicyDocument.replace('Create', 'Run'),
    });
    await call('AttachRolePolicy', { RoleName: 'OldSpot', PolicyArn: Policy.Arn });
    assert.deepEqual(untagging(), [arn]);
    await call('CreatePolicyVersion', {
      PolicyArn: Policy.Arn,
      PolicyDocument,
      SetAsDefault: true,
    });
    assert.deepEqual(untagging(), []);
    await call('DetachRolePolicy', { RoleName: 'OldSpot', PolicyArn: Policy.Arn });
    await call('AttachRolePolicy', {
      RoleName: 'OldSpot',
      PolicyArn: 'arn:aws:iam::aws:policy/AmazonEC2FullAccess',
    });
    assert.deepEqual(untagging(), []);
  });
});
