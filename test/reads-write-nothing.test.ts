// Whoever reads leaves nothing behind: accounts that nobody knows see what a new account has of
// itself, the same each time, and no row is kept of them. What they saw is what stands there once
// they change something.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { TestServer } from './server.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const target = (name: string) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': name,
});
const json = { 'content-type': 'application/json' };
const ec2 = (action: string): string => `Action=${action}&Version=2016-11-15`;
const reads: readonly (readonly [
  service: string,
  path: string,
  headers: Record<string, string>,
  body: string,
])[] = [
  ...[
    'DescribeVpcs',
    'DescribeSubnets',
    'DescribeSecurityGroups',
    'DescribeRouteTables',
    'DescribeInternetGateways',
    'DescribeInstances',
    'DescribeImages',
    'DescribeKeyPairs',
    'DescribeLaunchTemplates',
    'DescribeNetworkAcls',
  ].map((action) => ['ec2', '/', form, ec2(action)] as const),
  ...['ListRoles', 'ListInstanceProfiles'].map(
    (action) => ['iam', '/', form, `Action=${action}&Version=2010-05-08`] as const,
  ),
  ['iam', '/', form, 'Action=GetRole&RoleName=ecsInstanceRole&Version=2010-05-08'],
  ['sts', '/', form, 'Action=GetCallerIdentity&Version=2011-06-15'],
  ['logs', '/', target('Logs_20140328.DescribeLogGroups'), '{}'],
  ['ecs', '/', target('AmazonEC2ContainerServiceV20141113.ListClusters'), '{}'],
  ...[
    'describecomputeenvironments',
    'describejobqueues',
    'describejobdefinitions',
    'describejobs',
  ].map(
    (path) =>
      ['batch', `/v1/${path}`, json, path === 'describejobs' ? '{"jobs":["none"]}' : '{}'] as const,
  ),
];

async function ask(
  server: TestServer,
  key: string,
  [service, path, headers, body]: (typeof reads)[number],
): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260102/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization, ...headers },
    body,
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, `${service} ${body}: ${text}`);
  return text;
}

/** Counts the rows of all tables. The server has ended. */
function rows(server: TestServer): number {
  const database = new DatabaseSync(join(server.dataDir, 'longshore.db'), { readOnly: true });
  try {
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all() as { name: string }[];
    return tables.reduce(
      (sum, { name }) =>
        sum +
        (database.prepare(`SELECT count(*) AS rows FROM ${name}`).get() as { rows: number }).rows,
      0,
    );
  } finally {
    database.close();
  }
}

it('reads of unknown accounts keep no row', async () => {
  await using server = await TestServer.start('fake');
  await server.kill('SIGTERM');
  const before = rows(server);
  await server.restart();
  for (let count = 0; count < 10; count++) {
    const key = String(100_000_000_000 + count);
    for (const read of reads) await ask(server, key, read);
  }
  await server.kill('SIGTERM');
  assert.equal(rows(server), before);
});

it('what was seen before the first change stands there after it, and after a restart', async () => {
  await using server = await TestServer.start('fake');
  const key = '123412341234';
  const ids = async (): Promise<string[]> => {
    const shown = [];
    for (const read of reads.slice(0, 5))
      shown.push(
        ...((await ask(server, key, read)).match(
          /(vpc|subnet|sg|rtb|igw|sgr|acl)-0[0-9a-f]{16}/g,
        ) ?? []),
      );
    const roles = await ask(server, key, ['iam', '/', form, 'Action=ListRoles&Version=2010-05-08']);
    return [...new Set([...shown, ...(roles.match(/AROA\w+|<CreateDate>[^<]+/g) ?? [])])].sort();
  };
  const seen = await ids();
  assert.ok(seen.length > 10, seen.join(' '));
  await server.restart();
  assert.deepEqual(await ids(), seen);
  await ask(server, key, ['ec2', '/', form, `${ec2('CreateKeyPair')}&KeyName=k`]);
  await ask(server, key, [
    'iam',
    '/',
    form,
    `Action=CreateRole&RoleName=mine&AssumeRolePolicyDocument=${encodeURIComponent('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"batch.amazonaws.com"},"Action":"sts:AssumeRole"}]}')}&Version=2010-05-08`,
  ]);
  const after = await ids();
  assert.deepEqual(
    seen.filter((one) => !after.includes(one)),
    [],
  );
});
