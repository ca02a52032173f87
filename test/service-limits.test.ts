// Every limit that can be set, at the door of the real program: one below and at the limit pass,
// one above is refused with the number that holds. Once with AWS's numbers, and once with others.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { awsLimits, settableLimits, type LimitName, type Limits } from '../src/core/limit.ts';
import { PlainServer, signedBy, type PlainAnswer } from './plain-server.ts';
import { account, computeResources } from './server.ts';

type Ask = (operation: string, input: object) => Promise<PlainAnswer>;

interface Case {
  /** What must be there before. */
  readonly prepare?: (ask: Ask, most: number) => Promise<unknown>;
  /** A request that is so large; for limits of how much there is, the one that makes it so much. */
  readonly attempt: (ask: Ask, size: number) => Promise<PlainAnswer>;
  readonly status?: number;
}

const environment = (ask: Ask, name: string): Promise<PlainAnswer> =>
  ask('CreateComputeEnvironment', {
    computeEnvironmentName: name,
    type: 'MANAGED',
    computeResources,
  });
const cluster = 'arn:aws:eks:us-east-1:123456789012:cluster/lab';
const onCluster = (ask: Ask, name: string): Promise<PlainAnswer> =>
  ask('CreateComputeEnvironment', {
    computeEnvironmentName: `pods-${name}`,
    type: 'MANAGED',
    computeResources: { ...computeResources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
    eksConfiguration: { eksClusterArn: cluster, kubernetesNamespace: 'batch' },
  });
const queue = (ask: Ask, name: string, environments: readonly string[]): Promise<PlainAnswer> =>
  ask('CreateJobQueue', {
    jobQueueName: name,
    priority: 1,
    computeEnvironmentOrder: environments.map((computeEnvironment, order) => ({
      order,
      computeEnvironment,
    })),
  });
const quotaShare = (ask: Ask, quotaShareName: string): Promise<PlainAnswer> =>
  ask('CreateQuotaShare', {
    quotaShareName,
    jobQueue: 'quotas',
    capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: 1 }],
    resourceSharingConfiguration: { strategy: 'LEND' },
    preemptionConfiguration: { inSharePreemption: 'DISABLED' },
  });
const serviceEnvironment = (count: number) => ({
  serviceEnvironmentName: named(count),
  serviceEnvironmentType: 'SAGEMAKER_TRAINING',
  capacityLimits: [{ capacityUnit: 'NUM_INSTANCES', maxCapacity: 1 }],
});
const submit = (ask: Ask, more: object): Promise<PlainAnswer> =>
  ask('SubmitJob', { jobName: 'job', jobQueue: 'test', jobDefinition: 'test', ...more });
const definition = {
  jobDefinitionName: 'large',
  type: 'container',
  containerProperties: { image: 'busybox', vcpus: 1, memory: 16, command: [''] },
};
const forever = { containerOverrides: { command: ['sleep', '1000000'] } };
const named = (size: number): string => `n${size}`;
const tags = (size: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: size }, (_, index) => [`key${index}`, 'value']));
/** Fills one text of an input so that its JSON has so many bytes. */
function filled(size: number, make: (text: string) => object): object {
  return make('x'.repeat(size - JSON.stringify(make('')).length));
}
const jobOf = ({ body }: PlainAnswer): { jobId: string } => JSON.parse(body) as { jobId: string };

