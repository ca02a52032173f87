// Following what becomes of jobs, by the program itself, by curl's eyes, and through a server that
// is killed: nothing is missing, each job's changes come in their order.

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { must } from '../src/base/assert.ts';
import { freePort } from './free-port.ts';
import { PlainServer } from './plain-server.ts';
import { SpyProxy } from './spy-proxy.ts';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

interface Told {
  readonly id: string;
  readonly detail: { readonly jobId: string; readonly status: string };
}

/** `longshore events -f --json`, and what it has printed. */
class Follower {
  readonly told: Told[] = [];
  stderr = '';
  readonly child: ChildProcess;

  constructor(url: string, ...args: string[]) {
    this.child = spawn(
      process.execPath,
      [main, 'events', '-f', '--json', '--endpoint', url, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, AWS_REGION: 'us-east-1' } },
    );
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error('its output is piped');
    createInterface({ input: stdout }).on('line', (line) => {
      this.told.push(JSON.parse(line) as Told);
    });
    stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  statuses(id: string): string[] {
    return this.told.flatMap(({ detail }) => (detail.jobId === id ? [detail.status] : []));
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL');
  }
}

const whole = ['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED'];

describe('what becomes of jobs', () => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-events-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('is followed through a kill of the server, and nothing is missing', async () => {
    const flags = ['--port', String(await freePort())];
    await using server = await PlainServer.start({ flags });
    await server.prepare();
    using follower = new Follower(server.url, '--queue', 'test');
    // It follows from when it hears of anything.
    await until('the follower to hear of a job', async () => {
      await server.submit();
      return follower.told.length > 0;
    });
    const first = await Promise.all(Array.from({ length: 20 }, () => server.submit()));
    await server.stop('SIGKILL');
    await server.start();
    const second = await Promise.all(Array.from({ length: 20 }, () => server.submit()));
    const array = await server.submit({ arrayProperties: { size: 50 } });
    const children = Array.from({ length: 50 }, (_, index) => `${array}:${index}`);
    const ids = [...first, ...second, ...children, array];
    await until('every end to be heard of', async () =>
      ids.every((id) => /SUCCEEDED|FAILED/.test(follower.statuses(id).at(-1) ?? '')),
    );
    assert.doesNotMatch(follower.stderr, /not told/);
    const once = new Map(follower.told.map((event) => [event.id, event]));
    for (const id of [...second, ...children]) assert.deepEqual(follower.statuses(id), whole);
    assert.deepEqual(follower.statuses(array), ['PENDING', 'SUCCEEDED']);
    for (const id of first) {
      const statuses = [...once.values()].flatMap(({ detail }) =>
        detail.jobId === id ? [detail.status] : [],
      );
      assert.equal(statuses[0], 'RUNNABLE');
      assert.equal(statuses.at(-1), (await server.job(id)).status);
      for (const [at, status] of statuses.entries())
        assert.ok(at === 0 || follows(statuses[at - 1] ?? '', status), statuses.join());
    }
  });

  it('ends in order when the server does', async () => {
    await using server = await PlainServer.start();
    const { body } = await fetch(`${server.url}/_longshore/events`);
    const reader = must(body, 'it is answered').getReader();
    assert.equal((await reader.read()).done, false);
    const ending = server.stop();
    // A connection that is cut off is an error.
    while (!(await reader.read()).done);
    assert.equal(await ending, 0);
  });

  it('is what wait waits for', async () => {
    await using server = await PlainServer.start();
    await server.prepare();
    const job = await server.submit({ containerOverrides: { command: ['sleep', '2'] } });
    await using proxy = await SpyProxy.before(Number(new URL(server.url).port));
    const args = [main, 'wait', '--endpoint', `http://127.0.0.1:${proxy.port}`, job];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 0);
    // At first, when the server began to tell, and for each of two changes; not every few moments.
    const asked = proxy.requests.filter((request) => request.endsWith('/v1/describejobs'));
    assert.ok(asked.length <= 5, proxy.requests.join('\n'));
    assert.ok(proxy.requests.some((request) => request.includes('/_longshore/events')));
  });

  it('is told to whom its account it is, and to a web page of somewhere else not at all', async () => {
    await using server = await PlainServer.start();
    const get = (headers: Record<string, string>) =>
      server.send({
        method: 'GET',
        path: '/_longshore/events?after=0&follow=false',
        headers,
        body: '',
      });
    assert.equal((await get({})).status, 200);
    assert.notEqual((await get({ origin: 'http://elsewhere.example' })).status, 200);
    const refused = await server.send({
      method: 'GET',
      path: '/_longshore/events?status=DONE',
      body: '',
    });
    assert.match(refused.body, /'DONE' is no status of a job/);
  });
});

const next: Readonly<Record<string, readonly string[]>> = {
  RUNNABLE: ['STARTING', 'FAILED'],
  STARTING: ['RUNNING', 'RUNNABLE', 'FAILED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'RUNNABLE'],
};
const follows = (before: string, status: string): boolean =>
  next[before]?.includes(status) === true;
