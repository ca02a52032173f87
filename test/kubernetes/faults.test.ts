// What becomes of jobs where things go wrong on a whole cluster, from the SDK to real containers:
// their own failures, retries and stops; a server that is killed; nodes, kubelets and an apiserver
// that go away and come back; and pods that others take. The table of statuses and reasons in
// doc/kubernetes.md is shown row by row, here or where it says.

import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, describe, test } from 'node:test';
import {
  CancelJobCommand,
  TerminateJobCommand,
  type JobDetail,
  type RetryStrategy,
} from '@aws-sdk/client-batch';
import { until } from '../until.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import { endOf, JobScene } from './job-scene.ts';
import type { KubernetesObject } from './kubernetes-api.ts';
import { podOf, podThat } from './pods.ts';

interface PodObject extends KubernetesObject {
  readonly status: { readonly phase: string };
}

const instanceIds = ['i-0123456789abcdef0', 'i-0123456789abcdef1'] as const;
/** As users of AWS write it. */
const elsewhere: RetryStrategy = {
  attempts: 2,
  evaluateOnExit: [
    { onStatusReason: 'Host EC2*', action: 'RETRY' },
    { onReason: '*', action: 'EXIT' },
  ],
};
const exited = 'Essential container in task exited';
/** Fails its first attempt by waiting for what happens to it; the second succeeds. */
const waitsOnce =
  '[ "$AWS_BATCH_JOB_ATTEMPT" = 2 ] && exit 0; trap "exit 9" TERM; sleep 3600 & wait $!';

