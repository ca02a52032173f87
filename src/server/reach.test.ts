// Which addresses only this machine can reach, and what is said of the others.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { UsageError } from '../cli/failure.ts';
import { isLoopback, reachOf } from './reach.ts';

it('addresses of this machine alone are those, however they are written', () => {
  for (const own of [
    '127.0.0.1',
    '127.0.0.2',
    '127.255.255.254',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
  ])
    assert.ok(isLoopback(own), own);
  for (const other of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '172.17.0.1',
    '128.0.0.1',
    '1.27.0.1',
    '::2',
    '::ffff:10.0.0.1',
    'fe80::1',
    'fe80::1%lo',
    '127.0.0.1.evil.test',
    '',
  ])
    assert.ok(!isLoopback(other), other);
});

it('this machine needs no leave', async () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
    const { address, who } = await reachOf({ host, hostIsProtected: false, auth: false });
    assert.ok(isLoopback(address));
    assert.match(who, /^Only programs on this machine/);
  }
});

it('others are refused with the way that is safe, and with leave are told of each time', async () => {
  for (const host of ['0.0.0.0', '::', '10.11.12.13', '172.17.0.1']) {
    await assert.rejects(
      reachOf({ host, hostIsProtected: false, auth: false }),
      (error) =>
        error instanceof UsageError &&
        /become root on this machine/.test(error.message) &&
        /ssh -L 4590:127\.0\.0\.1:4590 server.*--host-is-protected/.test(error.hint ?? ''),
    );
    const { address, who } = await reachOf({ host, hostIsProtected: true, auth: false });
    assert.equal(address, host);
    assert.match(who, /^WARNING: whoever can reach .* can become root on this machine/);
  }
});

it('where requests are signed any address is', async () => {
  const of = async (host: string) =>
    (await reachOf({ host, hostIsProtected: false, auth: true })).who;
  assert.match(await of('127.0.0.1'), /^Only programs on this machine .* must be signed\.$/);
  assert.match(await of('0.0.0.0'), /^Every machine that has a way .* must be signed\.$/);
});

it('names that are none are refused', async () => {
  for (const host of ['', 'no.such.name.invalid', 'a b'])
    await assert.rejects(reachOf({ host, hostIsProtected: true, auth: false }), UsageError);
});
