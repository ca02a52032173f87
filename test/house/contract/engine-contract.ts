// What every engine must do, as one suite: run it from an engine's own test file. It knows the port
// alone; where engines differ by nature the difference is declared, never detected. Tests wait for
// reports, bounded, and leave nothing behind.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { containerId, type ContainerId } from '../../../src/base/ids.ts';
import type {
  ContainerSpec,
  Engine,
  EngineReport,
  LogBatch,
  LogPosition,
} from '../../../src/port/engine.ts';
import { bounded, linesOf, ReportRecorder, textOf } from './report-recorder.ts';

/**
 * What a job of the suite does; each engine is told in its own way (`shellCommand` for those that
 * run commands).
 */
export interface Behaviour {
  /** Printed at the start, a line each. */
  readonly lines?: readonly string[];
  /** How long it runs after that. Absent: it ends at once. */
  readonly milliseconds?: number;
  readonly exitCode?: number;
  /** It does not end by SIGTERM. */
  readonly ignoresStop?: boolean;
  /** It cannot be started: its program is not there. */
  readonly cannotStart?: boolean;
}

export interface EngineContract {
  readonly name: string;
  /** Why the suite cannot run here; reported with every test. */
  readonly skip?: string | undefined;
  /** A new engine object, not yet open, over the same machine as the ones before it. */
  readonly create: () => Engine;
  /** A spec whose attempt behaves so. */
  readonly spec: (id: ContainerId, behaviour: Behaviour) => ContainerSpec;
  /**
   * Commands are really run by a shell: environment, both output streams, raw bytes and limits can
   * be seen.
   */
  readonly runsCommands: boolean;
  /** Exceeding memoryMib kills. A text says why that cannot be shown on this machine. */
  readonly limitsMemory: true | string;
  /** Why it cannot set ulimits; absent: it sets them. */
  readonly noUlimits?: string | undefined;
  /** Of a line that ends with carriage returns the last is dropped. */
  readonly dropsReturns?: true | undefined;
  /** Of its times; absent: a millisecond. */
  readonly timesOfMs?: number | undefined;
  /** Runs before and after the suite: images, directories. */
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

/**
 * The behaviour as a command of any POSIX shell. As process 1 of a container it still heeds
 * SIGTERM.
 */
export function shellCommand(behaviour: Behaviour): string[] {
  if (behaviour.cannotStart) return ['/no/such/program'];
  const script = [
    behaviour.ignoresStop ? `trap '' TERM` : `trap 'kill $! 2>/dev/null; exit 143' TERM`,
  ];
  for (const line of behaviour.lines ?? [])
    script.push(`printf '%s\\n' '${line.replaceAll("'", `'\\''`)}'`);
  if (behaviour.milliseconds !== undefined) {
    // A shell runs its trap only after a child in the foreground has ended, but at once in `wait`.
    // Where the whole group gets the signal, sleep may end before the shell has heard of it; shells
    // also say 'Terminated' then.
    script.push('exec 2>/dev/null', `sleep ${behaviour.milliseconds / 1000} & wait $! || exit $?`);
  }
  script.push(`exit ${behaviour.exitCode ?? 0}`);
  return ['sh', '-c', script.join('\n')];
}

/** The least that an engine is told; the suite and engines' own tests lay the rest over it. */
export const plainSpec = (id: ContainerId, facts: Partial<ContainerSpec> = {}): ContainerSpec => ({
  containerId: id,
  image: 'busybox',
  command: [],
  environment: [],
  milliVcpu: 500,
  memoryMib: 64,
  gpus: 0,
  region: 'us-east-1',
  labels: { 'longshore.job': 'contract' },
  ...facts,
});

export const newAttempt = (): ContainerId => containerId(randomBytes(16).toString('hex'));

/**
 * Long enough that a job is surely still running when it is looked at; nothing waits for its end.
 */
const long = 60_000;

export function engineContract(contract: EngineContract): void {
  const { name } = contract;
  const skip = contract.skip ?? false;
  const made = new Set<ContainerId>();

  const fresh = (): ContainerId => {
    const id = newAttempt();
    made.add(id);
    return id;
  };
  const behaving = (behaviour: Behaviour): ContainerSpec => contract.spec(fresh(), behaviour);
  const script = (text: string, facts: Partial<ContainerSpec> = {}): ContainerSpec => ({
    ...contract.spec(fresh(), {}),
    command: ['sh', '-c', text],
    ...facts,
  });

  if (!skip) {
    before(() => contract.before?.());
    after(() => contract.after?.());
  }

  const withEngine = (
    title: string,
    body: (engine: Engine, reports: ReportRecorder) => Promise<void>,
    skipped: string | false = skip,
  ): void => {
    test(`${name}: ${title}`, { skip: skipped, timeout: 120_000 }, async () => {
      const reports = new ReportRecorder();
      const engine = contract.create();
      await engine.open(reports.take);
      try {
        await body(engine, reports);
      } finally {
        for (const id of made) await engine.remove(id);
        made.clear();
        await engine.close();
      }
    });
  };
  const onlyCommands = (
    title: string,
    body: (engine: Engine, reports: ReportRecorder) => Promise<void>,
  ): void => {
    if (contract.runsCommands) withEngine(title, body);
  };
  /** Runs to the end and returns what was printed. */
  const outputOf = async (
    engine: Engine,
    reports: ReportRecorder,
    spec: ContainerSpec,
  ): Promise<string[]> => {
    await engine.start(spec);
    const lines = await textOf(engine.logs(spec.containerId, undefined));
    await reports.exited(spec.containerId);
    return lines;
  };

  test(`${name}: opening tells what the engine is`, { skip }, async () => {
    const engine = contract.create();
    const capabilities = await engine.open(() => {});
    assert.match(capabilities.kind, /^(docker|process|fake|kubernetes)$/);
    assert.notEqual(capabilities.version, '');
    await engine.close();
  });

  withEngine(
    'an attempt starts, ends, is known until it is removed, and then is not',
    async (engine, reports) => {
      const spec = behaving({ lines: ['once'] });
      const beforeMs = Date.now();
      assert.equal(await engine.inspect(spec.containerId), undefined);
      await engine.start(spec);
      assert.equal(
        reports.of(spec.containerId)[0]?.type,
        'started',
        'start resolves after the report of it',
      );
      const exited = await reports.exited(spec.containerId);
      const started = reports.of(spec.containerId)[0] as EngineReport;
      assert.deepEqual(exited.exit, {
        exitCode: 0,
        outOfMemory: false,
        ...(exited.exit.reason === undefined ? {} : { reason: exited.exit.reason }),
      });
      assert.ok(
        Number.isInteger(started.atMs) && Number.isInteger(exited.atMs),
        'times are whole milliseconds',
      );
      assert.ok(
        beforeMs - 1000 <= started.atMs &&
          started.atMs <= exited.atMs &&
          exited.atMs <= Date.now() + 1000,
      );
      const listed = (await engine.list()).find((one) => one.containerId === spec.containerId);
      assert.equal(listed?.state, 'exited');
      assert.equal(listed?.exit?.exitCode, 0);
      assert.equal(listed?.startedAtMs, started.atMs);
      assert.equal(listed?.stoppedAtMs, exited.atMs);
      assert.deepEqual(await engine.inspect(spec.containerId), listed);
      await engine.remove(spec.containerId);
      await engine.remove(spec.containerId);
      assert.equal(await engine.inspect(spec.containerId), undefined);
      assert.ok(!(await engine.list()).some((one) => one.containerId === spec.containerId));
      assert.deepEqual(await textOf(engine.logs(spec.containerId, undefined)), []);
    },
  );

  withEngine('exit codes are told as they are', async (engine, reports) => {
    for (const exitCode of [1, 3, 127, 255]) {
      const spec = behaving({ exitCode });
      await engine.start(spec);
      assert.equal((await reports.exited(spec.containerId)).exit.exitCode, exitCode);
    }
  });

  withEngine(
    'started always comes before exited, however many end at once',
    async (engine, reports) => {
      const specs = Array.from({ length: 12 }, (_, index) => behaving({ exitCode: index }));
      await Promise.all(specs.map((spec) => engine.start(spec)));
      for (const [index, spec] of specs.entries()) {
        assert.equal((await reports.exited(spec.containerId)).exit.exitCode, index);
        assert.deepEqual(
          reports.of(spec.containerId).map((report) => report.type),
          ['started', 'exited'],
        );
      }
    },
  );

  withEngine(
    'starting an attempt again starts nothing, while it runs and after its end',
    async (engine, reports) => {
      const running = behaving({ lines: ['once'], milliseconds: long });
      await Promise.all([engine.start(running), engine.start(running)]);
      await engine.start(running);
      assert.equal((await engine.inspect(running.containerId))?.state, 'running');
      assert.equal(
        (await engine.list()).filter((one) => one.containerId === running.containerId).length,
        1,
      );
      const ended = behaving({ lines: ['once'], exitCode: 4 });
      await engine.start(ended);
      const first = await reports.exited(ended.containerId);
      await engine.start(ended);
      assert.equal(
        (await engine.inspect(ended.containerId))?.stoppedAtMs,
        first.atMs,
        'it is the same run',
      );
      assert.deepEqual(await textOf(engine.logs(ended.containerId, undefined)), ['once']);
      await engine.stop(running.containerId, 10_000);
      await reports.exited(running.containerId);
      assert.deepEqual(await textOf(engine.logs(running.containerId, undefined)), ['once']);
    },
  );

  withEngine('what cannot start says why, and is not kept', async (engine, reports) => {
    const spec = behaving({ cannotStart: true });
    await engine.start(spec);
    const [report, ...more] = reports.of(spec.containerId);
    assert.deepEqual(more, []);
    assert.equal(report?.type, 'start-failed');
    assert.match((report as { reason: string }).reason, /^CannotStartContainerError: ./);
    assert.equal(await engine.inspect(spec.containerId), undefined);
    assert.deepEqual(await textOf(engine.logs(spec.containerId, undefined)), []);
  });

  withEngine('a stop ends an attempt by SIGTERM', async (engine, reports) => {
    const spec = behaving({ lines: ['ready'], milliseconds: long });
    await engine.start(spec);
    await firstLine(engine.logs(spec.containerId, undefined));
    await engine.stop(spec.containerId, 30_000);
    assert.equal((await reports.exited(spec.containerId)).exit.exitCode, 143);
    await engine.stop(spec.containerId, 0);
    await engine.stop(newAttempt(), 0);
  });

  withEngine(
    'an attempt that ignores SIGTERM is killed after the grace time',
    async (engine, reports) => {
      // More than a container's whole seconds round away.
      const { timesOfMs = 1 } = contract;
      const graceMs = Math.max(1000, 2 * timesOfMs);
      const spec = behaving({ lines: ['ready'], milliseconds: long, ignoresStop: true });
      await engine.start(spec);
      await firstLine(engine.logs(spec.containerId, undefined));
      const askedAtMs = Date.now();
      await engine.stop(spec.containerId, graceMs);
      const exited = await reports.exited(spec.containerId);
      assert.equal(exited.exit.exitCode, 137);
      assert.equal(exited.exit.outOfMemory, false, 'a kill is not an out-of-memory');
      assert.ok(
        exited.atMs - askedAtMs >= graceMs - 50 - timesOfMs,
        `${exited.atMs - askedAtMs} ms after the stop`,
      );
    },
  );

  withEngine('removing a running attempt ends and forgets it', async (engine, reports) => {
    const spec = behaving({ lines: ['ready'], milliseconds: long });
    await engine.start(spec);
    assert.equal(reports.of(spec.containerId)[0]?.type, 'started');
    await engine.remove(spec.containerId);
    assert.equal(await engine.inspect(spec.containerId), undefined);
  });

  withEngine(
    'output is read from the beginning, and again from every position, nothing twice',
    async (engine, reports) => {
      const lines = Array.from(
        { length: 40 },
        (_, index) => `line ${index} of "forty", it's plain`,
      );
      const spec = behaving({ lines });
      await engine.start(spec);
      await reports.exited(spec.containerId);
      const batches: LogBatch[] = [];
      for await (const batch of bounded(engine.logs(spec.containerId, undefined)))
        batches.push(batch);
      assert.deepEqual(linesOf(batches), lines);
      let read = 0;
      for (const batch of batches) {
        read += batch.lines.length;
        assert.deepEqual(
          await textOf(engine.logs(spec.containerId, batch.position)),
          lines.slice(read),
        );
      }
      for (const line of batches.flatMap((batch) => batch.lines)) {
        assert.ok(
          Math.abs(line.timestampMs - Date.now()) < 60_000,
          `${line.timestampMs} is a time of this run`,
        );
      }
    },
  );

  withEngine(
    'output can be read while the attempt runs, and ends when it has ended',
    async (engine, reports) => {
      const spec = behaving({ lines: ['first'], milliseconds: long });
      await engine.start(spec);
      assert.equal(await firstLine(engine.logs(spec.containerId, undefined)), 'first');
      assert.equal((await engine.inspect(spec.containerId))?.state, 'running');
      const reading = bounded(engine.logs(spec.containerId, undefined));
      const begun = (await reading.next()).value as LogBatch;
      await engine.stop(spec.containerId, 30_000);
      await reports.exited(spec.containerId);
      assert.deepEqual([...linesOf([begun]), ...(await textOf(reading))], ['first']);
    },
  );

  withEngine('output of an unknown attempt ends at once', async (engine) => {
    assert.deepEqual(await textOf(engine.logs(newAttempt(), undefined)), []);
    assert.deepEqual(
      await textOf(
        engine.logs(newAttempt(), await anyPosition(engine, behaving({ lines: ['x'] }))),
      ),
      [],
    );
  });

  withEngine(
    'attempts outlive an engine object; the next one knows them and tells their ends',
    async (engine, reports) => {
      const goesOn = behaving({ lines: ['kept'], milliseconds: long });
      const ends = behaving({ exitCode: 5, milliseconds: 1 });
      const endedBefore = behaving({ exitCode: 6 });
      for (const spec of [goesOn, endedBefore]) await engine.start(spec);
      await reports.exited(endedBefore.containerId);
      await engine.start(ends);
      await engine.close();
      const later = new ReportRecorder();
      const next = contract.create();
      await next.open(later.take);
      try {
        const known = new Map((await next.list()).map((one) => [one.containerId, one]));
        assert.equal(known.get(goesOn.containerId)?.state, 'running');
        assert.equal(
          known.get(goesOn.containerId)?.startedAtMs,
          reports.of(goesOn.containerId)[0]?.atMs,
        );
        assert.equal(known.get(endedBefore.containerId)?.exit?.exitCode, 6);
        assert.equal((await later.exited(ends.containerId)).exit.exitCode, 5);
        assert.equal(
          (await later.exited(endedBefore.containerId)).exit.exitCode,
          6,
          'what ended and was not removed is told again',
        );
        await next.start(goesOn);
        await next.stop(goesOn.containerId, 30_000);
        assert.equal((await later.exited(goesOn.containerId)).exit.exitCode, 143);
        assert.deepEqual(await textOf(next.logs(goesOn.containerId, undefined)), ['kept']);
        for (const spec of [goesOn, ends, endedBefore]) await next.remove(spec.containerId);
        made.clear();
      } finally {
        await next.close();
      }
    },
  );

  onlyCommands('the command and the environment arrive unharmed', async (engine, reports) => {
    const odd = [`a b`, `it's`, `"q"`, '$HOME', '*', '', 'ü', '-n'];
    const spec = script('', {
      command: [
        'sh',
        '-c',
        'for word; do printf "%s|" "$word"; done; echo; printf "%s\\n" "$GREETING" "$EMPTY" "$LAST"',
        'name',
        ...odd,
      ],
      environment: [
        { name: 'GREETING', value: `x='1' "2" $3` },
        { name: 'EMPTY', value: '' },
        { name: 'LAST', value: 'a' },
        { name: 'LAST', value: 'b' },
      ],
    });
    assert.deepEqual(await outputOf(engine, reports, spec), [
      `${odd.join('|')}|`,
      `x='1' "2" $3`,
      '',
      'b',
    ]);
  });

  onlyCommands('the server’s own environment does not leak', async (engine, reports) => {
    process.env['LONGSHORE_CONTRACT_SECRET'] = 'leaked';
    try {
      assert.deepEqual(
        await outputOf(engine, reports, script('echo "[$LONGSHORE_CONTRACT_SECRET]"')),
        ['[]'],
      );
    } finally {
      delete process.env['LONGSHORE_CONTRACT_SECRET'];
    }
  });

  onlyCommands(
    'both streams are kept, empty lines and a last line without its end too',
    async (engine, reports) => {
      const lines = await outputOf(
        engine,
        reports,
        script('echo out; echo err >&2; sleep 0.1; echo; printf last'),
      );
      // Two pipes have no common order; the streams each keep theirs.
      assert.deepEqual([...lines.slice(0, 2)].sort(), ['err', 'out']);
      assert.deepEqual(lines.slice(2), ['', 'last']);
    },
  );

  onlyCommands('bytes that are no text arrive as they are', async (engine, reports) => {
    const spec = script(`printf 'a\\000b\\377\\303\\n\\r\\n\\342\\202'`);
    await engine.start(spec);
    const messages: string[] = [];
    for await (const batch of bounded(engine.logs(spec.containerId, undefined)))
      messages.push(...batch.lines.map((line) => Buffer.from(line.message).toString('hex')));
    await reports.exited(spec.containerId);
    assert.deepEqual(messages, ['610062ffc3', contract.dropsReturns ? '' : '0d', 'e282']);
  });

  onlyCommands(
    'a line of a megabyte arrives whole, and what follows it',
    async (engine, reports) => {
      const lines = await outputOf(
        engine,
        reports,
        script(`head -c 1000000 /dev/zero | tr '\\000' x; echo; echo after`),
      );
      assert.deepEqual(
        lines.map((line) => line.length),
        [1_000_000, 5],
      );
    },
  );

  onlyCommands(
    'many lines arrive complete and in order, and can be resumed anywhere',
    async (engine, reports) => {
      const count = 20_000;
      const spec = script(`i=0; while [ $i -lt ${count} ]; do echo "line $i"; i=$((i+1)); done`);
      await engine.start(spec);
      let next = 0;
      let middle: { readonly position: LogPosition; readonly read: number } | undefined;
      for await (const batch of bounded(engine.logs(spec.containerId, undefined))) {
        for (const line of batch.lines)
          assert.equal(Buffer.from(line.message).toString(), `line ${next++}`);
        if (middle === undefined && next > count / 3)
          middle = { position: batch.position, read: next };
      }
      assert.equal(next, count);
      await reports.exited(spec.containerId);
      if (middle !== undefined)
        assert.equal(
          (await textOf(engine.logs(spec.containerId, middle.position))).length,
          count - middle.read,
        );
    },
  );

  const ulimits = async (engine: Engine, reports: ReportRecorder): Promise<void> => {
    const spec = script('ulimit -S -n; ulimit -H -n', {
      ulimits: [{ name: 'nofile', softLimit: 123, hardLimit: 456 }],
    });
    assert.deepEqual(await outputOf(engine, reports, spec), ['123', '456']);
  };
  if (contract.runsCommands)
    withEngine('a resource limit is set', ulimits, skip || contract.noUlimits || false);

  onlyCommands(
    'a signal of its own ends an attempt with 128 and its number',
    async (engine, reports) => {
      const spec = script("sh -c 'kill -9 $$'; exit $?");
      await engine.start(spec);
      const { exit } = await reports.exited(spec.containerId);
      assert.equal(exit.exitCode, 137);
      assert.equal(exit.outOfMemory, false);
    },
  );

  const overMemory = async (engine: Engine, reports: ReportRecorder): Promise<void> => {
    const spec = script('x=x; while :; do x=$x$x; done', { memoryMib: 16 });
    await engine.start(spec);
    const { exit } = await reports.exited(spec.containerId);
    assert.equal(exit.outOfMemory, true);
    assert.equal(exit.exitCode, 137);
  };
  if (contract.runsCommands)
    withEngine(
      'an attempt over its memory is killed, and it is said',
      overMemory,
      contract.limitsMemory === true ? skip : skip || contract.limitsMemory,
    );
}

async function firstLine(logs: AsyncIterable<LogBatch>): Promise<string> {
  for await (const batch of bounded(logs)) {
    const [line] = batch.lines;
    if (line !== undefined) return Buffer.from(line.message).toString();
  }
  throw new Error('the output ended without a line');
}

async function anyPosition(engine: Engine, spec: ContainerSpec): Promise<LogPosition> {
  await engine.start(spec);
  for await (const batch of bounded(engine.logs(spec.containerId, undefined)))
    return batch.position;
  throw new Error('the output ended without a line');
}