const cases: Record<LimitName, Case> = {
  // `prepare` of the server has made one of each.
  jobQueues: {
    prepare: async (ask, most) => {
      for (let count = 2; count < most - 1; count++) await queue(ask, named(count), ['test']);
    },
    attempt: (ask, size) => queue(ask, named(size), ['test']),
  },
  computeEnvironments: {
    prepare: async (ask, most) => {
      for (let count = 2; count < most - 1; count++) await environment(ask, named(count));
    },
    attempt: (ask, size) => environment(ask, named(size)),
  },
  computeEnvironmentsPerQueue: {
    prepare: async (ask, most) => {
      for (let count = 1; count <= most + 1; count++) await environment(ask, named(count));
    },
    attempt: (ask, size) =>
      queue(
        ask,
        `of-${size}`,
        Array.from({ length: size }, (_, index) => named(index + 1)),
      ),
  },
  computeEnvironmentsPerCluster: {
    prepare: async (ask, most) => {
      for (let count = 1; count < most - 1; count++) await onCluster(ask, named(count));
    },
    attempt: (ask, size) => onCluster(ask, named(size)),
  },
  dependenciesPerJob: {
    attempt: async (ask, size) => {
      const { jobId } = jobOf(await submit(ask, {}));
      return submit(ask, { dependsOn: Array.from({ length: size }, () => ({ jobId })) });
    },
  },
  arraySize: {
    // What is counted is not what runs.
    prepare: (ask) =>
      ask('UpdateComputeEnvironment', { computeEnvironment: 'test', state: 'DISABLED' }),
    attempt: (ask, size) => submit(ask, { arrayProperties: { size } }),
  },
  activeShares: {
    prepare: async (ask, most) => {
      const { arn } = JSON.parse((await ask('CreateSchedulingPolicy', { name: 'fair' })).body) as {
        arn: string;
      };
      await ask('CreateJobQueue', {
        jobQueueName: 'fair',
        priority: 1,
        schedulingPolicyArn: arn,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
      });
      for (let count = 1; count < most - 1; count++)
        await submit(ask, {
          ...forever,
          jobQueue: 'fair',
          shareIdentifier: named(count),
          schedulingPriorityOverride: 0,
        });
    },
    attempt: (ask, size) =>
      submit(ask, {
        ...forever,
        jobQueue: 'fair',
        shareIdentifier: named(size),
        schedulingPriorityOverride: 0,
      }),
  },
  quotaSharesPerQueue: {
    prepare: async (ask, most) => {
      const { arn } = JSON.parse(
        (
          await ask('CreateSchedulingPolicy', {
            name: 'quotas',
            quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' },
          })
        ).body,
      ) as { arn: string };
      await ask('CreateJobQueue', {
        jobQueueName: 'quotas',
        priority: 1,
        schedulingPolicyArn: arn,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
      });
      for (let count = 1; count < most - 1; count++) await quotaShare(ask, named(count));
    },
    attempt: (ask, size) => quotaShare(ask, named(size)),
  },
  attempts: { attempt: (ask, size) => submit(ask, { retryStrategy: { attempts: size } }) },
  consumableResources: {
    prepare: async (ask, most) => {
      for (let count = 1; count < most - 1; count++)
        await ask('CreateConsumableResource', { consumableResourceName: named(count) });
    },
    attempt: (ask, size) =>
      ask('CreateConsumableResource', { consumableResourceName: named(size) }),
  },
  serviceEnvironments: {
    // `prepare` of the server has made none.
    prepare: async (ask, most) => {
      for (let count = 1; count < most - 1; count++)
        await ask('CreateServiceEnvironment', serviceEnvironment(count));
    },
    attempt: (ask, size) => ask('CreateServiceEnvironment', serviceEnvironment(size)),
  },
  tagsPerResource: { attempt: (ask, size) => submit(ask, { tags: tags(size) }) },
  submitJobBytes: {
    attempt: (ask, size) =>
      ask(
        'SubmitJob',
        filled(size, (text) => ({
          jobName: 'job',
          jobQueue: 'test',
          jobDefinition: 'test',
          parameters: { text },
        })),
      ),
    status: 413,
  },
  jobDefinitionBytes: {
    attempt: (ask, size) =>
      ask(
        'RegisterJobDefinition',
        filled(size, (text) => ({ ...definition, parameters: { text } })),
      ),
    status: 413,
  },
  containerOverridesLength: {
    // ECS turns such a job away when it is to start, and it FAILS.
    attempt: async (ask, size) => {
      const { jobId } = jobOf(
        await submit(ask, { containerOverrides: filled(size, (text) => ({ command: [text] })) }),
      );
      const answer = await ask('DescribeJobs', { jobs: [jobId] });
      const {
        jobs: [job],
      } = JSON.parse(answer.body) as { jobs: [{ status: string; statusReason: string }] };
      return job.status === 'FAILED' && job.statusReason.startsWith('Container Overrides length')
        ? { status: 400, body: JSON.stringify({ message: job.statusReason }) }
        : answer;
    },
  },
  jobsPerQueue: {
    prepare: async (ask, most) => {
      for (let count = 1; count < most - 1; count++) await submit(ask, forever);
    },
    attempt: (ask) => submit(ask, forever),
  },
  submittedJobs: {
    prepare: async (ask, most) => {
      for (let count = 1; count < most - 1; count++) await submit(ask, forever);
    },
    attempt: (ask) => submit(ask, forever),
  },
};

