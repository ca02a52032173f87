// Jobs on Amazon EKS: what submissions override, what a pod is told and by which variables, how its
// attempts end, and how DescribeJobs shows all that. An engine that runs what it is told stands in
// for the cluster.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type {
  EksContainer,
  EksPodProperties,
  EksPodPropertiesOverride,
  JobDetail,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { containerIdOf, hostId, type JobId } from '../../../base/ids.ts';
import type { ComputeEnvironment } from '../../../core/compute-environment/compute-environment.ts';
import type { RegisteredHost } from '../../../core/host/host.ts';
import type { Exit } from '../../../core/job/attempt.ts';
import { limit } from '../../../core/limit.ts';
import type { ContainerSpec } from '../../../port/engine.ts';
import { scope } from '../../../../test/house/caller.ts';
import { Rig, type RigOptions } from '../../../../test/house/rig.ts';
import { ownEnvironment, ownQueue } from '../../../../test/house/rows.ts';
import { createRole } from '../../iam/role/create-role.ts';
import { registerJobDefinition } from '../job-definition/register-job-definition.ts';
import { describeJobs } from './describe-jobs.ts';
import { listJobs } from './list-jobs.ts';
import { submitJob } from './submit-job.ts';

const cluster = 'arn:aws:eks:eu-west-1:123456789012:cluster/lab';
const [node, other] = [hostId('e'.repeat(32)), hostId('f'.repeat(32))];

const environment: ComputeEnvironment = {
  ...ownEnvironment,
  type: 'MANAGED',
  computeResources: { type: 'EC2', maxvCpus: 16, subnets: ['subnet-1'], instanceTypes: ['m5'] },
  eks: { eksClusterArn: cluster, kubernetesNamespace: 'batch' },
};

/** Where its pods run. */
const host: RegisteredHost = {
  kind: 'registered',
  id: node,
  scope,
  title: 'a node',
  computeEnvironmentArn: environment.arn,
  capacity: { milliVcpu: 4000, memoryMib: 8192, gpus: 0 },
  status: 'ACTIVE',
  oldContainers: [],
  endpoint: { url: 'ssh://node' },
  facts: {
    runtime: { name: 'Docker', version: '25.0' },
    kernelVersion: '6.1',
    operatingSystem: 'Amazon Linux',
    osType: 'linux',
    architecture: 'x86_64',
    vcpus: 4,
    memoryMib: 8192,
    gpus: 0,
    canGiveGpus: false,
    logDrivers: ['awslogs'],
  },
  registeredAtMs: 0,
};

const lab = async (
  runsPods = true,
  hosts = [node],
  more: Pick<RigOptions, 'containerReach'> = {},
): Promise<Rig> => {
  const rig = await Rig.bare({
    ...more,
    rows: {
      computeEnvironments: [environment],
      jobQueues: [{ ...ownQueue, jobQueueType: 'EKS' }],
      hosts: hosts.map((id) => ({ ...host, id, endpoint: { url: `ssh://${id}` } })),
    },
    settings: { clusters: [cluster], runsPods },
  });
  await rig.clock.pass();
  return rig;
};

const container = (more: Partial<EksContainer> = {}): EksContainer => ({
  image: 'busybox',
  resources: { requests: { cpu: '0.5', memory: '64Mi' }, limits: { memory: '64Mi' } },
  ...more,
});

const define = (
  rig: Rig,
  pod: Partial<EksPodProperties> = {},
  more: Partial<RegisterJobDefinitionCommandInput> = {},
) =>
  rig.call(registerJobDefinition, {
    jobDefinitionName: 'd',
    type: 'container',
    eksProperties: { podProperties: { containers: [container()], ...pod } },
    ...more,
  });

async function submit(rig: Rig, more: Partial<SubmitJobCommandInput> = {}): Promise<JobId> {
  const { jobId } = await rig.call(submitJob, {
    jobName: 'n',
    jobQueue: 'q',
    jobDefinition: 'd',
    ...more,
  });
  return jobId as JobId;
}

async function shown(rig: Rig, id: string): Promise<JobDetail> {
  const { jobs } = await rig.call(describeJobs, { jobs: [id] });
  const [job] = jobs ?? [];
  assert.ok(job);
  return job;
}

const overriding = (podProperties: EksPodPropertiesOverride): Partial<SubmitJobCommandInput> => ({
  eksPropertiesOverride: { podProperties },
});

