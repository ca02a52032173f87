// Whose keys are read over the connection to a cluster: those of issuers that only its pods can
// name, and of no cluster where two go by one name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json, ScriptedCluster, statusObject } from '../../../test/house/scripted-cluster.ts';
import { NoDocument } from '../../port/document-fetcher.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { ClusterDocuments } from './cluster-documents.ts';

const issuer = 'https://kubernetes.default.svc.cluster.local';
const discovery = '/.well-known/openid-configuration';

/** A cluster that calls its issuer so; undefined: it does not let anybody ask. */
const clusterOf = (called: () => string | undefined): Promise<ScriptedCluster> =>
  ScriptedCluster.start(({ path }, response) => {
    const name = called();
    if (name === undefined) json(response, 403, statusObject(403, 'Forbidden'));
    else if (path === discovery)
      json(response, 200, { issuer: name, jwks_uri: 'https://10.0.0.1' });
    else json(response, 200, { keys: [{ kid: 'its' }] });
  });

function documentsOf(
  clusters: Readonly<Record<string, () => Promise<ScriptedCluster['connection']>>>,
): ClusterDocuments {
  return new ClusterDocuments({
    clusters: Object.keys(clusters),
    connection: (arn) => clusters[arn]?.() ?? Promise.reject(new EngineUnavailable('none')),
    others: { fetch: async (url) => `from ${url}` },
  });
}

test('a cluster’s keys are those that it publishes to its own pods', async () => {
  await using cluster = await clusterOf(() => issuer);
  const documents = documentsOf({ lab: async () => cluster.connection });
  const found = JSON.parse(await cluster.settled(documents.fetch(issuer + discovery))) as {
    issuer: string;
    jwks_uri: string;
  };
  assert.deepEqual(found, { issuer, jwks_uri: `${issuer}/openid/v1/jwks` });
  assert.deepEqual(JSON.parse(await cluster.settled(documents.fetch(found.jwks_uri))), {
    keys: [{ kid: 'its' }],
  });
  const other = 'https://kubernetes.default.svc.other.local';
  for (const url of [other + discovery, `${issuer}/else`])
    await assert.rejects(cluster.settled(documents.fetch(url)), NoDocument);
});

test('no cluster speaks for an issuer that has an address of its own', async () => {
  for (const called of [
    'https://id.example.com',
    'https://kubernetes.default.svcs.example.com',
    'http://kubernetes.default.svc',
  ]) {
    await using cluster = await clusterOf(() => called);
    const documents = documentsOf({ lab: async () => cluster.connection });
    const url = called + discovery;
    assert.equal(await cluster.settled(documents.fetch(url)), `from ${url}`);
    assert.deepEqual(cluster.asked, []);
  }
});

test('where two clusters go by one name, neither is believed', async () => {
  let called: string | undefined = issuer;
  await using lab = await clusterOf(() => issuer);
  await using prod = await clusterOf(() => called);
  let away = true;
  const documents = documentsOf({
    lab: async () => lab.connection,
    prod: () =>
      away ? Promise.reject(new EngineUnavailable('away')) : Promise.resolve(prod.connection),
  });
  const read = (): Promise<string> => lab.settled(documents.fetch(issuer + discovery));
  await assert.rejects(read(), /prod has not said yet what it calls its issuer/);
  away = false;
  await assert.rejects(read(), /2 clusters call their issuer https:\/\/kubernetes\.default/);
  // Nor while the other is away.
  away = true;
  await assert.rejects(read(), /2 clusters/);
  away = false;
  called = 'https://kubernetes.default.svc.prod.local';
  await read();
  // One whose keys nobody may ask for has no tokens that count.
  called = undefined;
  await read();
});
