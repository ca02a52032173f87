// ExecuteCommand: what it takes, and how a conversation goes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId, type JobId } from '../../base/ids.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import type { SessionRequest } from '../../port/session.ts';
import type { Conversation, Peer } from '../../wire/answer.ts';
import { context } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import { ScriptedSession } from '../../../test/house/scripted-session.ts';
import { executeCommand } from './execute-command.ts';

interface Scene {
  readonly rig: Rig;
  readonly id: JobId;
  readonly session: ScriptedSession;
  readonly asked: SessionRequest[];
}

async function scene(): Promise<Scene> {
  const rig = await Rig.open();
  await rig.define('d', { enableExecuteCommand: true });
  const id = await rig.submit('d');
  await rig.started(rig.attempt(id));
  const session = new ScriptedSession();
  const asked: SessionRequest[] = [];
  rig.engine.onExecute = async (_id, request) => {
    asked.push(request);
    return session;
  };
  return { rig, id, session, asked };
}

const call = ({ rig, id }: Scene, more: object = {}) =>
  rig.call(executeCommand, { jobId: id, command: '["sh"]', upgrade: 'websocket', ...more });

/** Somebody who says these things and then waits, until it is ended. */
class ScriptedPeer implements Peer {
  readonly heard: (string | Uint8Array)[] = [];
  readonly messages: AsyncIterable<string | Uint8Array>;
  leave: () => void = () => undefined;
  isEnded = false;

  constructor(...says: (string | Uint8Array)[]) {
    const left = new Promise<void>((resolve) => (this.leave = resolve));
    this.messages = (async function* say() {
      yield* says;
      await left;
    })();
  }

  async send(message: string | Uint8Array): Promise<void> {
    this.heard.push(
      typeof message === 'string' ? message : Buffer.from(message).toString('latin1'),
    );
  }

  end(): void {
    this.isEnded = true;
    this.leave();
  }
}

const talkOf = async (at: Scene): Promise<Conversation> => (await call(at)).conversation;

describe('ExecuteCommand', () => {
  it('asks leave of its own, on the job, by the name of the container', () => {
    const [plain, named] = [{}, { container: 'side' }].map(
      (more) => executeCommand.authorizes({ jobId: 'j', ...more }, context)[0],
    );
    assert.deepEqual(
      [plain?.action, plain?.resources, plain?.conditions?.(), named?.conditions?.()],
      [
        'longshore:ExecuteCommand',
        ['arn:aws:batch:eu-west-1:123456789012:job/j'],
        {},
        { 'longshore:container-name': 'side' },
      ],
    );
  });

  it('takes a command of words and a terminal of a size', async () => {
    const at = await scene();
    await call(at, { command: '["sh","-c","echo $0"]', terminal: '132x43' });
    await call(at, { jobId: `arn:aws:batch:eu-west-1:123456789012:job/${at.id}` });
    assert.deepEqual(at.asked, [
      { command: ['sh', '-c', 'echo $0'], terminal: { columns: 132, rows: 43 } },
      { command: ['sh'], terminal: undefined },
    ]);
    const bad: [object, RegExp][] = [
      [{ upgrade: undefined }, /called as a WebSocket/],
      [{ upgrade: 'h2c' }, /called as a WebSocket/],
      [{ jobId: 'a b' }, /is not the id of a job/],
      [{ jobId: jobId('gone') }, /Job gone does not exist/],
      ...[
        '',
        '[]',
        '[""]',
        '"sh"',
        '[1]',
        '{}',
        '["a\\u0000"]',
        JSON.stringify(['a'.repeat(16_384)]),
      ].map((command): [object, RegExp] => [{ command }, /command must be a JSON array of words/]),
      [{ command: undefined }, /command must be/],
      ...['', '80', '0x24', '80x0', '1001x24', '80x1001', 'ax b', '80x24x1'].map(
        (terminal): [object, RegExp] => [{ terminal }, /terminal must be columns and rows/],
      ),
    ];
    for (const [more, message] of bad)
      await assert.rejects(
        call(at, more),
        { name: 'ClientException', message },
        JSON.stringify(more),
      );
    at.rig.engine.onExecute = () => Promise.reject(new EngineUnavailable('away'));
    await assert.rejects(call(at), { name: 'ServerException', status: 503 });
  });

  it('tells what is printed, and how it ended', async () => {
    const at = await scene();
    const conversation = await talkOf(at);
    const peer = new ScriptedPeer(
      Buffer.from('\0typed'),
      '{"resize":{"columns":90,"rows":20}}',
      '{"endInput":true}',
    );
    const talking = conversation.talk(peer);
    at.session.print('out');
    at.session.print('err', 'stderr');
    await at.rig.clock.pass();
    at.session.end(4);
    await talking;
    assert.deepEqual(peer.heard, ['\x01out', '\x02err', '{"exitCode":4}']);
    assert.deepEqual(at.session.told, ['write typed', 'resize 90x20', 'end']);
    assert.ok(peer.isEnded);
  });

  it('hangs up when the peer has gone, or nobody is there', async () => {
    const at = await scene();
    const conversation = await talkOf(at);
    const peer = new ScriptedPeer();
    const talking = conversation.talk(peer);
    peer.leave();
    await talking;
    assert.deepEqual(at.session.told, ['hang up']);
    const other = await scene();
    (await talkOf(other)).drop();
    assert.deepEqual(other.session.told, ['hang up']);
  });

  it('hangs up on what means nothing, and says why', async () => {
    const strange = [
      Buffer.from('\x01no input'),
      Buffer.alloc(0),
      'no JSON',
      'null',
      '{}',
      '{"endInput":1}',
      '{"resize":{"columns":0,"rows":1}}',
      '{"resize":{"columns":"80","rows":24}}',
      '{"resize":null}',
    ];
    for (const message of strange) {
      const at = await scene();
      const peer = new ScriptedPeer(message);
      await (await talkOf(at)).talk(peer);
      assert.deepEqual(at.session.told, ['hang up'], String(message));
      assert.match(String(peer.heard.at(-1)), /^\{"reason":"a message (of no channel|that says)/);
    }
  });

  it('says where the engine is gone', async () => {
    const at = await scene();
    const conversation = await talkOf(at);
    Object.assign(at.session, {
      exitCode: () => Promise.reject(new EngineUnavailable('Docker is gone')),
    });
    const peer = new ScriptedPeer();
    at.session.end();
    await conversation.talk(peer);
    assert.deepEqual(peer.heard, ['{"reason":"Docker is gone"}']);
  });
});
