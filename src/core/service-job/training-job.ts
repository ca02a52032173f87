// The payload of a service job of type SAGEMAKER_TRAINING: a CreateTrainingJob request as JSON
// (SageMaker's API reference, CreateTrainingJob), read into what this server runs of it. What it
// cannot do is refused by name, with why; what is ignored keeps its meaning (doc/service-jobs.md).
// Pure: it runs nothing, and knows no queue.

import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import { limit } from '../limit.ts';
import { PayloadMembers, type Problems } from './payload-members.ts';

/** A training job as it was asked for, filled in. */
export interface TrainingJob {
  /** What the user calls it; SageMaker is given a longer name, one for each attempt. */
  readonly name: string;
  readonly roleArn: string;
  readonly image: string;
  /** Absent: the image's own. */
  readonly entrypoint?: readonly string[] | undefined;
  /** Absent: `train`, and with an entrypoint none. */
  readonly arguments?: readonly string[] | undefined;
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly channels: readonly Channel[];
  readonly output: TrainingOutput;
  readonly resources: TrainingResources;
  readonly stopping: StoppingCondition;
  readonly checkpoints?: Checkpoints | undefined;
  readonly isSpot: boolean;
}

/** Named input data, a directory of the container. */
export interface Channel {
  readonly name: string;
  readonly source: {
    readonly type: 'S3Prefix' | 'ManifestFile';
    readonly uri: string;
    /** Of one instance each gets all; the container is told what was asked for. */
    readonly distribution: 'FullyReplicated' | 'ShardedByS3Key';
  };
  readonly contentType?: string | undefined;
}

interface TrainingOutput {
  /** What is before `/NAME/output/model.tar.gz`. */
  readonly uri: string;
  readonly compression: 'GZIP' | 'NONE';
}

interface TrainingResources {
  /** `ml.m5.large`. */
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly volumeSizeGib: number;
}

interface StoppingCondition {
  /** From the start of its container. */
  readonly maxRuntimeSeconds: number;
  /** Of a Spot job: waiting included. */
  readonly maxWaitSeconds?: number | undefined;
}

export interface Checkpoints {
  readonly uri: string;
  readonly localPath: string;
}

/** "The default value is 1 day" (StoppingCondition). */
const defaultMaxRuntimeSeconds = 86_400;
const nameForm = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
const roleForm = /^arn:aws[a-z-]*:iam::\d{12}:role\/?[\w+=,.@/-]+$/;
const channelForm = /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/;
/** `file://` is ours: a directory of the host, where the operator grants it. */
const uriForm = /^(?:s3:\/\/[^/]+|file:\/\/\/[^/]+)(?:\/.*)?$/;
const uriExplained = 'an s3:// URI, or file:// with an absolute path';
/** Docker ends a path with a colon. */
const pathForm = /^(?:\/(?!\.{1,2}(?:\/|$))[^/:]+)+\/?$/;
/** What has another use, or holds it. */
const takenForm =
  /^\/(?:(?:proc|sys|dev|opt\/ml\/(?:input|model|output))(?:\/.*)?|opt(?:\/ml)?)\/?$/;
const variableForm = /^[a-zA-Z_][a-zA-Z0-9_]{0,511}$/;

export function readTrainingJob(payload: string): TrainingJob | Refusal {
  const parsed = parse(payload);
  if (isRefusal(parsed)) return parsed;
  const problems: Problems = {};
  const job = trainingJob(new PayloadMembers(problems, parsed.value));
  return problems.first === undefined
    ? job
    : refuse('invalid', `serviceRequestPayload: ${problems.first}.`);
}

function parse(payload: string): { readonly value: unknown } | Refusal {
  const { servicePayloadBytes } = limit;
  if (payload.length > servicePayloadBytes)
    return refuse(
      'invalid',
      `serviceRequestPayload must have at most ${servicePayloadBytes} bytes.`,
    );
  try {
    return { value: JSON.parse(payload) as unknown };
  } catch {
    return refuse('invalid', 'serviceRequestPayload must be JSON.');
  }
}

