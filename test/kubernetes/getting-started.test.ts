// The way to a first job on a cluster, by kubectl and the AWS CLI: as the AWS Batch user guide has
// it in "Getting started with AWS Batch on Amazon EKS", with its files and rules, where the server
// is to the cluster who the guide says that AWS Batch is; and as doc/kubernetes.md has it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { JobDetail } from '@aws-sdk/client-batch';
import { AwsCli } from '../aws-cli.ts';
import { requirement } from '../requirement.ts';
import { account, region, TestServer } from '../server.ts';
import { until } from '../until.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import {
  guideClusterRules,
  guideDefinition,
  guideEnvironment,
  guideNamespace,
  guideNamespaceObject,
  guideNamespaceRules,
  guideOverride,
  guideQueue,
  guideUser,
} from './guide-cluster.ts';
import { programPath } from './programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const arn = `arn:aws:eks:${region}:${account}:cluster/my-cluster-name`;
const skip = ownClusterSkip() || requirement('awscli').skip;

describe('getting started on a cluster', { skip }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: OwnCluster;
  let server: TestServer;
  let aws: AwsCli;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-getting-started-'));
    ends.defer(() => rmSync(folder, { recursive: true }));
    cluster = ends.use(await startOwnCluster());
    for (const node of cluster.nodes)
      for (const name of [
        'public.ecr.aws/amazonlinux/amazonlinux:2',
        'docker.io/library/busybox:1.37',
      ])
        node.nameImage(cluster.image, name);
    const path = join(folder, 'kubeconfig');
    writeFileSync(path, JSON.stringify(kubeconfigOf(cluster)));
    const former = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = path;
    ends.defer(() => {
      if (former === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = former;
    });
    server = ends.use(
      await TestServer.start('none', [
        ...['--cluster', `my-cluster-name=${guideUser}`],
        ...['--cluster', 'lab=kind-lab'],
      ]),
    );
    aws = new AwsCli(server);
  });
  after(() => ends.disposeAsync());

  /** As the administrator of the cluster, who follows the guide. */
  function kubectl(words: readonly string[], input?: object): string {
    const { status, stdout, stderr } = spawnSync(programPath('kubectl'), words, {
      encoding: 'utf8',
      input: input === undefined ? '' : JSON.stringify(input),
    });
    assert.equal(status, 0, stderr);
    return stdout;
  }
  /** The value of `--cli-input-json`. */
  function file(name: string, content: object): string {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return `file://${path}`;
  }
  const job = async (jobId: string): Promise<JobDetail> =>
    (await aws.json`batch describe-jobs --job ${jobId}`).jobs[0];

  describe('as the user guide has it', () => {
    test('the cluster is prepared for the user that the server is', async () => {
      kubectl(['create', '-f', '-'], guideNamespaceObject);
      kubectl(['apply', '-f', '-'], guideClusterRules);
      kubectl(['apply', '-f', '-', '--namespace', guideNamespace], guideNamespaceRules);
      // AWS Batch leaves reading output to others.
      const within = ['--namespace', guideNamespace];
      kubectl(['create', 'role', 'reads', '--verb=get', '--resource=pods/log', ...within]);
      kubectl(['create', 'rolebinding', 'reads', '--role=reads', `--user=${guideUser}`, ...within]);
      assert.equal((await aws.json`eks describe-cluster --name my-cluster-name`).cluster.arn, arn);
    });

    test('a compute environment of the cluster becomes valid', async () => {
      const subnet = await aws.json`ec2 describe-subnets --query Subnets[0].SubnetId`;
      const group = await aws.json`ec2 describe-security-groups --query SecurityGroups[0].GroupId`;
      const input = guideEnvironment(arn, subnet, group);
      await aws.text`batch create-compute-environment --cli-input-json ${file('batch-eks-compute-environment.json', input)}`;
      await until('My-Eks-CE1 to be VALID', async () => {
        const { computeEnvironments } =
          await aws.json`batch describe-compute-environments --compute-environments My-Eks-CE1`;
        const [{ status, statusReason }] = computeEnvironments;
        assert.notEqual(status, 'INVALID', statusReason);
        return status === 'VALID';
      });
    });

    test('a queue and a definition are made of files', async () => {
      await aws.text`batch create-job-queue --cli-input-json ${file('batch-eks-job-queue.json', guideQueue)}`;
      const { revision } =
        await aws.json`batch register-job-definition --cli-input-json ${file('batch-eks-job-definition.json', guideDefinition)}`;
      assert.equal(revision, 1);
    });

    test('a job leads to its pod, and the pod to its job', async () => {
      const { jobId } =
        await aws.json`batch submit-job --job-queue My-Eks-JQ1 --job-definition MyJobOnEks_Sleep --job-name My-Eks-Job1`;
      await server.whenStatus(jobId, 'RUNNING');
      const pod = (await job(jobId)).eksProperties?.podProperties;
      assert.equal(pod?.nodeName, cluster.nodes[0]?.name);
      const described = kubectl(['describe', 'pod', pod?.podName ?? '', '-n', guideNamespace]);
      assert.match(described, new RegExp(`batch.amazonaws.com/job-id=${jobId}\n`));
      for (const [name, value] of [
        ['AWS_BATCH_JOB_ID', jobId],
        ['AWS_BATCH_JQ_NAME', 'My-Eks-JQ1'],
        ['AWS_BATCH_CE_NAME', 'My-Eks-CE1'],
        ['AWS_BATCH_JOB_ATTEMPT', '1'],
      ])
        assert.match(described, new RegExp(`${name}: +${value}\n`));
      await aws.text`batch terminate-job --job-id ${jobId} --reason seen`;
      await server.whenStatus(jobId, 'FAILED');
    });

    test('a job with overrides ends well, and its output is kept', async () => {
      const { jobId } =
        await aws.json`batch submit-job --cli-input-json ${file('submit-job-override.json', guideOverride)}`;
      const ended = await server.whenStatus(jobId, 'SUCCEEDED');
      const [attempt] = ended.eksAttempts ?? [];
      assert.equal(attempt?.eksClusterArn, arn);
      assert.equal(attempt.podNamespace, guideNamespace);
      // What this CLI knows of it.
      const [shown] = (await job(jobId)).eksAttempts ?? [];
      assert.equal(shown?.containers?.[0]?.exitCode, 0);
      const stream = `MyJobOnEks_Sleep/default/${shown.podName?.replace('aws-batch.', '')}`;
      await until('its output', async () => {
        const { events } =
          await aws.json`logs get-log-events --log-group-name /aws/batch/job --log-stream-name ${stream}`;
        return events[0]?.message === 'hello world';
      });
    });
  });

  test('as doc/kubernetes.md has it', async () => {
    const page = readFileSync(join(root, 'doc/kubernetes.md'), 'utf8');
    const [, section = ''] = /\n## With kubectl and the AWS CLI\n(.*?)\n## /s.exec(page) ?? [];
    const blocks = (section.match(/(?<=\n\n)(?: {4}.*\n)+/g) ?? []).map((block) =>
      block.replaceAll(/^ {4}/gm, ''),
    );
    const [commands = ''] = blocks;
    assert.equal(commands.match(/^(?=\S)(?!\})/gm)?.length, 5, commands);
    const { command } = requirement('awscli');
    const { status, stdout, stderr } = spawnSync(
      'bash',
      [
        '-euc',
        `aws() { '${command}' --endpoint-url '${server.url}' --no-cli-pager "$@"; }
        npx() { shift; '${process.execPath}' '${join(root, 'src/main.ts')}' "$@"; }
        kubectl() { '${programPath('kubectl')}' "$@"; }
        ${blocks.join('\n')}`,
      ],
      { cwd: folder, encoding: 'utf8', env: server.environment, timeout: 300_000 },
    );
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /^hello$/m);
    assert.match(stdout, /"node-0"/);
  });
});

/** The contexts of an administrator, the current one, and of who the guide's rules are for. */
function kubeconfigOf(cluster: OwnCluster): object {
  const read = (path: string) =>
    JSON.parse(readFileSync(path, 'utf8')) as {
      clusters: [{ name: string }];
      users: [{ user: object }];
    };
  const admin = read(cluster.kubeconfig);
  const [{ user }] = read(cluster.plane.kubeconfigFor(guideUser)).users;
  const [{ name }] = admin.clusters;
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: admin.clusters,
    users: [
      { name: 'admin', user: admin.users[0].user },
      { name: guideUser, user },
    ],
    contexts: [
      { name: 'kind-lab', context: { cluster: name, user: 'admin' } },
      { name: guideUser, context: { cluster: name, user: guideUser } },
    ],
    'current-context': 'kind-lab',
  };
}
