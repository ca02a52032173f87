// Which proxy the environment names for which address.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadKubeconfig } from './cluster-access.ts';
import { environmentProxy } from './environment-proxy.ts';

test('the proxy of the scheme is taken, but for what is excepted', () => {
  const rows = [
    ['https://c.test', '', true],
    ['https://c.test:6443', 'c.test', false],
    ['https://a.c.test', 'x, C.TEST', false],
    ['https://ac.test', 'c.test', true],
    ['https://c.test', '.c.test', true],
    ['https://a.c.test', '*.c.test', false],
    ['https://c.test:6443', 'c.test:443', true],
    ['https://c.test:6443', 'c.test:6443', false],
    ['https://c.test', '*', false],
    ['https://10.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.1.2.4,10.0.0.0/99,x/8', true],
    ['https://10.1.2.3:6443', '10.1.2.3', false],
    ['https://[fd00::1]:6443', 'fd00::/8', false],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', false],
    ['https://127.0.0.1:6443', '', false],
    ['https://[::1]', '', false],
    ['https://localhost', '', false],
    ['http://c.test', '', false],
  ] as const;
  for (const [server, except, isProxied] of rows)
    assert.equal(
      environmentProxy(new URL(server), { https_proxy: 'proxy:3128', NO_PROXY: except })?.href,
      isProxied ? 'http://proxy:3128/' : undefined,
      `${server} ${except}`,
    );
  assert.equal(environmentProxy(new URL('https://c.test'), {}), undefined);
  assert.throws(
    () => environmentProxy(new URL('https://c.test'), { HTTPS_PROXY: 'socks5://x' }),
    BadKubeconfig,
  );
});
