// Clusters as EKS's own clients see them: those that the server was told of, in the caller's
// account and region, with what is known of each and nothing beside it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as eks from '@aws-sdk/client-eks';
import { headOf } from '../../../test/house/signed.ts';
import { ask } from '../../../test/house/ask.ts';
import { Rig } from '../../../test/house/rig.ts';
import { SdkCaller } from '../../../test/house/sdk-caller.ts';
import type { ClusterFacts } from '../../port/cluster-directory.ts';

const arnOf = (name: string, region = 'us-east-1', account = '123456789012'): string =>
  `arn:aws:eks:${region}:${account}:cluster/${name}`;
const pem = '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n';
const known: Readonly<Record<string, ClusterFacts>> = {
  [arnOf('lab')]: {
    endpoint: 'https://lab.test:6443',
    authorities: pem,
    version: '1.34',
    issuer: 'https://kubernetes.default.svc',
  },
  [arnOf('silent')]: { endpoint: 'https://10.0.0.1' },
  [arnOf('nowhere')]: {},
};

const open = (clusters: readonly string[] = Object.keys(known)): SdkCaller =>
  new SdkCaller(
    new Rig({
      settings: { clusters },
      clusterDirectory: { facts: (arn) => Promise.resolve(known[arn] ?? {}) },
    }),
  );

const describeCluster = (caller: SdkCaller, name: string) =>
  caller.send(eks, 'EKSClient', new eks.DescribeClusterCommand({ name })) as Promise<
    Pick<eks.DescribeClusterResponse, 'cluster'>
  >;
const listClusters = (caller: SdkCaller, input: eks.ListClustersRequest = {}) =>
  caller.send(eks, 'EKSClient', new eks.ListClustersCommand(input)) as Promise<
    Pick<eks.ListClustersResponse, 'clusters' | 'nextToken'>
  >;
const unreachable = {
  code: 'ClusterUnreachable',
  message: 'The cluster cannot be reached from the server, whose log says why.',
  resourceIds: [],
};

describe('DescribeCluster', () => {
  it('says what is known, and nothing that is not', async () => {
    const { cluster } = await describeCluster(open(), 'lab');
    assert.deepEqual(cluster, {
      name: 'lab',
      arn: arnOf('lab'),
      endpoint: 'https://lab.test:6443',
      certificateAuthority: { data: Buffer.from(pem).toString('base64') },
      version: '1.34',
      identity: { oidc: { issuer: 'https://kubernetes.default.svc' } },
      status: 'ACTIVE',
      health: { issues: [] },
      tags: {},
    });
  });

  it('says of one that does not answer what its way tells, and that it cannot be reached', async () => {
    const { cluster } = await describeCluster(open(), 'silent');
    assert.deepEqual(cluster, {
      name: 'silent',
      arn: arnOf('silent'),
      endpoint: 'https://10.0.0.1',
      status: 'ACTIVE',
      health: { issues: [unreachable] },
      tags: {},
    });
  });

  it('has one PENDING for which there is no way yet', async () => {
    const { cluster } = await describeCluster(open(), 'nowhere');
    assert.equal(cluster?.status, 'PENDING');
    assert.equal(cluster.endpoint, undefined);
  });

  it('knows none of another name, account or region', async () => {
    const caller = open([arnOf('lab', 'eu-west-1'), arnOf('lab', 'us-east-1', '111111111111')]);
    for (const name of ['lab', 'other', arnOf('lab')])
      await assert.rejects(describeCluster(caller, name), {
        name: 'ResourceNotFoundException',
        message: `No cluster found for name: ${name}.`,
      });
    const { status } = await ask(caller.rig.app.pipeline, headOf('GET', '/clusters/x', []));
    assert.equal(status, 404);
    assert.deepEqual((await listClusters(caller)).clusters, []);
  });
});

describe('ListClusters', () => {
  it('lists names, page by page in their order', async () => {
    const caller = open(['c', 'b', 'a'].map((name) => arnOf(name)));
    const first = await listClusters(caller, { maxResults: 2 });
    assert.deepEqual(first.clusters, ['a', 'b']);
    const second = await listClusters(caller, { maxResults: 2, nextToken: first.nextToken });
    assert.deepEqual([second.clusters, second.nextToken], [['c'], undefined]);
    const all = await listClusters(caller, { include: ['all'] });
    assert.deepEqual([all.clusters, all.nextToken], [['a', 'b', 'c'], undefined]);
  });

  for (const [input, message] of [
    [{ maxResults: 0 }, /^maxResults must be a whole number from 1 to 100/],
    [{ maxResults: 101 }, /^maxResults must be a whole number from 1 to 100/],
    [{ nextToken: 'none' }, /^nextToken/],
    [{ include: ['ALL'] }, /^include must be one of all/],
  ] as const)
    it(`refuses ${JSON.stringify(input)}`, async () => {
      await assert.rejects(listClusters(open(), { ...input } as eks.ListClustersRequest), {
        name: 'InvalidParameterException',
        message,
      });
    });
});

describe('what is not built', () => {
  for (const [method, path, expected] of [
    ['POST', '/clusters', 'CreateCluster'],
    ['DELETE', '/clusters/lab', 'DeleteCluster'],
    ['GET', '/clusters/lab/addons', 'ListAddons'],
    ['GET', '/clusters/lab/addons/vpc-cni', 'DescribeAddon'],
    ['POST', '/clusters/lab/identity-provider-configs/describe', 'DescribeIdentityProviderConfig'],
    [
      'DELETE',
      '/clusters/lab/access-entries/arn%3Aaws%3Aiam/access-policies/p',
      'DisassociateAccessPolicy',
    ],
    ['GET', '/access-policies', 'ListAccessPolicies'],
  ] as const)
    it(`${expected} says so, also unsigned`, async () => {
      const { status, body } = await ask(new Rig().app.pipeline, headOf(method, path, []));
      assert.equal(status, 400);
      assert.equal(
        JSON.parse(body).message,
        `${expected} is not built in Longshore yet: see the coverage page`,
      );
    });

  it('is not what has no operation there', async () => {
    const { pipeline } = new Rig().app;
    const patched = await ask(pipeline, headOf('PATCH', '/clusters/lab', []));
    assert.equal(patched.status, 405);
    const other = await ask(pipeline, headOf('GET', '/clusters/lab/nothing/of/this', []));
    assert.equal(other.status, 404);
  });
});
