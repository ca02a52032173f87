// Which addresses the list allows, in all the ways in which one place can be written; and that a
// name is followed to allowed addresses alone.

import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BadHostAddress } from '../../port/host-connector.ts';
import { BadAddressPattern, ForbiddenAddress, HostAddresses } from './host-addresses.ts';

const allows = (patterns: readonly string[], dockerHost: string): string | undefined => {
  try {
    return new HostAddresses(patterns).endpoint({ url: dockerHost }).title;
  } catch (error) {
    assert.ok(error instanceof BadHostAddress, String(error));
    return undefined;
  }
};

test('nothing is allowed by default, and the refusal names the flag and the line', () => {
  for (const address of [
    'tcp://127.0.0.1:2375',
    'unix:///var/run/docker.sock',
    'ssh://me@there',
    'https://there',
  ]) {
    assert.throws(
      () => new HostAddresses([]).endpoint({ url: address }),
      (error) =>
        error instanceof BadHostAddress &&
        error.message.endsWith(`as in --host-addresses '${address}'`),
    );
  }
});

test('an address is compared in its one form', () => {
  const cases: [pattern: string, allowed: string[], refused: string[]][] = [
    [
      'tcp://10.0.0.0/8',
      [
        'tcp://10.0.0.7',
        'tcp://10.0.0.7:2375',
        'tcp://10.255.255.255:2376',
        'TCP://10.0.0.7',
        'https://10.0.0.7',
        'tcp://167772167',
        'tcp://0x0a.7',
        'tcp://012.0.0.7',
        'tcp://10.7',
        'tcp://[::ffff:10.0.0.7]',
        'tcp://[::FFFF:a00:7]:2376',
        'tcp://10.0.0.7.',
        'tcp://10.0.0.7/',
      ],
      [
        'tcp://11.0.0.1',
        'tcp://127.0.0.1',
        'tcp://2130706433',
        'tcp://0x7f.1',
        'tcp://[::1]',
        'tcp://[::ffff:127.0.0.1]',
        'tcp://10.0.0.7:22',
        'ssh://10.0.0.7',
        'unix:///10.0.0.7',
        'tcp://0.0.0.0',
        'tcp://[::]',
      ],
    ],
    [
      'tcp://10.0.0.7:9000',
      ['tcp://10.0.0.7:9000'],
      ['tcp://10.0.0.7', 'tcp://10.0.0.7:2375', 'tcp://10.0.0.8:9000'],
    ],
    ['tcp://10.0.0.7:*', ['tcp://10.0.0.7', 'tcp://10.0.0.7:1'], []],
    [
      'tcp://[fd00::/8]',
      ['tcp://[fd12::1]', 'tcp://[FD12:0::1]:2375'],
      ['tcp://[fe80::1]', 'tcp://10.0.0.1'],
    ],
    [
      'tcp://*.lab',
      ['tcp://a.lab', 'tcp://a.b.lab:2376', 'tcp://A.LAB.'],
      [
        'tcp://lab',
        'tcp://evillab',
        'tcp://a.lab.evil',
        'tcp://a.labx',
        'tcp://10.0.0.1',
        'tcp://.lab',
        'tcp://a..lab',
      ],
    ],
    [
      'tcp://build-*.lab',
      ['tcp://build-7.lab', 'tcp://build-x.lab.'],
      ['tcp://build-7.evil.lab', 'tcp://x.lab'],
    ],
    [
      'ssh://*.lab',
      ['ssh://a.lab', 'ssh://me@a.lab', 'ssh://root@A.lab:22'],
      ['ssh://a.lab:2222', 'ssh://lab', 'tcp://a.lab'],
    ],
    [
      'ssh://me@*.lab:*',
      ['ssh://me@a.lab', 'ssh://me@a.lab:2222'],
      ['ssh://a.lab', 'ssh://you@a.lab'],
    ],
    [
      'ssh://10.0.0.0/24',
      ['ssh://me@10.0.0.9', 'ssh://167772169'],
      ['ssh://me@10.0.1.9', 'ssh://name'],
    ],
    ['ssh://[fe80::1%eth0]', ['ssh://[FE80::1%eth0]'], ['ssh://[fe80::1]', 'ssh://[fe80::1%eth1]']],
    [
      'tcp://*',
      ['tcp://anything:2375', 'tcp://127.0.0.1'],
      ['tcp://anything:80', 'ssh://anything'],
    ],
  ];
  for (const [pattern, allowed, refused] of cases) {
    for (const address of allowed)
      assert.notEqual(allows([pattern], address), undefined, `${pattern} allows ${address}`);
    for (const address of refused)
      assert.equal(allows([pattern], address), undefined, `${pattern} refuses ${address}`);
  }
  assert.equal(
    allows(['tcp://10.0.0.0/8'], 'tcp://167772167:2376'),
    'tcp://10.0.0.7:2376',
    'what is compared is what is connected to',
  );
});

