// What is read of a training job's payload, and what is refused of it, by a table.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal } from '../../base/refusal.ts';
import { readTrainingJob } from './training-job.ts';

const least = {
  TrainingJobName: 'name',
  RoleArn: 'arn:aws:iam::123456789012:role/r',
  AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: 's3://bucket/out' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
};
const read = (more: object) => readTrainingJob(JSON.stringify({ ...least, ...more }));
const algorithm = (more: object) => ({
  AlgorithmSpecification: { ...least.AlgorithmSpecification, ...more },
});
const resources = (more: object) => ({ ResourceConfig: { ...least.ResourceConfig, ...more } });
const s3 = { S3DataType: 'S3Prefix', S3Uri: 's3://bucket/in/' };
const channel = (more: object = {}, source: object = {}) => ({
  InputDataConfig: [
    { ChannelName: 'train', DataSource: { S3DataSource: { ...s3, ...source } }, ...more },
  ],
});

describe('a training job', () => {
  it('is filled in where little is said', () => {
    assert.deepEqual(read({}), {
      name: 'name',
      roleArn: 'arn:aws:iam::123456789012:role/r',
      image: 'image',
      entrypoint: undefined,
      arguments: undefined,
      hyperParameters: {},
      environment: {},
      channels: [],
      output: { uri: 's3://bucket/out', compression: 'GZIP' },
      resources: { instanceType: 'ml.m5.large', instanceCount: 1, volumeSizeGib: 10 },
      stopping: { maxRuntimeSeconds: 86_400, maxWaitSeconds: undefined },
      checkpoints: undefined,
      isSpot: false,
    });
  });

  it('is read where much is said', () => {
    const job = read({
      ...algorithm({ ContainerEntrypoint: ['sh'], ContainerArguments: ['-c', 'true'] }),
      HyperParameters: { epochs: '3', __proto__: undefined },
      Environment: { A: '1' },
      ...channel({ ContentType: 'text/csv', InputMode: 'FastFile', CompressionType: 'None' }),
      OutputDataConfig: { S3OutputPath: 'file:///srv/out', CompressionType: 'NONE' },
      StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 120 },
      CheckpointConfig: { S3Uri: 's3://bucket/checkpoints' },
      EnableManagedSpotTraining: true,
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    assert.ok(!isRefusal(job));
    const { entrypoint, hyperParameters, channels, output, stopping, checkpoints, isSpot } = job;
    assert.deepEqual(
      { entrypoint, hyperParameters, channels, output, stopping, checkpoints, isSpot },
      {
        entrypoint: ['sh'],
        hyperParameters: { epochs: '3' },
        channels: [
          {
            name: 'train',
            source: { type: 'S3Prefix', uri: 's3://bucket/in/', distribution: 'FullyReplicated' },
            contentType: 'text/csv',
          },
        ],
        output: { uri: 'file:///srv/out', compression: 'NONE' },
        stopping: { maxRuntimeSeconds: 60, maxWaitSeconds: 120 },
        checkpoints: { uri: 's3://bucket/checkpoints', localPath: '/opt/ml/checkpoints' },
        isSpot: true,
      },
    );
  });

  const saidNothing: readonly object[] = [
    { VpcConfig: null },
    { EnableNetworkIsolation: false },
    { DebugHookConfig: {} },
    { RemoteDebugConfig: { EnableRemoteDebug: false } },
    { ProfilerConfig: { DisableProfiler: true } },
    { EnableInterContainerTrafficEncryption: true },
    algorithm({ EnableSageMakerMetricsTimeSeries: true, MetricDefinitions: [] }),
    algorithm({ TrainingImageConfig: { TrainingRepositoryAccessMode: 'Platform' } }),
    resources({ KeepAlivePeriodInSeconds: 0 }),
  ];
  for (const more of saidNothing)
    it(`takes ${JSON.stringify(more)}`, () => assert.ok(!isRefusal(read(more))));

  const refused: readonly (readonly [object, RegExp])[] = [
    [{ Nonsense: 1 }, /: Nonsense is not known\.$/],
    [{ TrainingJobName: undefined }, /: TrainingJobName must be provided\.$/],
    [{ TrainingJobName: '-a' }, /TrainingJobName must be up to 63 letters/],
    [{ TrainingJobName: 'a'.repeat(64) }, /TrainingJobName must be a text of at most 63/],
    [{ RoleArn: 'r' }, /RoleArn must be the ARN/],
    [{ AlgorithmSpecification: undefined }, /AlgorithmSpecification must be provided/],
    [{ AlgorithmSpecification: [] }, /AlgorithmSpecification must be an object/],
    [algorithm({ TrainingImage: undefined, AlgorithmName: 'a' }), /AlgorithmName is not supported/],
    [algorithm({ TrainingInputMode: 'Pipe' }), /TrainingInputMode is not supported/],
    [
      algorithm({ MetricDefinitions: [{ Name: 'a', Regex: 'b' }] }),
      /MetricDefinitions is not supp/,
    ],
    [algorithm({ ContainerEntrypoint: 'sh' }), /ContainerEntrypoint must be at most 100 texts/],
    [algorithm({ ContainerArguments: ['a\0'] }), /ContainerArguments must be at most 100 texts/],
    [
      algorithm({ TrainingImageConfig: { TrainingRepositoryAccessMode: 'Vpc' } }),
      /TrainingImageConfig is not supported/,
    ],
    [{ HyperParameters: { a: 1 } }, /HyperParameters must be a map/],
    [{ HyperParameters: ['a'] }, /HyperParameters must be a map/],
    [{ Environment: { '1': 'a' } }, /Environment must be a map/],
    [{ Environment: { A: 'x'.repeat(513) } }, /Environment must be a map/],
    [{ OutputDataConfig: {} }, /OutputDataConfig.S3OutputPath must be provided/],
    [{ OutputDataConfig: { S3OutputPath: '/out' } }, /S3OutputPath must be an s3:\/\/ URI/],
    [
      { OutputDataConfig: { S3OutputPath: 's3://b', KmsKeyId: 'k' } },
      /OutputDataConfig.KmsKeyId is not supported/,
    ],
    [resources({ InstanceType: 'm5.large' }), /InstanceType must be a type as ml/],
    [resources({ InstanceCount: 0 }), /InstanceCount must be a whole number from 1/],
    [resources({ VolumeSizeInGB: undefined }), /VolumeSizeInGB must be provided/],
    [resources({ InstanceGroups: [{ InstanceCount: 1 }] }), /InstanceGroups is not supported/],
    [resources({ KeepAlivePeriodInSeconds: 60 }), /there are no warm pools/],
    [channel({ ChannelName: 'a b' }), /InputDataConfig\[0\].ChannelName must be/],
    [channel({}, { S3Uri: 'bucket' }), /S3DataSource.S3Uri must be an s3/],
    [channel({}, { S3DataType: 'AugmentedManifestFile' }), /S3DataType must be one of/],
    [channel({ ShuffleConfig: { Seed: 1 } }), /ShuffleConfig is not supported/],
    [channel({ RecordWrapperType: 'RecordIO' }), /RecordWrapperType is not supported/],
    [{ InputDataConfig: Array(21).fill({}) }, /InputDataConfig must be a list of at most 20/],
    [{ StoppingCondition: { MaxRuntimeInSeconds: 0 } }, /MaxRuntimeInSeconds must be a whole/],
    [{ StoppingCondition: { MaxWaitTimeInSeconds: 5 } }, /EnableManagedSpotTraining alone/],
    [
      {
        EnableManagedSpotTraining: true,
        StoppingCondition: { MaxRuntimeInSeconds: 9, MaxWaitTimeInSeconds: 5 },
      },
      /MaxRuntimeInSeconds or more/,
    ],
    ...['/a/../b', 'a', '/', '/a:b', '//a'].map((LocalPath): [object, RegExp] => [
      { CheckpointConfig: { S3Uri: 's3://b', LocalPath } },
      /LocalPath must be an absol/,
    ]),
    ...['/opt', '/opt/ml/', '/opt/ml/input/data', '/opt/ml/model', '/proc/1'].map(
      (LocalPath): [object, RegExp] => [
        { CheckpointConfig: { S3Uri: 's3://b', LocalPath } },
        /LocalPath is not supported by Longshore: something else is there/,
      ],
    ),
    [channel({ ChannelName: '..' }), /InputDataConfig\[0\].ChannelName must be/],
    [
      channel({}, { S3DataType: 'ManifestFile', S3Uri: 'file:///srv/list' }),
      /S3DataType is not supported by Longshore: a manifest is of objects/,
    ],
    [
      { InputDataConfig: [channel().InputDataConfig[0], channel().InputDataConfig[0]] },
      /InputDataConfig is not supported by Longshore: each channel has/,
    ],
    [{ VpcConfig: { Subnets: ['s'] } }, /VpcConfig is not supported by Longshore: a training con/],
    [{ EnableNetworkIsolation: true }, /EnableNetworkIsolation is not supported/],
    [{ ProfilerConfig: { S3OutputPath: 's3://b' } }, /ProfilerConfig is not supported/],
    [{ EnableManagedSpotTraining: 'yes' }, /EnableManagedSpotTraining must be true or false/],
    [{ Tags: [{ Key: 'k' }] }, /Tags\[0\].Value must be provided/],
  ];
  for (const [more, message] of refused)
    it(`is refused with ${JSON.stringify(more).slice(0, 80)}`, () => {
      const refusal = read(more);
      assert.ok(isRefusal(refusal));
      assert.match(refusal.message, message);
    });

  for (const [payload, message] of [
    ['{', /must be JSON/],
    ['[]', /it must be an object/],
    ['null', /it must be an object/],
    [`"${'x'.repeat(10_240)}"`, /at most 10240 bytes/],
  ] as const)
    it(`is refused where it is ${payload.slice(0, 10)}`, () => {
      const refusal = readTrainingJob(payload);
      assert.ok(isRefusal(refusal));
      assert.match(refusal.message, message);
    });
});
