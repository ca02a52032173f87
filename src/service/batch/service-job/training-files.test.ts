// The files of training jobs' attempts around their containers: prepared before the start, stored
// before the end is told, gone when the attempt is over.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { containerIdOf, jobId, type AttemptId } from '../../../base/ids.ts';
import { must } from '../../../base/assert.ts';
import { limit } from '../../../core/limit.ts';
import { describeServiceJob } from './describe-service-job.ts';
import { terminateServiceJob } from './terminate-service-job.ts';
import type { TrainingAttempt } from '../../../core/service-job/training-attempt.ts';
import type { TrainingFiles, TrainingLeft, TrainingMounts } from '../../../port/training-files.ts';
import type { Rig } from '../../../../test/house/rig.ts';
import { submitTraining, trainingRig } from '../../../../test/house/training.ts';

type Prepared = TrainingMounts | { readonly failure: string };

const mounts = {
  volumes: [{ name: 'v', host: { sourcePath: '/data/model' } }],
  mountPoints: [{ sourceVolume: 'v', containerPath: '/opt/ml/model', readOnly: false }],
};

class ScriptedFiles implements TrainingFiles {
  readonly calls: string[] = [];
  onPrepare: (signal: AbortSignal) => Promise<Prepared> = async () => mounts;
  onSync: (signal: AbortSignal) => Promise<void> = async () => undefined;
  onStore: (signal: AbortSignal) => Promise<TrainingLeft> = async () => ({});

  prepare({ attemptId }: TrainingAttempt, signal: AbortSignal): Promise<Prepared> {
    this.calls.push(`prepare ${attemptId}`);
    return this.onPrepare(signal);
  }

  sync({ attemptId }: TrainingAttempt, signal: AbortSignal): Promise<void> {
    this.calls.push(`sync ${attemptId}`);
    return this.onSync(signal);
  }

  store({ attemptId }: TrainingAttempt, signal: AbortSignal): Promise<TrainingLeft> {
    this.calls.push(`store ${attemptId}`);
    return this.onStore(signal);
  }

  async remove(attemptId: AttemptId): Promise<void> {
    this.calls.push(`remove ${attemptId}`);
  }

  async removeOld(): Promise<void> {}

  close(): void {}
}

const attemptOf = (rig: Rig, id: string): AttemptId => rig.attempt(jobId(id));
const told = async (rig: Rig, id: string): Promise<unknown[]> => {
  const { status, statusReason } = await rig.call(describeServiceJob, { jobId: id });
  return [status, statusReason?.replace(/^Received status from SageMaker: /, '')];
};

async function scene(
  more: object = {},
  payload: object = {},
): Promise<{ rig: Rig; files: ScriptedFiles; id: string }> {
  const files = new ScriptedFiles();
  const rig = await trainingRig(2, { trainingFiles: files });
  return { rig, files, id: await submitTraining(rig, more, payload) };
}

