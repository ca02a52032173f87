// The life of a compute environment: what makes it INVALID and what repairs it, what its instances
// are launched from, how an update replaces them, how it goes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputeResource, ComputeResourceUpdate } from '@aws-sdk/client-batch';
import { arn, attemptId, containerId, hostId, scopeOf } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import {
  nothingKnown,
  type AllReferences,
  type KnownReferences,
} from '../../compute-environment/references.ts';
import type { Effect } from '../../effect.ts';
import type { Instance } from '../../host/host.ts';
import { newestOf } from '../../image/default-images.ts';
import type { Image } from '../../image/image.ts';
import { checkWorld } from '../../world/invariant.ts';
import type { LaunchTemplateData } from '../../launch-template/launch-template.ts';
import { LiveWorld } from '../../world/live-world.ts';
import { defaultSettings } from '../../settings.ts';
import { transact } from '../../turn/transact.ts';
import { decide, type Command } from '../command.ts';

const scope = scopeOf('123456789012', 'eu-west-1');
const ec2: ComputeResource = {
  type: 'EC2',
  allocationStrategy: 'BEST_FIT_PROGRESSIVE',
  minvCpus: 0,
  maxvCpus: 16,
  instanceTypes: ['m5.large', 'g4dn.xlarge'],
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
  instanceRole: 'ecsInstanceRole',
};
const role = 'arn:aws:iam::123456789012:role/AWSBatchServiceRole';
const all: AllReferences = {
  serviceRoles: [
    role,
    'arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch',
  ],
  spotFleetRoles: ['arn:aws:iam::123456789012:role/fleet'],
  instanceProfiles: ['ecsInstanceRole'],
  securityGroups: ['sg-1'],
  keyPairs: ['mine'],
  placementGroups: [],
};
const strict: KnownReferences = {
  ...nothingKnown,
  subnets: [{ id: 'subnet-1', wayOut: 'internet-gateway', mapPublicIp: true }],
  all,
};

class Lab {
  readonly world = new LiveWorld(defaultSettings);
  nowMs = 1_000;
  effects: Effect[] = [];

  /** Decides, and lets what follows by itself follow. */
  ask(command: Command): string | undefined {
    const { reply, effects } = transact(this.world, command, this.nowMs);
    if (isRefusal(reply)) return reply.message;
    this.effects.push(...effects);
    for (const effect of effects) if (effect.type === 'settle-environment') this.ask(effect);
    checkWorld(this.world);
    return undefined;
  }

  create(
    resources: Partial<ComputeResource> = {},
    more: { serviceRole?: string; references?: KnownReferences } = {},
  ): string | undefined {
    const { references, serviceRole } = more;
    return this.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'u',
      request: {
        computeEnvironmentName: 'ce',
        type: 'MANAGED',
        serviceRole,
        computeResources: { ...ec2, ...resources },
      },
      references,
    });
  }

  update(
    computeResources: ComputeResourceUpdate | undefined,
    more: object = {},
    references?: KnownReferences,
  ): string | undefined {
    return this.ask({
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment: 'ce', computeResources, ...more },
      references,
    });
  }

  get environment(): ComputeEnvironment {
    return this.world.computeEnvironment(scope, 'ce') as ComputeEnvironment;
  }

  get status(): string {
    return [this.environment.status, this.environment.statusReason].filter(Boolean).join(': ');
  }

  joinMachine(): void {
    this.ask({
      type: 'join-host',
      host: {
        kind: 'machine',
        id: hostId('0'.repeat(32)),
        title: 'this machine',
        capacity: { milliVcpu: 64_000, memoryMib: 64_000, gpus: 0 },
      },
    });
  }

  launch(...digits: string[]): void {
    if (this.world.hosts.size === 0) this.joinMachine();
    const hostIds = digits.map((digit) => hostId(digit.repeat(32)));
    this.ask({
      type: 'launch-instances',
      computeEnvironmentArn: this.environment.arn,
      machineId: hostId('0'.repeat(32)),
      instanceType: 'm5.large',
      hostIds,
    });
    for (const id of hostIds) this.ask({ type: 'report-instance', hostId: id, report: 'running' });
  }

  get instances(): Instance[] {
    return [...this.world.hosts.instancesOf(arn(this.environment?.arn ?? ''))];
  }
}

