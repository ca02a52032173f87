// Volumes on file systems of AWS, with directories in their place (`--efs`, `--s3-files`), and what
// Fargate's jobs alone say: through the SDK, on real containers.

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  DescribeJobDefinitionsCommand,
  TerminateJobCommand,
  type ContainerProperties,
  type JobDetail,
  type Volume,
} from '@aws-sdk/client-batch';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { requirement } from './requirement.ts';
import { account, TestServer } from './server.ts';
import { until } from './until.ts';

const s3Files = 'arn:aws:s3files:us-east-1:123456789012:file-system/fs-0123456789abcdef1';
const jobRoleArn = `arn:aws:iam::${account}:role/job`;

describe('file systems of AWS on Docker', { skip: requirement('docker').skip }, () => {
  let server: TestServer;
  let folder = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-file-systems-'));
    for (const path of ['efs/data', 'point', 's3', 'outside'])
      mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, 'efs/data/in'), 'of the file system\n');
    writeFileSync(join(folder, 'outside/secret'), 'hidden\n');
    symlinkSync('../outside', join(folder, 'efs/out'));
    server = await TestServer.start('docker', [
      ...['--efs', `fs-0123456789abcdef0=${folder}/efs`],
      ...['--efs', `fsap-0123456789abcdef0=${folder}/point/`],
      ...['--efs', `fs-00000000=${folder}/gone`],
      ...['--efs', 'fs-11111111=127.0.0.1:/export'],
      ...['--s3-files', `fs-0123456789abcdef1=${folder}/s3`],
    ]);
    await server.prepare();
    const iam = new IAMClient(server.clientOptions());
    const mayAssume = {
      Effect: 'Allow',
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
    };
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'job',
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: mayAssume }),
      }),
    );
    iam.destroy();
    await server.prepare('fargate', {
      type: 'FARGATE',
      instanceTypes: undefined,
      minvCpus: undefined,
      instanceRole: undefined,
    });
  });

  after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  let made = 0;
  /** Registered once, so that what comes back is what went in. */
  async function run(
    script: string,
    volume: Volume,
    more: ContainerProperties = {},
    readOnly?: boolean,
  ): Promise<JobDetail> {
    const volumes = [{ name: 'v', ...volume }];
    const definition = await server.register(`files-${made++}`, {
      command: ['sh', '-c', script],
      volumes,
      mountPoints: [{ sourceVolume: 'v', containerPath: '/v', readOnly }],
      ...more,
    });
    const { jobDefinitions } = await server.batch.send(
      new DescribeJobDefinitionsCommand({ jobDefinitions: [definition] }),
    );
    assert.deepEqual(jobDefinitions?.[0]?.containerProperties?.volumes, volumes);
    const job = await server.whenEnded(await server.submit(definition));
    assert.deepEqual(job.container?.volumes, volumes);
    return job;
  }

  const linesOf = async (job: JobDetail): Promise<string> => {
    assert.equal(job.status, 'SUCCEEDED', `${job.statusReason}: ${job.container?.reason}`);
    return (await server.lines(job)).join('\n');
  };

  const efs = (more: Partial<NonNullable<Volume['efsVolumeConfiguration']>> = {}): Volume => ({
    efsVolumeConfiguration: { fileSystemId: 'fs-0123456789abcdef0', ...more },
  });

  it('jobs read and write the directory that stands for a file system', async () => {
    const job = await run(
      'cat /v/data/in && echo out > /v/data/out',
      efs({ transitEncryption: 'ENABLED' }),
    );
    assert.equal(await linesOf(job), 'of the file system');
    assert.equal(readFileSync(join(folder, 'efs/data/out'), 'utf8'), 'out\n');
  });

  it('rootDirectory is a directory of it, mounted read-only where that is asked for', async () => {
    const job = await run(
      'cat /v/in; touch /v/new 2>/dev/null || echo refused; ls -d /v/../v/data 2>/dev/null',
      efs({ rootDirectory: '/data' }),
      {},
      true,
    );
    assert.equal(
      (await server.lines(job)).join('\n'),
      'of the file system\nrefused',
      `${job.statusReason}`,
    );
    assert.ok(!existsSync(join(folder, 'efs/data/new')));
  });

  it('an access point has a directory of its own, and so has S3 Files', async () => {
    const point = await run(
      'echo point > /v/file',
      efs({
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: 'fsap-0123456789abcdef0' },
      }),
    );
    assert.equal(await linesOf(point), '');
    assert.equal(readFileSync(join(folder, 'point/file'), 'utf8'), 'point\n');
    const files = await run(
      'echo s3 > /v/file',
      { s3filesVolumeConfiguration: { fileSystemArn: s3Files } },
      { jobRoleArn },
    );
    assert.equal(await linesOf(files), '');
    assert.equal(readFileSync(join(folder, 's3/file'), 'utf8'), 's3\n');
  });

  it('what cannot be mounted is the reason of the failed start, and nothing is made', async () => {
    const cases: [Volume, RegExp][] = [
      [efs({ rootDirectory: '/gone' }), /^ResourceInitializationError: .*has no directory \/gone$/],
      [efs({ rootDirectory: '/out' }), /^ResourceInitializationError: .*leads out of it$/],
      [
        efs({ fileSystemId: 'fs-22222222', transitEncryption: 'ENABLED' }),
        /^ResourceInitializationError: .*EFS file system fs-22222222.*--efs fs-22222222=\/path/,
      ],
      [efs({ fileSystemId: 'fs-00000000' }), /^CannotCreateContainerError: .*\/gone/],
    ];
    for (const [volume, expected] of cases) {
      const job = await run('cat /v/secret', volume);
      assert.equal(job.status, 'FAILED');
      assert.equal(job.statusReason, 'Task failed to start');
      assert.match(job.container?.reason ?? '', expected);
    }
    assert.ok(!existsSync(join(folder, 'gone')));
    assert.ok(!existsSync(join(folder, 'efs/gone')));
  });

  it('an NFS server is asked by the daemon, and what it says is told', async () => {
    const job = await run('true', efs({ fileSystemId: 'fs-11111111', rootDirectory: '/a' }));
    // Nobody serves NFS there, or this kernel knows no NFS.
    assert.equal(job.status, 'FAILED');
    assert.match(
      job.container?.reason ?? '',
      /^CannotStartContainerError: .*failed to mount local volume: mount :\/export\/a: .*; EFS file system fs-11111111 is mounted by NFS from 127\.0\.0\.1$/,
    );
  });

  const terminate = (jobId: string) =>
    server.batch.send(new TerminateJobCommand({ jobId, reason: 'The test has seen enough.' }));

  /** On Fargate, with what is said beside. */
  const onFargate = async (more: ContainerProperties): Promise<string> =>
    server.submit(
      await server.register(
        `fargate-${made++}`,
        {
          command: ['sh', '-c', 'sleep 60'],
          executionRoleArn: jobRoleArn,
          resourceRequirements: [
            { type: 'VCPU', value: '0.25' },
            { type: 'MEMORY', value: '512' },
          ],
          ...more,
        },
        { platformCapabilities: ['FARGATE'] },
      ),
      { jobQueue: 'fargate' },
    );
  const here = process.arch === 'arm64' ? 'ARM64' : 'X86_64';
  const other = here === 'ARM64' ? 'X86_64' : 'ARM64';

  it('a job says where its storage has no bound, and shows what it asked for', async () => {
    const facts: ContainerProperties = {
      ephemeralStorage: { sizeInGiB: 21 },
      runtimePlatform: { cpuArchitecture: here, operatingSystemFamily: 'LINUX' },
      networkConfiguration: { assignPublicIp: 'ENABLED' },
      fargatePlatformConfiguration: { platformVersion: '1.4.0' },
    };
    const id = await onFargate(facts);
    const { container, statusReason } = await server.whenStatus(id, 'RUNNING');
    for (const [member, value] of Object.entries(facts))
      assert.deepEqual(container?.[member as keyof typeof container], value, member);
    // Where Docker's storage driver has bounds, there is nothing to say.
    if (statusReason !== undefined)
      assert.match(
        statusReason,
        /^Its ephemeral storage of 21 GiB is not enforced: Docker's storage driver \w+ sets no bounds/,
      );
    await terminate(id);
  });

  it('a job for another architecture than the machine’s waits, and says for what', async () => {
    const id = await onFargate({ runtimePlatform: { cpuArchitecture: other } });
    await until(
      () => 'the job to say why it waits',
      async () =>
        /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job is for (arm64|x86_64) \(runtimePlatform\)/.test(
          (await server.job(id)).statusReason ?? '',
        ),
    );
    await terminate(id);
    assert.equal((await server.whenEnded(id)).status, 'FAILED');
  });
});
