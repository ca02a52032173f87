// What an attempt is told of its training job, in SageMaker's shapes, and where its output goes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attemptId } from '../../base/ids.ts';
import { trainingAttempt } from './training-attempt.ts';

const id = attemptId('0123456789abcdef0123456789abcdef');
const least = {
  TrainingJobName: 'name',
  RoleArn: 'arn:aws:iam::123456789012:role/r',
  AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: 's3://bucket/out/' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
};
const attempt = (more: object = {}) =>
  trainingAttempt(
    {
      type: 'SAGEMAKER_TRAINING',
      payload: JSON.stringify({ ...least, ...more }),
      trainingJobName: 'name',
    },
    id,
  );
const parsed = (more?: object): unknown[] => {
  const { config } = attempt(more);
  assert.deepEqual(Object.keys(config), [
    'hyperparameters.json',
    'inputdataconfig.json',
    'resourceconfig.json',
  ]);
  return Object.values(config).map((text) => JSON.parse(text) as unknown);
};
const source = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://bucket/in' } };

describe("a training job's attempt", () => {
  it('is told of one host where nothing else is said', () => {
    assert.deepEqual(parsed(), [
      {},
      {},
      {
        current_host: 'algo-1',
        current_instance_type: 'ml.m5.large',
        current_group_name: 'homogeneousCluster',
        hosts: ['algo-1'],
        instance_groups: [
          {
            instance_group_name: 'homogeneousCluster',
            instance_type: 'ml.m5.large',
            hosts: ['algo-1'],
          },
        ],
        network_interface_name: 'lo',
      },
    ]);
    assert.equal(attempt().hasHyperParameters, false);
  });

  it('is told of hyperparameters as texts, and of channels', () => {
    const sharded = { ...source.S3DataSource, S3DataDistributionType: 'ShardedByS3Key' };
    const [hyperParameters, channels] = parsed({
      HyperParameters: { epochs: '3', 'model "x"': '' },
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: source,
          ContentType: 'text/csv',
          InputMode: 'FastFile',
        },
        { ChannelName: 'test', DataSource: { S3DataSource: sharded } },
      ],
    });
    assert.deepEqual(hyperParameters, { epochs: '3', 'model "x"': '' });
    const file = { TrainingInputMode: 'File', RecordWrapperType: 'None' };
    assert.deepEqual(channels, {
      train: { ContentType: 'text/csv', S3DistributionType: 'FullyReplicated', ...file },
      test: { S3DistributionType: 'ShardedByS3Key', ...file },
    });
  });

  it('stores its output under its own name', () => {
    assert.deepEqual(attempt().output, {
      uri: `s3://bucket/out/AWSBatchname${id}/output`,
      compression: 'GZIP',
    });
  });
});
