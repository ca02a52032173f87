// The process engine where processes die: servers, launchers and jobs, killed without a word. And
// what is the launcher's alone: one a directory, whatever the directory's length, and nothing left
// behind.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import type { ContainerId } from '../../base/ids.ts';
import { newAttempt, plainSpec } from '../../../test/house/contract/engine-contract.ts';
import { nodesOf } from '../../../test/house/contract/network-contract.ts';
import {
  bounded,
  ReportRecorder,
  textOf,
  until,
} from '../../../test/house/contract/report-recorder.ts';
import type { ContainerSpec, EngineReport } from '../../port/engine.ts';
import { LauncherClient } from './launcher-client.ts';
import { ProcessEngine } from './process-engine.ts';
import { paths, recordOf, type ToLauncher } from './protocol.ts';

const root = mkdtempSync(join(tmpdir(), 'longshore-launcher-'));
after(() => rmSync(root, { recursive: true, force: true }));
const timeout = 120_000;

interface Opened {
  readonly engine: ProcessEngine;
  readonly reports: ReportRecorder;
}

class Scene {
  readonly directory: string;
  readonly #ids = new Set<ContainerId>();
  readonly #engines: ProcessEngine[] = [];

  constructor(context: TestContext, directory = mkdtempSync(join(root, 'd-'))) {
    this.directory = directory;
    context.after(() => this.#end());
  }

  async open(): Promise<Opened> {
    const engine = new ProcessEngine({ directory: this.directory });
    const reports = new ReportRecorder();
    await engine.open(reports.take);
    this.#engines.push(engine);
    return { engine, reports };
  }

  spec(script: string, facts: Partial<ContainerSpec> = {}): ContainerSpec {
    const spec = plainSpec(newAttempt(), { command: ['sh', '-c', script], ...facts });
    this.#ids.add(spec.containerId);
    return spec;
  }

  async launcherPid(): Promise<number> {
    const client = await LauncherClient.connect(this.directory, {
      onMessage: () => {},
      onClose: () => {},
    });
    await client.close();
    return client.hello.pid;
  }

  async #end(): Promise<void> {
    const { engine } = await this.open();
    for (const { containerId } of await engine.list()) await engine.remove(containerId);
    const pid = await this.launcherPid();
    for (const one of this.#engines) await one.close();
    await until('the launcher has ended', () => !lives(pid));
    assert.deepEqual(readdirSync(join(this.directory, 'output')), []);
  }
}

/** An ended process that nobody has asked for its exit code is none. */
function lives(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    if (existsSync('/proc/self')) return false;
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const types = (reports: readonly EngineReport[]): string[] => reports.map((report) => report.type);

/** The number that a job prints as its first line. */
async function printedPid(engine: ProcessEngine, id: ContainerId): Promise<number> {
  for await (const batch of bounded(engine.logs(id, undefined))) {
    const [line] = batch.lines;
    if (line) return Number(Buffer.from(line.message).toString());
  }
  throw new Error('it printed nothing');
}

test(
  'process: jobs go on through the kill of their server, and nothing of them is lost or run twice',
  { timeout },
  async (context) => {
    const scene = new Scene(context);
    const specs = Array.from({ length: 6 }, (_, index) =>
      scene.spec(
        `echo begun; read line < /dev/null; sleep ${index % 2 === 0 ? 0.05 : 1}; echo ended; exit ${index}`,
      ),
    );
    const server = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
    import { ProcessEngine } from ${JSON.stringify(new URL('./process-engine.ts', import.meta.url).href)};
    const engine = new ProcessEngine({ directory: ${JSON.stringify(scene.directory)} });
    await engine.open(() => {});
    await Promise.all(${JSON.stringify(specs)}.map((spec) => engine.start(spec)));
    process.stdout.write('started');
  `,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise<void>((resolve, reject) => {
      server.stdout.once('data', () => resolve());
      server.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
    });
    const killed = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await killed;

    const { engine, reports } = await scene.open();
    assert.equal((await engine.list()).length, specs.length);
    await Promise.all(specs.map((spec) => engine.start(spec)));
    for (const [index, spec] of specs.entries()) {
      assert.equal((await reports.exited(spec.containerId)).exit.exitCode, index);
      assert.deepEqual(types(reports.of(spec.containerId)), ['started', 'exited']);
      assert.deepEqual(await textOf(engine.logs(spec.containerId, undefined)), ['begun', 'ended']);
    }
  },
);

test(
  'process: the grace time of a stop runs on without the server',
  { timeout },
  async (context) => {
    const scene = new Scene(context);
    const first = await scene.open();
    const spec = scene.spec(`trap '' TERM; echo $$; sleep 60 & wait; sleep 60`);
    await first.engine.start(spec);
    await printedPid(first.engine, spec.containerId);
    await first.engine.stop(spec.containerId, 300);
    await first.engine.close();
    const { reports } = await scene.open();
    assert.equal((await reports.exited(spec.containerId)).exit.exitCode, 137);
  },
);

test(
  'process: with a killed launcher its attempts are lost, their processes end, and the next launcher serves',
  { timeout },
  async (context) => {
    const scene = new Scene(context);
    const { engine, reports } = await scene.open();
    const ended = scene.spec('echo before; exit 7');
    await engine.start(ended);
    await reports.exited(ended.containerId);
    const running = scene.spec(`trap '' TERM; echo $$; sleep 60 & wait; sleep 60`);
    await engine.start(running);
    const jobPid = await printedPid(engine, running.containerId);
    process.kill(await scene.launcherPid(), 'SIGKILL');

    const lost = await reports.first(running.containerId, 'lost');
    assert.match(lost.reason, /launcher/);
    await until('the job has ended', () => !lives(jobPid));
    assert.deepEqual(types(reports.of(running.containerId)), ['started', 'lost']);
    assert.deepEqual(
      types(reports.of(ended.containerId)),
      ['started', 'exited'],
      'a known end stays',
    );
    assert.deepEqual(
      await textOf(engine.logs(running.containerId, undefined)),
      [String(jobPid)],
      'its output can still be read',
    );
    await engine.start(running);
    assert.equal(
      (await engine.inspect(running.containerId))?.state,
      'exited',
      'a lost attempt is not started again',
    );

    const next = scene.spec('exit 9');
    await engine.start(next);
    assert.equal((await reports.exited(next.containerId)).exit.exitCode, 9);
  },
);

test(
  'process: a lost node keeps its address from others until it is removed',
  { timeout, skip: process.platform === 'linux' ? false : 'all nodes share one address' },
  async (context) => {
    const scene = new Scene(context);
    const { engine, reports } = await scene.open();
    const [main] = nodesOf(2, () => scene.spec('sleep 60')) as [ContainerSpec];
    await engine.start(main);
    const { address } = await reports.first(main.containerId, 'started');
    process.kill(await scene.launcherPid(), 'SIGKILL');
    await reports.first(main.containerId, 'lost');
    assert.equal((await engine.inspect(main.containerId))?.address, address);
    const next = await scene.open();
    assert.deepEqual([...next.engine.networks()], [...engine.networks()]);
    assert.deepEqual([...engine.networks().keys()], [main.containerId]);
    for (const one of [engine, next.engine]) await one.remove(main.containerId);
    assert.deepEqual([...engine.networks(), ...next.engine.networks()], []);
  },
);

test(
  'process: what a job leaves in the background ends with it, and its output is complete',
  { timeout },
  async (context) => {
    const scene = new Scene(context);
    const { engine, reports } = await scene.open();
    const spec = scene.spec(`sleep 60 & echo $!; exit 3`);
    await engine.start(spec);
    assert.equal((await reports.exited(spec.containerId)).exit.exitCode, 3);
    const [pid] = await textOf(engine.logs(spec.containerId, undefined));
    await until('the background process has ended', () => !lives(Number(pid)));
  },
);

test(
  'process: each attempt has an empty directory of its own, and nothing of it stays',
  { timeout },
  async (context) => {
    const scene = new Scene(context);
    const { engine, reports } = await scene.open();
    for (let round = 0; round < 3; round++) {
      const spec = scene.spec(
        '[ "$PWD" -ef "$HOME" ] || exit 2; ls -A; mkdir deep; echo x > deep/file',
      );
      await engine.start(spec);
      assert.equal((await reports.exited(spec.containerId)).exit.exitCode, 0);
      assert.deepEqual(await textOf(engine.logs(spec.containerId, undefined)), []);
    }
    await until(
      'working directories are gone',
      () => readdirSync(join(scene.directory, 'work')).length === 0,
    );
  },
);

test('process: a directory may have a path of any length', { timeout }, async (context) => {
  const scene = new Scene(
    context,
    join(mkdtempSync(join(root, 'd-')), 'x'.repeat(120), 'y'.repeat(120)),
  );
  const { engine, reports } = await scene.open();
  const spec = scene.spec('echo far');
  await engine.start(spec);
  await reports.exited(spec.containerId);
  assert.deepEqual(await textOf(engine.logs(spec.containerId, undefined)), ['far']);
  const socket = recordOf(readFileSync(join(scene.directory, 'launcher.socket'), 'utf8')).socket;
  assert.ok(Buffer.byteLength(socket) <= 100);
  context.after(() => assert.ok(!existsSync(socket), 'the socket is gone with the launcher'));
});

test(
  'process: engines that open one directory at once share one launcher',
  { timeout },
  async (context) => {
    const scene = new Scene(context);
    const [first, second] = await Promise.all([scene.open(), scene.open()]);
    const spec = scene.spec('exit 4');
    await Promise.all([first.engine.start(spec), second.engine.start(spec)]);
    for (const { reports } of [first, second]) {
      assert.equal((await reports.exited(spec.containerId)).exit.exitCode, 4);
      assert.deepEqual(types(reports.of(spec.containerId)), ['started', 'exited']);
    }
  },
);

test(
  'process: a hundred thousand lines hold neither the loop nor much memory',
  { timeout },
  async (context) => {
    const scene = new Scene(context);
    const { engine } = await scene.open();
    const spec = scene.spec(`seq 1 100000`);
    await engine.start(spec);
    let lines = 0;
    let longestMs = 0;
    let last = performance.now();
    const ticks = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 1);
    for await (const batch of bounded(engine.logs(spec.containerId, undefined))) {
      assert.ok(batch.lines.length <= 1000);
      for (const line of batch.lines)
        if (Number(Buffer.from(line.message).toString()) !== ++lines) assert.fail(`line ${lines}`);
    }
    clearInterval(ticks);
    assert.equal(lines, 100_000);
    context.diagnostic(`longest hold of the loop: ${longestMs.toFixed(1)} ms`);
  },
);

test(
  'process: a job runs as its user',
  { timeout, skip: process.getuid?.() === 0 ? false : 'needs root' },
  async (context) => {
    const scene = new Scene(context);
    const { engine, reports } = await scene.open();
    for (const [user, expected] of [
      ['nobody', '65534'],
      ['65534:0', '65534'],
      ['root', '0'],
    ] as const) {
      const spec = scene.spec('id -u; echo x > file', { user });
      await engine.start(spec);
      assert.equal((await reports.exited(spec.containerId)).exit.exitCode, 0);
      assert.deepEqual(await textOf(engine.logs(spec.containerId, undefined)), [expected]);
    }
  },
);

test(
  'process: a stop that comes before the launcher got to the start makes sure that nothing starts',
  { timeout },
  async (context) => {
    const scene = new Scene(context);
    const { engine, reports } = await scene.open();
    const marker = join(scene.directory, 'ran');
    const spec = scene.spec(`touch ${marker}`);
    const starting = engine.start(spec);
    await engine.stop(spec.containerId, 0);
    await starting;
    assert.equal(
      (await reports.first(spec.containerId, 'start-failed')).reason,
      'stopped before it started',
    );
    assert.equal(await engine.inspect(spec.containerId), undefined);
    // One that comes later still, as from the connection of a server that is no more.
    await engine.start(spec);
    assert.deepEqual(
      [...new Set(reports.of(spec.containerId).map(({ type }) => type))],
      ['start-failed'],
    );
    assert.ok(!existsSync(marker));
  },
);

test(
  'process: a start that waits in the connection of a server that died is told as what becomes of it',
  { timeout },
  async (context) => {
    for (const seconds of [0, 60]) {
      const scene = new Scene(context);
      await scene.open();
      const pid = await scene.launcherPid();
      const marker = join(scene.directory, 'ran');
      const spec = scene.spec(`touch ${marker}; sleep ${seconds}`);
      const dying = connect(
        recordOf(readFileSync(paths(scene.directory).socketRecord, 'utf8')).socket,
      );
      await once(dying, 'data');
      process.kill(pid, 'SIGSTOP');
      const limits = { memoryMib: 64, swapMib: 0, cpuShares: 512 };
      const start: ToLauncher = {
        op: 'start',
        call: 1,
        request: {
          id: spec.containerId,
          argv: spec.command,
          environment: { PATH: process.env['PATH'] ?? '' },
          limits,
        },
      };
      await new Promise<void>((resolve) =>
        dying.write(`${JSON.stringify(start)}\n`, () => resolve()),
      );
      dying.destroy();
      const opening = scene.open();
      process.kill(pid, 'SIGCONT');
      const { engine, reports } = await opening;
      await engine.stop(spec.containerId, 10_000);
      const end = (): string | undefined =>
        reports.of(spec.containerId).find(({ type }) => type !== 'started')?.type;
      await until(
        'its end is told, or it is not known',
        async () => end() !== undefined || (await engine.inspect(spec.containerId)) === undefined,
      );
      assert.ok(
        end() === 'exited' || !existsSync(marker),
        'what ran is not said not to have started',
      );
    }
  },
);