const sources = (lab: Lab) =>
  (lab.environment.launch?.sources ?? []).map(({ instanceTypes, imageId, imageSource }) => [
    instanceTypes.join(),
    imageSource,
    imageId,
  ]);

const image = (id: string, more: Partial<Image> = {}): Image => ({
  ...(newestOf('ECS_AL2023', 'X86_64') as Image),
  id,
  ...more,
});
const template = (versions: readonly LaunchTemplateData[], more: object = {}) => ({
  id: 'lt-1',
  name: 'mine',
  defaultVersion: 1,
  latestVersion: versions.length,
  versions: versions.map((data, index) => ({ version: index + 1, data })),
  ...more,
});
const mime = (script: string): string =>
  btoa(
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/x-shellscript\n\n${script}\n--b--\n`,
  );

describe('a compute environment', () => {
  it('is CREATING, and VALID when it has settled', () => {
    const lab = new Lab();
    const decision = decide(
      lab.world,
      {
        type: 'create-compute-environment',
        scope,
        uuid: 'u',
        request: { computeEnvironmentName: 'ce', type: 'MANAGED', computeResources: ec2 },
      },
      1,
    );
    assert.ok(
      !isRefusal(decision) &&
        decision.events[0]?.type === 'compute-environment-stored' &&
        decision.events[0].environment.status === 'CREATING',
    );
    lab.create();
    assert.equal(lab.status, 'VALID');
  });

  const assumeRole =
    /^INVALID: CLIENT_ERROR - Not authorized to perform sts:AssumeRole \(Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: u\)$/;
  const fleet =
    /^INVALID: CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid. \(Service: AmazonEC2; .*\) Parameter: SpotFleetRequestConfig.IamFleetRole is invalid$/;
  const spot = { type: 'SPOT', allocationStrategy: 'BEST_FIT' } as const;
  const wrong: [
    string,
    Partial<ComputeResource>,
    { serviceRole?: string; references?: KnownReferences },
    RegExp,
  ][] = [
    ['a malformed service role', {}, { serviceRole: 'arn:aws:iam::123:role/x' }, assumeRole],
    [
      'a service role that is not there, where all must be',
      {},
      { serviceRole: 'AWSBatchServiceRol', references: strict },
      assumeRole,
    ],
    [
      'a malformed Spot Fleet role',
      { ...spot, spotIamFleetRole: 'arn:aws:iam::role/fleet' },
      {},
      fleet,
    ],
    [
      'a Spot Fleet role that is not there',
      { ...spot, spotIamFleetRole: 'flet' },
      { references: strict },
      fleet,
    ],
    [
      'a subnet that is not there',
      { subnets: ['subnet-1', 'subnet-2'] },
      { references: strict },
      /^INVALID: CLIENT_ERROR - The subnet ID 'subnet-2' does not exist$/,
    ],
    [
      'a key pair that is not there',
      { ec2KeyPair: 'yours' },
      { references: strict },
      /The key pair 'yours' does not exist/,
    ],
    [
      'an image that is not there',
      { imageId: 'ami-1' },
      { references: strict },
      /The image id '\[ami-1\]' does not exist/,
    ],
    [
      'a launch template that is not there',
      { launchTemplate: { launchTemplateName: 'none' } },
      { references: strict },
      /The specified launch template, with template name none, does not exist/,
    ],
    [
      'a version that its launch template lacks',
      { launchTemplate: { launchTemplateName: 'mine', version: '7' } },
      { references: { ...nothingKnown, launchTemplates: [template([{}])] } },
      /The launch template has no version 7/,
    ],
    [
      'user data that is no MIME archive',
      { launchTemplate: { launchTemplateName: 'mine' } },
      {
        references: {
          ...nothingKnown,
          launchTemplates: [template([{ userData: btoa('#!/bin/sh') }])],
        },
      },
      /UserData must be in the MIME multi-part archive format/,
    ],
  ];
  for (const [what, resources, more, text] of wrong) {
    it(`is INVALID by ${what}`, () => {
      const lab = new Lab();
      assert.equal(lab.create(resources, more), undefined);
      assert.match(lab.status, text);
    });
  }

  it('may name things elsewhere, unless all must be here', () => {
    const lab = new Lab();
    lab.create(
      { ...spot, spotIamFleetRole: 'fleet', imageId: 'ami-1', ec2KeyPair: 'yours' },
      { serviceRole: 'AnyRole' },
    );
    assert.equal(lab.status, 'VALID');
    assert.deepEqual(
      [lab.environment.serviceRole, lab.environment.computeResources?.spotIamFleetRole],
      ['arn:aws:iam::123456789012:role/AnyRole', 'arn:aws:iam::123456789012:role/fleet'],
    );
  });

  it('may name roles of other accounts, but of its own only those that are there', () => {
    const prefix = 'arn:aws:iam::123456789012:role/';
    const known: KnownReferences = {
      ...nothingKnown,
      roles: {
        prefix,
        service: [role],
        spotFleet: [`${prefix}fleet`],
        untagging: [`${prefix}fleet`],
      },
    };
    const made = (resources: Partial<ComputeResource>, serviceRole: string): Lab => {
      const lab = new Lab();
      lab.create(resources, { serviceRole, references: known });
      return lab;
    };
    assert.equal(made({}, 'arn:aws:iam::999999999999:role/anything').status, 'VALID');
    assert.equal(made({}, role).status, 'VALID');
    assert.match(made({}, 'AWSBatchServiceRol').status, assumeRole);
    assert.match(made({}, `${role}s`).status, assumeRole);
    assert.match(made({ ...spot, spotIamFleetRole: 'flet' }, role).status, fleet);
    const valid = made({ ...spot, spotIamFleetRole: 'fleet' }, role);
    assert.deepEqual([valid.status, valid.environment.launchesUntagged], ['VALID', true]);
    valid.ask({ type: 'note-roles', prefix, untagging: [] });
    assert.equal(valid.environment.launchesUntagged, undefined);
    valid.ask({
      type: 'note-roles',
      prefix: 'arn:aws:iam::999999999999:role/',
      untagging: [`${prefix}fleet`],
    });
    assert.equal(valid.environment.launchesUntagged, undefined);
  });

  it('is repaired by an update with the right role, and by any update when what was missing has come', () => {
    const lab = new Lab();
    lab.create({}, { serviceRole: 'arn:aws:iam::123:role/x' });
    lab.update(undefined, { serviceRole: role });
    assert.equal(lab.status, 'VALID');
    const other = new Lab();
    other.create({ ...spot, spotIamFleetRole: 'late' }, { serviceRole: role, references: strict });
    assert.match(other.status, fleet);
    other.update(
      undefined,
      { state: 'ENABLED' },
      { ...strict, all: { ...all, spotFleetRoles: ['arn:aws:iam::123456789012:role/late'] } },
    );
    assert.equal(other.status, 'VALID');
  });

  it('stays VALID when it is scaled, and is UPDATING until its old instances are gone when they are replaced', () => {
    const lab = new Lab();
    lab.create();
    lab.launch('a', 'b');
    lab.update({ maxvCpus: 32 });
    assert.deepEqual([lab.status, lab.environment.revision, lab.instances.length], ['VALID', 1, 2]);
    lab.update({ instanceTypes: ['c5.large'] });
    assert.deepEqual(
      [lab.status, lab.environment.revision, lab.instances.length],
      ['VALID', 2, 0],
      'idle ones go at once',
    );
  });

  const busy = (updatePolicy?: object): Lab => {
    const lab = new Lab();
    lab.create();
    lab.launch('a');
    lab.ask({
      type: 'create-job-queue',
      scope,
      request: {
        jobQueueName: 'q',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
      },
    });
    lab.ask({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'd',
        type: 'container',
        containerProperties: { image: 'i', vcpus: 1, memory: 64 },
      },
    });
    lab.ask({
      type: 'submit-job',
      scope,
      jobId: 'j' as never,
      request: { jobName: 'j', jobQueue: 'q', jobDefinition: 'd', retryStrategy: { attempts: 2 } },
    });
    lab.ask({
      type: 'place-job',
      jobId: 'j' as never,
      attemptId: attemptId('1'.repeat(32)),
      hostId: hostId('a'.repeat(32)),
      computeEnvironmentArn: lab.environment.arn,
    });
    lab.ask({
      type: 'report-container',
      containerId: containerId('1'.repeat(32)),
      report: { type: 'started', atMs: 1_000 },
    });
    lab.effects = [];
    lab.update({ instanceTypes: ['c5.large'] }, { updatePolicy });
    return lab;
  };
  const exited = (lab: Lab, exitCode: number): string | undefined =>
    lab.ask({
      type: 'report-container',
      containerId: containerId('1'.repeat(32)),
      report: { type: 'exited', atMs: lab.nowMs, exit: { exitCode, outOfMemory: false } },
    });

  it('lets jobs on old instances run on for as long as the update policy says', () => {
    const lab = busy({ jobExecutionTimeoutMinutes: 10 });
    assert.deepEqual(
      [lab.status, lab.instances.map(({ state }) => state)],
      ['UPDATING', ['DRAINING']],
    );
    lab.nowMs += 10 * 60_000;
    assert.deepEqual(lab.world.deadlines.take(lab.nowMs - 1), undefined);
    const deadline = lab.world.deadlines.take(lab.nowMs);
    assert.equal(deadline?.type, 'instance-drain');
    lab.ask({ type: 'meet-deadline', deadline });
    assert.ok(lab.effects.some(({ type }) => type === 'stop-container'));
    exited(lab, 143);
    assert.deepEqual(
      [lab.status, lab.instances.length, lab.world.jobs.get('j' as never)?.status],
      ['VALID', 0, 'RUNNABLE'],
      'the job is tried again',
    );
  });

  it('lets a job that ends in time be, and the last old instance makes it VALID', () => {
    const lab = busy();
    exited(lab, 0);
    assert.deepEqual([lab.status, lab.instances.length, lab.world.jobs.size], ['VALID', 0, 0]);
  });

  it('ends the jobs of old instances at once where the update policy says so', () => {
    const lab = busy({ terminateJobsOnUpdate: true });
    assert.deepEqual(
      [lab.status, lab.instances.map(({ state }) => state)],
      ['UPDATING', ['SHUTTING_DOWN']],
    );
    assert.ok(lab.effects.some(({ type }) => type === 'stop-container'));
    exited(lab, 143);
    assert.deepEqual([lab.status, lab.world.jobs.get('j' as never)?.status], ['VALID', 'RUNNABLE']);
  });

  it('is judged anew where only what it names was changed', () => {
    const lab = new Lab();
    lab.create(
      {
        type: 'FARGATE',
        allocationStrategy: undefined,
        minvCpus: undefined,
        instanceTypes: undefined,
        instanceRole: undefined,
      },
      { references: strict },
    );
    assert.equal(lab.status, 'VALID');
    lab.update({ securityGroupIds: ['sg-2'] }, {}, strict);
    assert.equal(lab.status, "INVALID: CLIENT_ERROR - The security group 'sg-2' does not exist");
    lab.update({ securityGroupIds: ['sg-1'] }, {}, strict);
    assert.equal(lab.status, 'VALID');
  });

  it('is DELETING while jobs that its queue let go of run on: idle instances end at once, the others with their last job', () => {
    const lab = busy();
    exited(lab, 0);
    lab.launch('b', 'c');
    lab.ask({
      type: 'submit-job',
      scope,
      jobId: 'k' as never,
      request: { jobName: 'k', jobQueue: 'q', jobDefinition: 'd' },
    });
    lab.ask({
      type: 'place-job',
      jobId: 'k' as never,
      attemptId: attemptId('2'.repeat(32)),
      hostId: hostId('b'.repeat(32)),
      computeEnvironmentArn: lab.environment.arn,
    });
    lab.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'v',
      request: { computeEnvironmentName: 'other', type: 'MANAGED', computeResources: ec2 },
    });
    lab.ask({
      type: 'update-job-queue',
      scope,
      request: {
        jobQueue: 'q',
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'other' }],
      },
    });
    lab.update(undefined, { state: 'DISABLED' });
    assert.equal(
      lab.ask({ type: 'delete-compute-environment', scope, computeEnvironment: 'ce' }),
      undefined,
    );
    assert.deepEqual(
      [lab.status, lab.instances.map(({ state }) => state)],
      ['DELETING', ['DRAINING']],
    );
    assert.match(
      lab.ask({ type: 'drain-host', scope, hostId: hostId('b'.repeat(32)), status: 'ACTIVE' }) ??
        '',
      /is being deleted/,
    );
    lab.ask({
      type: 'report-container',
      containerId: containerId('2'.repeat(32)),
      report: { type: 'exited', atMs: lab.nowMs, exit: { exitCode: 0, outOfMemory: false } },
    });
    assert.equal(lab.environment, undefined);
  });

  it('cannot go while hosts that others registered are in its cluster: it is INVALID until they are deregistered', () => {
    const lab = new Lab();
    const remove = () =>
      lab.ask({ type: 'delete-compute-environment', scope, computeEnvironment: 'ce' });
    lab.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'u',
      request: { computeEnvironmentName: 'ce', type: 'UNMANAGED', serviceRole: role },
    });
    lab.joinMachine();
    const id = hostId('d'.repeat(32));
    lab.ask({
      type: 'start-instance',
      scope,
      hostId: id,
      cluster: lab.environment.ecsClusterArn,
      instanceType: 'm5.large',
      imageId: 'ami-1',
      reservedMemoryMib: undefined,
      unfit: undefined,
      launch: { securityGroupIds: [], tags: {} },
    });
    lab.update(undefined, { state: 'DISABLED' });
    assert.equal(remove(), undefined);
    assert.match(
      lab.status,
      /^INVALID: CLIENT_ERROR - The Cluster cannot be deleted while Container Instances are active or draining\. \(Service: AmazonECS; .*ClusterContainsContainerInstancesException; Request ID: u\)$/,
    );
    lab.ask({ type: 'end-instance', scope, hostId: id, cause: 'user' });
    assert.equal(remove(), undefined);
    assert.equal(lab.environment, undefined);
  });

  it('is DELETING until its instances are gone', () => {
    const lab = new Lab();
    lab.create({}, {});
    lab.launch('a');
    lab.update(undefined, { state: 'DISABLED' });
    assert.equal(
      lab.ask({ type: 'delete-compute-environment', scope, computeEnvironment: 'ce' }),
      undefined,
    );
    assert.equal(lab.environment, undefined);
    assert.equal([...lab.world.hosts.values()].filter(({ kind }) => kind === 'instance').length, 0);
  });
});

describe('what instances are launched from', () => {
  const newest = (type: string): string => newestOf(type, 'X86_64')?.id as string;

  it('is the newest default image of the image type; types with GPUs have one of their own', () => {
    const lab = new Lab();
    lab.create();
    assert.deepEqual(sources(lab), [
      ['m5.large', 'default', newest('ECS_AL2023')],
      ['g4dn.xlarge', 'default', newest('ECS_AL2023_NVIDIA')],
    ]);
  });

  it('is a named image before that, and a template’s before all', () => {
    const lab = new Lab();
    lab.create({ imageId: 'ami-1', instanceTypes: ['m5.large'] });
    assert.deepEqual(sources(lab), [['m5.large', 'imageId', 'ami-1']]);
    const other = new Lab();
    other.create(
      {
        imageId: 'ami-1',
        launchTemplate: { launchTemplateName: 'mine' },
        instanceTypes: ['m5.large'],
      },
      { references: { ...nothingKnown, launchTemplates: [template([{ imageId: 'ami-2' }])] } },
    );
    assert.deepEqual(sources(other), [['m5.large', 'launchTemplate', 'ami-2']]);
  });

  it('keeps back what user data says, in the books as on the instance', () => {
    const lab = new Lab();
    const references = {
      ...nothingKnown,
      launchTemplates: [
        template([{ userData: mime('echo ECS_RESERVED_MEMORY=1024 >> /etc/ecs/ecs.config') }]),
      ],
    };
    lab.create(
      { instanceTypes: ['m5.large'], launchTemplate: { launchTemplateId: 'lt-1' } },
      { references },
    );
    lab.launch('a');
    assert.equal(lab.instances[0]?.capacity.memoryMib, 8192 - 128 - 79 - 1024);
  });

  it('is what the environment and its launch template say together, and every instance carries it', () => {
    const lab = new Lab();
    const data = {
      keyName: 'theirs',
      instanceTags: { team: 'a', stage: 'x' },
      securityGroupIds: ['sg-9'],
      placementGroup: 'near',
      blockDevices: [{ deviceName: '/dev/xvda', ebs: { volumeSizeGib: 100 } }],
    };
    const references = { ...nothingKnown, launchTemplates: [template([data])] };
    const resources = {
      instanceTypes: ['m5.large'],
      launchTemplate: { launchTemplateId: 'lt-1' },
      ec2KeyPair: 'ours',
      tags: { stage: 'y' },
    };
    lab.create({ ...resources, securityGroupIds: [] }, { references });
    lab.launch('a');
    assert.deepEqual(lab.instances[0]?.launch, {
      subnetId: 'subnet-1',
      addressNumber: 0,
      securityGroupIds: ['sg-9'],
      keyName: 'ours',
      tags: { team: 'a', stage: 'y' },
      instanceProfile: 'ecsInstanceRole',
      placementGroup: 'near',
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeSizeGib: 100,
            volumeType: 'gp3',
            deleteOnTermination: true,
            encrypted: false,
          },
        },
      ],
    });
    const other = new Lab();
    other.create(resources, { references });
    other.launch('a');
    assert.deepEqual(
      other.instances[0]?.launch?.securityGroupIds,
      ['sg-1'],
      'the groups of the environment go before',
    );
  });

  it('tells what of it is taken on trust, and what has no effect', () => {
    const notes = (resources: Partial<ComputeResource>, references?: KnownReferences) => {
      const lab = new Lab();
      lab.create({ instanceTypes: ['m5.large'], ...resources }, { references });
      return lab.environment.launch?.sources[0]?.notes;
    };
    assert.deepEqual(notes({}), []);
    assert.deepEqual(notes({ imageId: 'ami-1', launchTemplate: { launchTemplateName: 'far' } }), [
      'Launch template far is not known here and has no effect.',
      'Image ami-1 is not known here and is taken to meet the AMI specification.',
    ]);
    const script =
      'echo ECS_CLUSTER=$NAME >> /etc/ecs/ecs.config\necho ECS_IMAGE_CLEANUP_INTERVAL=30m >> /etc/ecs/ecs.config';
    assert.deepEqual(
      notes(
        { launchTemplate: { launchTemplateName: 'mine' } },
        { ...nothingKnown, launchTemplates: [template([{ userData: mime(script) }], {})] },
      ),
      [
        "User data: what 'echo ECS_CLUSTER=$NAME >> /etc/ecs/ecs.config' writes to /etc/ecs/ecs.config is not known before it runs.",
        'User data: ECS_IMAGE_CLEANUP_INTERVAL has no effect here.',
      ],
    );
  });

  it('says exactly which requirement of the AMI specification it fails, and then no job goes there', () => {
    const lab = new Lab();
    const old = image('ami-1', { software: { ...image('x').software, docker: '1.8' } });
    lab.create(
      { instanceTypes: ['m5.large'], imageId: 'ami-1' },
      { references: { ...nothingKnown, images: [old] } },
    );
    lab.launch('a');
    assert.equal(lab.instances[0]?.unfit, 'ami-1 has Docker 1.8; it must have Docker 1.9 or later');
    assert.equal(
      lab.world.hosts.index.find(lab.environment.arn, { milliVcpu: 1, memoryMib: 1, gpus: 0 }),
      undefined,
    );
  });

  it('is never a Windows image', () => {
    const windows = image('ami-1', {
      software: { ...image('x').software, operatingSystem: 'windows' },
    });
    assert.match(
      new Lab().create(
        { imageId: 'ami-1' },
        { references: { ...nothingKnown, images: [windows] } },
      ) ?? '',
      /ami-1 is a Windows image/,
    );
  });

  it('does not move until an update asks: $Latest is looked up anew with updateToLatestImageVersion, and where the template changes', () => {
    const lab = new Lab();
    const one = { ...nothingKnown, launchTemplates: [template([{ imageId: 'ami-1' }])] };
    const two = {
      ...nothingKnown,
      launchTemplates: [template([{ imageId: 'ami-1' }, { imageId: 'ami-2' }])],
    };
    lab.create(
      {
        instanceTypes: ['m5.large'],
        launchTemplate: { launchTemplateId: 'lt-1', version: '$Latest' },
      },
      { references: one },
    );
    lab.update({ bidPercentage: 50 }, {}, two);
    assert.deepEqual([lab.environment.revision, sources(lab)[0]?.[2]], [2, 'ami-1']);
    lab.update({ updateToLatestImageVersion: true }, {}, two);
    assert.deepEqual([lab.environment.revision, sources(lab)[0]?.[2]], [3, 'ami-2']);
  });
});
