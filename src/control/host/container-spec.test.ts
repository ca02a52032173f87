// What the engine is given to run: the container as definition and submission say, with the
// variables of AWS Batch and ECS.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerProperties } from '@aws-sdk/client-batch';
import { childId, type JobId } from '../../base/ids.ts';
import { must } from '../../base/assert.ts';
import type { ContainerSpec } from '../../port/engine.ts';
import { Rig } from '../../../test/house/rig.ts';

const specOf = (rig: Rig, id: JobId): ContainerSpec =>
  must(rig.engine.specs.get(rig.container(id)), `${id} was started`);
const variables = ({ environment }: ContainerSpec) =>
  Object.fromEntries(environment.map(({ name, value }) => [name, value]));

const given: ContainerProperties = {
  user: '1000',
  privileged: false,
  readonlyRootFilesystem: true,
  ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 2 }],
  volumes: [{ name: 'v', host: { sourcePath: '/v' } }],
  mountPoints: [{ sourceVolume: 'v', containerPath: '/in' }],
  linuxParameters: { initProcessEnabled: true },
  logConfiguration: {
    logDriver: 'awslogs',
    options: { 'awslogs-group': '/mine', 'awslogs-create-group': 'true' },
  },
};

test('a container is what its definition says, with what the submission changes', async () => {
  const rig = await Rig.open();
  await rig.define('given', given);
  const id = await rig.submit('given', {
    jobName: 'named',
    containerOverrides: {
      command: ['echo', '1'],
      resourceRequirements: [
        { type: 'VCPU', value: '2' },
        { type: 'MEMORY', value: '128' },
      ],
      environment: [{ name: 'AWS_REGION', value: 'mine' }],
    },
  });
  const { environment: _, ...spec } = specOf(rig, id);
  assert.deepEqual(spec, {
    ...given,
    containerId: rig.container(id),
    image: 'busybox',
    entrypoint: undefined,
    command: ['echo', '1'],
    milliVcpu: 2000,
    memoryMib: 128,
    gpus: 0,
    region: 'eu-west-1',
    ephemeralStorageGib: undefined,
    network: undefined,
    secretEnvironment: [],
    labels: { 'longshore.job': id, 'longshore.job-name': 'named', 'longshore.job-queue': 'q' },
  });
  assert.deepEqual(variables(specOf(rig, id)), {
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_REGION: 'mine',
    AWS_BATCH_CE_NAME: 'ce',
    AWS_BATCH_JOB_ID: id,
    AWS_BATCH_JOB_ATTEMPT: '1',
    AWS_BATCH_JQ_NAME: 'q',
  });
});

test('a child knows its index and how many they are, and each attempt its number', async () => {
  const rig = await Rig.open();
  const id = await rig.submit('d', {
    arrayProperties: { size: 2 },
    retryStrategy: { attempts: 2 },
  });
  const child = childId(id, 1);
  await rig.exited(rig.attempt(child), 1);
  const {
    AWS_BATCH_JOB_ID,
    AWS_BATCH_JOB_ATTEMPT,
    AWS_BATCH_JOB_ARRAY_INDEX,
    AWS_BATCH_JOB_ARRAY_SIZE,
  } = variables(specOf(rig, child));
  assert.deepEqual(
    [AWS_BATCH_JOB_ID, AWS_BATCH_JOB_ATTEMPT, AWS_BATCH_JOB_ARRAY_INDEX, AWS_BATCH_JOB_ARRAY_SIZE],
    [child, '2', '1', '2'],
  );
});
