// awslogs-multiline-pattern and awslogs-datetime-format: lines become events on plain processes and
// on Docker, and a server that is killed in the middle of an event neither loses nor doubles it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerProperties } from '@aws-sdk/client-batch';
import { requirement } from './requirement.ts';
import { TestServer, type EngineName } from './server.ts';
import { until } from './until.ts';

const logged = (script: string, options: Record<string, string>): ContainerProperties => ({
  command: ['sh', '-c', script],
  logConfiguration: { logDriver: 'awslogs', options },
});

for (const engine of ['process', 'docker'] as const satisfies readonly EngineName[]) {
  test(
    `lines become events on the ${engine} engine, also across the end of the server`,
    { skip: engine === 'docker' && requirement('docker').skip },
    async () => {
      await using server = await TestServer.start(engine);
      await server.prepare();
      const trace = 'echo "2026-11-29 ERROR"; echo "  at x"; echo "  at y"; echo "2026-11-29 INFO"';
      const dated = await server.run(
        'dated',
        logged(trace, { 'awslogs-datetime-format': '%Y-%m-%d' }),
      );
      assert.deepEqual(
        [dated.status, await server.lines(dated)],
        ['SUCCEEDED', ['2026-11-29 ERROR\n  at x\n  at y\n', '2026-11-29 INFO\n']],
      );

      // It says more when the file is there, and nothing for longer than an event is held open is
      // said in between.
      const job = await server.submit(
        await server.register(
          'cut',
          logged(
            'echo START one; echo more; echo START two; sleep 4; echo rest; echo START three; sleep 2',
            { 'awslogs-multiline-pattern': '^START' },
          ),
        ),
      );
      const running = await server.whenStatus(job, 'RUNNING');
      await until(
        'the first event is there',
        async () => (await server.lines(running).catch(() => [])).length === 1,
      );
      await server.kill('SIGKILL');
      await server.restart();
      const ended = await server.whenEnded(job);
      assert.deepEqual(
        [ended.status, await server.lines(ended)],
        ['SUCCEEDED', ['START one\nmore\n', 'START two\nrest\n', 'START three\n']],
      );
    },
  );
}

test('an expression that is none is refused in the words of the driver; a costly one hangs nothing', async () => {
  await using server = await TestServer.start('process');
  await server.prepare();
  await assert.rejects(
    server.register('none', logged('true', { 'awslogs-multiline-pattern': '(' })),
    { name: 'ClientException', message: /awslogs could not parse multiline pattern key "\("/ },
  );
  await assert.rejects(
    server.register(
      'both',
      logged('true', { 'awslogs-multiline-pattern': 'a', 'awslogs-datetime-format': '%Y' }),
    ),
    { name: 'ClientException', message: /you cannot configure log opt/ },
  );
  const costly = await server.run(
    'costly',
    logged(
      'i=0; while [ $i -lt 200 ]; do head -c 20000 /dev/zero | tr "\\0" a; echo; i=$((i+1)); done',
      { 'awslogs-multiline-pattern': '(a*)*(a|aa)*(.*)(.*)b$' },
    ),
  );
  assert.equal(costly.status, 'SUCCEEDED');
  const began = Date.now();
  assert.equal((await fetch(`${server.url}/_longshore/health`)).status, 200);
  assert.ok(Date.now() - began < 5_000);
});
