// Every container property, seen from inside a real container or from the host: that it is asked
// for is the mapping's test, that it takes effect is this one's.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textOf } from '../../../test/house/contract/report-recorder.ts';
import { containerName } from './container-mapping.ts';
import { docker, dockerTest, mark } from '../../../test/house/docker.ts';
import { testImage } from '../../../test/house/image.ts';

dockerTest(
  'memory is a hard limit: what exceeds it ends with 137 and the reason',
  async ({ engine, reports, script }) => {
    const eager = script('x=x; while :; do x=$x$x; done', { memoryMib: 16 });
    await engine.start(eager);
    const { exit } = await reports.exited(eager.containerId);
    assert.equal(exit.exitCode, 137);
    assert.equal(exit.outOfMemory, true);
  },
);

dockerTest('a killed child beside exit 0 is told as both', async ({ engine, reports, script }) => {
  const careless = script("sh -c 'x=x; while :; do x=$x$x; done'; exit 0", { memoryMib: 16 });
  await engine.start(careless);
  const { exit } = await reports.exited(careless.containerId);
  assert.equal(exit.exitCode, 0);
  assert.equal(exit.outOfMemory, true);
});

dockerTest(
  'exit 137 of its own making is no want of memory',
  async ({ engine, reports, script }) => {
    const honest = script('exit 137');
    await engine.start(honest);
    assert.deepEqual((await reports.exited(honest.containerId)).exit, {
      exitCode: 137,
      outOfMemory: false,
    });
  },
);

dockerTest(
  'ulimits, user, shared memory, tmpfs, read-only root and init are seen inside',
  async ({ script, outputOf }) => {
    const cases: [Parameters<typeof script>, (lines: string[]) => boolean][] = [
      [
        [
          'ulimit -Sn; ulimit -Hn',
          { ulimits: [{ name: 'nofile', softLimit: 111, hardLimit: 222 }] },
        ],
        (lines) => lines.join() === '111,222',
      ],
      [['id -u; id -g', { user: '1234:5678' }], (lines) => lines.join() === '1234,5678'],
      [
        ['df -k /dev/shm | tail -1', { linuxParameters: { sharedMemorySize: 17 } }],
        ([line = '']) => line.includes(String(17 * 1024)),
      ],
      [
        [
          'mount | grep " /scratch "',
          {
            linuxParameters: {
              tmpfs: [{ containerPath: '/scratch', size: 3, mountOptions: ['noexec'] }],
            },
          },
        ],
        ([line = '']) => /tmpfs.*noexec.*size=3072k/.test(line),
      ],
      [
        ['echo x > /file || echo refused', { readonlyRootFilesystem: true }],
        (lines) => lines.includes('refused'),
      ],
      [['echo x > /file && echo written', {}], (lines) => lines.join() === 'written'],
      [
        ['cat /proc/1/comm', { linuxParameters: { initProcessEnabled: true } }],
        ([line = '']) => /init/.test(line),
      ],
      [['cat /proc/1/comm', {}], ([line = '']) => !/init/.test(line)],
      [
        [
          'ls -l /dev/sink',
          { linuxParameters: { devices: [{ hostPath: '/dev/null', containerPath: '/dev/sink' }] } },
        ],
        ([line = '']) => line.startsWith('c'),
      ],
      [
        ['echo "$GREETING"', { environment: [{ name: 'GREETING', value: 'a = "b"' }] }],
        (lines) => lines.join() === 'a = "b"',
      ],
    ];
    for (const [args, isRight] of cases) {
      const lines = await outputOf(script(...args));
      assert.ok(isRight(lines), `${args[0]}: ${JSON.stringify(lines)}`);
    }
  },
);

dockerTest('a privileged container has every capability', async ({ engine, reports, script }) => {
  const spec = script('grep CapEff /proc/self/status', { privileged: true });
  await engine.start(spec);
  const [first] = reports.of(spec.containerId);
  // A daemon that itself runs with less cannot give all: its refusal shows that it was asked.
  if (first?.type === 'start-failed') return assert.match(first.reason, /unable to apply caps/);
  const [line = ''] = await textOf(engine.logs(spec.containerId, undefined));
  assert.match(line, /CapEff:\s0{6}[0-9a-f]{2}f{8}$/);
});

