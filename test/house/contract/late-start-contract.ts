// What every engine must do about a start that is carried out late, when whoever asked for it may
// be gone: whatever may have run is stopped and told as what ran, and only what can no longer start
// is said not to have started. Run it beside engineContract.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerId } from '../../../src/base/ids.ts';
import { EngineUnavailable, type Engine } from '../../../src/port/engine.ts';
import { newAttempt, type EngineContract } from './engine-contract.ts';
import { ReportRecorder, textOf, until } from './report-recorder.ts';

/** A way to the machine on which starts are held up where nothing can take them back. */
interface LateStarts {
  /** Not yet open, of the same server as those that the contract creates. */
  readonly engine: Engine;
  /** A start has got to where it is held up. */
  readonly isHeldUp: () => boolean;
  /**
   * Has the starts carried out that were asked for, wherever they got to. Resolves when that was
   * done, or was refused.
   */
  readonly carryOut: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface LateStartContract {
  readonly engine: EngineContract;
  /** Another start is no other: it is carried out with the one that is held up, not before. */
  readonly isOneStart?: boolean | undefined;
  readonly late: () => Promise<LateStarts>;
}

interface Scene {
  /** Opened after the engine that asked for the start has gone. */
  readonly next: Engine;
  readonly reports: ReportRecorder;
  readonly containerId: ContainerId;
  readonly carryOut: () => Promise<void>;
  /** As whoever reconciles does. */
  readonly startAgain: () => Promise<void>;
}

export function lateStartContract({
  engine: contract,
  isOneStart = false,
  late,
}: LateStartContract): void {
  const scene = (
    title: string,
    behaviour: Parameters<EngineContract['spec']>[1],
    body: (scene: Scene) => Promise<void>,
  ): void => {
    test(
      `${contract.name}: a start that is carried out late: ${title}`,
      { skip: contract.skip ?? false, timeout: 120_000 },
      async () => {
        await contract.before?.();
        const starts = await late();
        const reports = new ReportRecorder();
        const spec = contract.spec(newAttempt(), behaviour);
        const next = contract.create();
        try {
          await starts.engine.open(() => {});
          // Nobody hears its answer any more.
          starts.engine
            .start(spec)
            .catch((error: unknown) =>
              assert.ok(error instanceof EngineUnavailable, String(error)),
            );
          await until('the start is held up', starts.isHeldUp);
          await starts.engine.close();
          await next.open(reports.take);
          assert.equal(
            (await next.list()).find(({ containerId }) => containerId === spec.containerId)?.state,
            'created',
          );
          await body({
            next,
            reports,
            containerId: spec.containerId,
            carryOut: starts.carryOut,
            startAgain: () => next.start(spec),
          });
        } finally {
          await starts.carryOut();
          await next.remove(spec.containerId);
          await next.close();
          await starts.close();
          await contract.after?.();
        }
      },
    );
  };
  const types = ({ reports, containerId }: Scene): string[] =>
    reports.of(containerId).map((report) => report.type);

  scene(
    'a stop that comes before makes sure that it never runs',
    { lines: ['ran'] },
    async (given) => {
      const { next, reports, containerId, carryOut } = given;
      await next.stop(containerId, 1000);
      const { reason } = await reports.first(containerId, 'start-failed');
      assert.equal(reason, 'stopped before it started');
      await carryOut();
      assert.equal(await next.inspect(containerId), undefined);
      assert.ok(!(await next.list()).some((one) => one.containerId === containerId));
      assert.deepEqual(types(given), ['start-failed']);
    },
  );

  scene(
    'a stop that comes after it stops what runs',
    { lines: ['ran'], milliseconds: 60_000 },
    async (given) => {
      const { next, reports, containerId, carryOut } = given;
      await carryOut();
      await next.stop(containerId, 30_000);
      const { exit } = await reports.exited(containerId);
      assert.notEqual(exit.exitCode, 0);
      assert.deepEqual(types(given), ['started', 'exited']);
      assert.deepEqual(
        (await textOf(next.logs(containerId, undefined))).slice(0, 1),
        exit.exitCode === 143 ? ['ran'] : [],
      );
    },
  );

  scene(
    'a stop that comes when all is over tells what ran',
    { lines: ['ran'], exitCode: 3 },
    async (given) => {
      const { next, reports, containerId, carryOut } = given;
      await carryOut();
      await until('it ends', async () => (await next.inspect(containerId))?.state === 'exited');
      await next.stop(containerId, 1000);
      assert.equal((await reports.exited(containerId)).exit.exitCode, 3);
      assert.deepEqual(types(given), ['started', 'exited']);
      assert.deepEqual(await textOf(next.logs(containerId, undefined)), ['ran']);
    },
  );

  scene('another start makes it run once', { lines: ['ran'], exitCode: 3 }, async (given) => {
    const { next, reports, containerId, carryOut, startAgain } = given;
    const again = startAgain();
    if (isOneStart) await carryOut();
    await again;
    const { exit, atMs } = await reports.exited(containerId);
    assert.equal(exit.exitCode, 3);
    await carryOut();
    await startAgain();
    assert.equal((await next.inspect(containerId))?.stoppedAtMs, atMs, 'it is the same run');
    // What is known may be told again.
    assert.deepEqual([...new Set(types(given))], ['started', 'exited']);
    assert.deepEqual(await textOf(next.logs(containerId, undefined)), ['ran']);
  });

  for (const round of [1, 2, 3, 4, 5]) {
    scene(
      `one that comes at the moment of a stop is told as what it was (${round})`,
      { lines: ['ran'], milliseconds: 60_000 },
      async (given) => {
        const { next, containerId, carryOut } = given;
        const carriedOut = carryOut();
        await new Promise((resolve) => setTimeout(resolve, round - 1));
        await next.stop(containerId, 30_000);
        await carriedOut;
        await until('its end is told', () =>
          types(given).some((type) => type === 'exited' || type === 'start-failed'),
        );
        const ran = types(given).includes('exited');
        assert.deepEqual(types(given), ran ? ['started', 'exited'] : ['start-failed']);
        assert.equal((await next.inspect(containerId))?.state, ran ? 'exited' : undefined);
      },
    );
  }
}
