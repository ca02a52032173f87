// The validation of images and of registered hosts: what is asked, what is answered, and every
// refusal.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Validation } from '../../api/validation.ts';
import { hostId } from '../../base/ids.ts';
import { defaultImages } from '../../core/image/default-images.ts';
import {
  instanceIdOf,
  type EnvironmentHost,
  type HostFacts,
  type Instance,
  type RegisteredHost,
} from '../../core/host/host.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { BadHostAddress } from '../../port/host-connector.ts';
import { scope } from '../../../test/house/caller.ts';
import { Ec2 } from '../../../test/house/ec2.ts';
import { host as machine, Rig } from '../../../test/house/rig.ts';
import { ownEnvironment } from '../../../test/house/rows.ts';
import { validateHost } from './validate-host.ts';
import { validateImage, type ImageToValidate } from './validate-image.ts';

const results = ({ requirements }: Validation, result: string): string[] =>
  requirements.filter((one) => one.result === result).map(({ requirement }) => requirement);

describe('the validation of an image', () => {
  const standard =
    defaultImages.find(
      ({ imageType, architecture }) => imageType === 'ECS_AL2023' && architecture === 'X86_64',
    ) ?? assert.fail();
  const ec2 = new Ec2();
  const validate = (question: ImageToValidate): Promise<Validation> =>
    ec2.rig.call(validateImage, question);

  it('says what is not known where nobody says what the image is for', async () => {
    const validation = await validate({ imageId: standard.id });
    assert.deepEqual(
      [validation.id, validation.name, validation.valid],
      [standard.id, standard.name, true],
    );
    assert.deepEqual(
      [results(validation, 'unknown'), results(validation, 'not met')],
      [['architecture', 'gpu-drivers'], []],
    );
  });

  it('goes by the instance type that is named', async () => {
    for (const [instanceType, missed] of [
      ['m5.large', []],
      ['m6g.large', ['architecture']],
      ['p3.2xlarge', ['gpu-drivers']],
    ] as const) {
      const validation = await validate({ imageId: standard.id, instanceType, multiNode: 'true' });
      assert.deepEqual(
        [validation.valid, results(validation, 'not met'), results(validation, 'unknown')],
        [missed.length === 0, missed, []],
        instanceType,
      );
    }
  });

  it('sees the account’s own images, with what their tags say', async () => {
    const { Images } = await ec2.call('DescribeImages', { ImageIds: [standard.id] });
    const SnapshotId = Images[0].BlockDeviceMappings[0].Ebs.SnapshotId as string;
    const tags = [
      { Key: 'longshore:docker', Value: '1.8.3' },
      { Key: 'longshore:agent-checkpoint', Value: 'true' },
    ];
    const { ImageId } = await ec2.call('RegisterImage', {
      Name: 'old',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
      TagSpecifications: [{ ResourceType: 'image', Tags: tags }],
    });
    const validation = await validate({ imageId: ImageId as string });
    assert.deepEqual(
      [validation.name, validation.valid, results(validation, 'not met')],
      ['old', false, ['docker', 'agent-checkpoint']],
    );
    assert.equal(
      validation.requirements.find(({ requirement }) => requirement === 'docker')?.found,
      'Docker 1.8.3',
    );
  });

  it('refuses what it does not know', async () => {
    const cases: [ImageToValidate, RegExp][] = [
      [{ imageId: 'ami-1' }, /'ami-1' is not the id of an image/],
      [{ imageId: 'ami-00000000' }, /Image ami-00000000 does not exist/],
      [{ imageId: standard.id, instanceType: 'm5.tiny' }, /There is no instance type 'm5.tiny'/],
      [{ imageId: standard.id, multiNode: 'yes' }, /multiNode must be true or false/],
    ];
    for (const [question, message] of cases)
      await assert.rejects(validate(question), { name: 'ClientException', message });
  });
});

