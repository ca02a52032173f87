// What Docker does to attempts behind the engine's back: events that are lost, daemons that go
// away, people with the docker command, other servers on the same daemon. And output, over all of
// that.

import assert from 'node:assert/strict';
import type { LogBatch } from '../../port/engine.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import {
  bounded,
  linesOf,
  ReportRecorder,
  textOf,
  until,
} from '../../../test/house/contract/report-recorder.ts';
import { containerLogs } from './container-logs.ts';
import { containerName } from './container-mapping.ts';
import { DockerClient } from './docker-client.ts';
import { dockerEndpoint } from './docker-endpoint.ts';
import { cuttableSocket, docker, dockerTest, mark, newEngine } from '../../../test/house/docker.ts';
import { testImage } from '../../../test/house/image.ts';
import { dockerPieceBytes } from './log-lines.ts';

const types = (reports: readonly { readonly type: string }[]): string[] =>
  reports.map((report) => report.type);

dockerTest(
  'what ends while the daemon cannot be reached is told when it is back, and output loses nothing',
  async ({ spec }) => {
    const socket = await cuttableSocket();
    const engine = newEngine({ environment: { DOCKER_HOST: socket.host } });
    const reports = new ReportRecorder();
    try {
      await engine.open(reports.take);
      const job = spec({
        command: ['sh', '-c', 'for i in $(seq 1 30); do echo $i; sleep 0.05; done; exit 3'],
      });
      await engine.start(job);
      const whole = textOf(engine.logs(job.containerId, undefined));
      await socket.cut();
      await assert.rejects(engine.list(), EngineUnavailable);
      await assert.rejects(engine.start(spec({ command: ['true'] })), EngineUnavailable);
      await until(
        'the container ended',
        async () =>
          (await docker(
            'inspect',
            '--format',
            '{{.State.Status}}',
            containerName(job.containerId),
          )) === 'exited',
      );
      assert.deepEqual(types(reports.of(job.containerId)), ['started']);
      await socket.mend();
      assert.equal((await reports.exited(job.containerId)).exit.exitCode, 3);
      assert.deepEqual(
        await whole,
        Array.from({ length: 30 }, (_, index) => String(index + 1)),
      );
      assert.deepEqual(types(reports.of(job.containerId)), ['started', 'exited']);
    } finally {
      await engine.close();
      await socket.close();
    }
  },
);

dockerTest('a container deleted while the daemon cannot be reached is lost', async ({ spec }) => {
  const socket = await cuttableSocket();
  const engine = newEngine({ environment: { DOCKER_HOST: socket.host } });
  const reports = new ReportRecorder();
  try {
    await engine.open(reports.take);
    const job = spec({ command: ['sleep', '60'] });
    await engine.start(job);
    await socket.cut();
    await docker('rm', '-f', containerName(job.containerId));
    await socket.mend();
    await reports.first(job.containerId, 'lost');
    assert.deepEqual(await textOf(engine.logs(job.containerId, undefined)), []);
  } finally {
    await engine.close();
    await socket.close();
  }
});

dockerTest(
  'a container that somebody kills and deletes has exited, and its output ends',
  async ({ engine, reports, spec }) => {
    const job = spec({ command: ['sleep', '60'] });
    await engine.start(job);
    const whole = textOf(engine.logs(job.containerId, undefined));
    await docker('rm', '-f', containerName(job.containerId));
    const { exit } = await reports.exited(job.containerId);
    assert.equal(exit.exitCode, 137);
    assert.equal(exit.outOfMemory, false);
    assert.deepEqual(await whole, []);
    assert.deepEqual(types(reports.of(job.containerId)), ['started', 'exited']);
  },
);

dockerTest(
  'a container that was created and not started is listed, started by its start, and never by itself',
  async ({ engine, reports, script }) => {
    const [wanted, unwanted] = [script('echo ran'), script('echo ran')];
    for (const job of [wanted, unwanted]) {
      await docker(
        'create',
        '--network',
        'host',
        '--name',
        containerName(job.containerId),
        '--label',
        `longshore.attempt=${job.containerId}`,
        '--label',
        `longshore.instance=${mark}`,
        '--label',
        'longshore.output=kept',
        testImage(),
        'sh',
        '-c',
        'echo ran',
      );
    }
    assert.equal(
      (await engine.list()).find((one) => one.containerId === wanted.containerId)?.state,
      'created',
    );
    await engine.start(wanted);
    assert.equal((await reports.exited(wanted.containerId)).exit.exitCode, 0);
    assert.deepEqual(await textOf(engine.logs(wanted.containerId, undefined)), ['ran']);
    await engine.stop(unwanted.containerId, 1000);
    await reports.first(unwanted.containerId, 'start-failed');
    assert.equal(await engine.inspect(unwanted.containerId), undefined);
  },
);

dockerTest(
  'a stop that comes while it is being started wins',
  async ({ engine, reports, spec }) => {
    const job = spec({ command: ['sleep', '60'] });
    const starting = engine.start(job);
    await engine.stop(job.containerId, 1000);
    await starting;
    const last = (): string | undefined => reports.of(job.containerId).at(-1)?.type;
    await until('it ended or never ran', () => last() === 'exited' || last() === 'start-failed');
  },
);

