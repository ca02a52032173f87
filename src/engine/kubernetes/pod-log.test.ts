// Following a container's output through streams that end for every reason but the right one, on
// virtual time. No kubelet is needed, and none is proven.

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import {
  json,
  ScriptedCluster,
  statusObject,
  type Asked,
} from '../../../test/house/scripted-cluster.ts';
import { EngineUnavailable, type LogBatch, type LogPosition } from '../../port/engine.ts';
import { LogTurns, type LogTurn } from './log-turns.ts';
import { podLog, type PodOutputState } from './pod-log.ts';

const stamped = (second: number, text: string): string =>
  `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z ${text}\n`;

const gone = 'unable to retrieve container logs for containerd://1';
/** What comes before that, while it goes: seen of 1.34. */
const going =
  'failed to try resolving symlinks in path "/var/log/pods/n_p_u/default/0.log": lstat /var/log/pods/n_p_u/default/0.log: no such file or directory';

type Step = (response: ServerResponse, asked: Asked, log: Followed) => void;

/** One reading of a log: what the kubelet answers, one step a stream, the last for ever. */
class Followed implements AsyncDisposable {
  state: PodOutputState | Error = 'running';
  readonly lines: string[] = [];
  position: LogPosition | undefined;
  hasEnded = false;
  failure: unknown;
  readonly cluster: ScriptedCluster;
  readonly stop = new AbortController();
  turns: LogTurns;
  /** Of whoever waits to be told. */
  readonly looks = new Set<() => void>();

  private constructor(cluster: ScriptedCluster) {
    this.cluster = cluster;
    this.turns = new LogTurns(cluster.clock);
  }

  static async start(...steps: readonly Step[]): Promise<Followed> {
    const holder: { log?: Followed } = {};
    let streams = 0;
    const cluster = await ScriptedCluster.start((asked, response) =>
      steps[Math.min(streams++, steps.length - 1)]?.(response, asked, holder.log as Followed),
    );
    holder.log = new Followed(cluster);
    return holder.log;
  }

  follow(from?: LogPosition): this {
    const log = podLog(
      {
        connection: this.cluster.connection,
        clock: this.cluster.clock,
        random: () => 1,
        namespace: 'n',
        pod: 'p',
        container: 'default',
        state: () => {
          if (this.state instanceof Error) throw this.state;
          return this.state;
        },
        whenTold: (look) => {
          this.looks.add(look);
          return () => this.looks.delete(look);
        },
        turns: this.turns,
        signal: this.stop.signal,
      },
      from,
    );
    this.#read(log)
      .catch((error: unknown) => {
        this.failure = error;
      })
      .finally(() => {
        this.hasEnded = true;
      });
    return this;
  }

  async #read(log: AsyncIterable<LogBatch>): Promise<void> {
    for await (const { lines, position } of log) {
      this.lines.push(...lines.map(({ message }) => Buffer.from(message).toString('utf8')));
      this.position = position;
    }
  }

  async end(stepMs = 20): Promise<readonly string[]> {
    await this.cluster.until(() => this.hasEnded, stepMs);
    assert.equal(this.failure, undefined);
    return this.lines;
  }

  async had(count: number): Promise<void> {
    await this.cluster.until(() => this.lines.length >= count, 20);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.cluster[Symbol.asyncDispose]();
  }
}

const ended: Step = (response, _, log) => {
  log.state = 'ended';
  response.end();
};

const removed: Step = (response, _, log) => {
  log.state = 'ended';
  response.end(gone);
};

test('output is followed from its start to its end, and asked for in the one way that loses nothing', async () => {
  const all = stamped(1, 'a') + stamped(2, 'b');
  await using log = await Followed.start((response) => response.end(all), ended);
  assert.deepEqual(await log.follow().end(), ['a', 'b']);
  const [first, second] = log.cluster.asked;
  assert.equal(first?.path, '/api/v1/namespaces/n/pods/p/log');
  assert.deepEqual(Object.fromEntries(first?.query ?? []), {
    container: 'default',
    follow: 'true',
    timestamps: 'true',
  });
  // A second before the last stamp, in whole seconds: nothing finer reaches the kubelet.
  assert.equal(second?.query.get('sinceTime'), '2026-01-01T00:00:01Z');
});

test('the end of a stream is not the end of a container', async () => {
  await using log = await Followed.start(
    (response) => response.end(stamped(1, 'a')),
    (response) => response.end(stamped(1, 'a')),
    (response) =>
      response.write(stamped(1, 'a') + stamped(1, 'a2') + stamped(2, 'half').slice(0, -3)),
    (response, _, it) => {
      it.state = 'ended';
      response.end(stamped(1, 'a') + stamped(1, 'a2') + stamped(2, 'half'));
    },
    (response) => response.end(stamped(2, 'half')),
  );
  log.follow();
  await log.had(2);
  await log.cluster.until(() => log.cluster.asked.length === 3);
  log.cluster.cut();
  assert.deepEqual(await log.end(), ['a', 'a2', 'half']);
});