dockerTest('memory, swap and CPU shares are what Docker was told', async ({ engine, script }) => {
  const spec = script('sleep 60', {
    milliVcpu: 2500,
    memoryMib: 32,
    linuxParameters: { maxSwap: 8, swappiness: 10 },
  });
  await engine.start(spec);
  const told = JSON.parse(
    await docker('inspect', '--format', '{{json .HostConfig}}', containerName(spec.containerId)),
  ) as Record<string, unknown>;
  assert.equal(told['CpuShares'], 2560);
  assert.equal(told['Memory'], 32 * 1024 * 1024);
  assert.equal(told['NetworkMode'], 'host');
  assert.ok(
    [40 * 1024 * 1024, -1, 0].includes(told['MemorySwap'] as number),
    `memory and swap: ${String(told['MemorySwap'])}`,
  );
});

dockerTest('people find containers by their labels', async ({ engine, script }) => {
  const spec = script('sleep 60', { labels: { 'longshore.job-name': 'rainbow' } });
  await engine.start(spec);
  const found = await docker(
    'ps',
    '--filter',
    'label=longshore.job-name=rainbow',
    '--filter',
    `label=longshore.instance=${mark}`,
    '--format',
    '{{.Names}}',
  );
  assert.equal(found, containerName(spec.containerId));
});

