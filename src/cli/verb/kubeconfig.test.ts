// `longshore kubeconfig` against a scripted server and kubeconfig files of the test's own: which
// context it takes for the server's cluster, and that no credential of anybody comes out.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Answer, runAgainst, terminal, type Script } from '../../../test/house/scripted-server.ts';
import { KubeconfigFiles } from '../../engine/kubernetes/kubeconfig-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-kubeconfig-verb-'));
after(() => rmSync(directory, { recursive: true }));

const certificate = (of: string): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(of).toString('base64')}\n-----END CERTIFICATE-----\n`;
const encoded = (text: string): string => Buffer.from(text).toString('base64');
const secret = 'hush-hush-hush';
const arn = 'arn:aws:eks:us-east-1:000000000000:cluster/lab';
const endpoint = 'https://127.0.0.1:6443';

interface Own {
  readonly server: string;
  readonly authority?: string;
  readonly user?: string;
}

let written = 0;
function kubeconfigOf(contexts: Readonly<Record<string, Own>>, current = ''): string {
  const path = join(directory, `config-${written++}`);
  const entries = Object.entries(contexts);
  const config = {
    'current-context': current,
    contexts: entries.map(([name, { user = 'ann' }]) => ({
      name,
      context: { cluster: `c-${name}`, user, namespace: 'jobs' },
    })),
    clusters: entries.map(([name, { server, authority }]) => ({
      name: `c-${name}`,
      cluster: {
        server,
        ...(authority !== undefined && { 'certificate-authority-data': encoded(authority) }),
      },
    })),
    users: [{ name: 'ann', user: { token: secret } }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const serverOf = (authority?: string, where: string | undefined = endpoint): Script => ({
  '/clusters': () => ({ clusters: ['lab'] }),
  '/clusters/lab': () => ({
    cluster: {
      name: 'lab',
      arn,
      endpoint: where,
      ...(authority !== undefined && { certificateAuthority: { data: encoded(authority) } }),
    },
  }),
});

const run = (script: Script, path: string, ...argv: string[]) =>
  runAgainst(script, ['kubeconfig', ...argv], terminal({ KUBECONFIG: path }));

test('it names what the own files call the cluster, by the ARN, and holds no secret', async () => {
  const path = kubeconfigOf({
    other: { server: endpoint, authority: certificate('other') },
    here: { server: 'https://tunnel.test', authority: `x\n${certificate('lab')}` },
  });
  const { code, stdout, stderr } = await run(serverOf(certificate('lab')), path);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout + stderr, new RegExp(`${secret}|https:|CERTIFICATE`));
  assert.match(stderr, /names here of your own kubeconfig: use both, as in KUBECONFIG=FILE:\//);
  // Beside the own one it leads to the cluster.
  const made = join(directory, 'made');
  writeFileSync(made, stdout);
  const files = await KubeconfigFiles.read({ environment: { KUBECONFIG: `${made}:${path}` } });
  assert.equal(files.currentContext, arn);
  const context = files.context(arn);
  assert.deepEqual([context.text('user'), context.text('namespace')], ['ann', 'jobs']);
  assert.equal(files.clusterOf(context).text('server'), 'https://tunnel.test');
  const json = await run(serverOf(certificate('lab')), path, '--json', '--cluster', arn);
  assert.deepEqual(JSON.parse(json.stdout), {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': arn,
    contexts: [{ name: arn, context: { cluster: 'c-here', user: 'ann', namespace: 'jobs' } }],
  });
});

test('an address counts where one side knows of no authority, and never against two', async () => {
  const plain = kubeconfigOf({ here: { server: `${endpoint}/` } });
  assert.equal((await run(serverOf(certificate('lab')), plain)).code, 0);
  assert.equal((await run(serverOf(), plain)).code, 0);
  const another = kubeconfigOf({ here: { server: endpoint, authority: certificate('other') } });
  const { code, stdout, stderr } = await run(serverOf(certificate('lab')), another);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    /no context of \S+ leads to lab \(https:\/\/127\.0\.0\.1:6443\)\. The server gives its own credentials to nobody/,
  );
});

test('of several the current one is taken, or the one that is said', async () => {
  const of = { server: endpoint, authority: certificate('lab') };
  const contexts = { one: of, two: of, other: { ...of, authority: certificate('other') } };
  const script = serverOf(certificate('lab'));
  const which = await run(script, kubeconfigOf(contexts, 'other'));
  assert.equal(which.code, 1);
  assert.match(which.stderr, /several contexts lead to lab: say by --context .* of one, two/);
  const current = await run(script, kubeconfigOf(contexts, 'two'));
  assert.match(current.stdout, /cluster: "c-two"/);
  const said = await run(script, kubeconfigOf(contexts, 'two'), '--context', 'one');
  assert.match(said.stdout, /cluster: "c-one"/);
  const wrong = await run(script, kubeconfigOf(contexts), '--context', 'other');
  assert.match(wrong.stderr, /the context other leads to another cluster than lab/);
  const none = await run(script, kubeconfigOf(contexts), '--context', 'none');
  assert.match(none.stderr, /has no context none .* it has one, two, other/);
});

test('it says what is missing', async () => {
  const path = kubeconfigOf({ here: { server: endpoint } });
  const nothing = await run({ '/clusters': () => ({ clusters: [] }) }, path);
  assert.match(nothing.stderr, /knows no Kubernetes cluster .* --cluster NAME=CONTEXT/);
  const several = await run({ '/clusters': () => ({ clusters: ['a', 'b'] }) }, path);
  assert.equal(several.code, 2);
  assert.match(several.stderr, /knows 2 clusters\nSay which by --cluster: a, b/);
  const elsewhere = await run(
    serverOf(),
    path,
    '--cluster',
    'arn:aws:eks:us-east-1:111111111111:cluster/lab',
  );
  assert.match(elsewhere.stderr, /another account or region/);
  const noFile = await run(serverOf(), join(directory, 'none'));
  assert.match(noFile.stderr, /your kubeconfig: \S+none cannot be read/);
  const denied = await run(
    {
      '/clusters/lab': () => {
        throw new Answer(403, 'AccessDeniedException', 'ann may not eks:DescribeCluster');
      },
    },
    path,
    '--cluster',
    'lab',
  );
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /may not eks:DescribeCluster/);
});

test('a context that leads nowhere keeps no other from being found', async () => {
  const path = join(directory, 'broken');
  writeFileSync(
    path,
    JSON.stringify({
      contexts: [
        { name: 'a', context: { cluster: 'none' } },
        { name: 'b', context: { cluster: 'odd' } },
        { name: 'c', context: { cluster: 'here' } },
      ],
      clusters: [
        { name: 'odd', cluster: { server: endpoint, 'certificate-authority': 'no-such-file' } },
        { name: 'here', cluster: { server: endpoint } },
      ],
    }),
  );
  const { stdout, stderr } = await run(serverOf(), path);
  assert.match(stdout, /cluster: "here"\n$/, stderr);
});