describe('faults on a whole cluster', { skip: ownClusterSkip() }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: OwnCluster;
  let scene: JobScene;
  /** Takes a minute, which is the least: begun by the first test, and looked at by the second. */
  let timed = '';
  before(async () => {
    cluster = ends.use(
      await startOwnCluster(
        instanceIds.map((id) => ({ providerId: `aws:///us-east-1a/${id}` })),
        { nodeGraceSeconds: 15 },
      ),
    );
    scene = ends.use(await JobScene.on(cluster, ['--host-lost-seconds', '10']));
  });
  after(() => ends.disposeAsync());

  const runs = (jobId: string): Promise<JobDetail> =>
    until(`job ${jobId} to run`, async () => {
      const job = await scene.server.whenStatus(jobId, 'RUNNING', 'SUCCEEDED', 'FAILED');
      assert.equal(job.status, 'RUNNING', job.statusReason);
      return job;
    });
  const nodeOf = ({ eksProperties }: JobDetail): number =>
    cluster.nodes.findIndex(({ name }) => name === eksProperties?.podProperties?.nodeName);
  const hostLost = (job: JobDetail): string =>
    `Host EC2 (instance ${instanceIds[nodeOf(job)]}) terminated.`;
  /** It was tried again elsewhere, and each attempt ran once. */
  async function isRetried(jobId: string, reason: string): Promise<void> {
    const { eksAttempts } = await scene.server.whenStatus(jobId, 'SUCCEEDED');
    assert.deepEqual(
      eksAttempts?.map(({ statusReason }) => statusReason),
      [reason, exited],
    );
    assert.deepEqual(scene.runsOf(jobId), ['1', '2']);
  }
  test('jobs are retried, timed out, cancelled, terminated, in arrays and after others', async () => {
    const { server } = scene;
    timed = await scene.submit('sleep 3600', {
      job: { timeout: { attemptDurationSeconds: 60 } },
    });
    const retried = await scene.submit('exit $((AWS_BATCH_JOB_ATTEMPT == 1 ? 5 : 0))', {
      job: { retryStrategy: { attempts: 2 } },
    });
    const array = await scene.submit('exit $((AWS_BATCH_JOB_ARRAY_INDEX == 1 ? 6 : 0))', {
      job: { arrayProperties: { size: 3 } },
    });
    const first = await scene.submit('sleep 1');
    const second = await scene.submit('true', { job: { dependsOn: [{ jobId: first }] } });
    const third = await scene.submit('true', { job: { dependsOn: [{ jobId: array }] } });
    const terminated = await scene.submit('trap "exit 4" TERM; sleep 3600 & wait $!');
    const cancelled = await scene.submit('true', { job: { dependsOn: [{ jobId: terminated }] } });
    await server.batch.send(new CancelJobCommand({ jobId: cancelled, reason: 'not needed' }));
    await runs(terminated);
    await server.batch.send(new TerminateJobCommand({ jobId: terminated, reason: 'enough' }));

    const ofRetried = await server.whenStatus(retried, 'SUCCEEDED');
    assert.deepEqual(ofRetried.eksAttempts?.map(endOf), [
      [exited, 5, undefined],
      [exited, 0, undefined],
    ]);
    const ofArray = await server.whenStatus(array, 'FAILED');
    assert.equal(ofArray.statusReason, 'Array Child Job failed');
    assert.deepEqual(
      await Promise.all([0, 1, 2].map(async (at) => (await server.job(`${array}:${at}`)).status)),
      ['SUCCEEDED', 'FAILED', 'SUCCEEDED'],
    );
    const ofSecond = await server.whenStatus(second, 'SUCCEEDED');
    assert.ok((ofSecond.startedAt ?? 0) >= ((await server.job(first)).stoppedAt ?? Infinity));
    assert.equal((await server.whenStatus(third, 'FAILED')).statusReason, 'Dependent Job failed');
    const ofTerminated = await server.whenStatus(terminated, 'FAILED');
    assert.deepEqual(ofTerminated.eksAttempts?.map(endOf), [['enough', 4, undefined]]);
    assert.equal((await server.whenStatus(cancelled, 'FAILED')).statusReason, 'not needed');
  });

  test('containers that fail by themselves say how', async () => {
    const { server } = scene;
    const cases: readonly (readonly [
      string,
      Promise<string>,
      string,
      number | undefined,
      RegExp,
    ])[] = [
      [
        'out of memory',
        scene.submit('tail /dev/zero'),
        exited,
        137,
        /^OutOfMemoryError: Container killed due to memory usage$/,
      ],
      [
        'no program',
        scene.submit('', { container: { command: ['/no/such/program'] } }),
        'Task failed to start',
        undefined,
        /^CannotStartContainerError: .*no such file or directory/,
      ],
      [
        'a user that the image forbids',
        scene.submit('', { container: { securityContext: { runAsNonRoot: true } } }),
        'Task failed to start',
        undefined,
        /^CannotCreateContainerError: container has runAsNonRoot and image will run as root/,
      ],
      [
        'more in an emptyDir than it may hold',
        scene.submit('head -c 8388608 /dev/zero > /data/x; sleep 3600', {
          container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
          pod: { volumes: [{ name: 'data', emptyDir: { medium: '', sizeLimit: '1Mi' } }] },
        }),
        exited,
        137,
        /^Evicted: Usage of EmptyDir volume "data" exceeds the limit/,
      ],
    ];
    const late = await scene.submit('trap "exit 8" TERM; sleep 3600 & wait $!');
    await cluster.api.patch(scene.podPath(await runs(late)), {
      spec: { activeDeadlineSeconds: 1 },
    });
    for (const [what, submitted, statusReason, exitCode, reason] of cases) {
      const { eksAttempts } = await server.whenStatus(await submitted, 'FAILED');
      const end = endOf(eksAttempts?.[0]);
      assert.deepEqual(end.slice(0, 2), [statusReason, exitCode], `${what}: ${end[2]}`);
      assert.match(end[2] ?? '', reason, what);
    }
    const { eksAttempts } = await server.whenStatus(late, 'FAILED');
    assert.deepEqual(endOf(eksAttempts?.[0]), [
      exited,
      8,
      'DeadlineExceeded: Pod was active on the node longer than the specified deadline',
    ]);
    const ofTimed = await server.whenStatus(timed, 'FAILED');
    assert.equal(ofTimed.statusReason, 'Job attempt duration exceeded timeout');
  });

  test('pods that others take away are tried again, as after the end of their host', async () => {
    const jobs = await Promise.all(
      [1, 2, 3].map(() => scene.submit(waitsOnce, { job: { retryStrategy: elsewhere } })),
    );
    const [evicted, deleted, tainted] = (await Promise.all(jobs.map(runs))) as [
      JobDetail,
      JobDetail,
      JobDetail,
    ];
    const { api } = cluster;
    await api.create(`${scene.podPath(evicted)}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: evicted.eksProperties?.podProperties?.podName },
    });
    await isRetried(evicted.jobId ?? '', hostLost(evicted));
    await api.delete(scene.podPath(deleted));
    await isRetried(deleted.jobId ?? '', hostLost(deleted));
    const node = `/api/v1/nodes/${cluster.nodes[nodeOf(tainted)]?.name}`;
    const taint = { key: 'longshore.dev/test', effect: 'NoExecute' };
    await api.patch(node, { spec: { taints: [taint] } });
    await isRetried(tainted.jobId ?? '', hostLost(tainted));
    await api.patch(node, { spec: { taints: null } });
  });

  test('a job waits for what pods of others hold of the nodes', async () => {
    const { server } = scene;
    const pods = `/api/v1/namespaces/${scene.namespace}/pods`;
    const requests = { cpu: `${availableParallelism() - 0.75}` };
    for (const { name } of cluster.nodes) {
      await cluster.api.create(
        pods,
        podOf(cluster, name, ['sleep', '3600'], {
          nodeSelector: { 'kubernetes.io/hostname': name },
          containers: [
            {
              name: 'main',
              image: cluster.image,
              imagePullPolicy: 'IfNotPresent',
              command: ['sleep', '3600'],
              resources: { requests },
            },
          ],
        }),
      );
      await podThat(cluster.api, `${pods}/${name}`, ({ status }) => status.phase === 'Running');
    }
    const job = await scene.submit('true', {
      container: { resources: { limits: { cpu: '1', memory: '32Mi' } } },
    });
    let said: string | undefined;
    await until(
      () => `the job to wait for them; it says ${said}`,
      async () => {
        said = (await server.job(job)).statusReason;
        return /^waiting for node node-\d: pods of others hold /.test(said ?? '');
      },
    );
    for (const { name } of cluster.nodes) await cluster.api.delete(`${pods}/${name}`);
    await server.whenStatus(job, 'SUCCEEDED');
    // Placed before the others were seen, it went back once, and ran as the second attempt.
    assert.equal(scene.runsOf(job).length, 1);
  });

  test('a server that is killed finds what became of its jobs, and runs nothing twice', async () => {
    const { server } = scene;
    const fails = await scene.submit('sleep 2; echo last words; exit 3');
    const memory = await scene.submit('sleep 2; tail /dev/zero');
    const goesOn = await scene.submit(
      'echo begins; until [ -e /runs/go ]; do sleep 0.1; done; echo goes on',
    );
    await Promise.all([fails, memory, goesOn].map(runs));
    const waits = await scene.submit('true', { job: { dependsOn: [{ jobId: goesOn }] } });
    const [failing, exhausted] = [await server.job(fails), await server.job(memory)];
    await server.kill('SIGKILL');
    for (const job of [failing, exhausted])
      await until('the pod to end', async () => {
        const pod = await cluster.api.find<PodObject>(scene.podPath(job));
        return pod?.status.phase === 'Failed';
      });
    await server.restart();
    assert.deepEqual((await server.whenStatus(fails, 'FAILED')).eksAttempts?.map(endOf), [
      [exited, 3, undefined],
    ]);
    assert.deepEqual((await server.whenStatus(memory, 'FAILED')).eksAttempts?.map(endOf), [
      [exited, 137, 'OutOfMemoryError: Container killed due to memory usage'],
    ]);
    assert.equal((await server.job(goesOn)).status, 'RUNNING');
    scene.letGo('go');
    const done = await server.whenStatus(goesOn, 'SUCCEEDED');
    await server.whenStatus(waits, 'SUCCEEDED');
    assert.deepEqual(await scene.linesOf(failing), ['last words']);
    assert.deepEqual(await scene.linesOf(done), ['begins', 'goes on']);
    for (const job of [fails, memory, goesOn, waits]) assert.deepEqual(scene.runsOf(job), ['1']);
  });

  test('an apiserver that was away has lost nothing, and nothing starts twice', async () => {
    const { server } = scene;
    const brief = await scene.submit('sleep 3; touch /runs/over; exit 5');
    const goesOn = await scene.submit('until [ -e /runs/back ]; do sleep 0.1; done; exit 6');
    await Promise.all([brief, goesOn].map(runs));
    await cluster.plane.stopApiserver();
    const meanwhile = await scene.submit('exit 7');
    const unwanted = await scene.submit('exit 8');
    await server.whenStatus(meanwhile, 'STARTING');
    await server.batch.send(new TerminateJobCommand({ jobId: unwanted, reason: 'no more' }));
    await until('the job to have ended there', () => scene.has('over'));
    await cluster.plane.startApiserver();
    scene.letGo('back');
    for (const [jobId, exitCode] of [
      [brief, 5],
      [goesOn, 6],
      [meanwhile, 7],
    ] as const) {
      const { eksAttempts } = await server.whenStatus(jobId, 'FAILED');
      assert.deepEqual(eksAttempts?.map(endOf), [[exited, exitCode, undefined]]);
      assert.deepEqual(scene.runsOf(jobId), ['1']);
    }
    assert.equal((await server.whenStatus(unwanted, 'FAILED')).statusReason, 'no more');
    for (const node of cluster.nodes) await node.isReady();
  });

  test('a kubelet that is away for a moment is missed by nobody', async () => {
    const { server } = scene;
    const job = await scene.submit('until [ -e /runs/kubelet ]; do sleep 0.1; done; exit 4');
    const node = cluster.nodes[nodeOf(await runs(job))];
    await node?.stopKubelet();
    scene.letGo('kubelet');
    await node?.startKubelet();
    const { eksAttempts } = await server.whenStatus(job, 'FAILED');
    assert.deepEqual(eksAttempts?.map(endOf), [[exited, 4, undefined]]);
    assert.deepEqual(scene.runsOf(job), ['1']);
  });

  test('a node that is silent for too long has lost its jobs, and is back when it is heard of', async () => {
    const job = await scene.submit(waitsOnce, { job: { retryStrategy: elsewhere } });
    const running = await runs(job);
    const node = cluster.nodes[nodeOf(running)];
    await node?.stopKubelet();
    await isRetried(job, hostLost(running));
    await node?.startKubelet();
  });

  test('a node that is deleted has lost its jobs', async () => {
    const job = await scene.submit(waitsOnce, { job: { retryStrategy: elsewhere } });
    const running = await runs(job);
    const node = cluster.nodes[nodeOf(running)];
    await node?.stopKubelet();
    await cluster.api.delete(`/api/v1/nodes/${node?.name}`);
    await isRetried(job, hostLost(running));
    await node?.startKubelet();
  });

  test('nothing of them is left', async () => {
    for (const kind of ['pods', 'secrets'])
      await until(`no ${kind} to be left`, async () => {
        const { items } = await cluster.api.get<{ items: readonly KubernetesObject[] }>(
          `/api/v1/namespaces/${scene.namespace}/${kind}`,
        );
        return items.every(({ metadata }) => !metadata.name.startsWith('aws-batch.'));
      });
  });
});
