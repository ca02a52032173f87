// What annotations of a service account are read as, and how often a cluster is asked for them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json, ScriptedCluster, statusObject } from '../../../test/house/scripted-cluster.ts';
import { AccountRoles } from './account-roles.ts';

const roleArn = 'arn:aws:iam::123456789012:role/reader';
const usual = { roleArn, audience: 'sts.amazonaws.com', tokenSeconds: 86_400 };

async function started(annotations: () => Readonly<Record<string, unknown>> | number) {
  const faults: unknown[] = [];
  const cluster = await ScriptedCluster.start((_, response) => {
    const answer = annotations();
    if (typeof answer === 'number') json(response, answer, statusObject(answer, 'No'));
    else json(response, 200, { metadata: { annotations: answer } });
  });
  const { connection, clock } = cluster;
  const roles = new AccountRoles({ connection, clock, onFault: (fault) => faults.push(fault) });
  return { cluster, roles, faults };
}

test('an account stands for the role that its annotations name', async () => {
  const of = (name: string, value: string) => ({ [`eks.amazonaws.com/${name}`]: value });
  const named = of('role-arn', roleArn);
  const cases: [Readonly<Record<string, unknown>>, object | undefined][] = [
    [named, usual],
    [{}, undefined],
    [{ 'eks.amazonaws.com/role-arn': 1 }, undefined],
    [
      { ...named, ...of('audience', 'mine') },
      { ...usual, audience: 'mine' },
    ],
    [
      { ...named, ...of('token-expiration', '7200') },
      { ...usual, tokenSeconds: 7200 },
    ],
    [
      { ...named, ...of('token-expiration', '1') },
      { ...usual, tokenSeconds: 3600 },
    ],
    [{ ...named, ...of('token-expiration', '1e99') }, usual],
    [{ ...named, ...of('token-expiration', 'soon') }, usual],
  ];
  for (const [annotations, role] of cases) {
    const { cluster, roles } = await started(() => annotations);
    await using _ = cluster;
    assert.deepEqual(await cluster.settled(roles.of('n', 'a')), role, JSON.stringify(annotations));
  }
});

test('an account is not asked for again at once, and then as it is by now', async () => {
  let annotations = {};
  const { cluster, roles } = await started(() => annotations);
  await using _ = cluster;
  await cluster.settled(Promise.all([roles.of('n', 'a'), roles.of('n', 'a')]));
  assert.deepEqual(
    cluster.asked.map(({ path }) => path),
    ['/api/v1/namespaces/n/serviceaccounts/a'],
  );
  annotations = { 'eks.amazonaws.com/role-arn': roleArn };
  await cluster.clock.pass(10_000);
  assert.deepEqual(await cluster.settled(roles.of('n', 'a')), usual);
});

test('one that is not there stands for none, and one that may not be read neither', async () => {
  let status = 404;
  const { cluster, roles, faults } = await started(() => status);
  await using _ = cluster;
  assert.equal(await cluster.settled(roles.of('n', 'a')), undefined);
  assert.deepEqual(faults, []);
  status = 403;
  assert.equal(await cluster.settled(roles.of('n', 'b')), undefined);
  assert.equal(faults.length, 1);
});