const engineOf = (rig: Rig) => {
  const engine = rig.engines.get(node);
  assert.ok(engine);
  return engine;
};

const everywhere = (rig: Rig): readonly ContainerSpec[] =>
  [...rig.engines.values()].flatMap(({ specs: known }) => [...known.values()]);
const specs = (rig: Rig): readonly ContainerSpec[] => [...engineOf(rig).specs.values()];

test('no pod is taken while no engine runs any', async () => {
  const rig = await lab(false);
  await define(rig);
  await assert.rejects(
    submit(rig),
    /Job queue q has Amazon EKS compute environments, and this server is told of no cluster/,
  );
});

describe('what a submission overrides', () => {
  const base: Partial<EksPodProperties> = {
    containers: [
      container({
        name: 'main',
        command: ['sh'],
        args: ['-c', 'Ref::input'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      }),
      container({ name: 'side' }),
    ],
    initContainers: [container({ name: 'first', args: ['Ref::input'] })],
    metadata: { labels: { team: 'blue', kind: 'x' }, annotations: { why: 'so' } },
  };

  it('is laid over the containers by their names, and parameters are put in', async () => {
    const rig = await lab();
    await define(rig, base, { parameters: { input: 'default' } });
    const id = await submit(rig, {
      parameters: { input: 'said' },
      ...overriding({
        containers: [
          {
            name: 'main',
            image: 'alpine',
            command: ['ash'],
            env: [
              { name: 'B', value: '3' },
              { name: 'C', value: '' },
            ],
            resources: { limits: { cpu: '1', memory: '128Mi' } },
          },
        ],
        initContainers: [{ image: 'init' }],
        metadata: { labels: { team: 'red' }, namespace: 'others' },
      }),
    });
    const pod = (await shown(rig, id)).eksProperties?.podProperties;
    assert.deepEqual(pod?.containers, [
      {
        name: 'main',
        image: 'alpine',
        command: ['ash'],
        args: ['-c', 'said'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '3' },
          { name: 'C', value: '' },
        ],
        resources: { limits: { cpu: '1', memory: '128Mi' } },
      },
      container({ name: 'side' }),
    ]);
    assert.deepEqual(pod?.initContainers, [
      container({ name: 'first', image: 'init', args: ['said'] }),
    ]);
    assert.deepEqual(pod?.metadata, {
      labels: { team: 'red', kind: 'x' },
      annotations: { why: 'so' },
      namespace: 'others',
    });
    // What is asked of a node: both containers, as the init container asks for less.
    assert.deepEqual(rig.job(id)?.terms.needs, { milliVcpu: 1500, memoryMib: 192, gpus: 0 });
  });

  const wrong: readonly [string, Partial<SubmitJobCommandInput>, RegExp][] = [
    [
      'of a container that is none',
      overriding({ containers: [{ name: 'other' }] }),
      /Override for container named other is not a container in the containers/,
    ],
    [
      'of an init container among the others',
      overriding({ containers: [{ name: 'first' }] }),
      /container named first is not a container in the containers/,
    ],
    [
      'without a name, of one of two',
      overriding({ containers: [{ image: 'alpine' }] }),
      /the name of the container to override must be given/,
    ],
    [
      'with a reserved variable',
      overriding({ containers: [{ name: 'main', env: [{ name: 'AWS_BATCH_A' }] }] }),
      /reserved for variables/,
    ],
    [
      'with a quarter and a bit of a CPU',
      overriding({ containers: [{ name: 'main', resources: { requests: { cpu: '0.3' } } }] }),
      /requests\.cpu must be a multiple of 0\.25/,
    ],
    [
      'with an image that is none',
      overriding({ containers: [{ name: 'main', image: 'a b' }] }),
      /containers\[0\]\.image must be/,
    ],
    [
      'with a namespace of the system',
      overriding({ metadata: { namespace: 'kube-public' } }),
      /metadata\.namespace/,
    ],
    [
      'of the only container of ECS',
      { containerOverrides: { command: ['true'] } },
      /Container overrides should not be set for jobs with eksProperties: use eksPropertiesOverride/,
    ],
    [
      'of a task',
      { ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: 'main' }] }] } },
      /ecsPropertiesOverride should not be set for jobs with eksProperties/,
    ],
    ['with tags to propagate', { propagateTags: true }, /propagateTags must not be specified/],
    [
      'without a value for a placeholder',
      { parameters: {} },
      /No parameter found for reference input/,
    ],
  ];
  for (const [title, more, message] of wrong)
    it(`is refused ${title}`, async () => {
      const rig = await lab();
      await define(rig, base);
      await assert.rejects(submit(rig, { parameters: { input: 'x' }, ...more }), message);
    });

  it('is refused of jobs on ECS, and these of queues on EKS', async () => {
    const rig = await lab();
    await rig.define('ecs');
    await assert.rejects(
      submit(rig, { jobDefinition: 'ecs' }),
      /JobDefinition ecs:1 is for EC2, FARGATE, and job queue q has EKS compute environments/,
    );
  });
});