dockerTest(
  'two servers on one daemon leave each other alone',
  async ({ engine, reports, spec }) => {
    const other = newEngine({ mark: `${mark}-other` });
    const otherReports = new ReportRecorder();
    await other.open(otherReports.take);
    try {
      const job = spec({ command: ['true'] });
      await engine.start(job);
      await reports.exited(job.containerId);
      assert.deepEqual(await other.list(), []);
      assert.equal(await other.inspect(job.containerId), undefined);
      await other.stop(job.containerId, 0);
      await other.remove(job.containerId);
      assert.equal((await engine.inspect(job.containerId))?.state, 'exited');
      assert.deepEqual(otherReports.all, []);
    } finally {
      await other.close();
    }
  },
);

dockerTest(
  'a second engine of the same server sees ends and carries on with output, without loss or repeats',
  async ({ engine, script }) => {
    const job = script('for i in $(seq 1 60); do echo out $i; echo err $i >&2; sleep 0.03; done');
    await engine.start(job);
    const first: LogBatch[] = [];
    for await (const batch of bounded(engine.logs(job.containerId, undefined))) {
      first.push(batch);
      if (linesOf(first).length >= 30) break;
    }
    await engine.close();
    const reports = new ReportRecorder();
    const next = newEngine();
    await next.open(reports.take);
    try {
      assert.equal((await reports.exited(job.containerId)).exit.exitCode, 0);
      const lines = [
        ...linesOf(first),
        ...(await textOf(next.logs(job.containerId, first.at(-1)?.position))),
      ];
      for (const stream of ['out', 'err']) {
        assert.deepEqual(
          lines.filter((line) => line.startsWith(stream)),
          Array.from({ length: 60 }, (_, index) => `${stream} ${index + 1}`),
        );
      }
      await next.remove(job.containerId);
    } finally {
      await next.close();
    }
  },
);

dockerTest(
  'lines of any length arrive whole: at the edges of Docker’s pieces, and a megabyte with characters across them',
  async ({ script, outputOf }) => {
    const lengths = [16_383, 16_384, 16_385, 32_767, 32_768, 32_769];
    const edges = await outputOf(
      script(lengths.map((length) => `head -c ${length} /dev/zero | tr '\\0' x; echo`).join('; ')),
    );
    assert.deepEqual(
      edges.map((line) => line.length),
      lengths,
    );
    const long = await outputOf(
      script(`printf a; yes é | head -n 500000 | tr -d '\\n'; echo; echo after`),
    );
    assert.deepEqual(long, [`a${'é'.repeat(500_000)}`, 'after']);
  },
);

dockerTest(
  'a reader that is slower than the writer loses nothing when the log changes files',
  async ({ spec }) => {
    const job = spec({});
    const container = containerName(job.containerId);
    const count = 100_000;
    const labels = [`longshore.attempt=${job.containerId}`, `longshore.instance=${mark}`].flatMap(
      (label) => ['--label', label],
    );
    const logOptions = ['max-size=2m', 'max-file=100', 'compress=false'].flatMap((option) => [
      '--log-opt',
      option,
    ]);
    const program = `BEGIN { for (i = 0; i < ${count}; i++) print i, "................................................................" }`;
    await docker(
      'run',
      '-d',
      '--network',
      'host',
      '--name',
      container,
      ...labels,
      '--log-driver',
      'local',
      ...logOptions,
      testImage(),
      'awk',
      program,
    );
    const client = new DockerClient(dockerEndpoint(process.env));
    await client.negotiate();
    const logs = containerLogs(
      {
        client,
        container,
        pieceBytes: dockerPieceBytes,
        now: Date.now,
        fileBytes: 2 * 1024 * 1024,
        state: async () =>
          (await docker('inspect', '--format', '{{.State.Running}}', container)) === 'true'
            ? 'running'
            : 'ended',
        again: () => new Promise((resolve) => setTimeout(resolve, 50)),
        signal: new AbortController().signal,
      },
      undefined,
    );
    let next = 0;
    for await (const batch of logs) {
      for (const line of batch.lines)
        assert.equal(Number.parseInt(Buffer.from(line.message).toString(), 10), next++);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.close();
    assert.equal(next, count);
  },
);

dockerTest('the daemon’s stop respects the image’s signal', async ({ engine, reports, spec }) => {
  const image = `longshore-stopsignal-${process.pid}`;
  const container = await docker('create', '--stop-signal', 'SIGUSR1', testImage(), 'true');
  try {
    await docker('commit', container, image);
    const job = spec({
      image,
      command: [
        'sh',
        '-c',
        'trap "echo usr1; exit 9" USR1; echo ready; while :; do sleep 0.05; done',
      ],
    });
    await engine.start(job);
    for await (const batch of bounded(engine.logs(job.containerId, undefined)))
      if (batch.lines.length > 0) break;
    await engine.stop(job.containerId, 30_000);
    assert.equal((await reports.exited(job.containerId)).exit.exitCode, 9);
  } finally {
    await docker('rm', container);
    await docker('rmi', '-f', image);
  }
});