describe('the validation of a registered host', () => {
  const facts: HostFacts = {
    runtime: { name: 'Docker', version: '27.1' },
    kernelVersion: '6.1.0',
    operatingSystem: 'Debian 12',
    osType: 'linux',
    architecture: 'x86_64',
    vcpus: 4,
    memoryMib: 8192,
    gpus: 2,
    canGiveGpus: true,
    logDrivers: ['awslogs'],
  };
  const id = hostId('0123456789abcdef0123456789abcdef');
  const common = {
    id,
    title: 'the first',
    capacity: { milliVcpu: 4000, memoryMib: 8160, gpus: 2 },
  };
  const host: RegisteredHost = {
    ...common,
    kind: 'registered',
    scope,
    computeEnvironmentArn: ownEnvironment.arn,
    status: 'ACTIVE',
    oldContainers: [],
    endpoint: { url: 'tcp://first:2376', certPath: '/tls' },
    facts,
    registeredAtMs: 0,
  };

  /** A server that finds this host in an environment. */
  const rigWith = (there: EnvironmentHost): Rig =>
    new Rig({ rows: { computeEnvironments: [ownEnvironment], hosts: [there] } });

  /** `now`: what the host says of itself, without its GPUs, which Docker does not tell. */
  async function validate(
    now: Partial<HostFacts> | Error,
    { given = id, there = host }: { given?: string; there?: EnvironmentHost } = {},
  ): Promise<Validation> {
    const rig = rigWith(there);
    rig.onProbe = async (endpoint) => {
      assert.deepEqual(endpoint, host.endpoint);
      if (now instanceof Error) throw now;
      return { ...facts, gpus: 0, ...now };
    };
    return rig.call(validateHost, { hostId: given });
  }

  it('asks the host again, by any of its names', async () => {
    for (const given of [
      id,
      instanceIdOf({ id }),
      `arn:aws:ecs:eu-west-1:123456789012:container-instance/own/${id}`,
    ]) {
      const validation = await validate({}, { given });
      assert.deepEqual(
        [validation.id, validation.name, validation.valid, validation.note],
        [id, 'the first', true, undefined],
      );
      assert.deepEqual(results(validation, 'met'), [
        'reachable',
        'linux',
        'kernel',
        'docker',
        'awslogs',
        'gpu-drivers',
        'architecture',
        'vcpus',
        'memory',
      ]);
    }
  });

  it('tells each requirement that it misses now, and what it had promised', async () => {
    const cases: [Partial<HostFacts>, missed: string, found: string][] = [
      [{ osType: 'windows' }, 'linux', 'windows'],
      [{ kernelVersion: '2.6.32' }, 'kernel', 'Linux kernel 2.6.32'],
      [{ runtime: { name: 'Docker', version: '1.8.3' } }, 'docker', 'Docker 1.8.3'],
      [{ logDrivers: [] }, 'awslogs', 'logging drivers (none)'],
      [{ canGiveGpus: false }, 'gpu-drivers', '2 GPUs and no NVIDIA container runtime'],
      [{ architecture: 'arm64' }, 'architecture', 'architecture arm64'],
      [{ vcpus: 2 }, 'vcpus', '2 vCPUs'],
      [{ memoryMib: 4096 }, 'memory', '4096 MiB'],
    ];
    for (const [now, missed, found] of cases) {
      const validation = await validate(now);
      assert.deepEqual([validation.valid, results(validation, 'not met')], [false, [missed]]);
      assert.equal(
        validation.requirements.find(({ requirement }) => requirement === missed)?.found,
        found,
      );
    }
  });

  it('knows nothing of one that does not answer but what it was', async () => {
    for (const error of [
      new EngineUnavailable('nothing answers'),
      new BadHostAddress('no certificates'),
    ]) {
      const validation = await validate(error);
      assert.deepEqual(
        [validation.valid, results(validation, 'not met'), results(validation, 'unknown')],
        [false, ['reachable'], ['linux', 'kernel', 'docker', 'awslogs', 'gpu-drivers']],
      );
      assert.deepEqual(validation.requirements.map(({ found }) => found).slice(0, 3), [
        error.message,
        'Debian 12, when it registered',
        'Linux kernel 6.1.0, when it registered',
      ]);
    }
    await assert.rejects(validate(new TypeError('a fault of ours')), TypeError);
  });

  it('tells the owner of one that was mended to register it again', async () => {
    const { valid, note } = await validate({}, { there: { ...host, unfit: 'it has Docker 1.8' } });
    assert.deepEqual(
      [valid, note],
      [
        true,
        'It takes no jobs because of what was found when it registered: it has Docker 1.8. Deregister it and register it again.',
      ],
    );
  });

  it('refuses hosts that nobody registered', async () => {
    const instance: Instance = {
      ...common,
      kind: 'instance',
      own: true,
      scope,
      computeEnvironmentArn: ownEnvironment.arn,
      machineId: machine.id,
      instanceType: 'm5.large',
      spot: false,
      imageId: 'ami-1',
      revision: 1,
      state: 'RUNNING',
      launchedAtMs: 0,
    };
    await assert.rejects(validate({}, { there: instance }), {
      name: 'ClientException',
      message: /launched from image ami-1, which can be validated/,
    });
    const settings = { machineServesUnmanaged: true };
    const rig = await Rig.bare({ rows: { computeEnvironments: [ownEnvironment] }, settings });
    await assert.rejects(rig.call(validateHost, { hostId: machine.id }), {
      name: 'ClientException',
      message: /it is the machine of the server/,
    });
    await assert.rejects(validate({}, { given: 'other' }), {
      name: 'ClientException',
      message: /Container instance other does not exist/,
    });
  });
});