describe('a pod', () => {
  it('is told to the engine whole, each container with its variables', async () => {
    const rig = await lab();
    await define(rig, {
      containers: [container({ command: ['sh'], args: ['-c', 'true'] })],
      initContainers: [container({ name: 'first' })],
      serviceAccountName: 'batch',
    });
    const id = await submit(rig);
    const [first, main, ...others] = specs(rig);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [first?.pod?.init, first?.pod?.container.name, main?.pod?.init, main?.pod?.container.name],
      [true, 'first', false, undefined],
    );
    assert.equal(main?.pod?.properties.serviceAccountName, 'batch');
    const attemptId = rig.attempt(id);
    assert.deepEqual(main?.task, { attemptId, containers: 2 });
    assert.deepEqual([main?.entrypoint, main?.command], [['sh'], ['-c', 'true']]);
    assert.deepEqual(main?.environment, [
      { name: 'AWS_BATCH_CE_NAME', value: 'own' },
      { name: 'AWS_BATCH_JOB_ID', value: id },
      { name: 'AWS_BATCH_JOB_ATTEMPT', value: '1' },
      { name: 'AWS_BATCH_JQ_NAME', value: 'q' },
    ]);
  });

  it('of an array has its index, and children of it are shown as others', async () => {
    const rig = await lab();
    await define(rig);
    const id = await submit(rig, { arrayProperties: { size: 2 } });
    const variables = specs(rig).map(({ environment: all }) =>
      all.find(({ name }) => name === 'AWS_BATCH_JOB_ARRAY_INDEX'),
    );
    assert.deepEqual(
      variables.map((variable) => variable?.value),
      ['0', '1'],
    );
    const parent = await shown(rig, id);
    assert.deepEqual(
      [parent.eksAttempts, parent.eksProperties?.podProperties?.podName],
      [[], undefined],
    );
    const child = await shown(rig, `${id}:1`);
    assert.match(child.eksProperties?.podProperties?.podName ?? '', /^aws-batch\.[0-9a-f]{32}$/);
  });
});

type Ends = readonly (Partial<Exit> | 'start-failed' | 'lost')[];

/** Each container runs and ends so, in the order of the list. */
async function run(rig: Rig, id: JobId, ends: readonly [index: number, end: Ends[number]][]) {
  const attemptId = rig.attempt(id);
  const engine = engineOf(rig);
  for (const [index, end] of ends) {
    const containerId = containerIdOf(attemptId, index);
    const atMs = rig.clock.now();
    if (end === 'start-failed' || end === 'lost') {
      engine.report({ type: end, containerId, atMs, reason: `it is ${end}` });
    } else {
      engine.report({ type: 'started', containerId, atMs });
      await rig.clock.pass(limit.startedReportWaitMs);
      const exit = { exitCode: 0, outOfMemory: false, ...end };
      engine.report({ type: 'exited', containerId, atMs: rig.clock.now(), exit });
    }
    await rig.clock.pass();
  }
}