test('what a runtime still writes after its container has ended is waited for', async () => {
  let endedAtMs = 0;
  await using log = await Followed.start(
    (response, _, it) => {
      it.state = 'ended';
      endedAtMs = it.cluster.clock.elapsedMs;
      response.end(stamped(1, 'a'));
    },
    (response, _, it) => {
      const isWritten = it.cluster.clock.elapsedMs >= endedAtMs + 1_500;
      response.end(stamped(1, 'a') + (isWritten ? stamped(2, 'late') : ''));
    },
  );
  assert.deepEqual(await log.follow().end(), ['a', 'late']);
});

test('a container is sure to be written when its node has ended its stream for long enough', async () => {
  let followedToMs = 0;
  await using log = await Followed.start(
    (response) => response.end(stamped(1, 'a')),
    (response) => response.end(stamped(1, 'a')),
  );
  log.follow();
  await log.had(1);
  followedToMs = log.cluster.clock.elapsedMs;
  // The watch says it later than the node knew it.
  await log.cluster.until(() => log.cluster.clock.elapsedMs >= followedToMs + 1_500, 50);
  assert.equal(log.hasEnded, false);
  log.state = 'ended';
  await log.end(50);
  assert.ok(log.cluster.clock.elapsedMs - followedToMs < 3_000);
  // Nor before.
  assert.ok(log.cluster.clock.elapsedMs - followedToMs >= 2_000);
});

test('who makes way for others goes on where it was, and nothing is lost or doubled', async () => {
  await using log = await Followed.start(
    (response) => response.write(stamped(1, 'a')),
    (response) => response.write(stamped(1, 'a') + stamped(2, 'b')),
    ended,
  );
  log.turns = new LogTurns(log.cluster.clock, 1);
  log.follow();
  await log.had(1);
  const other = log.turns.wait(false);
  let turn: LogTurn | undefined;
  void other.turn.then((given) => (turn = given));
  await log.cluster.until(() => turn !== undefined, 500);
  assert.ok(log.cluster.clock.elapsedMs >= 10_000);
  assert.equal(log.cluster.asked.length, 1, 'it waits for its turn');
  turn?.end();
  await log.had(2);
  assert.deepEqual(log.lines, ['a', 'b']);
});

test('what ends while it waits for its turn is read at once', async () => {
  await using log = await Followed.start((response) => response.end(stamped(1, 'a')));
  log.turns = new LogTurns(log.cluster.clock, 0);
  log.follow();
  await log.cluster.clock.pass(60_000);
  assert.equal(log.cluster.asked.length, 0);
  log.state = 'ended';
  for (const look of log.looks) look();
  assert.deepEqual(await log.end(), ['a']);
  assert.ok(log.cluster.clock.elapsedMs < 63_000);
});

test('a last line without its end is a line once the container has ended', async () => {
  await using log = await Followed.start((response, _, it) => {
    it.state = 'ended';
    response.end(stamped(1, 'a') + stamped(2, 'no end').trimEnd());
  });
  assert.deepEqual(await log.follow().end(), ['a', 'no end']);
});

test('what a kubelet says of a container that it has removed is no output', async () => {
  const rows: readonly (readonly [
    what: string,
    steps: readonly Step[],
    lines: readonly RegExp[],
  ])[] = [
    ['all was read', [(r) => r.end(stamped(1, 'a')), removed], [/^a$/]],
    [
      'all was read, and its file goes first',
      [
        (r) => r.end(stamped(1, 'a')),
        (r, _, it) => {
          it.state = 'ended';
          r.end(going);
        },
        removed,
      ],
      [/^a$/],
    ],
    ['nothing was read', [removed], [/cannot be read: the node has removed/]],
    ['it is not there yet', [(r) => r.end(gone), (r) => r.end(stamped(1, 'a')), ended], [/^a$/]],
    ['its output says so too', [(r) => r.end(stamped(1, gone)), ended], [/^unable to retrieve/]],
  ];
  for (const [what, steps, lines] of rows) {
    await using log = await Followed.start(...steps);
    const had = await log.follow().end();
    assert.equal(had.length, lines.length, `${what}: ${had.join('\n')}`);
    lines.forEach((line, index) => assert.match(had[index] ?? '', line, what));
  }
});