function trainingJob(request: PayloadMembers): TrainingJob {
  const algorithm = algorithmOf(request.neededObject('AlgorithmSpecification'));
  const isSpot = request.flag('EnableManagedSpotTraining');
  const job: TrainingJob = {
    name: request.needed('TrainingJobName', 63, nameForm, 'up to 63 letters, digits and hyphens'),
    roleArn: request.needed('RoleArn', 2048, roleForm, 'the ARN of an IAM role'),
    ...algorithm,
    hyperParameters: request.map('HyperParameters', 100, 256, 2500),
    environment: request.map('Environment', 100, variableForm, 512),
    channels: request.list('InputDataConfig', 20).map(channelOf),
    output: outputOf(request.neededObject('OutputDataConfig')),
    resources: resourcesOf(request.neededObject('ResourceConfig')),
    stopping: stoppingOf(request.object('StoppingCondition'), isSpot),
    checkpoints: request.has('CheckpointConfig')
      ? checkpointsOf(request.object('CheckpointConfig'))
      : undefined,
    isSpot,
  };
  if (new Set(job.channels.map(({ name }) => name)).size < job.channels.length)
    request.refuse('InputDataConfig', 'each channel has a directory, and so a name, of its own');
  // Tags of the training job, which nobody can ask for here: those of the service job are beside.
  for (const tag of request.list('Tags', 50)) {
    tag.needed('Key', 128);
    tag.needed('Value', 256);
    tag.close();
  }
  // There is one container, so that nothing passes between any.
  request.flag('EnableInterContainerTrafficEncryption');
  for (const [name, why] of Object.entries(unsupported)) request.refuse(name, why);
  refuseProfiler(request);
  request.close();
  return job;
}

const noDebugger = "SageMaker's Debugger does not run here";
const unsupported: Readonly<Record<string, string>> = {
  VpcConfig: 'a training container is in no VPC here',
  EnableNetworkIsolation: 'a training container has the network of any job here',
  DebugHookConfig: noDebugger,
  DebugRuleConfigurations: noDebugger,
  TensorBoardOutputConfig: noDebugger,
  ProfilerRuleConfigurations: noDebugger,
  ExperimentConfig: "SageMaker's Experiments are not here",
  RetryStrategy: 'give retryStrategy of SubmitServiceJob',
  RemoteDebugConfig: 'nobody can open a session in a training container here',
  InfraCheckConfig: 'instances are no machines whose health could be checked here',
  SessionChainingConfig: "a job's role is assumed without session tags",
  ServerlessJobConfig: "SageMaker's models are not here: give an image of your own",
  MlflowConfig: "SageMaker's MLflow is not here",
  ModelPackageConfig: "SageMaker's model registry is not here",
};

/** The profiler may be switched off, which it is. */
function refuseProfiler(request: PayloadMembers): void {
  const profiler = request.object('ProfilerConfig');
  if (profiler.flag('DisableProfiler')) profiler.close();
  else request.refuse('ProfilerConfig', `${noDebugger}; DisableProfiler may be true`);
}

function algorithmOf(
  algorithm: PayloadMembers,
): Pick<TrainingJob, 'image' | 'entrypoint' | 'arguments'> {
  algorithm.refuse('AlgorithmName', 'only images can be run: give TrainingImage');
  algorithm.refuse('MetricDefinitions', 'there are no metrics; they can be read in its log');
  // It asks for series of metrics, of which none is defined.
  algorithm.flag('EnableSageMakerMetricsTimeSeries');
  inputMode(algorithm, 'TrainingInputMode');
  const config = algorithm.object('TrainingImageConfig');
  if (config.oneOf('TrainingRepositoryAccessMode', ['Platform', 'Vpc']) === 'Vpc')
    algorithm.refuse('TrainingImageConfig', 'images are pulled as the server is logged in');
  config.refuse('TrainingRepositoryAuthConfig', 'images are pulled as the server is logged in');
  config.close();
  const image = algorithm.needed('TrainingImage', 255, /\S/, 'an image');
  const entrypoint = algorithm.texts('ContainerEntrypoint', 100, 256);
  const args = algorithm.texts('ContainerArguments', 100, 256);
  algorithm.close();
  return { image, entrypoint, arguments: args };
}

/** What FastFile streams File has at hand: the container finds the same files. */
function inputMode(members: PayloadMembers, name: string): void {
  if (members.oneOf(name, ['File', 'FastFile', 'Pipe']) === 'Pipe')
    members.refuse(name, 'data come as files: give File or FastFile');
}

