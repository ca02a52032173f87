// What kubeconfig files say, read as kubectl reads them, and what is said of those that are wrong:
// where, and never a secret. Programs that hand out tokens are small ones of this test's own.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { BadKubeconfig, CredentialsUnavailable } from './cluster-access.ts';
import { inCluster } from './in-cluster.ts';
import { Kubeconfig } from './kubeconfig.ts';
import { KubeconfigFiles } from './kubeconfig-files.ts';

const clock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'));
const secret = 'hush-hush-hush';
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-kubeconfig-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};

const read = (environment: Record<string, string> = {}, path?: string): Promise<Kubeconfig> =>
  Kubeconfig.read({ environment: { PATH: process.env['PATH'], ...environment }, clock, path });

const usual = (user: string, cluster = 'server: https://cluster.test:6443'): string => `
apiVersion: v1
kind: Config
current-context: here
contexts:
- name: here
  context: {cluster: c, user: u, namespace: jobs}
clusters:
- name: c
  cluster:
    ${cluster}
users:
- name: u
  user:
    ${user}
`;

test('a context is a cluster and who one is there; files and data are read beside the kubeconfig', async () => {
  mkdirSync(join(directory, 'sub'));
  file('sub/ca.pem', 'authority');
  const path = file(
    'config',
    usual(
      `client-certificate-data: ${Buffer.from('chain').toString('base64')}\n    client-key: sub/ca.pem\n    as: ann\n    as-groups: [g, h]`,
      'server: https://[::1]:6443/prefix\n    certificate-authority: sub/ca.pem\n    tls-server-name: name\n    proxy-url: http://proxy:3128',
    ),
  );
  const access = await (await read({}, path)).access();
  assert.equal(access.title, 'here');
  assert.equal(access.namespace, 'jobs');
  assert.equal(access.server.href, 'https://[::1]:6443/prefix');
  assert.equal(access.proxy?.host, 'proxy:3128');
  assert.deepEqual(access.trust, {
    authorities: 'authority',
    serverName: 'name',
    anybody: false,
  });
  assert.deepEqual(access.impersonation, {
    'Impersonate-User': 'ann',
    'Impersonate-Group': ['g', 'h'],
  });
  const { certificate } = await access.credentials.current();
  assert.deepEqual([certificate?.chain, certificate?.key.reveal()], ['chain', 'authority']);
});

test('of several files the first that says a thing counts, and some may be missing', async () => {
  const first = file(
    'first',
    `{"contexts": [{"name": "a", "context": {"cluster": "x"}}], "clusters": [{"name": "x", "cluster": {"server": "https://first"}}]}`,
  );
  const second = file(
    'second',
    `{"current-context": "b", "contexts": [{"name": "a", "context": {"cluster": "y"}}, {"name": "b", "context": {"cluster": "x"}}], "clusters": [{"name": "x", "cluster": {"server": "https://second"}}]}`,
  );
  const environment = { KUBECONFIG: `${first}:${join(directory, 'none')}::${second}` };
  const config = await read(environment);
  const files = await KubeconfigFiles.read({ environment });
  assert.deepEqual(files.contexts, ['a', 'b']);
  assert.equal(files.currentContext, 'b');
  assert.deepEqual(files.paths, [first, join(directory, 'none'), second]);
  assert.equal((await config.access()).server.host, 'first');
  assert.equal((await config.access('a')).server.host, 'first');
  assert.equal((await config.access('a')).namespace, 'default');
});

test('what is wrong is said with its place, and no secret is shown', async () => {
  const rows: readonly (readonly [what: string, text: string, says: RegExp])[] = [
    ['no YAML', `users: [{token: ${secret}`, /config: line \d+: /],
    ['a list', '- a', /is no object/],
    ['nothing', '', /no context is current/],
    ['no such context', 'current-context: there', /no context there; it has none/],
    ['no server', usual('{}', 'x: y'), /clusters\[0\]: cluster: server is missing/],
    ['an address that is none', usual('{}', 'server: "ftp://x"'), /ftp:\/\/x is no address/],
    ['SOCKS', usual('{}', 'server: x\n    proxy-url: socks5://x'), /proxy-url must begin/],
    [
      'no file',
      usual('{client-key: none, client-certificate: none}'),
      /client-certificate cannot be read/,
    ],
    ['half a certificate', usual('client-key-data: eA=='), /belong together/],
    ['passwords', usual(`{username: u, password: ${secret}}`), /no passwords/],
    ['an old plugin', usual(`auth-provider: {name: gcp, config: {t: ${secret}}}`), /use exec/],
    ['a token of two lines', usual(`token: "${secret}\\nX: y"`), /token is none/],
    ['a number', usual('token: 5'), /token must be text/],
    [
      'an exec of another time',
      usual('exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}'),
      /v1alpha1 is not known/,
    ],
    [
      'a program that asks',
      usual(
        'exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}',
      ),
      /asks people/,
    ],
    [
      'a bomb',
      `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d]\n`,
      /config/,
    ],
    [
      'a prototype',
      usual('{__proto__: {token: x}, constructor: y, tokenFile: [x]}'),
      /tokenFile must be text/,
    ],
  ];
  for (const [what, text, says] of rows)
    await assert.rejects(
      async () => (await read({}, file('config', text))).access(),
      (error) => {
        assert.ok(error instanceof BadKubeconfig, `${what}: ${String(error)}`);
        assert.match(error.message, says, what);
        assert.ok(!error.message.includes(secret), what);
        return true;
      },
    );
  await assert.rejects(read({ HOME: directory }), /\.kube\/config cannot be read/);
});

