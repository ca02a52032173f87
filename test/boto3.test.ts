// boto3, as Debian ships it: boto3_tour.py does what Python programs do, and each of its stops is a
// test here.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requirement } from './requirement.ts';
import { TestServer, usersEngine } from './server.ts';

interface Stop {
  readonly name: string;
  readonly error?: string;
}

const python = requirement('boto3');
const tour = fileURLToPath(new URL('boto3_tour.py', import.meta.url));

test('boto3', { skip: python.skip }, async (t) => {
  await using server = await TestServer.start(usersEngine());
  const child = spawn(python.command, [tour, server.url, server.image], {
    env: server.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve, reject) =>
    child.once('exit', resolve).once('error', reject),
  );
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 300_000);
  let stops = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const stop = JSON.parse(line) as Stop;
    stops++;
    await t.test(stop.name.replaceAll('_', ' '), () =>
      assert.equal(stop.error, undefined, stop.error),
    );
  }
  clearTimeout(giveUp);
  assert.equal(await exited, 0, 'the tour came to its end');
  assert.ok(stops > 0);
});