const others: Limits = {
  jobQueues: 4,
  computeEnvironments: 5,
  computeEnvironmentsPerQueue: 2,
  computeEnvironmentsPerCluster: 2,
  dependenciesPerJob: 30,
  arraySize: 12_000,
  activeShares: 4,
  quotaSharesPerQueue: 3,
  attempts: 3,
  consumableResources: 3,
  serviceEnvironments: 4,
  tagsPerResource: 60,
  submitJobBytes: 40_000,
  jobDefinitionBytes: 20_000,
  containerOverridesLength: 300,
  jobsPerQueue: 4,
  submittedJobs: 5,
};

const asking =
  (server: PlainServer, as = account): Ask =>
  (operation, input) =>
    server.send({
      method: 'POST',
      path: `/v1/${operation.toLowerCase()}`,
      headers: signedBy(as, 'batch'),
      body: JSON.stringify(input),
    });

const names = Object.keys(settableLimits) as LimitName[];
/** Those that would turn away what the other cases do. */
const narrow: ReadonlySet<LimitName> = new Set(['jobsPerQueue', 'submittedJobs']);
const flagsFor = (...limits: readonly LimitName[]): string[] =>
  limits.flatMap((name) => ['--limit', `${name}=${others[name]}`]);

/** In an account of the limit's own: limits are an account's. */
async function atTheDoor(server: PlainServer, name: LimitName, most: number): Promise<void> {
  const as = String(100_000_000_000 + names.indexOf(name));
  await server.prepare('test', as);
  const { prepare, attempt, status = 400 } = cases[name];
  const ask = asking(server, as);
  await prepare?.(ask, most);
  for (const size of [most - 1, most]) {
    const answer = await attempt(ask, size);
    assert.equal(answer.status, 200, `${size}: ${answer.body}`);
  }
  const above = await attempt(ask, most + 1);
  assert.equal(above.status, status, above.body.slice(0, 200));
  assert.match(JSON.parse(above.body).message as string, new RegExp(`\\b${most}\\b`));
}

describe('limits', () => {
  let asAws: PlainServer;
  let asSaid: PlainServer;
  before(async () => {
    const clusters = ['--cluster', `${cluster}=lab`];
    asAws = await PlainServer.start({ flags: clusters });
    asSaid = await PlainServer.start({
      flags: [...clusters, ...flagsFor(...names.filter((name) => !narrow.has(name)))],
    });
  });
  after(async () => {
    for (const server of [asAws, asSaid]) await server[Symbol.asyncDispose]();
  });

  for (const name of names) {
    // A million jobs, or resources by the ten thousand, make no test.
    if (name !== 'submittedJobs' && name !== 'jobsPerQueue' && name !== 'consumableResources')
      it(`${name} is AWS's ${awsLimits[name]}`, () => atTheDoor(asAws, name, awsLimits[name]));
    it(`${name} is ${others[name]} where --limit says so`, async () => {
      if (!narrow.has(name)) return atTheDoor(asSaid, name, others[name]);
      await using own = await PlainServer.start({ flags: flagsFor(name) });
      return await atTheDoor(own, name, others[name]);
    });
  }

  it('are shown by health', async () => {
    await using server = await PlainServer.start({ flags: ['--limit', 'jobQueues=7'] });
    const { body } = await server.send({ method: 'GET', path: '/_longshore/health', body: '' });
    assert.deepEqual((JSON.parse(body) as { limits: Limits }).limits, {
      ...awsLimits,
      jobQueues: 7,
    });
  });

  it('that are wrong are told in a line, and the server does not start', async () => {
    await assert.rejects(
      PlainServer.start({ flags: ['--limit', 'arraySize=1'] }),
      /ended with 2: longshore: --limit arraySize: '1' is not a whole number from 2 to 100000/,
    );
  });
});

describe('--submit-rate', () => {
  it('answers what comes faster with TooManyRequestsException, 429', async () => {
    await using server = await PlainServer.start({ flags: ['--submit-rate', '5'] });
    await server.prepare();
    const ask = asking(server);
    const answers = await Promise.all(Array.from({ length: 40 }, () => submit(ask, {})));
    const refused = answers.filter(({ status }) => status !== 200);
    assert.ok(refused.length >= 20, `${refused.length} were refused`);
    for (const { status, body } of refused)
      assert.deepEqual(
        [status, JSON.parse(body)],
        [429, { __type: 'TooManyRequestsException', message: 'Too Many Requests' }],
      );
  });
});
