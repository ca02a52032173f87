// What every engine must do that runs commands in containers that are there, as one suite. It knows
// the port alone, waits for what it sees and leaves nothing behind.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import type { ContainerId } from '../../../src/base/ids.ts';
import type { Engine } from '../../../src/port/engine.ts';
import type { Session, SessionOutput, SessionRequest } from '../../../src/port/session.ts';
import { newAttempt, type EngineContract } from './engine-contract.ts';
import { ReportRecorder, until } from './report-recorder.ts';

/** A session that a test talks with; what it prints is read all the time, and kept. */
class Talk {
  readonly session: Session;
  stdout = '';
  stderr = '';
  readonly ended: Promise<void>;

  constructor(session: Session, onOutput: (piece: SessionOutput) => void = () => undefined) {
    this.session = session;
    this.ended = this.#read(onOutput);
    this.ended.catch(() => undefined);
  }

  async #read(onOutput: (piece: SessionOutput) => void): Promise<void> {
    for await (const piece of this.session.output) {
      this[piece.stream] += Buffer.from(piece.bytes).toString('latin1');
      onOutput(piece);
    }
  }

  type(text: string): Promise<void> {
    return this.session.write(Buffer.from(text));
  }

  until(expected: RegExp): Promise<void> {
    return until(`${String(expected)} in ${JSON.stringify(this.stdout)}`, () =>
      expected.test(this.stdout),
    );
  }
}

export function sessionContract({ name, skip, create, spec }: EngineContract): void {
  const withContainer = (
    title: string,
    body: (engine: Engine, id: ContainerId, reports: ReportRecorder) => Promise<void>,
  ): void => {
    test(`${name}: ${title}`, { skip: skip ?? false, timeout: 120_000 }, async () => {
      const reports = new ReportRecorder();
      const engine = create();
      const id = newAttempt();
      await engine.open(reports.take);
      try {
        await engine.start({
          ...spec(id, { milliseconds: 600_000 }),
          environment: [{ name: 'OF_THE_JOB', value: 'seen' }],
        });
        await reports.first(id, 'started');
        await body(engine, id, reports);
      } finally {
        await engine.remove(id);
        await engine.close();
      }
    });
  };
  const run = async (engine: Engine, id: ContainerId, request: SessionRequest): Promise<Talk> => {
    const session = await engine.execute?.(id, request);
    assert.ok(session !== undefined && 'output' in session, JSON.stringify(session));
    return new Talk(session);
  };
  const shell = (script: string): SessionRequest => ({ command: ['sh', '-c', script] });

  withContainer('a command prints, has the environment of the job and ends', async (engine, id) => {
    const talk = await run(engine, id, shell('echo "$OF_THE_JOB"; echo no >&2; exit 7'));
    await talk.ended;
    assert.deepEqual(
      [talk.stdout, talk.stderr, await talk.session.exitCode()],
      ['seen\n', 'no\n', 7],
    );
  });

  withContainer('what it reads is what was written, however much', async (engine, id) => {
    const sent = Buffer.alloc(3 * 1024 * 1024, 'a line of some length\n');
    const talk = await run(engine, id, { command: ['cat'] });
    for (let at = 0; at < sent.length; at += 50_000)
      await talk.session.write(sent.subarray(at, at + 50_000));
    talk.session.endInput();
    await talk.ended;
    assert.equal(talk.stdout.length, sent.length);
    assert.equal(hash('sha256', Buffer.from(talk.stdout, 'latin1')), hash('sha256', sent));
    assert.equal(await talk.session.exitCode(), 0);
  });

  withContainer('a terminal has a size, and another one later', async (engine, id) => {
    const talk = await run(engine, id, {
      command: ['sh', '-i'],
      terminal: { columns: 91, rows: 31 },
    });
    await until('the first size to arrive', async () => {
      await talk.type('stty size\n');
      return talk.stdout.includes('31 91');
    });
    talk.session.resize({ columns: 101, rows: 41 });
    await until('the next size to arrive', async () => {
      await talk.type('stty size\n');
      return talk.stdout.includes('41 101');
    });
    await talk.type('echo "$((40 + 2))" >&2\nexit 5\n');
    await talk.ended;
    assert.match(talk.stdout, /\b42\b/);
    assert.deepEqual([talk.stderr, await talk.session.exitCode()], ['', 5]);
  });

  withContainer('a program at a terminal is interrupted by a key', async (engine, id) => {
    const talk = await run(engine, id, {
      command: [
        'sh',
        '-c',
        'trap "echo caught; exit 3" INT; echo ready; while :; do sleep 1; done',
      ],
      terminal: { columns: 80, rows: 24 },
    });
    await talk.until(/ready/);
    await talk.type('\x03');
    await talk.ended;
    assert.match(talk.stdout, /caught/);
    assert.equal(await talk.session.exitCode(), 3);
  });

  withContainer('hanging up ends what it runs, and nothing else', async (engine, id) => {
    for (const terminal of [undefined, { columns: 80, rows: 24 }]) {
      const talk = await run(engine, id, {
        command: ['sh', '-c', 'echo begun; sleep 4321; echo over'],
        terminal,
      });
      await talk.until(/begun/);
      await talk.session.hangUp();
      await talk.session.hangUp();
      await talk.ended;
      await until('its processes to end', async () => {
        const looking = await run(engine, id, shell('ps | grep -v grep | grep -c "sleep 4321"'));
        await looking.ended;
        return looking.stdout.trim() === '0';
      });
    }
    assert.equal((await engine.inspect(id))?.state, 'running');
  });

  withContainer('it ends with its container', async (engine, id, reports) => {
    const talk = await run(engine, id, shell('echo begun; sleep 4321'));
    await talk.until(/begun/);
    await engine.stop(id, 0);
    await reports.exited(id);
    await talk.ended;
    const answer = await engine.execute?.(id, { command: ['true'] });
    assert.ok(answer !== undefined && 'cannot' in answer);
  });

  withContainer('what cannot run says so', async (engine, id) => {
    const talk = await run(engine, id, { command: ['/no/such/program'] });
    await talk.ended;
    assert.match(talk.stdout + talk.stderr, /no such file/i);
    assert.ok([126, 127].includes((await talk.session.exitCode()) ?? 0));
    const unknown = await engine.execute?.(newAttempt(), { command: ['true'] });
    assert.ok(unknown !== undefined && 'cannot' in unknown);
  });
}