dockerTest(
  'a path of the host is bound, made where it is missing, and kept',
  async ({ script, outputOf }) => {
    const directory = mkdtempSync(join(tmpdir(), 'longshore-bind-'));
    try {
      writeFileSync(join(directory, 'in'), 'from the host\n');
      const volumes = [
        { name: 'data', host: { sourcePath: directory } },
        { name: 'new', host: { sourcePath: join(directory, 'made') } },
      ];
      const mountPoints = [
        { sourceVolume: 'data', containerPath: '/data', readOnly: true },
        { sourceVolume: 'new', containerPath: '/new' },
      ];
      const lines = await outputOf(
        script('cat /data/in; touch /data/x 2>/dev/null || echo refused; echo out > /new/out', {
          volumes,
          mountPoints,
        }),
      );
      assert.deepEqual(lines, ['from the host', 'refused']);
      assert.equal(readFileSync(join(directory, 'made', 'out'), 'utf8'), 'out\n');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
);

dockerTest(
  'a volume without a path is the attempt’s own and goes with it',
  async ({ engine, reports, script }) => {
    const before = (await docker('volume', 'ls', '-q')).split('\n');
    const volumes = [{ name: 'one' }, { name: 'shared', host: {} }];
    const mountPoints = [
      { sourceVolume: 'one', containerPath: '/one' },
      { sourceVolume: 'shared', containerPath: '/a' },
      { sourceVolume: 'shared', containerPath: '/b', readOnly: true },
    ];
    const spec = script(
      'echo 1 > /one/x; echo 2 > /a/x; cat /b/x; touch /b/y 2>/dev/null || echo refused',
      { volumes, mountPoints },
    );
    await engine.start(spec);
    await reports.exited(spec.containerId);
    const made = (
      await docker(
        'ps',
        '-a',
        '--filter',
        `name=${containerName(spec.containerId)}`,
        '--format',
        '{{.Mounts}}',
      )
    ).split(',');
    assert.equal(new Set(made).size, 2, made.join());
    assert.equal(await docker('logs', containerName(spec.containerId)), '2\nrefused');
    await engine.remove(spec.containerId);
    const left = (await docker('volume', 'ls', '-q'))
      .split('\n')
      .filter((name) => !before.includes(name));
    assert.deepEqual(
      left.filter((name) => name.includes(spec.containerId)),
      [],
    );
  },
);

dockerTest(
  'the image’s own entrypoint stays, and its command where the job has none',
  async ({ spec, outputOf }) => {
    const image = `longshore-entrypoint-${process.pid}`;
    const container = await docker('create', testImage(), 'true');
    try {
      await docker(
        'commit',
        '--change',
        'ENTRYPOINT ["echo","entry"]',
        '--change',
        'CMD ["default"]',
        container,
        image,
      );
      assert.deepEqual(await outputOf(spec({ image })), ['entry default']);
      assert.deepEqual(await outputOf(spec({ image, command: ['given', 'words'] })), [
        'entry given words',
      ]);
    } finally {
      await docker('rm', container);
      await docker('rmi', '-f', image);
    }
  },
);

dockerTest(
  'an image that cannot be had ends the attempt in ECS’s words, and many ask once',
  async ({ engine, reports, spec }) => {
    // Port 9 is nobody's: the daemon answers at once, with or without a network.
    const specs = Array.from({ length: 8 }, () => spec({ image: '127.0.0.1:9/no/such:image' }));
    await Promise.all(specs.map((one) => engine.start(one)));
    for (const one of specs) {
      const [report, ...more] = reports.of(one.containerId);
      assert.deepEqual(more, []);
      assert.ok(report?.type === 'start-failed');
      assert.match(
        report.reason,
        /^CannotPullContainerError: Error response from daemon: .*127\.0\.0\.1:9/,
      );
    }
  },
);

dockerTest(
  'what Docker will not create or start is told in ECS’s words, and nothing is left',
  async ({ engine, reports, spec }) => {
    const cases: [Parameters<typeof spec>[0], RegExp][] = [
      [
        { command: ['/no/such/program'] },
        /^CannotStartContainerError: Error response from daemon: .*no such file or directory/,
      ],
      [
        { command: ['true'], user: 'nobody-of-that-name' },
        /^CannotStartContainerError: Error response from daemon: .*nobody-of-that-name/,
      ],
      [
        { command: ['true'], linuxParameters: { devices: [{ hostPath: '/dev/no-such' }] } },
        /^CannotStartContainerError: .*no-such/,
      ],
      [
        { command: ['no-such-program'] },
        /^CannotStartContainerError: Error response from daemon: .*executable file not found in \$PATH/,
      ],
      [
        { command: ['true'], image: 'Not A Name' },
        /^CannotPullContainerError: invalid reference format/,
      ],
      [
        { command: ['true'], image: 'UPPER' },
        /^CannotPullContainerError: invalid reference format: repository name \(library\/UPPER\) must be lowercase$/,
      ],
      [
        { command: ['true'], image: `127.0.0.1:9/no@sha256:${'0'.repeat(64)}` },
        /^CannotPullContainerError: Error response from daemon: /,
      ],
      [
        { command: ['true'], ulimits: [{ name: 'no-such', softLimit: 1, hardLimit: 1 }] },
        /^CannotStartContainerError: Error response from daemon: .*rlimit/,
      ],
      [
        { command: ['true'], logConfiguration: { logDriver: 'no-such-driver' as 'json-file' } },
        /^Cannot(Create|Start)ContainerError: Error response from daemon: .*no-such-driver/,
      ],
      [
        {
          command: ['true'],
          volumes: [{ name: 'v' }],
          mountPoints: [{ sourceVolume: 'v', containerPath: '/' }],
        },
        /^CannotCreateContainerError: Error response from daemon: .*'\/'$/,
      ],
      [
        {
          command: ['true'],
          volumes: [{ name: 'v', host: { sourcePath: '/dev/null/x' } }],
          mountPoints: [{ sourceVolume: 'v', containerPath: '/x' }],
        },
        /^CannotStartContainerError: Error response from daemon: .*\/dev\/null/,
      ],
      [
        {
          command: ['true'],
          logConfiguration: { logDriver: 'json-file', options: { 'no-such-option': '1' } },
        },
        /^CannotCreateContainerError: .*no-such-option/,
      ],
      [
        {
          command: ['true'],
          volumes: [
            {
              name: 'v',
              efsVolumeConfiguration: { fileSystemId: 'fs-1', transitEncryption: 'ENABLED' },
            },
          ],
        },
        /^ResourceInitializationError: /,
      ],
    ];
    for (const [facts, expected] of cases) {
      const one = spec(facts);
      await engine.start(one);
      const [report, ...more] = reports.of(one.containerId);
      assert.deepEqual(more, []);
      assert.ok(report?.type === 'start-failed', JSON.stringify([report, facts]));
      assert.match(report.reason, expected);
      assert.equal(
        await docker('ps', '-aq', '--filter', `name=${containerName(one.containerId)}`),
        '',
      );
    }
  },
);

dockerTest(
  'another log driver is handed to Docker, and its output is not ours',
  async ({ engine, script, outputOf }) => {
    const spec = script('echo elsewhere', {
      logConfiguration: { logDriver: 'json-file', options: { 'max-size': '1m', tag: 'x' } },
    });
    assert.deepEqual(await outputOf(spec), []);
    const told = JSON.parse(
      await docker(
        'inspect',
        '--format',
        '{{json .HostConfig.LogConfig}}',
        containerName(spec.containerId),
      ),
    ) as unknown;
    assert.deepEqual(told, { Type: 'json-file', Config: { 'max-size': '1m', tag: 'x' } });
    assert.equal((await engine.inspect(spec.containerId))?.state, 'exited');
  },
);

dockerTest(
  'jobs may have a network of their own',
  async ({ script, outputOf }) => {
    assert.deepEqual(await outputOf(script('ls /sys/class/net | grep -c eth0')), ['1']);
  },
  { jobNetwork: 'bridge' },
  spawnSync('docker', ['network', 'inspect', 'bridge']).status === 0
    ? false
    : 'this Docker engine was started without its default bridge',
);
