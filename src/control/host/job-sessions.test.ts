// Sessions in containers of jobs: who gets one, how many there are, and what ends them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal } from '../../base/refusal.ts';
import { jobId, type ContainerId, type JobId } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import type { OpenSession, SessionPlace } from '../../port/session.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import { ScriptedSession } from '../../../test/house/scripted-session.ts';

const command = ['sh'];

async function running(
  rig: Rig,
  properties: object = { enableExecuteCommand: true },
): Promise<JobId> {
  await rig.define('executable', properties);
  const id = await rig.submit('executable');
  await rig.started(rig.attempt(id));
  return id;
}

const open = (rig: Rig, of: JobId, more: Partial<SessionPlace> = {}) =>
  rig.control.sessions.open({ scope, jobId: of, ...more }, { command });

async function opened(rig: Rig, of: JobId): Promise<OpenSession> {
  const session = await open(rig, of);
  assert.ok(!isRefusal(session), JSON.stringify(session));
  return session;
}

async function refusal(answer: ReturnType<typeof open>): Promise<string> {
  const found = await answer;
  assert.ok(isRefusal(found), 'it is refused');
  return `${found.refusal}: ${found.message}`;
}

/** An engine that gives a session each time, and the sessions that it gave. */
function sessionsOf(rig: Rig): ScriptedSession[] {
  const given: ScriptedSession[] = [];
  rig.engine.onExecute = async () => {
    const session = new ScriptedSession();
    given.push(session);
    return session;
  };
  return given;
}

describe('a session', () => {
  it('is had in a job that runs and says that it may be', async () => {
    const rig = await Rig.open();
    const [id, given] = [await running(rig), sessionsOf(rig)];
    const session = await opened(rig, id);
    given[0]?.print('hello');
    given[0]?.end(3);
    const printed: string[] = [];
    for await (const { bytes } of session.output) printed.push(Buffer.from(bytes).toString());
    assert.deepEqual(
      [printed, await session.exitCode(), session.endedFor],
      [['hello'], 3, undefined],
    );
  });

  it('is refused in words elsewhere', async () => {
    const rig = await Rig.open();
    sessionsOf(rig);
    const plain = await running(rig, {});
    const enabled = await running(rig);
    const waiting = await rig.submit('executable');
    const array = await rig.submit('executable', { arrayProperties: { size: 2 } });
    assert.deepEqual(
      [
        await refusal(open(rig, plain)),
        await refusal(open(rig, waiting)),
        await refusal(open(rig, array)),
        await refusal(open(rig, jobId('no-such'))),
        await refusal(open(rig, enabled, { container: 'other' })),
      ].map((text) => text.replaceAll(/[0-9a-f-]{36}/g, 'ID')),
      [
        'invalid: The execute command failed because execute command was not enabled when job ID was run. Run a new job with execute command enabled (enableExecuteCommand of its job definition) and try again.',
        'conflict: Job ID is STARTING: commands run only in RUNNING jobs',
        'invalid: Job ID is an array: name one of its children, as ID:0',
        'not-found: Job no-such does not exist',
        `invalid: Job ID has no container 'other'; it has default`,
      ],
    );
    await opened(rig, enabled);
  });

  it('is in the container that is named, or in the first that runs', async () => {
    const rig = await Rig.open();
    const containers = ['setup', 'main', 'side'].map((name) => ({
      name,
      image: 'busybox',
      essential: name === 'main',
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '64' },
      ],
    }));
    await rig.ask({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'several',
        type: 'container',
        platformCapabilities: ['EC2', 'FARGATE'],
        ecsProperties: { taskProperties: [{ containers, enableExecuteCommand: true }] },
      } as never,
    });
    const id = await rig.submit('several');
    const ids = [0, 1, 2].map((index) => rig.container(id, index));
    const atMs = rig.clock.now();
    for (const of of ids) rig.engine.report({ type: 'started', containerId: of, atMs });
    await rig.clock.pass(limit.startedReportWaitMs);
    const exit = { exitCode: 0, outOfMemory: false };
    rig.engine.report({ type: 'exited', containerId: rig.container(id, 0), atMs, exit });
    await rig.clock.pass();
    const asked: ContainerId[] = [];
    rig.engine.onExecute = async (of) => {
      asked.push(of);
      return new ScriptedSession();
    };
    for (const container of [undefined, 'main', 'side'])
      assert.ok(!isRefusal(await open(rig, id, { container })));
    assert.deepEqual(asked, [ids[1], ids[1], ids[2]]);
    assert.match(
      await refusal(open(rig, id, { container: 'setup' })),
      /^conflict: Container setup of job .* does not run$/,
    );
    assert.match(
      await refusal(open(rig, id, { container: 'none' })),
      /has no container 'none'; it has setup, main, side$/,
    );
  });

  it('is refused where the engine cannot, or says no', async () => {
    const rig = await Rig.open();
    const id = await running(rig);
    rig.engine.onExecute = async () => ({ cannot: 'it is paused' });
    assert.match(
      await refusal(open(rig, id)),
      /^conflict: No command runs in job .*: it is paused$/,
    );
    rig.engine.onExecute = () => Promise.reject(new EngineUnavailable('gone'));
    await assert.rejects(open(rig, id), EngineUnavailable);
    rig.engine.execute = undefined as never;
    assert.match(await refusal(open(rig, id)), /^invalid: The engine .* cannot run commands/);
  });

  it('is one of so many in a container; those that have ended or failed do not count', async () => {
    const rig = await Rig.open();
    const [id, other] = [await running(rig), await running(rig)];
    const given = sessionsOf(rig);
    const all = [];
    for (let count = 0; count < limit.session.inContainer; count++) all.push(await opened(rig, id));
    assert.match(await refusal(open(rig, id)), /^busy: 10 commands run in this container already$/);
    await opened(rig, other);
    await all[0]?.hangUp();
    await opened(rig, id);
    given[1]?.end();
    for await (const piece of (all[1] as OpenSession).output) assert.fail(JSON.stringify(piece));
    await opened(rig, id);
    assert.match(await refusal(open(rig, id)), /^busy/);
  });

  it('is hung up on where nothing comes or goes for long', async () => {
    const rig = await Rig.open();
    const [id, given] = [await running(rig), sessionsOf(rig)];
    const session = await opened(rig, id);
    const reading = (async () => {
      for await (const piece of session.output) assert.ok(piece);
    })();
    await rig.clock.pass(limit.session.idleMs - 1);
    await session.write(Buffer.from('x'));
    await rig.clock.pass(limit.session.idleMs - 1);
    given[0]?.print('y');
    await rig.clock.pass(limit.session.idleMs - 1);
    assert.deepEqual(given[0]?.told, ['write x']);
    await rig.clock.pass(1);
    await reading;
    assert.deepEqual(
      [given[0]?.told, session.endedFor],
      [['write x', 'hang up'], 'nothing came or went for 20 minutes'],
    );
  });

  it('ends with the server, which waits for none that does not', async () => {
    const rig = await Rig.open();
    const [id, given] = [await running(rig), sessionsOf(rig)];
    const session = await opened(rig, id);
    await opened(rig, id);
    const stuck = given[1] as ScriptedSession;
    stuck.hangUp = () => new Promise(() => undefined);
    const closing = rig.control.sessions.close();
    await rig.clock.pass(2_000);
    await closing;
    assert.deepEqual([given[0]?.told, session.endedFor], [['hang up'], 'the server ends']);
    assert.match(await refusal(open(rig, id)), /^busy: the server ends$/);
  });
});
