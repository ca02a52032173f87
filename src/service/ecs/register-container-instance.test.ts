// What RegisterContainerInstance refuses before it looks at any cluster.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Rig } from '../../../test/house/rig.ts';
import { registerContainerInstance } from './register-container-instance.ts';

it('refuses tags, which container instances do not have here', async () => {
  const rig = new Rig();
  await assert.rejects(
    rig.call(registerContainerInstance, { cluster: 'c', tags: [{ key: 'a', value: 'b' }] }),
    { name: 'InvalidParameterException', message: /tags of container instances/ },
  );
});