describe('an attempt of a pod', () => {
  /** `first` before `main` and `side`: they are counted so. */
  const pod: Partial<EksPodProperties> = {
    containers: [container({ name: 'main' }), container({ name: 'side' })],
    initContainers: [container({ name: 'first' })],
  };
  const failed = { exitCode: 3 };
  const table: readonly {
    readonly title: string;
    readonly ends: readonly [number, Ends[number]][];
    readonly status: string;
    readonly codes: readonly (number | undefined)[];
    readonly reason?: string;
  }[] = [
    {
      title: 'succeeds with the last of its containers',
      ends: [
        [0, {}],
        [1, {}],
        [2, {}],
      ],
      status: 'SUCCEEDED',
      codes: [0, 0, 0],
    },
    {
      title: 'goes on when one has failed, and fails when the last ends',
      ends: [
        [0, {}],
        [1, failed],
        [2, {}],
      ],
      status: 'FAILED',
      codes: [0, 3, 0],
    },
    {
      title: 'fails with the last, by what killed the first',
      ends: [
        [0, {}],
        [1, { exitCode: 137, outOfMemory: true }],
        [2, failed],
      ],
      status: 'FAILED',
      codes: [0, 137, 3],
      reason: 'OutOfMemoryError: Container killed due to memory usage',
    },
  ];
  for (const { title, ends, status, codes, reason } of table)
    it(title, async () => {
      const rig = await lab();
      await define(rig, pod);
      const id = await submit(rig);
      for (const end of ends) {
        assert.notEqual((await shown(rig, id)).status, status);
        await run(rig, id, [end]);
      }
      const job = await shown(rig, id);
      assert.equal(job.status, status);
      assert.equal(job.statusReason, 'Essential container in task exited');
      const { containers, initContainers } = job.eksProperties?.podProperties ?? {};
      const all = [...(initContainers ?? []), ...(containers ?? [])];
      assert.deepEqual(
        all.map(({ exitCode }) => exitCode),
        codes,
      );
      assert.equal(all[1]?.reason, reason);
      assert.deepEqual(job.attempts, []);
      const { jobSummaryList } = await rig.call(listJobs, {
        jobQueue: 'q',
        jobStatus: status as never,
      });
      assert.deepEqual(
        jobSummaryList?.map(({ jobId }) => jobId),
        [id],
      );
    });

  it('is STARTING while an init container runs, and RUNNING with the others', async () => {
    const rig = await lab();
    await define(rig, pod);
    const id = await submit(rig);
    await run(rig, id, [[0, {}]]);
    assert.equal((await shown(rig, id)).status, 'STARTING');
    for (const index of [1, 2])
      engineOf(rig).report({
        type: 'started',
        containerId: containerIdOf(rig.attempt(id), index),
        atMs: rig.clock.now(),
      });
    await rig.clock.pass(limit.startedReportWaitMs);
    const job = await shown(rig, id);
    assert.equal(job.status, 'RUNNING');
    assert.equal(job.eksProperties?.podProperties?.podName, `aws-batch.${rig.attempt(id)}`);
  });

  it('fails at once with an init container, and the others are stopped', async () => {
    const rig = await lab();
    await define(rig, pod);
    const id = await submit(rig);
    const attemptId = rig.attempt(id);
    await run(rig, id, [[0, failed]]);
    assert.deepEqual(
      engineOf(rig).calls.filter((call) => call.startsWith('stop')),
      [1, 2].map((index) => `stop ${containerIdOf(attemptId, index)}`),
    );
    await run(rig, id, [
      [1, 'start-failed'],
      [2, 'start-failed'],
    ]);
    const job = await shown(rig, id);
    assert.equal(job.status, 'FAILED');
    assert.deepEqual(
      job.eksAttempts?.map((attempt) => [attempt.initContainers, attempt.containers]),
      [
        [
          [{ name: 'first', exitCode: 3, reason: undefined }],
          [
            { name: 'main', exitCode: undefined, reason: 'it is start-failed' },
            { name: 'side', exitCode: undefined, reason: 'it is start-failed' },
          ],
        ],
      ],
    );
  });

  it('that is retried is shown among the attempts, with where its pod was', async () => {
    const rig = await lab();
    await define(rig, { metadata: { namespace: 'others' } }, { retryStrategy: { attempts: 2 } });
    const id = await submit(rig);
    const first = rig.attempt(id);
    await run(rig, id, [[0, 'lost']]);
    const second = rig.attempt(id);
    await run(rig, id, [[0, {}]]);
    const { status, eksAttempts = [], attempts } = await shown(rig, id);
    assert.deepEqual([status, attempts, eksAttempts.length], ['SUCCEEDED', [], 2]);
    const [lost] = eksAttempts;
    assert.deepEqual(
      eksAttempts.map(({ podName }) => podName),
      [`aws-batch.${first}`, `aws-batch.${second}`],
    );
    assert.equal(lost?.eksClusterArn, cluster);
    assert.equal(lost?.podNamespace, 'others');
    assert.match(lost?.statusReason ?? '', /^Host EC2/);
    assert.deepEqual(lost?.containers, [
      { name: 'default', exitCode: undefined, reason: undefined },
    ]);
  });
});

