// What containers of training jobs find under /opt/ml and what becomes of what they leave there,
// through the SDK on real containers: with directories that the operator grants, and with buckets
// of an S3 server that is none of ours.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, test, type TestContext } from 'node:test';
import {
  CreateJobQueueCommand,
  CreateServiceEnvironmentCommand,
  DescribeServiceJobCommand,
  SubmitServiceJobCommand,
  type DescribeServiceJobCommandOutput,
  type SubmitServiceJobCommandInput,
} from '@aws-sdk/client-batch';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { requirement } from './requirement.ts';
import { S3Server } from './s3-server.ts';
import { TestServer } from './server.ts';
import { serviceJob, training } from './house/training.ts';
import { until } from './until.ts';
import { setVariables } from './variables.ts';

async function prepare(server: TestServer): Promise<void> {
  await server.batch.send(
    new CreateServiceEnvironmentCommand({
      serviceEnvironmentName: 'se',
      serviceEnvironmentType: 'SAGEMAKER_TRAINING',
      capacityLimits: [{ capacityUnit: 'NUM_INSTANCES', maxCapacity: 1 }],
    }),
  );
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'training',
      priority: 1,
      jobQueueType: 'SAGEMAKER_TRAINING',
      serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'se' }],
    }),
  );
}

/** Runs lines of shell until the end; how it ended, and its training job's name. */
async function run(
  server: TestServer,
  lines: readonly string[],
  payload: object,
  more: Partial<SubmitServiceJobCommandInput> = {},
  meanwhile = async (): Promise<void> => undefined,
): Promise<{ ended: DescribeServiceJobCommandOutput; name: string; reasons: string[] }> {
  const job = serviceJob(more, {
    AlgorithmSpecification: {
      ...training.AlgorithmSpecification,
      TrainingImage: server.image,
      ContainerEntrypoint: ['sh', '-ec', 'for line; do eval "$line"; done', 'sh'],
      ContainerArguments: lines,
    },
    ...payload,
  });
  const { jobId } = await server.batch.send(new SubmitServiceJobCommand(job));
  await meanwhile();
  const ended = await until(`job ${jobId} has ended`, async () => {
    const found = await server.batch.send(new DescribeServiceJobCommand({ jobId }));
    return (found.status === 'SUCCEEDED' || found.status === 'FAILED') && found;
  });
  const reasons = (ended.attempts ?? []).map(({ statusReason = '' }) =>
    statusReason.replace('Received status from SageMaker: ', ''),
  );
  const name = ended.latestAttempt?.serviceResourceId?.value?.split('/').at(-1) ?? '';
  return { ended, name, reasons };
}

const channel = (ChannelName: string, S3Uri: string, S3DataType = 'S3Prefix') => ({
  ChannelName,
  DataSource: { S3DataSource: { S3DataType, S3Uri } },
});

/** What an archive holds of one file. */
function unpacked(archive: string | Uint8Array, name: string): string {
  const { stdout, stderr, status } = spawnSync('tar', ['-xzOf', '-', name], {
    input: typeof archive === 'string' ? readFileSync(archive) : archive,
    maxBuffer: 64 * 2 ** 20,
  });
  assert.equal(status, 0, stderr.toString());
  return stdout.toString();
}

const noneLeft = (server: TestServer): Promise<unknown> =>
  until('no files of attempts are left', async () => {
    const left = readdirSync(join(server.dataDir, 'training'));
    return left.length === 0;
  });

