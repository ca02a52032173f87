// The roles that compute environments may name, as IAM's documents say, and by which ARN they go.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { context } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import { createRole } from './role/create-role.ts';
import { view, type IamDeps } from './deps.ts';
import { knownRoles } from './known-roles.ts';
import { trusts } from './seed.ts';

const prefix = 'arn:aws:iam::123456789012:role/';

it('a role that nobody has touched goes by both of its ARNs, unless all must be as it is', async () => {
  const rig = new Rig();
  const deps = rig.depsOf<IamDeps>('iam');
  const iam = await view(deps, context);
  const both = [`${prefix}service-role/AWSBatchServiceRole`, `${prefix}AWSBatchServiceRole`];
  const linked = `${prefix}aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch`;
  assert.deepEqual([...new Set(knownRoles(iam, context).service)], [...both, linked]);
  assert.deepEqual([...new Set(knownRoles(iam, context, true).service)], [both[0], linked]);
  await rig.call(createRole, {
    RoleName: 'AWSBatchServiceRole',
    AssumeRolePolicyDocument: trusts('batch.amazonaws.com'),
  });
  assert.deepEqual(
    [...new Set(knownRoles(await view(deps, context), context).service)],
    [both[1], linked],
  );
});

it('a role counts for a service that its document lets assume it', async () => {
  const rig = new Rig();
  const deps = rig.depsOf<IamDeps>('iam');
  const make = (RoleName: string, AssumeRolePolicyDocument: string, of = context) =>
    rig.call(createRole, { RoleName, AssumeRolePolicyDocument }, of);
  await make('mine', trusts('batch.amazonaws.com'));
  await make('denied', trusts('batch.amazonaws.com').replace('Allow', 'Deny'));
  await make('other', trusts('notbatch.amazonaws.com'));
  const { service, spotFleet } = knownRoles(await view(deps, context), context);
  assert.ok(service.includes(`${prefix}mine`));
  for (const name of ['denied', 'other']) assert.ok(!service.includes(prefix + name), name);
  assert.ok(
    spotFleet.includes(`${prefix}AmazonEC2SpotFleetRole`) && !spotFleet.includes(`${prefix}mine`),
  );
});

it('a partition has roles of its own, which trust services by its own suffix too', async () => {
  const rig = new Rig();
  const deps = rig.depsOf<IamDeps>('iam');
  const china = { ...context, region: 'cn-north-1' };
  await rig.call(
    createRole,
    { RoleName: 'mine', AssumeRolePolicyDocument: trusts('batch.amazonaws.com.cn') },
    china,
  );
  const { service } = knownRoles(await view(deps, china), china);
  assert.ok(service.includes('arn:aws-cn:iam::123456789012:role/mine'));
  assert.equal((await view(deps, context)).get('role', 'mine'), undefined);
});
