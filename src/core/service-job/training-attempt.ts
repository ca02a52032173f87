// What an attempt of a training job finds in its container and where what it leaves goes, as far as
// that follows from its payload alone: the files of /opt/ml/input/config in SageMaker's shapes
// (developer guide, How Amazon SageMaker Provides Training Information, and what its training
// toolkit reads) and the URI of its output. Pure: it reads and writes nothing.

import { assert } from '../../base/assert.ts';
import type { AttemptId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import { trainingJobName, type ServiceJobRecord } from './service-job.ts';
import {
  readTrainingJob,
  type Channel,
  type Checkpoints,
  type TrainingJob,
} from './training-job.ts';

export interface TrainingAttempt {
  readonly attemptId: AttemptId;
  /** The files of /opt/ml/input/config: their text by their name. */
  readonly config: Readonly<Record<string, string>>;
  readonly hasHyperParameters: boolean;
  readonly channels: readonly Channel[];
  readonly checkpoints?: Checkpoints | undefined;
  readonly output: {
    /** Before `/model.tar.gz`. */
    readonly uri: string;
    readonly compression: 'GZIP' | 'NONE';
  };
  /** What it is given may take so much of the disk. */
  readonly volumeSizeGib: number;
}

/** Of a payload that was taken when the job was submitted. */
export function trainingAttempt(
  { payload, trainingJobName: name }: ServiceJobRecord,
  attemptId: AttemptId,
): TrainingAttempt {
  const training = readTrainingJob(payload);
  assert(!isRefusal(training), 'a stored payload was read before');
  const { channels, checkpoints, output, resources } = training;
  return {
    attemptId,
    config: configOf(training),
    hasHyperParameters: Object.keys(training.hyperParameters).length > 0,
    channels,
    checkpoints,
    output: {
      uri: `${output.uri.replace(/\/$/, '')}/${trainingJobName(name, attemptId)}/output`,
      compression: output.compression,
    },
    volumeSizeGib: resources.volumeSizeGib,
  };
}

/** What the one host of a training job is called, and finds itself by. */
export const trainingHost = 'algo-1';
/** What SageMaker calls the instances of a job that names no groups. */
const group = 'homogeneousCluster';

function configOf({ hyperParameters, channels, resources }: TrainingJob): Record<string, string> {
  const { instanceType } = resources;
  const files = {
    hyperparameters: hyperParameters,
    inputdataconfig: Object.fromEntries(
      channels.map(({ name, source, contentType }) => [
        name,
        {
          ...(contentType && { ContentType: contentType }),
          // FastFile is told as File, too.
          TrainingInputMode: 'File',
          S3DistributionType: source.distribution,
          RecordWrapperType: 'None',
        },
      ]),
    ),
    resourceconfig: {
      current_host: trainingHost,
      current_instance_type: instanceType,
      current_group_name: group,
      hosts: [trainingHost],
      instance_groups: [
        { instance_group_name: group, instance_type: instanceType, hosts: [trainingHost] },
      ],
      // Of one host; it is there on any network.
      network_interface_name: 'lo',
    },
  };
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [`${name}.json`, JSON.stringify(content)]),
  );
}
