// What compute environments may name where every reference must exist (`--references strict`).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, scope } from '../../test/house/caller.ts';
import { Rig } from '../../test/house/rig.ts';
import { createComputeEnvironment } from '../service/batch/compute-environment/create-compute-environment.ts';

test('an instance profile is known by its name and by its ARN, and another is not', async () => {
  const rig = await Rig.bare({ settings: { references: 'strict' } });
  const network = await rig.app.defaultNetwork(scope);
  assert.ok(network);
  const made = async (computeEnvironmentName: string, instanceRole: string): Promise<string> => {
    await rig.call(createComputeEnvironment, {
      computeEnvironmentName,
      type: 'MANAGED',
      computeResources: {
        type: 'EC2',
        minvCpus: 0,
        maxvCpus: 4,
        instanceTypes: ['optimal'],
        instanceRole,
        ...network,
      },
    });
    await rig.clock.pass();
    const found = [...rig.control.world.computeEnvironments.values()].find(
      ({ name }) => name === computeEnvironmentName,
    );
    return `${found?.status}`;
  };
  assert.equal(await made('name', 'ecsInstanceRole'), 'VALID');
  assert.equal(
    await made('arn', `arn:aws:iam::${account}:instance-profile/ecsInstanceRole`),
    'VALID',
  );
  assert.equal(await made('none', 'noSuchProfile'), 'INVALID');
});