describe('training jobs on Docker', { skip: requirement('docker').skip }, () => {
  function folderOf(t: TestContext): string {
    const folder = mkdtempSync(join(tmpdir(), 'longshore-training-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const name of ['data/train', 'out']) mkdirSync(join(folder, name), { recursive: true });
    return folder;
  }

  it('find what they were given, and go on from their checkpoints when tried again', async (t) => {
    const folder = folderOf(t);
    writeFileSync(join(folder, 'data/train/rows'), 'one\n');
    await using server = await TestServer.start('docker', [
      ...['--training-files', join(folder, 'data')],
      ...['--training-files', `${join(folder, 'out')}:rw`],
    ]);
    await prepare(server);
    const { ended, name, reasons } = await run(
      server,
      [
        'cd /opt/ml/input',
        `test "$(cat config/hyperparameters.json)" = '{"epochs":"2"}'`,
        'grep -q \'"train":{"ContentType":"text/csv"\' config/inputdataconfig.json',
        'grep -q \'"current_host":"algo-1"\' config/resourceconfig.json',
        'grep -q "127.0.0.1.*algo-1" /etc/hosts',
        'test "$(cat data/train/rows)" = one',
        'if touch data/train/mine 2>/dev/null; then exit 9; fi',
        'again() { test -f /opt/ml/checkpoints/step; }',
        'interrupt() { echo 1 > /opt/ml/checkpoints/step; printf interrupted > /opt/ml/output/failure; exit 7; }',
        'again || interrupt',
        'cp /opt/ml/checkpoints/step /opt/ml/model/weights',
        'echo plotted > /opt/ml/output/data/plot',
      ],
      {
        HyperParameters: { epochs: '2' },
        InputDataConfig: [
          { ...channel('train', `file://${folder}/data/train`), ContentType: 'text/csv' },
        ],
        OutputDataConfig: { S3OutputPath: `file://${folder}/out` },
        CheckpointConfig: { S3Uri: `file://${folder}/out/checkpoints` },
      },
      { retryStrategy: { attempts: 2 } },
    );
    assert.deepEqual(
      [ended.status, reasons],
      ['SUCCEEDED', ['AlgorithmError: interrupted, exit code: 7', 'Training job completed']],
    );
    const at = join(folder, 'out', name, 'output');
    assert.deepEqual(
      [
        unpacked(join(at, 'model.tar.gz'), 'weights'),
        unpacked(join(at, 'output.tar.gz'), 'plot'),
        readFileSync(join(folder, 'out/checkpoints/step'), 'utf8'),
      ],
      ['1\n', 'plotted\n', '1\n'],
    );
    await noneLeft(server);
  });

  it('are stored by the next server where one is killed', async (t) => {
    const folder = folderOf(t);
    await using server = await TestServer.start('docker', [
      ...['--training-files', join(folder, 'data')],
      ...['--training-files', `${join(folder, 'out')}:rw`],
    ]);
    await prepare(server);
    const root = join(server.dataDir, 'training');
    const { reasons, name } = await run(
      server,
      [
        'echo here > /opt/ml/output/data/begun',
        'until test -f /opt/ml/input/data/train/go; do sleep 0.1; done',
        'echo w > /opt/ml/model/weights',
      ],
      {
        InputDataConfig: [channel('train', `file://${folder}/data/train`)],
        OutputDataConfig: { S3OutputPath: `file://${folder}/out` },
      },
      {},
      async () => {
        await until('the container has begun', async () => {
          const [attempt] = existsSync(root) ? readdirSync(root) : [];
          return attempt !== undefined && existsSync(join(root, attempt, 'output/data/begun'));
        });
        await server.kill('SIGKILL');
        writeFileSync(join(folder, 'data/train/go'), '');
        await server.restart();
      },
    );
    assert.deepEqual(reasons, ['Training job completed']);
    assert.equal(unpacked(join(folder, 'out', name, 'output/model.tar.gz'), 'weights'), 'w\n');
    await noneLeft(server);
  });

  it('go on from checkpoints that were stored while they ran, where all else is lost', async (t) => {
    const folder = folderOf(t);
    const out = join(folder, 'out');
    await using server = await TestServer.start('docker', ['--training-files', `${out}:rw`]);
    await prepare(server);
    const { ended, reasons } = await run(
      server,
      [
        'test ! -f /opt/ml/checkpoints/step || exit 0',
        'echo 1 > /opt/ml/checkpoints/step',
        'exec sleep 1000',
      ],
      {
        OutputDataConfig: { S3OutputPath: `file://${out}` },
        CheckpointConfig: { S3Uri: `file://${out}/checkpoints` },
      },
      { retryStrategy: { attempts: 2 } },
      async () => {
        await until('a checkpoint is stored', () => existsSync(join(out, 'checkpoints/step')));
        await server.kill('SIGKILL');
        const [attempt = ''] = readdirSync(join(server.dataDir, 'training'));
        spawnSync('docker', ['rm', '--force', `longshore-${attempt}`]);
        rmSync(join(server.dataDir, 'training', attempt, 'checkpoints/step'));
        await server.restart();
      },
    );
    assert.equal(ended.status, 'SUCCEEDED', reasons.join());
    assert.equal(reasons.length, 2);
    await noneLeft(server);
  });

  it('fail before they start where what they name is not granted, to read or to write', async (t) => {
    const folder = folderOf(t);
    await using server = await TestServer.start('docker', [
      ...['--training-files', join(folder, 'data')],
      ...['--training-files', `${join(folder, 'out')}:rw`],
    ]);
    await prepare(server);
    const out = { OutputDataConfig: { S3OutputPath: `file://${folder}/out` } };
    for (const [payload, reason] of [
      [
        { ...out, InputDataConfig: [channel('train', 'file:///etc')] },
        /^ClientError: Data download failed:"file:\/\/\/etc" is not among/,
      ],
      [
        { OutputDataConfig: { S3OutputPath: `file://${folder}/data` } },
        /^ClientError: OutputDataConfig: ".*lets training jobs write/,
      ],
      [{}, /^ClientError: OutputDataConfig: "s3:\/\/bucket\/output/],
      [
        { ...out, CheckpointConfig: { S3Uri: 's3://bucket/checkpoints' } },
        /^ClientError: CheckpointConfig: "s3:\/\/bucket\/checkpoints/,
      ],
    ] as const) {
      const { ended, reasons } = await run(server, ['true'], payload);
      assert.equal(ended.status, 'FAILED');
      assert.match(reasons[0] ?? '', reason);
      assert.equal(ended.startedAt, undefined);
    }
    assert.equal((await run(server, ['true'], out)).ended.status, 'SUCCEEDED');
    await noneLeft(server);
  });

  it('fail where what they leave cannot be stored', async (t) => {
    const folder = folderOf(t);
    await using server = await TestServer.start('docker', [
      ...['--training-files', `${join(folder, 'out')}:rw`],
    ]);
    await prepare(server);
    const { ended, reasons } = await run(
      server,
      [
        'until test -f /opt/ml/checkpoints/go; do sleep 0.1; done',
        'echo w > /opt/ml/model/weights',
      ],
      {
        OutputDataConfig: { S3OutputPath: `file://${folder}/out` },
        CheckpointConfig: { S3Uri: `file://${folder}/out/checkpoints` },
      },
      {},
      async () => {
        const at = await until('the container is prepared', () => {
          const root = join(server.dataDir, 'training');
          const [attempt = ''] = existsSync(root) ? readdirSync(root) : [];
          return existsSync(join(root, attempt, 'ready')) && join(root, attempt);
        });
        rmSync(join(folder, 'out'), { recursive: true });
        writeFileSync(join(at, 'checkpoints/go'), '');
      },
    );
    assert.equal(ended.status, 'FAILED');
    assert.match(reasons[0] ?? '', /^ClientError: Artifact upload failed:".*is not there/);
    await noneLeft(server);
  });
});

test('training jobs on processes say that they have no /opt/ml', async () => {
  await using server = await TestServer.start('process');
  await prepare(server);
  const { reasons } = await run(server, ['true'], { HyperParameters: { epochs: '2' } });
  assert.match(
    reasons[0] ?? '',
    /^ClientError: HyperParameters, InputDataConfig and .* need Docker/,
  );
});

const skip = requirement('docker').skip || requirement('swift').skip;

test('training jobs have their files in buckets', { skip }, async (t) => {
  await using store = await S3Server.start('lab');
  const { accessKeyId, secretAccessKey } = S3Server.credentials;
  setVariables(t, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const put = (Key: string, Body: string): Promise<unknown> =>
    store.client.send(new PutObjectCommand({ Bucket: 'lab', Key, Body }));
  const bytesOf = async (Key: string): Promise<Uint8Array> => {
    const { Body } = await store.client.send(new GetObjectCommand({ Bucket: 'lab', Key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  };
  await put('in/a', 'one');
  await put('in/deep/b', 'two');
  await put('in/list', '[{"prefix":"s3://lab/in/"},"deep/b"]');
  await put('secret/x', 'hidden');
  // Trails have their folders for all that.
  const trails = mkdtempSync(join(tmpdir(), 'longshore-trails-'));
  t.after(() => rmSync(trails, { recursive: true, force: true }));
  mkdirSync(join(trails, 'audit'));
  await using server = await TestServer.start('docker', [
    ...['--s3-endpoint', store.url, '--training-files', 's3://lab/in'],
    ...['--training-files', 's3://lab/out:rw', '--training-files', 's3://nowhere:rw'],
    ...['--trail-dir', trails, '--trail-every', '1s'],
  ]);
  await prepare(server);
  const cloudTrail = new CloudTrailClient(server.clientOptions());
  await cloudTrail.send(new CreateTrailCommand({ Name: 'main', S3BucketName: 'audit' }));
  await cloudTrail.send(new StartLoggingCommand({ Name: 'main' }));
  cloudTrail.destroy();
  const output = { OutputDataConfig: { S3OutputPath: 's3://lab/out' } };
  const { reasons, name } = await run(
    server,
    [
      'cd /opt/ml/input/data',
      'test "$(cat all/a all/deep/b some/deep/b)" = onetwotwo',
      'test ! -e some/a',
      'head -c 2000000 /dev/urandom > /opt/ml/model/weights',
      'md5sum < /opt/ml/model/weights > /opt/ml/checkpoints/sum',
    ],
    {
      ...output,
      InputDataConfig: [
        channel('all', 's3://lab/in'),
        channel('some', 's3://lab/in/list', 'ManifestFile'),
      ],
      CheckpointConfig: { S3Uri: 's3://lab/out/checkpoints' },
    },
  );
  assert.deepEqual(reasons, ['Training job completed']);
  const sum = Buffer.from(await bytesOf('out/checkpoints/sum')).toString();
  const archive = await bytesOf(`out/${name}/output/model.tar.gz`);
  const { stdout } = spawnSync('sh', ['-c', 'tar -xzOf - weights | md5sum'], { input: archive });
  assert.equal(stdout.toString(), sum);

  const { reasons: refused } = await run(server, ['true'], {
    ...output,
    InputDataConfig: [channel('train', 's3://lab/secret')],
  });
  assert.match(refused[0] ?? '', /^ClientError: Data download failed:"s3:\/\/lab\/secret" is not/);
  const { reasons: nowhere } = await run(server, ['true'], {
    OutputDataConfig: { S3OutputPath: 's3://nowhere/out' },
  });
  assert.match(nowhere[0] ?? '', /^ClientError: OutputDataConfig: \w+: status 404$/);
  const { reasons: loose } = await run(
    server,
    ['test -f /opt/ml/checkpoints/sum', 'echo w > /opt/ml/model/weights'],
    {
      OutputDataConfig: { S3OutputPath: 's3://lab/out', CompressionType: 'NONE' },
      CheckpointConfig: { S3Uri: 's3://lab/out/checkpoints/' },
    },
  );
  assert.deepEqual(loose, ['Training job completed']);
  const { Contents = [] } = await store.client.send(
    new ListObjectsV2Command({ Bucket: 'lab', Prefix: 'out/' }),
  );
  assert.ok(Contents.some(({ Key = '' }) => Key.endsWith('/output/model/weights')));
  await until(
    'a trail has delivered into its folder',
    () => readdirSync(join(trails, 'audit')).length,
  );
  await noneLeft(server);
});
