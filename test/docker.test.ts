// Containers on a real Docker engine: every container property of a job definition, seen from
// inside the container or by inspecting it, and every way in which an attempt ends, as DescribeJobs
// and the logs tell it.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  SubmitJobCommand,
  TerminateJobCommand,
  type ContainerProperties,
  type JobDetail,
} from '@aws-sdk/client-batch';
import { CreateLogGroupCommand, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DockerHost, type Inspected } from './docker-host.ts';
import { colors, printColor, printColorJob, rainbow } from './guide.ts';
import { requirement } from './requirement.ts';
import { region, TestServer } from './server.ts';
import { until } from './until.ts';

/** More than the machine has: these jobs mostly wait. */
const capacity = ['--capacity', 'vcpus=64,memory=65536,gpus=1'];
const mib = 2 ** 20;

describe('containers on Docker', { skip: requirement('docker').skip, concurrency: 4 }, () => {
  let server: TestServer;
  let docker: DockerHost;
  let folder: string;
  const image = `longshore-test-print-color-${process.pid}`;

  before(async () => {
    docker = DockerHost.here();
    folder = mkdtempSync(join(tmpdir(), 'longshore-docker-'));
    server = await TestServer.start('docker', capacity);
    await server.prepare();
  });

  after(async () => {
    try {
      await nothingLeftBehind();
    } finally {
      await server[Symbol.asyncDispose]();
      await docker.removeImage(image);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /**
   * All tests are over: so are their jobs, and of those no container and no volume may be there.
   */
  async function nothingLeftBehind(): Promise<void> {
    const label = `longshore.instance=${server.instance()}`;
    let left = '';
    await until(
      () => `containers and volumes to be removed: ${left}`,
      async () => {
        const containers = await docker.containers(label);
        left = [
          ...containers.map((container) => container.Labels['longshore.job-name']),
          ...(await docker.volumes(label)),
        ].join(', ');
        return left === '';
      },
    );
  }

  const shell = (script: string, more: ContainerProperties = {}): ContainerProperties => ({
    command: ['sh', '-c', script],
    ...more,
  });

  async function succeeded(name: string, properties: ContainerProperties): Promise<JobDetail> {
    const job = await server.run(name, properties);
    assert.equal(job.status, 'SUCCEEDED', `${job.statusReason}: ${job.container?.reason ?? ''}`);
    return job;
  }

  /** The job's container as Docker has it, while it runs. */
  async function inspected(name: string, properties: ContainerProperties): Promise<Inspected> {
    const jobId = await server.submit(
      await server.register(name, { command: ['sleep', '300'], ...properties }),
    );
    await server.whenStatus(jobId, 'RUNNING');
    const container = await docker.containerOf(jobId);
    await terminate(jobId);
    return container;
  }

  const terminate = (jobId: string, reason = 'The test has seen enough.') =>
    server.batch.send(new TerminateJobCommand({ jobId, reason }));

  describe('container properties, seen from inside', () => {
    const inside: readonly (readonly [
      what: string,
      properties: ContainerProperties,
      output: RegExp,
    ])[] = [
      [
        'command is given word by word, without a shell',
        { command: ['echo', '$HOME', 'a  b', "it's"] },
        /^\$HOME a {2}b it's$/,
      ],
      [
        'environment keeps blanks, quotes and line ends',
        shell('echo "$A|$B"', {
          environment: [
            { name: 'A', value: ' "x" ' },
            { name: 'B', value: "y'\nz" },
          ],
        }),
        /^ "x" \|y'\nz$/,
      ],
      [
        'memory is the hard limit',
        shell(
          'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; true',
          {
            resourceRequirements: [
              { type: 'VCPU', value: '1' },
              { type: 'MEMORY', value: '48' },
            ],
          },
        ),
        new RegExp(`^${48 * mib}$`),
      ],
      ['user', shell('id -u; id -g', { user: '1234:5678' }), /^1234\n5678$/],
      [
        'readonlyRootFilesystem',
        shell('touch /file 2>/dev/null || echo refused', { readonlyRootFilesystem: true }),
        /^refused$/,
      ],
      ['without it the root can be written', shell('touch /file && echo written'), /^written$/],
      [
        'ulimits',
        shell('ulimit -Sn; ulimit -Hn', {
          ulimits: [{ name: 'nofile', softLimit: 123, hardLimit: 456 }],
        }),
        /^123\n456$/,
      ],
      [
        'without privileged few capabilities',
        shell('grep CapEff /proc/self/status'),
        /^CapEff:\t00000000a80[0-9a-f]{5}$/,
      ],
      [
        'tmpfs',
        shell('grep " /scratch " /proc/mounts', {
          linuxParameters: {
            tmpfs: [{ containerPath: '/scratch', size: 3, mountOptions: ['noexec'] }],
          },
        }),
        /^tmpfs \/scratch tmpfs .*noexec.*size=3072k/,
      ],
      [
        'sharedMemorySize',
        shell('grep " /dev/shm " /proc/mounts', { linuxParameters: { sharedMemorySize: 7 } }),
        /size=7168k/,
      ],
      [
        'initProcessEnabled puts an init before the command',
        shell('cat /proc/1/comm', { linuxParameters: { initProcessEnabled: true } }),
        /init|tini/,
      ],
      [
        'without it the command is the first process',
        { command: ['cat', '/proc/1/comm'] },
        /^cat$/,
      ],
      [
        'devices',
        shell('test -c /dev/nothing && echo x > /dev/nothing && echo there', {
          linuxParameters: {
            devices: [
              {
                hostPath: '/dev/null',
                containerPath: '/dev/nothing',
                permissions: ['READ', 'WRITE'],
              },
            ],
          },
        }),
        /^there$/,
      ],
      [
        'a volume that Docker places is one for all its mount points',
        shell('echo kept > /a/file && cat /b/file', {
          volumes: [{ name: 'v', host: {} }],
          mountPoints: [
            { sourceVolume: 'v', containerPath: '/a' },
            { sourceVolume: 'v', containerPath: '/b', readOnly: true },
          ],
        }),
        /^kept$/,
      ],
    ];
    for (const [index, [what, properties, output]] of inside.entries()) {
      test(what, async () => {
        const job = await succeeded(`inside-${index}`, properties);
        assert.match((await server.lines(job)).join('\n'), output);
      });
    }

    test('privileged', async (t) => {
      const job = await server.run(
        'privileged',
        shell('grep CapEff /proc/self/status', { privileged: true }),
      );
      if (/unable to apply caps/.test(job.container?.reason ?? ''))
        return t.skip(`this machine gives its containers no privileges: ${job.container?.reason}`);
      assert.match((await server.lines(job)).join('\n'), /^CapEff:\t0{6}[0-9a-f]{3}f{7}$/);
    });

    test('a GPU is asked of Docker, which tells where there is none', async () => {
      await server.prepare('gpu', { instanceTypes: ['p3.2xlarge'] });
      const resourceRequirements = [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '32' },
        { type: 'GPU', value: '1' },
      ] satisfies ContainerProperties['resourceRequirements'];
      const job = await server.run(
        'gpu',
        { command: ['true'], resourceRequirements },
        { jobQueue: 'gpu' },
      );
      if (job.status === 'FAILED')
        assert.match(
          job.container?.reason ?? '',
          /could not select device driver "nvidia" with capabilities: \[\[gpu\]\]/,
        );
    });

    test('a volume of the host is read and written; a read-only mount point is only read', async () => {
      const shared = join(folder, 'shared');
      mkdirSync(shared);
      writeFileSync(join(shared, 'in'), 'from the host\n');
      const properties = shell(
        'cat /rw/in; echo from the container > /rw/out; touch /ro/in2 2>/dev/null || echo refused',
        {
          volumes: [{ name: 'host', host: { sourcePath: shared } }],
          mountPoints: [
            { sourceVolume: 'host', containerPath: '/rw' },
            { sourceVolume: 'host', containerPath: '/ro', readOnly: true },
          ],
        },
      );
      const job = await succeeded('host-volume', properties);
      assert.deepEqual(await server.lines(job), ['from the host', 'refused']);
      assert.equal(readFileSync(join(shared, 'out'), 'utf8'), 'from the container\n');
    });

    test("the image's own entrypoint stays: the guide's rainbow tutorial, word for word", async () => {
      mkdirSync(join(folder, 'image/tmp'), { recursive: true });
      writeFileSync(join(folder, 'image/tmp/colors.txt'), `${colors.join('\n')}\n`);
      writeFileSync(join(folder, 'image/tmp/print-color.sh'), printColor);
      chmodSync(join(folder, 'image/tmp/print-color.sh'), 0o755);
      await docker.commitImage(image, server.image, join(folder, 'image'), [
        'CMD []',
        'ENTRYPOINT /tmp/print-color.sh',
      ]);

      await server.register('print-color', {
        image,
        resourceRequirements: undefined,
        vcpus: 1,
        memory: 250,
      });
      const { jobId = '' } = await server.batch.send(
        new SubmitJobCommand({ ...printColorJob, jobQueue: 'test' }),
      );
      const parent = await server.whenEnded(jobId);
      assert.equal(parent.status, 'SUCCEEDED', parent.statusReason);
      const lines = await Promise.all(
        colors.map(async (_, index) => server.lines(await server.job(`${jobId}:${index}`))),
      );
      assert.deepEqual(lines.flat(), rainbow);
    });
  });

  describe('container properties, seen by inspecting', () => {
    const outside: readonly (readonly [
      what: string,
      properties: ContainerProperties,
      expected: Readonly<Record<string, unknown>>,
    ])[] = [
      [
        'memory and vCPUs',
        {
          resourceRequirements: [
            { type: 'VCPU', value: '2' },
            { type: 'MEMORY', value: '64' },
          ],
        },
        { Memory: 64 * mib, CpuShares: 2048 },
      ],
      [
        'the old members vcpus and memory',
        { resourceRequirements: undefined, vcpus: 3, memory: 65 },
        { Memory: 65 * mib, CpuShares: 3072 },
      ],
      [
        'maxSwap and swappiness',
        { linuxParameters: { maxSwap: 40, swappiness: 20 } },
        { MemorySwap: 72 * mib, MemorySwappiness: 20 },
      ],
      [
        'another log driver and its options',
        { logConfiguration: { logDriver: 'json-file', options: { 'max-size': '1m' } } },
        { LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } } },
      ],
      ["the host's network, as AWS Batch gives", {}, { NetworkMode: 'host' }],
      [
        'no restart by Docker, and no removal behind our back',
        {},
        { AutoRemove: false, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } },
      ],
    ];
    for (const [index, [what, properties, expected]] of outside.entries()) {
      test(what, async () => {
        const { HostConfig } = await inspected(`outside-${index}`, properties);
        const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, HostConfig[key]]));
        // Docker of today says '' where the policy's default is meant.
        if (seen['RestartPolicy']?.Name === '') seen['RestartPolicy'].Name = 'no';
        assert.deepEqual(seen, expected);
      });
    }

    test('another log driver leaves no log stream', async () => {
      const job = await succeeded('no-stream', {
        command: ['true'],
        logConfiguration: { logDriver: 'json-file' },
      });
      assert.equal(job.container?.logStreamName, undefined);
    });

    test('awslogs options choose the group and the prefix of the stream', async () => {
      const logConfiguration = {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/my/group', 'awslogs-stream-prefix': 'mine' },
      } as const;
      const properties = { command: ['echo', 'here'], logConfiguration };
      const absent = await server.run('own-group', properties);
      assert.deepEqual(
        [absent.status, absent.statusReason, absent.container?.reason],
        [
          'FAILED',
          'Task failed to start',
          'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.',
        ],
      );
      assert.equal(absent.container?.logStreamName, undefined);
      await server.logs.send(new CreateLogGroupCommand({ logGroupName: '/my/group' }));
      const job = await succeeded('own-group', properties);
      assert.match(job.container?.logStreamName ?? '', /^mine\/default\/[0-9a-f]+$/);
      assert.equal(job.container?.logConfiguration?.options?.['awslogs-group'], '/my/group');
      assert.deepEqual(await server.lines(job, '/my/group'), ['here']);
    });
  });

  test('awslogs-create-group makes the group', async () => {
    const logConfiguration = {
      logDriver: 'awslogs',
      options: { 'awslogs-group': '/made', 'awslogs-create-group': 'true' },
    } as const;
    const job = await succeeded('made-group', { command: ['echo', 'here'], logConfiguration });
    assert.deepEqual(await server.lines(job, '/made'), ['here']);
  });

  test('what would take output elsewhere is refused', async () => {
    for (const [name, value, message] of [
      [
        'awslogs-region',
        'ap-south-1',
        /awslogs-region is ap-south-1, and the output of jobs stays/,
      ],
      [
        'awslogs-endpoint',
        'https://logs.example',
        /awslogs-endpoint is not supported: output goes/,
      ],
    ] as const)
      await assert.rejects(
        server.register('elsewhere', {
          command: ['true'],
          logConfiguration: { logDriver: 'awslogs', options: { [name]: value } },
        }),
        { name: 'ClientException', message },
      );
    const own = await succeeded('here', {
      command: ['true'],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-region': region } },
    });
    assert.match(own.container?.logStreamName ?? '', /^here\//);
  });

  describe('ends', () => {
    const ends: readonly (readonly [
      what: string,
      script: string,
      exitCode: number,
      status: 'SUCCEEDED' | 'FAILED',
    ])[] = [
      ['exit 0', 'exit 0', 0, 'SUCCEEDED'],
      ['exit 1', 'exit 1', 1, 'FAILED'],
      ['exit 255', 'exit 255', 255, 'FAILED'],
      ['a signal', 'kill -9 $$', 137, 'FAILED'],
      ['a command that is not there', 'exec no-such-command', 127, 'FAILED'],
    ];
    for (const [index, [what, script, exitCode, status]] of ends.entries()) {
      test(`${what}: ${status} with ${exitCode} and no container reason`, async () => {
        // A child of the shell, so that the signal does not meet the first process, which is immune
        // to it.
        const job = await server.run(`end-${index}`, shell(`sh -c '${script}'; exit $?`));
        assert.deepEqual(
          [job.status, job.container?.exitCode, job.container?.reason, job.statusReason],
          [status, exitCode, undefined, 'Essential container in task exited'],
        );
      });
    }

    test('too much memory: FAILED with 137 and the OutOfMemoryError', async () => {
      const job = await server.run('out-of-memory', {
        command: ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=256M', 'count=1'],
      });
      assert.deepEqual(
        [job.status, job.container?.exitCode, job.container?.reason],
        ['FAILED', 137, 'OutOfMemoryError: Container killed due to memory usage'],
      );
      assert.equal(
        job.attempts?.[0]?.container?.reason,
        'OutOfMemoryError: Container killed due to memory usage',
      );
    });

    test('a missing image: FAILED, and the stream is there and holds the error', async () => {
      const job = await server.run('no-image', {
        image: '127.0.0.1:1/no/such-image:1',
        command: ['true'],
      });
      assert.deepEqual(
        [job.status, job.statusReason, job.container?.exitCode, job.startedAt],
        ['FAILED', 'Task failed to start', undefined, undefined],
      );
      assert.match(job.container?.reason ?? '', /^CannotPullContainerError: /);
      assert.match(job.attempts?.[0]?.container?.reason ?? '', /^CannotPullContainerError: /);
      const { logStreams } = await server.logs.send(
        new DescribeLogStreamsCommand({
          logGroupName: '/aws/batch/job',
          logStreamNamePrefix: 'no-image/default/',
        }),
      );
      assert.deepEqual(
        logStreams?.map((stream) => stream.logStreamName),
        [job.container?.logStreamName],
      );
      assert.match((await server.lines(job)).join('\n'), /CannotPullContainerError: /);
    });

    test('an entry of the command that cannot be executed: FAILED, with the reason', async () => {
      const job = await server.run('no-command', { command: ['/no/such/program'] });
      assert.deepEqual([job.status, job.statusReason], ['FAILED', 'Task failed to start']);
      assert.match(job.container?.reason ?? '', /no such file/i);
    });

    test('terminate sends SIGTERM first, and what its trap prints is in the log', async () => {
      const jobId = await server.submit(
        await server.register(
          'trap',
          shell("trap 'echo told to end; exit 0' TERM; echo ready; while :; do sleep 0.1; done"),
        ),
      );
      const running = await server.whenStatus(jobId, 'RUNNING');
      await until('the trap to be set', async () =>
        (await server.lines(running)).includes('ready'),
      );
      await terminate(jobId, 'Time to go.');
      const job = await server.whenEnded(jobId);
      assert.deepEqual(
        [
          job.status,
          job.statusReason,
          job.container?.exitCode,
          job.container?.reason,
          job.isTerminated,
        ],
        ['FAILED', 'Time to go.', 0, undefined, true],
      );
      assert.deepEqual(await server.lines(job), ['ready', 'told to end']);
    });

    test('terminate kills what does not end by itself, 30 seconds later', async () => {
      const jobId = await server.submit(
        await server.register(
          'deaf',
          shell("trap '' TERM; echo ready; while :; do sleep 0.1; done"),
        ),
      );
      const running = await server.whenStatus(jobId, 'RUNNING');
      await until('the trap to be set', async () =>
        (await server.lines(running)).includes('ready'),
      );
      const askedAtMs = Date.now();
      await terminate(jobId);
      const job = await server.whenEnded(jobId);
      assert.deepEqual([job.status, job.container?.exitCode], ['FAILED', 137]);
      const tookMs = (job.stoppedAt ?? 0) - askedAtMs;
      assert.ok(tookMs > 28_000 && tookMs < 60_000, `${tookMs} ms`);
    });
  });

  describe('output', () => {
    test('a line of 1 MB is read back whole, in several events', async () => {
      const job = await succeeded(
        'long-line',
        shell("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo end"),
      );
      const lines = await server.lines(job);
      assert.equal(lines.at(-1), 'end');
      assert.ok(
        lines.every((line) => line.length <= 262_118),
        String(lines.map((line) => line.length)),
      );
      assert.equal(lines.slice(0, -1).join(''), 'x'.repeat(1_000_000));
    });

    test('binary output is read back with the replacement character', async () => {
      const job = await succeeded(
        'binary',
        shell("printf 'a\\377\\376b\\000c\\n'; head -c 100000 /dev/urandom; echo; echo end"),
      );
      const lines = await server.lines(job);
      assert.equal(lines[0], 'a\uFFFD\uFFFDb\0c');
      assert.equal(lines.at(-1), 'end');
    });

    test('output without a last line end, and both of its streams, are kept', async () => {
      const job = await succeeded(
        'streams',
        shell('echo one; sleep 0.2; echo two >&2; sleep 0.2; printf three'),
      );
      assert.deepEqual(await server.lines(job), ['one', 'two', 'three']);
    });

    test('ten thousand lines come back in order, none lost, none twice', async () => {
      const job = await succeeded('many-lines', shell('seq 1 10000'));
      const events = await server.events(job);
      assert.deepEqual(
        events.map((event) => event.message),
        Array.from({ length: 10_000 }, (_, index) => String(index + 1)),
      );
      const times = events.map((event) => event.timestamp ?? 0);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    });
  });
});

test(
  'a server that is killed finds its containers again, and no line is lost',
  { skip: requirement('docker').skip },
  async () => {
    await using server = await TestServer.start('docker', capacity);
    await server.prepare();
    const jobId = await server.submit(
      await server.register('survivor', {
        command: [
          'sh',
          '-c',
          'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo line $i; sleep 0.1; done',
        ],
      }),
    );
    const running = await server.whenStatus(jobId, 'RUNNING');
    await until('the first lines', async () => (await server.lines(running)).length > 3);
    const [first] = await DockerHost.here().containers(`longshore.job=${jobId}`);
    await server.kill('SIGKILL');
    await server.restart();
    const [again, ...more] = await DockerHost.here().containers(`longshore.job=${jobId}`);
    assert.deepEqual([again?.Id, more], [first?.Id, []]);
    const job = await server.whenEnded(jobId);
    assert.deepEqual(
      [job.status, job.attempts?.length, job.attempts?.[0]?.startedAt],
      ['SUCCEEDED', 1, running.startedAt],
    );
    assert.deepEqual(
      await server.lines(job),
      Array.from({ length: 40 }, (_, index) => `line ${index + 1}`),
    );
  },
);
