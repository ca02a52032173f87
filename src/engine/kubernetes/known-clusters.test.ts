// What a connection tells of its cluster to those who ask where it is: nothing that a kubeconfig
// keeps secret, and no more questions to the cluster than it can bear.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json, ScriptedCluster, statusObject } from '../../../test/house/scripted-cluster.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { KnownClusters } from './known-clusters.ts';

const pem = '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n';
const key = '-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n';
const arn = 'arn:aws:eks:us-east-1:123456789012:cluster/lab';

const known = ({ connection, clock }: ScriptedCluster): KnownClusters =>
  new KnownClusters({ connection: () => Promise.resolve(connection), clock });

test('a cluster tells its version and its issuer, and is not asked again at once', async () => {
  await using cluster = await ScriptedCluster.start(
    ({ path }, response) =>
      json(
        response,
        200,
        path === '/version'
          ? { major: '1', minor: '34+', gitVersion: 'v1.34.4' }
          : { issuer: 'https://kubernetes.default.svc' },
      ),
    { access: { trust: { authorities: key + pem } } },
  );
  const directory = known(cluster);
  const [facts] = await Promise.all([
    cluster.settled(directory.facts(arn)),
    cluster.settled(directory.facts(arn)),
  ]);
  assert.match(facts.endpoint ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(
    [facts.authorities, facts.version, facts.issuer],
    [pem, '1.34', 'https://kubernetes.default.svc'],
  );
  assert.deepEqual(cluster.asked.map(({ path }) => path).toSorted(), [
    '/.well-known/openid-configuration',
    '/version',
  ]);
  await cluster.clock.pass(10_000);
  await cluster.settled(directory.facts(arn));
  assert.equal(cluster.asked.length, 4);
});

test('what an address says beside where the cluster is stays here', async () => {
  await using cluster = await ScriptedCluster.start(
    (_, response) => json(response, 403, statusObject(403, 'Forbidden')),
    { access: { server: new URL('http://me:secret@127.0.0.1:1/prefix/?token=secret#x') } },
  );
  const facts = await cluster.settled(known(cluster).facts(arn));
  assert.deepEqual(facts, {
    endpoint: 'http://127.0.0.1:1/prefix',
    authorities: undefined,
    version: undefined,
    issuer: undefined,
  });
});

test('a cluster that answers what is no version has none', async () => {
  for (const answer of [
    {},
    { major: '1' },
    { major: 'a', minor: 'b' },
    { major: '1', minor: {} },
  ]) {
    await using cluster = await ScriptedCluster.start((_, response) => json(response, 200, answer));
    const { version } = await cluster.settled(known(cluster).facts(arn));
    assert.equal(version, undefined, JSON.stringify(answer));
  }
});

test('of a cluster to which no way is known there is nothing to tell', async () => {
  await using cluster = await ScriptedCluster.start((_, response) => json(response, 200, {}));
  const directory = new KnownClusters({
    connection: () => Promise.reject(new EngineUnavailable('there is no file ~/.kube/config')),
    clock: cluster.clock,
  });
  assert.deepEqual(await directory.facts(arn), {});
});