test('what has two readings is refused whatever is allowed', () => {
  const all = ['tcp://*:*', 'ssh://*:*', 'unix:///run/*'];
  const hostile = [
    '',
    'tcp://',
    'tcp://a b',
    'tcp://a\n',
    'tcp://a\\b',
    'tcp://a%2Eb',
    'tcp://me@a',
    'tcp://me:x@a',
    'tcp://a/x',
    'tcp://a?x',
    'tcp://a#x',
    'tcp://a:0',
    'tcp://a:65536',
    'tcp://a:x',
    'tcp://１０.0.0.1',
    'tcp://1.2.3.4.5',
    'tcp://256.0.0.1',
    'gopher://a',
    'fd://3',
    'npipe:////./pipe/x',
    'unix://run/x',
    'unix:/run/x',
    'unix:///run/%78',
    'unix:///run/x\0y',
    "unix:///run/'x",
    'unix://\0abstract',
    'ssh://-oProxyCommand=x',
    'ssh://a;b',
    'ssh://me@a/x',
  ];
  for (const address of hostile)
    assert.equal(allows(all, address), undefined, JSON.stringify(address));
});

test('a socket is the one that its path leads to', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'longshore-sockets-')));
  try {
    for (const name of ['one', 'two', 'secret']) writeFileSync(join(root, name), '');
    symlinkSync(join(root, 'one'), join(root, 'link'));
    symlinkSync(root, join(root, 'here'));
    assert.equal(allows([`unix://${root}/one`], `unix://${root}/x/../one`), `unix://${root}/one`);
    assert.equal(
      new HostAddresses([`unix://${root}/link`]).endpoint({
        url: `unix://${root}/here/link`,
      }).socketPath,
      join(root, 'one'),
    );
    assert.equal(allows([`unix://${root}/one`], `unix://${root}/two`), undefined);
    assert.equal(allows([`unix://${root}/t*`], `unix://${root}/two`), `unix://${root}/two`);
    symlinkSync(join(root, 'secret'), join(root, 'trap'));
    assert.equal(
      allows([`unix://${root}/t*`], `unix://${root}/trap`),
      undefined,
      'a link out of what is allowed',
    );
    assert.equal(
      allows([`unix://${root}/t*`], `unix://${root}/there-later`),
      `unix://${root}/there-later`,
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a name is followed to allowed addresses alone', async () => {
  const lookup = (pattern: string) =>
    new HostAddresses([pattern]).endpoint({ url: 'tcp://localhost:2375' }).lookup;
  const ask = (pattern: string, all: boolean) =>
    new Promise((resolve, reject) =>
      lookup(pattern)?.('localhost', { all, family: 4 }, (error, address) =>
        error ? reject(error) : resolve(address),
      ),
    );
  await assert.rejects(ask('tcp://10.0.0.0/8', true), ForbiddenAddress);
  assert.deepEqual(await ask('tcp://127.0.0.0/8', true), [{ address: '127.0.0.1', family: 4 }]);
  assert.equal(await ask('tcp://127.0.0.0/8', false), '127.0.0.1');
  assert.equal(
    lookup('tcp://localhost'),
    undefined,
    'a name that is allowed as it is may lead anywhere',
  );
});

test('a pattern that cannot be understood is refused', () => {
  for (const pattern of [
    '',
    '*',
    'tcp://',
    '10.0.0.0/8',
    'tcp://10.0.0.0/33',
    'tcp://name/8',
    'unix://x',
    'unix:///*/x',
    'unix:///',
    'tcp://a:65536',
    'tcp://me@a',
    'http://a',
    'ssh://me:x@a',
    'tcp://a b',
    'tcp://a,tcp://b',
  ]) {
    assert.throws(() => new HostAddresses([pattern]), BadAddressPattern, pattern);
  }
});

test('certificates are read from an absolute directory', () => {
  const list = new HostAddresses(['tcp://a']);
  for (const certPath of ['', 'certs', '../certs', '/a\0b'])
    assert.throws(() => list.endpoint({ url: 'tcp://a', certPath }), BadHostAddress);
  assert.notEqual(list.endpoint({ url: 'tcp://a', certPath: '/nowhere' }).tls, undefined);
});