test('a container that waits is waited for, one that is gone is not, and what cannot be read is said', async () => {
  const rows: readonly (readonly [Step, PodOutputState, readonly RegExp[]])[] = [
    [
      // By a kubelet that has just started, or because it is so: the watch will know.
      (r, _, it) => {
        it.state = 'gone';
        json(r, 404, statusObject(404, 'NotFound'));
      },
      'running',
      [/cannot be read: the pod is gone/],
    ],
    [
      (r) => json(r, 400, statusObject(400, 'BadRequest', gone)),
      'ended',
      [/cannot be read: the node has removed/],
    ],
    [(r) => r.end(stamped(1, 'a')), 'gone', []],
    [
      (r) => json(r, 403, statusObject(403, 'Forbidden', 'no pods/log')),
      'ended',
      [/cannot be read: no pods\/log/],
    ],
    [
      (r) => json(r, 500, statusObject(500, 'InternalError', 'no route to node')),
      'ended',
      [/no route to node/],
    ],
    [(r) => r.end('failed to try resolving symlinks'), 'ended', [/failed to try resolving/]],
  ];
  for (const [step, state, lines] of rows) {
    await using log = await Followed.start(step);
    log.state = state;
    const had = await log.follow().end(200);
    assert.equal(had.length, lines.length, had.join('\n'));
    lines.forEach((line, index) => assert.match(had[index] ?? '', line));
  }
  await using waiting = await Followed.start(
    (response) => json(response, 400, statusObject(400, 'BadRequest', 'is waiting to start')),
    (response) => response.end(stamped(1, 'a')),
    ended,
  );
  waiting.state = 'waiting';
  waiting.follow();
  await waiting.cluster.clock.pass(60_000);
  assert.equal(waiting.cluster.asked.length, 0);
  waiting.state = 'running';
  assert.deepEqual(await waiting.end(100), ['a']);
});

test('a cluster that is away for an hour costs no line', async () => {
  await using log = await Followed.start(
    (response) => response.write(stamped(1, 'a')),
    (response) => response.end(stamped(1, 'a') + stamped(2, 'b')),
    ended,
  );
  log.follow();
  await log.had(1);
  log.state = new EngineUnavailable('away');
  log.cluster.cut();
  await log.cluster.clock.pass(3_600_000);
  assert.equal(log.cluster.asked.length, 1);
  log.state = 'running';
  assert.deepEqual(await log.end(100), ['a', 'b']);
});

test('reading goes on from a position as if it had never stopped', async () => {
  const text = stamped(1, 'a') + stamped(1, 'b') + stamped(2, 'c');
  await using first = await Followed.start((response) =>
    response.write(stamped(1, 'a') + stamped(1, 'b')),
  );
  first.follow();
  await first.had(2);
  await using second = await Followed.start((response) => response.end(text), ended);
  assert.deepEqual(await second.follow(first.position).end(), ['c']);
});

test('a stream that is silent after its container has ended is not waited for', async () => {
  await using log = await Followed.start(
    (response) => response.write(stamped(1, 'a')),
    (response) => response.end(stamped(1, 'a') + stamped(2, 'b')),
  );
  log.follow();
  await log.had(1);
  // Nobody says anything, and it runs: that is as it should be.
  await log.cluster.clock.pass(3_600_000);
  assert.equal(log.cluster.asked.length, 1);
  log.state = 'ended';
  assert.deepEqual(await log.end(1_000), ['a', 'b']);
});

test('whoever stops reading ends the stream', async () => {
  await using log = await Followed.start((response) => response.write(stamped(1, 'a')));
  log.follow();
  await log.had(1);
  log.stop.abort();
  await log.end();
});

test('whoever reads slowly holds up the kubelet, and memory stays bounded', async () => {
  const chunk = stamped(1, 'x'.repeat(1_000)).repeat(1_000);
  let written = 0;
  let isFull = false;
  await using log = await Followed.start((response) => {
    const more = (): void => {
      while (written < 60_000_000 && !isFull) {
        written += chunk.length;
        isFull = !response.write(chunk);
      }
      if (written >= 60_000_000) response.end();
    };
    response.on('drain', () => {
      isFull = false;
      more();
    });
    more();
  });
  const reading = podLog(
    {
      connection: log.cluster.connection,
      clock: log.cluster.clock,
      namespace: 'n',
      pod: 'p',
      container: 'c',
      state: () => 'running',
      whenTold: () => () => undefined,
      turns: new LogTurns(log.cluster.clock),
      signal: log.stop.signal,
    },
    undefined,
  );
  const first = await log.cluster.settled(reading.next());
  assert.equal(first.done, false);
  await log.cluster.until(() => isFull);
  for (let turns = 0; turns < 1_000; turns++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(written < 40_000_000, String(written));
  await reading.return(undefined);
});