test('a multi-node parallel job has a pod for each node', async () => {
  const rig = await lab(true, [node, other]);
  await rig.call(registerJobDefinition, {
    jobDefinitionName: 'd',
    type: 'multinode',
    nodeProperties: {
      numNodes: 2,
      mainNode: 0,
      nodeRangeProperties: [
        { targetNodes: '0:', eksProperties: { podProperties: { containers: [container()] } } },
      ],
    },
  });
  await assert.rejects(
    submit(rig, overriding({ containers: [{ image: 'alpine' }] })),
    /eksPropertiesOverride cannot be used with a multi-node parallel job: use nodeOverrides/,
  );
  const id = await submit(rig, {
    nodeOverrides: {
      nodePropertyOverrides: [
        {
          targetNodes: '0:',
          eksPropertiesOverride: { podProperties: { containers: [{ image: 'alpine' }] } },
        },
      ],
    },
  });
  const attemptId = rig.attempt(id);
  const main = rig.engines.get(rig.control.world.jobOfAttempt(attemptId)?.attempt.hostId ?? node);
  main?.report({
    type: 'started',
    containerId: containerIdOf(attemptId, 0),
    atMs: rig.clock.now(),
    address: '10.0.0.7',
  });
  await rig.clock.pass(limit.startedReportWaitMs);
  assert.deepEqual(
    everywhere(rig).map(({ image, pod, task }) => [image, pod?.container.image, task?.containers]),
    [
      ['alpine', 'alpine', 1],
      ['alpine', 'alpine', 1],
    ],
  );
  const [child] = everywhere(rig).filter(({ containerId }) => !containerId.startsWith(attemptId));
  assert.deepEqual(
    child?.environment.filter(({ name }) => /NODE/.test(name ?? '')),
    [
      { name: 'AWS_BATCH_JOB_MAIN_NODE_INDEX', value: '0' },
      { name: 'AWS_BATCH_JOB_NODE_INDEX', value: '1' },
      { name: 'AWS_BATCH_JOB_NUM_NODES', value: '2' },
      { name: 'AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS', value: '10.0.0.7' },
    ],
  );
  const parent = await shown(rig, id);
  assert.equal(
    parent.nodeProperties?.nodeRangeProperties?.[0]?.eksProperties?.podProperties?.containers?.[0]
      ?.image,
    'alpine',
  );
  const shownMain = await shown(rig, `${id}#0`);
  assert.equal(shownMain.eksProperties?.podProperties?.podName, `aws-batch.${attemptId}`);
});

describe('the role of a service account', () => {
  const roleArn = 'arn:aws:iam::123456789012:role/reader';
  const ofRole = async (
    reach: string | undefined,
    pod: Partial<EksPodProperties>,
    asked = roleArn,
  ): Promise<Readonly<Record<string, string>> | undefined> => {
    const rig = await lab(true, [node], {
      containerReach: {
        credentials: () => undefined,
        api: (network) => (network === 'pod' ? reach : undefined),
      },
    });
    await rig.call(createRole, {
      RoleName: 'reader',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/issuer.example.com' },
            Action: 'sts:AssumeRoleWithWebIdentity',
          },
        ],
      }),
    });
    await define(rig, pod);
    await submit(rig);
    const [spec] = specs(rig);
    const variables = spec?.pod?.variablesOfRole?.(asked);
    return (
      variables && Object.fromEntries(variables.map(({ name = '', value = '' }) => [name, value]))
    );
  };
  const serviceAccountName = 'reader';

  it('is one of this server’s, where pods have a way to it', async () => {
    const variables = await ofRole('https://batch.example.com', { serviceAccountName });
    assert.equal(variables?.['AWS_REGION'], 'eu-west-1');
    assert.equal(variables['AWS_ENDPOINT_URL_STS'], 'https://batch.example.com');
  });

  it('is the cluster’s to see to where it is none, or there is no way', async () => {
    const here = 'https://batch.example.com';
    const elsewhere = 'arn:aws:iam::123456789012:role/other';
    assert.equal(await ofRole(undefined, { serviceAccountName }), undefined);
    assert.equal(await ofRole(here, { serviceAccountName }, elsewhere), undefined);
    assert.equal(await ofRole(here, { serviceAccountName }, 'no role'), undefined);
    assert.equal(await ofRole(here, {}), undefined);
  });

  it('goes to no endpoints beside credentials of the job’s own', async () => {
    const env = [{ name: 'AWS_PROFILE', value: 'mine' }];
    const pod = { serviceAccountName, containers: [container({ env })] };
    assert.deepEqual(await ofRole('https://batch.example.com', pod), {});
  });
});
