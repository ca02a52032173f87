// Agent settings that scripts and cloud-config write to /etc/ecs/ecs.config, and what of them is
// not known before they run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentSettingsOf, type AgentSettings } from './agent-settings.ts';

const script = (...lines: string[]): AgentSettings =>
  agentSettingsOf([
    { contentType: 'text/x-shellscript', content: ['#!/bin/bash', ...lines].join('\n') },
  ]);
const cloudConfig = (text: string): AgentSettings =>
  agentSettingsOf([{ contentType: 'text/cloud-config', content: text }]);

const written: [string, AgentSettings, Record<string, string>][] = [
  [
    'bootcmd of cloud-config',
    cloudConfig('bootcmd:\n  - echo ECS_CLUSTER=mine >> /etc/ecs/ecs.config\n'),
    { ECS_CLUSTER: 'mine' },
  ],
  [
    'echo without quotes',
    script('echo ECS_RESERVED_MEMORY=256 >> /etc/ecs/ecs.config'),
    { ECS_RESERVED_MEMORY: '256' },
  ],
  [
    'echo with quotes',
    script('echo "ECS_CLUSTER=mine" >> /etc/ecs/ecs.config'),
    { ECS_CLUSTER: 'mine' },
  ],
  [
    'a list in single quotes',
    script(`echo 'ECS_AVAILABLE_LOGGING_DRIVERS=["json-file","awslogs"]' >> "/etc/ecs/ecs.config"`),
    { ECS_AVAILABLE_LOGGING_DRIVERS: '["json-file","awslogs"]' },
  ],
  [
    'a list with escaped quotes',
    script(
      String.raw`echo ECS_AVAILABLE_LOGGING_DRIVERS=[\"json-file\",\"awslogs\"] >> /etc/ecs/ecs.config`,
    ),
    { ECS_AVAILABLE_LOGGING_DRIVERS: '["json-file","awslogs"]' },
  ],
  [
    'quotes inside a text',
    script(String.raw`echo "ECS_AVAILABLE_LOGGING_DRIVERS=[\"awslogs\"]" >> /etc/ecs/ecs.config`),
    { ECS_AVAILABLE_LOGGING_DRIVERS: '["awslogs"]' },
  ],
  [
    'sudo and tee',
    script('echo ECS_RESERVED_MEMORY=64 | sudo tee -a /etc/ecs/ecs.config > /dev/null'),
    { ECS_RESERVED_MEMORY: '64' },
  ],
  [
    'several lines of one echo',
    script(String.raw`echo -e "ECS_CLUSTER=a\nECS_RESERVED_MEMORY=1" >> /etc/ecs/ecs.config`),
    { ECS_CLUSTER: 'a', ECS_RESERVED_MEMORY: '1' },
  ],
  [
    'printf',
    script(String.raw`printf "ECS_CLUSTER=a\n" >> /etc/ecs/ecs.config`),
    { ECS_CLUSTER: 'a' },
  ],
  [
    'several commands in a line',
    script('mkdir -p /etc/ecs && echo A=1 >> /etc/ecs/ecs.config; echo B=2 >> /etc/ecs/ecs.config'),
    { A: '1', B: '2' },
  ],
  [
    'a here-document',
    script(
      "cat <<'EOF' >> /etc/ecs/ecs.config",
      'ECS_CLUSTER=mine',
      '# a comment',
      '',
      'ECS_RESERVED_MEMORY=128',
      'EOF',
      'echo done',
    ),
    { ECS_CLUSTER: 'mine', ECS_RESERVED_MEMORY: '128' },
  ],
  [
    'the last word counts',
    script('echo A=1 >> /etc/ecs/ecs.config', 'echo A=2 >> /etc/ecs/ecs.config'),
    { A: '2' },
  ],
  [
    'other files are nobody’s business',
    script(
      'echo A=1 >> /etc/other',
      '# echo B=2 >> /etc/ecs/ecs.config',
      'cat /etc/ecs/ecs.config',
    ),
    {},
  ],
  [
    'cloud-config commands',
    cloudConfig(
      'runcmd:\n  - echo ECS_RESERVED_MEMORY=99 >> /etc/ecs/ecs.config\n  - [ sh, -c, "echo \'A=1\' >> /etc/ecs/ecs.config" ]\n  - |\n    cd /\n    echo B=2 >> /etc/ecs/ecs.config\npackages:\n  - echo C=3 >> /etc/ecs/ecs.config\n',
    ),
    { ECS_RESERVED_MEMORY: '99', A: '1', B: '2' },
  ],
  [
    'cloud-config files',
    cloudConfig(
      'write_files:\n  - path: /etc/motd\n    content: |\n      A=1\n  - path: /etc/ecs/ecs.config\n    append: true\n    content: |\n      ECS_RESERVED_MEMORY=77\n      ECS_CLUSTER=mine\n',
    ),
    { ECS_RESERVED_MEMORY: '77', ECS_CLUSTER: 'mine' },
  ],
  [
    'a cloud-config file whose content comes first',
    cloudConfig('write_files:\n- content: |\n    A=1\n  path: /etc/ecs/ecs.config\n'),
    { A: '1' },
  ],
  [
    'a cloud-config file of one line',
    cloudConfig('write_files:\n- path: /etc/ecs/ecs.config\n  content: "A=1"\n'),
    { A: '1' },
  ],
];