function channelOf(channel: PayloadMembers): Channel {
  const source = channel.neededObject('DataSource');
  const files = 'give S3DataSource, with an s3:// or file:// URI';
  source.refuse('FileSystemDataSource', files);
  source.refuse('DatasetSource', files);
  const s3 = source.neededObject('S3DataSource');
  source.close();
  const type = s3.oneOf('S3DataType', ['S3Prefix', 'ManifestFile']) ?? 'S3Prefix';
  const uri = s3.needed('S3Uri', 1024, uriForm, uriExplained);
  if (type === 'ManifestFile' && uri.startsWith('file:'))
    s3.refuse('S3DataType', 'a manifest is of objects of a bucket: give an s3:// URI');
  const distribution =
    s3.oneOf('S3DataDistributionType', ['FullyReplicated', 'ShardedByS3Key']) ?? 'FullyReplicated';
  for (const name of [
    'AttributeNames',
    'InstanceGroupNames',
    'ModelAccessConfig',
    'HubAccessConfig',
  ])
    s3.refuse(name, 'only objects of a bucket and files are given');
  s3.close();
  inputMode(channel, 'InputMode');
  if (channel.oneOf('CompressionType', ['None', 'Gzip']) === 'Gzip')
    channel.refuse('CompressionType', 'it is for Pipe mode alone');
  if (channel.oneOf('RecordWrapperType', ['None', 'RecordIO']) === 'RecordIO')
    channel.refuse('RecordWrapperType', 'it is for Pipe mode alone');
  channel.refuse('ShuffleConfig', 'it is for Pipe mode alone');
  const name = channel.needed('ChannelName', 64, channelForm, 'letters, digits and ._-');
  const contentType = channel.text('ContentType', 256);
  channel.close();
  return { name, source: { type, uri, distribution }, contentType };
}

function outputOf(output: PayloadMembers): TrainingOutput {
  output.refuse('KmsKeyId', 'there are no KMS keys');
  const uri = output.needed('S3OutputPath', 1024, uriForm, uriExplained);
  const compression = output.oneOf('CompressionType', ['GZIP', 'NONE']) ?? 'GZIP';
  output.close();
  return { uri, compression };
}

function resourcesOf(resources: PayloadMembers): TrainingResources {
  resources.refuse('VolumeKmsKeyId', 'there are no KMS keys');
  resources.refuse('KeepAlivePeriodInSeconds', 'there are no warm pools');
  for (const name of ['InstanceGroups', 'InstancePreferences', 'InstancePlacementConfig'])
    resources.refuse(name, 'give InstanceType and InstanceCount');
  resources.refuse('TrainingPlanArn', 'there are no training plans');
  const instanceType = resources.needed('InstanceType', 64, /^ml\./, 'a type as ml.m5.large');
  const instanceCount = resources.neededInteger('InstanceCount', 1, 1_000_000);
  // No disk is made for a job: it has what the machine has.
  const volumeSizeGib = resources.neededInteger('VolumeSizeInGB', 1, 1_000_000);
  resources.close();
  return { instanceType, instanceCount, volumeSizeGib };
}

function stoppingOf(stopping: PayloadMembers, isSpot: boolean): StoppingCondition {
  const maxRuntimeSeconds =
    stopping.integer('MaxRuntimeInSeconds', 1, 2_419_200) ?? defaultMaxRuntimeSeconds;
  const maxWaitSeconds = stopping.integer('MaxWaitTimeInSeconds', 1, 2 ** 31 - 1);
  if (!isSpot) stopping.refuse('MaxWaitTimeInSeconds', 'it is for EnableManagedSpotTraining alone');
  else if (maxWaitSeconds !== undefined && maxWaitSeconds < maxRuntimeSeconds)
    stopping.refuse('MaxWaitTimeInSeconds', 'it must be MaxRuntimeInSeconds or more');
  stopping.refuse(
    'MaxPendingTimeInSeconds',
    'jobs wait in their queue: cancel one that is too late',
  );
  stopping.close();
  return { maxRuntimeSeconds, maxWaitSeconds: isSpot ? maxWaitSeconds : undefined };
}

function checkpointsOf(config: PayloadMembers): Checkpoints {
  const uri = config.needed('S3Uri', 1024, uriForm, uriExplained);
  const localPath = config.text('LocalPath', 4096, pathForm, 'an absolute path without .. or :');
  if (localPath !== undefined && takenForm.test(localPath))
    config.refuse('LocalPath', 'something else is there');
  config.close();
  return { uri, localPath: localPath?.replace(/\/$/, '') ?? '/opt/ml/checkpoints' };
}
