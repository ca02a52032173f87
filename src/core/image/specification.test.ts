// The AMI specification, requirement by requirement.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultImages } from './default-images.ts';
import { imageIdForm, type Image, type ImageSoftware } from './image.ts';
import { checkImage, judgeHost, judgeImage, type ImageUse } from './specification.ts';

const good = defaultImages.find(
  (image) => image.imageType === 'ECS_AL2023' && image.architecture === 'X86_64',
) as Image;
const use: ImageUse = { architecture: 'X86_64', gpus: false, multiNode: false };
const withSoftware = (software: Partial<ImageSoftware>, image: Image = good): Image => ({
  ...image,
  software: { ...image.software, ...software },
});
const withAgent = (agent: Partial<NonNullable<ImageSoftware['agent']>>): Image =>
  withSoftware({
    agent: { ...(good.software.agent as NonNullable<ImageSoftware['agent']>), ...agent },
  });
const ubuntu = withSoftware({ operatingSystem: 'linux', ecsInit: false });

const cases: [string, Image, Partial<ImageUse>, fails: Record<string, RegExp>][] = [
  ['a default image passes', good, {}, {}],
  [
    'Windows does not',
    withSoftware({ operatingSystem: 'windows', kernel: '10.0' }),
    {},
    { linux: /has Windows; it must have Linux/ },
  ],
  [
    'paravirtual does not',
    { ...good, virtualization: 'paravirtual' },
    {},
    { virtualization: /type paravirtual; it must have hvm/ },
  ],
  ['kernel 3.10 passes', withSoftware({ kernel: '3.10.0-1160.el7' }), {}, {}],
  [
    'kernel 3.9 does not',
    withSoftware({ kernel: '3.9.11' }),
    {},
    { kernel: /has Linux kernel 3.9.11; it must have 3.10 or later/ },
  ],
  [
    'another architecture does not',
    good,
    { architecture: 'ARM_64' },
    { architecture: /has architecture X86_64; it must have ARM_64/ },
  ],
  ['Docker 1.9 passes', withSoftware({ docker: '1.9.1' }), {}, {}],
  ['Docker 1.13 passes', withSoftware({ docker: '1.13-ce' }), {}, {}],
  [
    'Docker 1.8 does not',
    withSoftware({ docker: '1.8.3' }),
    {},
    { docker: /has Docker 1.8.3; it must have Docker 1.9 or later/ },
  ],
  [
    'no Docker does not',
    withSoftware({ docker: undefined }),
    {},
    { docker: /has no Docker daemon/ },
  ],
  [
    'no agent does not',
    withSoftware({ agent: undefined }),
    {},
    { agent: /has no container agent/ },
  ],
  ['an agent that systemd starts passes', ubuntu, {}, {}],
  [
    'an agent that nothing starts does not',
    withSoftware({ ecsInit: false, agent: { ...good.software.agent!, startsAtBoot: false } }),
    {},
    { 'agent-at-boot': /nothing starts at boot/ },
  ],
  [
    'a checkpoint file does not',
    withAgent({ checkpointFile: true }),
    {},
    { 'agent-checkpoint': /ecs_agent_data.json; it must have none/ },
  ],
  [
    'an agent without awslogs does not',
    withAgent({ loggingDrivers: ['json-file'] }),
    {},
    { awslogs: /DRIVERS json-file; it must have awslogs among them/ },
  ],
  [
    'user data can add awslogs',
    withAgent({ loggingDrivers: [] }),
    { loggingDrivers: ['awslogs'] },
    {},
  ],
  ['user data can take it away', good, { loggingDrivers: [] }, { awslogs: /\(none\)/ }],
  ['GPUs need drivers', good, { gpus: true }, { 'gpu-drivers': /has no GPU drivers/ }],
  ['an image with drivers has them', withSoftware({ gpuDrivers: true }), { gpus: true }, {}],
  ['multi-node jobs run on Amazon Linux with ecs-init', good, { multiNode: true }, {}],
  [
    'and not on another Linux',
    ubuntu,
    { multiNode: true },
    {
      'ecs-init':
        /has a Linux other than Amazon Linux without ecs-init; it must have Amazon Linux with ecs-init/,
    },
  ],
  [
    'nor without ecs-init',
    withSoftware({ ecsInit: false }),
    { multiNode: true },
    { 'ecs-init': /ecs-init/ },
  ],
  [
    'everything that fails is told',
    {
      ...withSoftware({ kernel: '2.6.32', docker: '1.7', agent: undefined }),
      virtualization: 'paravirtual',
    },
    { architecture: 'ARM_64', gpus: true },
    {
      virtualization: /./,
      kernel: /./,
      architecture: /./,
      docker: /./,
      agent: /./,
      'gpu-drivers': /./,
    },
  ],
];

