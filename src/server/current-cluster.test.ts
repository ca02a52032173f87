// `--cluster current`: which cluster that is, and what it is called.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Failure, UsageError } from '../cli/failure.ts';
import { parseServerConfig } from './config.ts';
import { clusterOf, withCurrentCluster } from './current-cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'longshore-current-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function kubeconfig(text: string): { KUBECONFIG: string } {
  const path = join(folder, 'config');
  writeFileSync(path, text);
  return { KUBECONFIG: path };
}

test('a cluster is called as its context is, as far as it can be', () => {
  const caller = { account: '000000000000', region: 'eu-west-1' };
  const own = 'arn:aws:eks:us-east-2:123456789012:cluster/prod';
  const cases: readonly [context: string, name: string][] = [
    ['kind-lab', 'kind-lab'],
    ['admin@home', 'admin-home'],
    ['me@lab.eu-west-1.eksctl.io', 'me-lab-eu-west-1-eksctl-io'],
    ['_x', 'x'],
    ['@@', 'current'],
    ['n'.repeat(300), 'n'.repeat(90)],
  ];
  for (const [context, name] of cases)
    assert.deepEqual(clusterOf(context, caller), {
      arn: `arn:aws:eks:eu-west-1:000000000000:cluster/${name}`,
      context,
    });
  assert.deepEqual(clusterOf(own, caller), { arn: own, context: own });
});

test('the current context is among the clusters, beside those that are named', async () => {
  const given = parseServerConfig(['--cluster', 'current', '--cluster', 'other=o']);
  const environment = kubeconfig('current-context: kind-lab\ncontexts: [{name: kind-lab}]\n');
  const { config, cluster } = await withCurrentCluster(given, environment);
  const names = ['other', 'kind-lab'].map(
    (name) => `arn:aws:eks:us-east-1:000000000000:cluster/${name}`,
  );
  assert.equal(cluster.context, 'kind-lab');
  assert.deepEqual(config.settings.clusters, names);
  assert.deepEqual(
    config.clusters.map(({ arn }) => arn),
    names,
  );
  assert.equal(config.settings.runsPods, true);
});

test('it is said where nothing is current, and where two have one name', async () => {
  const given = parseServerConfig(['--cluster', 'current']);
  await assert.rejects(
    withCurrentCluster(given, kubeconfig('contexts: [{name: a}, {name: b}]\n')),
    (error) =>
      error instanceof Failure && /no context .* is current; it has a, b\. /.test(error.message),
  );
  await assert.rejects(
    withCurrentCluster(given, { KUBECONFIG: join(folder, 'nothing') }),
    (error) => error instanceof Failure && error.message.startsWith('--cluster current: '),
  );
  await assert.rejects(
    withCurrentCluster(
      parseServerConfig(['--cluster', 'current', '--cluster', 'a-b=other']),
      kubeconfig('current-context: a@b\ncontexts: [{name: a@b}]\n'),
    ),
    UsageError,
  );
});