for (const [title, settings, all] of written) {
  test(`agent settings: ${title}`, () => {
    assert.deepEqual(settings.all, new Map(Object.entries(all)));
    assert.deepEqual(settings.problems, []);
  });
}

test('settings that jobs can feel have their types', () => {
  const settings = script(
    'cat << END >> /etc/ecs/ecs.config',
    'ECS_RESERVED_MEMORY=256',
    'ECS_AVAILABLE_LOGGING_DRIVERS=["awslogs"]',
    'ECS_IMAGE_CLEANUP_INTERVAL=1h30m',
    'ECS_CLUSTER=mine',
    'END',
  );
  assert.deepEqual(
    [
      settings.reservedMemoryMib,
      settings.loggingDrivers,
      settings.all.get('ECS_IMAGE_CLEANUP_INTERVAL'),
      settings.cluster,
    ],
    [256, ['awslogs'], '1h30m', 'mine'],
  );
});

const troubles: [string, AgentSettings, RegExp][] = [
  [
    'a variable',
    script('echo ECS_CLUSTER=$NAME >> /etc/ecs/ecs.config'),
    /'echo ECS_CLUSTER=\$NAME >> .* is not known before it runs/,
  ],
  [
    'a variable in a here-document',
    script('cat << END >> /etc/ecs/ecs.config', 'ECS_CLUSTER=${NAME}', 'END'),
    /'ECS_CLUSTER=\$\{NAME\}' .* is not known before it runs/,
  ],
  [
    'another program',
    script('aws s3 cp s3://bucket/ecs.config - >> /etc/ecs/ecs.config'),
    /is not known before it runs/,
  ],
  [
    'a value of a wrong form',
    script('echo ECS_RESERVED_MEMORY=lots >> /etc/ecs/ecs.config'),
    /ECS_RESERVED_MEMORY=lots is not a number of MiB/,
  ],
  [
    'a list that is none',
    script('echo ECS_AVAILABLE_LOGGING_DRIVERS=awslogs >> /etc/ecs/ecs.config'),
    /is not a JSON list of names/,
  ],
  [
    'a line that is no setting',
    script('echo hello >> /etc/ecs/ecs.config'),
    /'hello' in .* is not of the form NAME=value/,
  ],
  [
    'an encoded file',
    cloudConfig('write_files:\n- path: /etc/ecs/ecs.config\n  encoding: b64\n  content: QT0x\n'),
    /encoded content .* is not read/,
  ],
];

for (const [title, settings, problem] of troubles) {
  test(`agent settings: ${title} is told`, () => {
    assert.equal(settings.problems.length, 1);
    assert.match(settings.problems[0] ?? '', problem);
    assert.equal(
      settings.reservedMemoryMib ?? settings.loggingDrivers ?? settings.cluster,
      undefined,
    );
  });
}