for (const [title, image, more, fails] of cases) {
  test(`AMI specification: ${title}`, () => {
    const found = checkImage(image, { ...use, ...more });
    assert.deepEqual(
      found.map((one) => one.requirement),
      Object.keys(fails),
    );
    for (const { requirement, text } of found) {
      assert.match(text, fails[requirement] as RegExp);
      assert.ok(text.startsWith(image.id));
    }
  });
}

test('every default image passes for what it is for, and has an id like AWS’s of its own', () => {
  for (const image of defaultImages) {
    assert.deepEqual(
      checkImage(image, {
        architecture: image.architecture,
        gpus: image.imageType.endsWith('_NVIDIA'),
        multiNode: true,
      }),
      [],
      image.name,
    );
    assert.match(image.id, imageIdForm);
  }
  assert.equal(new Set(defaultImages.map((image) => image.id)).size, defaultImages.length);
});

test('what an image is used for decides some requirements, and is not known where nobody says it', () => {
  const standing = (image: Image, known: Partial<ImageUse>) =>
    Object.fromEntries(judgeImage(image, known).map(({ requirement, met }) => [requirement, met]));
  const always = {
    linux: true,
    virtualization: true,
    kernel: true,
    docker: true,
    agent: true,
    'agent-at-boot': true,
    'agent-checkpoint': true,
    awslogs: true,
  };
  assert.deepEqual(standing(ubuntu, {}), {
    ...always,
    architecture: undefined,
    'gpu-drivers': undefined,
    'ecs-init': undefined,
  });
  assert.deepEqual(standing(ubuntu, { architecture: 'ARM_64', gpus: true, multiNode: true }), {
    ...always,
    architecture: false,
    'gpu-drivers': false,
    'ecs-init': false,
  });
  assert.deepEqual(standing(ubuntu, { ...use }), {
    ...always,
    architecture: true,
    'gpu-drivers': true,
    'ecs-init': true,
  });
  assert.deepEqual(standing(withSoftware({ gpuDrivers: true }), {}), {
    ...always,
    architecture: undefined,
    'gpu-drivers': true,
    'ecs-init': true,
  });
});

test('of a host every requirement is told, also those that it meets', () => {
  const facts = {
    runtime: { name: 'Docker', version: '27.1' },
    kernelVersion: '6.1.0',
    operatingSystem: 'Debian 12',
    osType: 'linux',
    architecture: 'x86_64',
    vcpus: 4,
    memoryMib: 8192,
    gpus: 0,
    canGiveGpus: false,
    logDrivers: ['json-file'],
  };
  assert.deepEqual(
    judgeHost(facts).map(({ requirement, met, found }) => [requirement, met, found]),
    [
      ['linux', true, 'Debian 12'],
      ['kernel', true, 'Linux kernel 6.1.0'],
      ['docker', true, 'Docker 27.1'],
      ['awslogs', false, 'logging drivers json-file'],
      ['gpu-drivers', true, 'no GPUs and no NVIDIA container runtime'],
    ],
  );
  assert.deepEqual(
    judgeHost({ ...facts, osType: 'windows' }).map(({ requirement, met }) => [requirement, met]),
    [['linux', false]],
  );
});
