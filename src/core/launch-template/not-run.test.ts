// What of user data is said to have no effect, and what is not mentioned. The parts are those of
// the user guide.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notRun } from './not-run.ts';

const config = 'text/cloud-config';
const script = 'text/x-shellscript';

const cases: [what: string, contentType: string, content: string, notes: string[]][] = [
  [
    'the guide’s EFS mount',
    config,
    'packages:\n- amazon-efs-utils\n\nruncmd:\n- file_system_id_01=fs-abcdef123\n- efs_directory=/mnt/efs\n\n- mkdir -p ${efs_directory}\n- echo "${file_system_id_01}:/ ${efs_directory} efs tls,_netdev" >> /etc/fstab\n- mount -a -t efs defaults\n',
    ['cloud-config is not run here: packages, runcmd have no effect.'],
  ],
  [
    'agent settings alone',
    config,
    'runcmd:\n- echo ECS_RESERVED_MEMORY=64 >> /etc/ecs/ecs.config\nwrite_files:\n- path: /etc/ecs/ecs.config\n  content: |\n    ECS_IMAGE_CLEANUP_INTERVAL=60m\n',
    [],
  ],
  [
    'another file',
    config,
    'write_files:\n- path: /etc/motd\n  content: hi\n',
    ['cloud-config is not run here: write_files has no effect.'],
  ],
  [
    'mounts and users',
    'text/plain',
    '#cloud-config\nmounts:\n- [ xvdh, /data ]\nusers: [default]\n',
    ['cloud-config is not run here: mounts, users have no effect.'],
  ],
  ['an empty section', config, 'packages:\n# nothing\n', []],
  [
    'a script of agent settings',
    script,
    '#!/bin/bash\n# settings\nset -e\ncat <<EOF >> /etc/ecs/ecs.config\nECS_CLUSTER=x\nrm everything\nEOF\necho A=1 >> /etc/ecs/ecs.config\n',
    [],
  ],
  [
    'a script that does more',
    script,
    '#!/bin/bash\nyum install -y jq\necho A=1 >> /etc/ecs/ecs.config\n',
    ['scripts are not run here: what they do beside writing /etc/ecs/ecs.config has no effect.'],
  ],
  [
    'a boothook',
    'text/cloud-boothook',
    'cloud-init-per once x mkfs /dev/xvdb\nmount /dev/xvdb /data\n',
    ['scripts are not run here: what they do beside writing /etc/ecs/ecs.config has no effect.'],
  ],
];

for (const [what, contentType, content, notes] of cases)
  test(`user data: ${what}`, () => assert.deepEqual(notRun([{ contentType, content }]), notes));