const plugin = (body: string, rest = ''): string =>
  usual(
    `exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: ./plugin\n      args: [get-token]\n      env: [{name: COUNT, value: ${directory}/count}]\n      provideClusterInfo: true${rest}`,
  ) + `\n# ${file('plugin', `#!/bin/sh\necho "$1 $KUBERNETES_EXEC_INFO" >> $COUNT\n${body}\n`)}`;

const credential = (status: object): string =>
  `echo '${JSON.stringify({ kind: 'ExecCredential', apiVersion: 'v1', status })}'`;

async function pluginAccess(body: string): Promise<() => Promise<string | undefined>> {
  const text = plugin(body);
  chmodSync(join(directory, 'plugin'), 0o755);
  const { credentials } = await (await read({}, file('config', text))).access();
  return async () => (await credentials.current()).token?.reveal();
}

const runs = (): string[] => readFileSync(join(directory, 'count'), 'utf8').trim().split('\n');

test('a program hands out tokens, once for all who ask and again shortly before its token ends', async () => {
  const token = await pluginAccess(
    credential({
      token: secret,
      expirationTimestamp: new Date(clock.now() + 900_000).toISOString(),
    }),
  );
  assert.deepEqual(await Promise.all([token(), token(), token()]), [secret, secret, secret]);
  assert.equal(runs().length, 1);
  const [, info = ''] = /^get-token (.*)$/.exec(runs()[0] ?? '') ?? [];
  assert.deepEqual(JSON.parse(info), {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { cluster: { server: 'https://cluster.test:6443' }, interactive: false },
  });
  await clock.pass(830_000);
  await token();
  assert.equal(runs().length, 1);
  await clock.pass(20_000);
  await token();
  assert.equal(runs().length, 2);
});

test('a program that fails, or prints something else, is told by name and without its output', async () => {
  const rows = [
    ['echo no login >&2; exit 1', /plugin: no login$/],
    [`echo ${secret}`, /did not print an ExecCredential/],
    [credential({ token: `${secret} x` }), /neither a token nor a certificate/],
    [credential({}), /neither a token nor a certificate/],
  ] as const;
  for (const [body, says] of rows)
    await assert.rejects(
      (await pluginAccess(body))(),
      (error) =>
        error instanceof CredentialsUnavailable &&
        says.test(error.message) &&
        !error.message.includes(secret),
      body,
    );
});

test('in a pod, the service account is read anew as the kubelet renews it', async () => {
  assert.equal(await inCluster({}, clock), undefined);
  const pod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  await assert.rejects(inCluster(pod, clock, directory), BadKubeconfig);
  file('namespace', 'jobs\n');
  file('ca.crt', 'authority');
  file('token', 'first\n');
  const access = await inCluster(pod, clock, directory);
  assert.equal(access?.server.href, 'https://[fd00::1]/');
  assert.equal(access?.namespace, 'jobs');
  const token = async () => (await access?.credentials.current())?.token?.reveal();
  assert.equal(await token(), 'first');
  file('token', 'second');
  assert.equal(await token(), 'first');
  await clock.pass(60_000);
  assert.equal(await token(), 'second');
  // Refused: it may have been renewed this very moment.
  file('token', 'third');
  const used = await access?.credentials.current();
  assert.equal(used && access?.credentials.refused(used), true);
  assert.equal(await token(), 'third');
  file('token', '');
  await clock.pass(60_000);
  await assert.rejects(token(), CredentialsUnavailable);
});