describe("a training job's files", () => {
  it('are mounted into its container, and gone after it', async () => {
    const { rig, files, id } = await scene();
    const attempt = attemptOf(rig, id);
    const spec = must(rig.engine.specs.get(containerIdOf(attempt, 0)), 'it was started');
    assert.deepEqual(
      [spec.volumes, spec.mountPoints, spec.hostNames],
      [mounts.volumes, mounts.mountPoints, ['algo-1']],
    );
    await rig.started(attempt);
    await rig.exited(attempt);
    assert.deepEqual(await told(rig, id), ['SUCCEEDED', 'Training job completed']);
    assert.deepEqual(files.calls, [`prepare ${attempt}`, `store ${attempt}`, `remove ${attempt}`]);
    assert.deepEqual(rig.problems, []);
  });

  it('that cannot be had fail it before its container is made', async () => {
    const files = new ScriptedFiles();
    files.onPrepare = async () => ({ failure: 'Data download failed:no' });
    const rig = await trainingRig(2, { trainingFiles: files });
    const id = await submitTraining(rig);
    assert.deepEqual(await told(rig, id), ['FAILED', 'ClientError: Data download failed:no']);
    assert.deepEqual(
      rig.engine.takeCalls().filter((call) => call.startsWith('start')),
      [],
    );
    assert.match(files.calls.at(-1) ?? '', /^remove /);
  });

  it('that are still coming are given up when it is stopped', async () => {
    const files = new ScriptedFiles();
    files.onPrepare = (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ failure: 'given up' }));
      });
    const rig = await trainingRig(2, { trainingFiles: files });
    const id = await submitTraining(rig);
    assert.deepEqual(await told(rig, id), ['STARTING', undefined]);
    await rig.call(terminateServiceJob, { jobId: id, reason: 'enough' });
    assert.deepEqual(await told(rig, id), ['FAILED', 'enough']);
    assert.match(files.calls.at(-1) ?? '', /^remove /);
  });

  for (const [when, isStoppedFirst] of [
    ['before', true],
    ['while', false],
  ] as const)
    it(`have their time to be stored where it is stopped ${when} they are`, async () => {
      const { rig, files, id } = await scene();
      files.onStore = (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ failure: 'given up' }));
        });
      const attempt = attemptOf(rig, id);
      await rig.started(attempt);
      const stop = (): Promise<unknown> =>
        rig.call(terminateServiceJob, { jobId: id, reason: 'enough' });
      if (isStoppedFirst) await stop();
      await rig.exited(attempt);
      await rig.clock.pass(limit.training.storeAfterStopMs);
      if (!isStoppedFirst) {
        assert.deepEqual(await told(rig, id), ['RUNNING', undefined]);
        await stop();
        await rig.clock.pass(limit.training.storeAfterStopMs - 1);
        assert.equal((await told(rig, id))[0], 'RUNNING');
        await rig.clock.pass(1);
      }
      assert.deepEqual(await told(rig, id), ['FAILED', 'enough']);
    });

  it('have their time to be stored where its own is over meanwhile', async () => {
    const files = new ScriptedFiles();
    const rig = await trainingRig(2, { trainingFiles: files });
    const stopping = { StoppingCondition: { MaxRuntimeInSeconds: 60 } };
    const id = await submitTraining(rig, {}, stopping);
    files.onStore = (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ failure: 'given up' }));
      });
    const attempt = attemptOf(rig, id);
    await rig.started(attempt);
    await rig.exited(attempt);
    await rig.clock.pass(60_000 + limit.training.storeAfterStopMs);
    // Its container ended in time.
    assert.deepEqual(await told(rig, id), [
      'FAILED',
      'ClientError: Artifact upload failed:given up',
    ]);
  });

  it('that cannot be stored fail it, whatever its exit code, and it is tried again', async () => {
    const { rig, files, id } = await scene({ retryStrategy: { attempts: 2 } });
    files.onStore = async () => ({ failure: 'no bucket' });
    const first = attemptOf(rig, id);
    await rig.exited(first);
    const second = attemptOf(rig, id);
    assert.notEqual(second, first);
    await rig.exited(second);
    assert.deepEqual(await told(rig, id), [
      'FAILED',
      'ClientError: Artifact upload failed:no bucket',
    ]);
  });

  it('say why it failed, and nothing where it did not', async () => {
    for (const [exitCode, expected] of [
      [1, ['FAILED', 'AlgorithmError: no loss, exit code: 1']],
      [0, ['SUCCEEDED', 'Training job completed']],
    ] as const) {
      const { rig, files, id } = await scene();
      files.onStore = async () => ({ reason: 'no loss' });
      await rig.exited(attemptOf(rig, id), exitCode);
      assert.deepEqual(await told(rig, id), expected);
    }
  });

  it('are stored before its end is told, and again by the next server after a crash', async () => {
    const { rig, files, id } = await scene();
    files.onStore = () => new Promise(() => undefined);
    const attempt = attemptOf(rig, id);
    await rig.started(attempt);
    await rig.exited(attempt);
    assert.deepEqual(await told(rig, id), ['RUNNING', undefined]);
    files.onStore = async () => ({});
    const next = await rig.restart().up();
    assert.deepEqual(await told(next, id), ['SUCCEEDED', 'Training job completed']);
    assert.deepEqual(files.calls, [
      `prepare ${attempt}`,
      `store ${attempt}`,
      `store ${attempt}`,
      `remove ${attempt}`,
    ]);
  });

  describe('that are checkpoints', () => {
    const checkpoints = { CheckpointConfig: { S3Uri: 's3://bucket/checkpoints' } };
    const everyMs = limit.training.checkpointsEveryMs;

    it('are stored from time to time while its container runs, also by the next server', async () => {
      const { rig, files, id } = await scene({}, checkpoints);
      const attempt = attemptOf(rig, id);
      await rig.started(attempt);
      await rig.clock.pass(2 * everyMs);
      assert.deepEqual(files.calls.splice(0), [
        `prepare ${attempt}`,
        `sync ${attempt}`,
        `sync ${attempt}`,
      ]);
      const next = await rig.restart().up();
      await next.clock.pass(2 * everyMs);
      assert.ok(files.calls.splice(0).includes(`sync ${attempt}`));
      await next.exited(attempt);
      await next.clock.pass(2 * everyMs);
      assert.deepEqual(files.calls, [`store ${attempt}`, `remove ${attempt}`]);
    });

    it('are stored the next time where they cannot be, which is said once', async () => {
      const { rig, files, id } = await scene({}, checkpoints);
      files.onSync = () => Promise.reject(new Error('no bucket'));
      const attempt = attemptOf(rig, id);
      await rig.started(attempt);
      await rig.clock.pass(3 * everyMs);
      assert.equal(rig.problems.length, 1);
      files.onSync = async () => undefined;
      await rig.clock.pass(everyMs);
      await rig.exited(attempt);
      assert.deepEqual(await told(rig, id), ['SUCCEEDED', 'Training job completed']);
      assert.equal(files.calls.filter((call) => call.startsWith('sync')).length, 4);
    });

    it('are awaited before all is stored, and given up with it', async () => {
      const { rig, files, id } = await scene({}, checkpoints);
      files.onSync = (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve());
        });
      files.onStore = async ({ aborted }) => (aborted ? { failure: 'given up' } : {});
      const attempt = attemptOf(rig, id);
      await rig.started(attempt);
      await rig.clock.pass(everyMs);
      await rig.exited(attempt);
      await rig.call(terminateServiceJob, { jobId: id, reason: 'enough' });
      assert.deepEqual(files.calls, [`prepare ${attempt}`, `sync ${attempt}`]);
      await rig.clock.pass(limit.training.storeAfterStopMs);
      assert.deepEqual(await told(rig, id), ['FAILED', 'enough']);
      assert.deepEqual(files.calls.slice(2), [`store ${attempt}`, `remove ${attempt}`]);
      assert.deepEqual(rig.problems, []);
    });

    it('are nothing to look for where a job has none', async () => {
      const { rig, files, id } = await scene();
      const attempt = attemptOf(rig, id);
      await rig.started(attempt);
      await rig.clock.pass(3 * everyMs);
      assert.deepEqual(files.calls, [`prepare ${attempt}`]);
    });
  });

  it('are asked for again by the next server, of an attempt that had not started', async () => {
    const { rig, files, id } = await scene();
    const attempt = attemptOf(rig, id);
    rig.engine.specs.clear();
    const next = await rig.restart().up();
    assert.ok(next.engine.specs.has(containerIdOf(attempt, 0)));
    assert.equal(files.calls.filter((call) => call === `prepare ${attempt}`).length, 2);
  });
});
