// What every store must do, as one suite: run it from a store's own test file. Rows in equal rows
// out, and a world that is rebuilt equals the one that was stored.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  arn,
  attemptId,
  containerId,
  hostId,
  jobId,
  scopeOf,
  type Scope,
} from '../../../src/base/ids.ts';
import type { ComputeEnvironment } from '../../../src/core/compute-environment/compute-environment.ts';
import { ChildTable } from '../../../src/core/job/child-table.ts';
import type {
  ArrayParent,
  Job,
  JobDetailRecord,
  LiveArrayParent,
  WaitingJob,
} from '../../../src/core/job/job.ts';
import type { Instance, RegisteredHost } from '../../../src/core/host/host.ts';
import type { JobDefinition } from '../../../src/core/job-definition/job-definition.ts';
import type { JobQueue } from '../../../src/core/job-queue/job-queue.ts';
import type { QuotaShare } from '../../../src/core/quota-share/quota-share.ts';
import type { SchedulingPolicy } from '../../../src/core/scheduling-policy/scheduling-policy.ts';
import type { JobSlice, Store } from '../../../src/port/store.ts';
import { commitOf } from '../commit.ts';
import { callRecordContract, type WithStore } from './call-record-contract.ts';
import { journalContract } from './journal-contract.ts';
import { archiveContract } from './archive-contract.ts';
import { outboxContract } from './outbox-contract.ts';

const scope = scopeOf('000000000000', 'us-east-1');
const other = scopeOf('111111111111', 'us-east-1');
const queueArn = arn('arn:aws:batch:us-east-1:000000000000:job-queue/q');
const environmentArn = arn('arn:aws:batch:us-east-1:000000000000:compute-environment/ce');
const definitionArn = arn('arn:aws:batch:us-east-1:000000000000:job-definition/d:1');

const environment: ComputeEnvironment = {
  arn: environmentArn,
  scope,
  name: 'ce',
  uuid: 'u',
  type: 'MANAGED',
  state: 'ENABLED',
  status: 'VALID',
  serviceRole: 'r',
  revision: 1,
  ecsClusterArn: 'c',
  createdAtMs: 1,
};
const queue: JobQueue = {
  arn: queueArn,
  scope,
  name: 'q',
  state: 'ENABLED',
  status: 'VALID',
  priority: 1,
  computeEnvironmentOrder: [{ order: 1, computeEnvironment: environmentArn }],
  jobQueueType: 'ECS',
  createdAtMs: 1,
  firstSequence: 1,
};
const definition = (
  revision: number,
  status: JobDefinition['status'] = 'ACTIVE',
  name = 'd',
): JobDefinition => ({
  arn: arn(`arn:aws:batch:us-east-1:000000000000:job-definition/${name}:${revision}`),
  scope,
  name,
  revision,
  status,
  request: { type: 'container' },
});

function detail(sequence: number, facts: Partial<JobDetailRecord> = {}): JobDetailRecord {
  const id = jobId(`job-${sequence}`);
  return {
    id,
    arn: arn(`arn:aws:batch:us-east-1:000000000000:job/${id}`),
    scope,
    sequence,
    name: `Name_${sequence}`,
    queueArn,
    definitionArn,
    definitionName: 'd',
    createdAtMs: 1000 + sequence,
    parameters: { p: 'v' },
    container: { image: 'busybox' },
    ...facts,
  };
}
const waiting = (of: JobDetailRecord, status: WaitingJob['status'] = 'RUNNABLE'): WaitingJob => ({
  id: of.id,
  scope: of.scope,
  queueArn: of.queueArn,
  terms: { needs: { milliVcpu: 1000, memoryMib: 64, gpus: 0 }, log: { group: 'g', prefix: 'd' } },
  createdAtMs: of.createdAtMs,
  sequence: of.sequence,
  attempts: [],
  status,
});
const placement = {
  attemptId: attemptId('a'.repeat(32)),
  number: 1,
  hostId: hostId('h'),
  computeEnvironmentArn: environmentArn,
};
const running = (of: JobDetailRecord): Job => ({
  ...waiting(of),
  status: 'RUNNING',
  attempt: { ...placement, state: 'running', placedAtMs: 5, startedAtMs: 6 },
});
const ended = (of: JobDetailRecord): Job => ({
  ...waiting(of),
  status: 'SUCCEEDED',
  startedAtMs: 6,
  stoppedAtMs: 7,
  attempts: [
    { ...placement, state: 'ended', placedAtMs: 5, startedAtMs: 6, stoppedAtMs: 7, exitCode: 0 },
  ],
});
const parent = (of: JobDetailRecord, arraySize: number): LiveArrayParent => {
  const { attempts: _attempts, ...identity } = waiting(of);
  return {
    ...identity,
    arraySize,
    status: 'PENDING',
    rest: { status: 'RUNNABLE' },
    children: new ChildTable(arraySize, 'RUNNABLE', of.createdAtMs),
  };
};

/** Absent members and `undefined` ones are the same to every reader. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** `open` opens the store at the same place each time, `forget` removes it. */
export function storeContract(name: string, open: () => Store, forget: () => void): void {
  const withStore: WithStore = (title, body) => {
    test(`${name}: ${title}`, () => {
      let store = open();
      try {
        body(store, () => {
          store.close();
          store = open();
          return store;
        });
      } finally {
        store.close();
        forget();
      }
    });
  };

  withStore('an empty store gives an empty world whose first sequence number is 1', (store) => {
    const { jobs, ...loaded } = store.load();
    assert.deepEqual(plain(loaded), {
      computeEnvironments: [],
      jobQueues: [],
      consumableResources: [],
      serviceEnvironments: [],
      schedulingPolicies: [],
      quotaShares: [],
      shareUsage: [],
      overtaken: [],
      jobDefinitions: [],
      hosts: [],
      revisions: [],
      keptOutput: [],
      tags: [],
      nextSequence: 1,
      newestCommitAtMs: 0,
    });
    assert.deepEqual([...jobs], []);
  });

  callRecordContract(withStore);
  journalContract(withStore);
  outboxContract(withStore);
  archiveContract(withStore);

  withStore('how far jobs were overtaken is kept until it is forgotten', (_store, reopen) => {
    const row = (key: string, jobs: number) => ({ key, queueArn, jobs, sinceMs: 5 });
    reopen().commit(commitOf({ overtaken: [row('a', 1), row('b', 2)] }));
    const store = reopen();
    assert.deepEqual(plain(store.load().overtaken), [row('a', 1), row('b', 2)]);
    store.commit(commitOf({ overtaken: [row('b', 3)], gone: { overtaken: [arn('a')] } }));
    assert.deepEqual(plain(reopen().load().overtaken), [row('b', 3)]);
  });

  withStore('registered hosts are kept until they leave', (_store, reopen) => {
    const host: RegisteredHost = {
      kind: 'registered',
      id: hostId('h'.repeat(32)),
      scope,
      title: 'mine',
      computeEnvironmentArn: environmentArn,
      capacity: { milliVcpu: 1000, memoryMib: 64, gpus: 0 },
      status: 'ACTIVE',
      oldContainers: [],
      endpoint: { url: 'unix:///x' },
      facts: {
        runtime: { name: 'Docker', version: '25' },
        kernelVersion: '6',
        operatingSystem: 'Linux',
        osType: 'linux',
        architecture: 'x86_64',
        vcpus: 1,
        memoryMib: 96,
        gpus: 0,
        canGiveGpus: false,
        logDrivers: [],
      },
      registeredAtMs: 1,
    };
    for (const status of ['ACTIVE', 'DRAINING'] as const) {
      reopen().commit(commitOf({ hosts: [{ ...host, status }] }));
      assert.deepEqual(plain(reopen().load().hosts), plain([{ ...host, status }]));
    }
    reopen().commit(commitOf({ gone: { hosts: [host.id] } }));
    assert.deepEqual(reopen().load().hosts, []);
  });

  withStore(
    'instances that ended are shown by scope and time until they are forgotten',
    (_store, reopen) => {
      const instance: Instance = {
        kind: 'instance',
        id: hostId('a'.repeat(32)),
        scope,
        title: 'mine',
        computeEnvironmentArn: environmentArn,
        machineId: hostId('b'.repeat(32)),
        instanceType: 'm5.large',
        spot: true,
        revision: 1,
        capacity: { milliVcpu: 2000, memoryMib: 64, gpus: 0 },
        state: 'SHUTTING_DOWN',
        ending: { cause: 'user', sinceMs: 90 },
        launchedAtMs: 1,
      };
      reopen().commit(
        commitOf({
          gone: { hosts: [instance.id] },
          instancesEnded: [{ instance, endedAtMs: 100 }],
        }),
      );
      assert.deepEqual(
        plain(reopen().reader.endedInstances(scope, 99)),
        plain([{ instance, endedAtMs: 100 }]),
      );
      assert.deepEqual(reopen().reader.endedInstances(scope, 100), []);
      assert.deepEqual(reopen().reader.endedInstances('other/us-east-1' as Scope, 0), []);
      const next = { instance: { ...instance, id: hostId('c'.repeat(32)) }, endedAtMs: 300 };
      reopen().commit(commitOf({ instancesEnded: [next], forgetInstancesEndedBeforeMs: 101 }));
      assert.deepEqual(plain(reopen().reader.endedInstances(scope, 0)), plain([next]));
    },
  );

  withStore('resources and jobs that have not ended come back as they were', (_store, reopen) => {
    const details = [detail(1), detail(2), detail(3), detail(4, { arraySize: 3 })];
    const [first, second, third, fourth] = details as [
      JobDetailRecord,
      JobDetailRecord,
      JobDetailRecord,
      JobDetailRecord,
    ];
    const jobs = [waiting(first), running(second), ended(third), parent(fourth, 3)];
    const child = {
      parentId: fourth.id,
      index: 1,
      job: { ...running(fourth), id: jobId(`${fourth.id}:1`) } as Job,
    };
    reopen().commit(
      commitOf({
        computeEnvironments: [environment],
        jobQueues: [queue],
        jobDefinitions: [definition(1), definition(2, 'INACTIVE')],
        submitted: details,
        jobs,
        children: [child],
      }),
    );
    const loaded = reopen().load();
    assert.deepEqual(plain(loaded.computeEnvironments), plain([environment]));
    assert.deepEqual(plain(loaded.jobQueues), plain([queue]));
    assert.deepEqual(
      plain(loaded.jobDefinitions),
      plain([definition(1)]),
      'INACTIVE revisions are no part of the world',
    );
    assert.deepEqual(plain(loaded.revisions), [{ scope, name: 'd', revision: 2 }]);
    const live = [
      { job: waiting(first), children: [] },
      { job: running(second), children: [] },
      { job: parent(fourth, 3), children: [child] },
    ];
    assert.deepEqual(plain([...loaded.jobs]), plain(live));
    assert.equal(loaded.nextSequence, 5);
  });

  withStore('attempts whose output is not stored yet are known until it is', (_store, reopen) => {
    const row = {
      containerId: containerId('a'.repeat(32)),
      hostId: hostId('h'),
      scope,
      group: 'g',
      stream: 's',
    };
    const second = { ...row, containerId: containerId('b'.repeat(32)) };
    reopen().commit(
      commitOf({
        tableWrites: [
          { table: 'kept-output', write: 'put', row },
          { table: 'kept-output', write: 'put', row: second },
          { table: 'kept-output', write: 'put', row },
        ],
      }),
    );
    assert.deepEqual(reopen().load().keptOutput, [row, second]);
    reopen().commit(
      commitOf({
        tableWrites: [{ table: 'kept-output', write: 'delete', containerId: row.containerId }],
      }),
    );
    assert.deepEqual(reopen().load().keptOutput, [second]);
  });

  withStore('a job is read back in its last state, with what was submitted', (store) => {
    const submitted = detail(1);
    store.commit(commitOf({ submitted: [submitted], jobs: [waiting(submitted)] }));
    store.commit(commitOf({ jobs: [ended(submitted)] }));
    assert.deepEqual(
      plain(store.reader.job(scope, submitted.id)),
      plain({ detail: submitted, job: ended(submitted) }),
    );
    assert.deepEqual(plain(store.reader.jobDetail(submitted.id)), plain(submitted));
    assert.equal(
      store.reader.job(other, submitted.id),
      undefined,
      'a job is found in its own account and region only',
    );
    assert.equal(store.reader.job(scope, jobId('none')), undefined);
    assert.deepEqual([...store.load().jobs], [], 'an ended job is no part of the world');
  });

  withStore(
    'children with a row are found by their index, and share their parent’s needs',
    (store) => {
      const submitted = detail(1, { arraySize: 12 });
      const child = (index: number) => ({
        parentId: submitted.id,
        index,
        job: { ...ended(submitted), id: jobId(`${submitted.id}:${index}`) } as Job,
      });
      store.commit(
        commitOf({
          submitted: [submitted],
          jobs: [parent(submitted, 12)],
          children: [child(10), child(2)],
        }),
      );
      assert.deepEqual(plain(store.reader.children(submitted.id)), plain([child(2), child(10)]));
      assert.deepEqual(
        plain([store.reader.children(submitted.id, 2, 10), store.reader.children(submitted.id, 3)]),
        plain([[child(2)], [child(10)]]),
      );
      assert.deepEqual(plain(store.reader.child(submitted.id, 2)), plain(child(2)));
      assert.equal(store.reader.child(submitted.id, 3), undefined);
      assert.deepEqual(plain(store.reader.jobDetail(jobId(`${submitted.id}:2`))), plain(submitted));
    },
  );

  withStore('jobs are listed newest first, by every filter, page by page', (store) => {
    const details = [1, 2, 3, 4, 5].map((sequence) =>
      detail(sequence, {
        name: sequence === 3 ? '50%_done' : `Name_${sequence}`,
        definitionName: sequence < 3 ? 'alpha' : 'beta',
      }),
    );
    store.commit(
      commitOf({
        submitted: details,
        jobs: details.map((one) => (one.sequence % 2 ? waiting(one) : ended(one))),
      }),
    );
    const list = (query: Partial<Parameters<Store['reader']['listJobs']>[0]>) =>
      store.reader
        .listJobs({ queueArn, fromSequence: 0, limit: 10, rows: 100, ...query })
        .jobs.map((found) => found.detail.sequence);
    const cases: [Partial<Parameters<Store['reader']['listJobs']>[0]>, number[]][] = [
      [{}, [5, 4, 3, 2, 1]],
      [{ limit: 2 }, [5, 4]],
      [{ limit: 2, beforeSequence: 4 }, [3, 2]],
      [{ status: 'RUNNABLE' }, [5, 3, 1]],
      [{ status: 'SUCCEEDED' }, [4, 2]],
      [{ name: { text: 'name_4', prefix: false } }, [4]],
      [{ name: { text: 'NAME_', prefix: true } }, [5, 4, 2, 1]],
      [{ name: { text: '50%_', prefix: true } }, [3]],
      [{ name: { text: '50__', prefix: true } }, []],
      [{ definition: { name: 'alpha', prefix: false } }, [2, 1]],
      [{ definition: { name: 'al', prefix: true } }, [2, 1]],
      [{ definition: { name: 'AL', prefix: true } }, []],
      [{ definition: { arn: definitionArn } }, [5, 4, 3, 2, 1]],
      [{ createdBeforeMs: 1003 }, [2, 1]],
      [{ createdAfterMs: 1003, status: 'RUNNABLE' }, [5]],
      [{ fromSequence: 4 }, [5, 4]],
      [{ fromSequence: 4, status: 'RUNNABLE' }, [5]],
      [{ shareIdentifier: 'none' }, []],
      [{ queueArn: arn('arn:aws:batch:us-east-1:000000000000:job-queue/none') }, []],
    ];
    for (const [query, expected] of cases)
      assert.deepEqual(list(query), expected, JSON.stringify(query));
    for (const [query, expected] of cases.filter(([{ limit }]) => limit === undefined)) {
      for (const rows of [1, 2, 3])
        assert.deepEqual(
          inSlices((beforeSequence) =>
            store.reader.listJobs({
              queueArn,
              fromSequence: 0,
              limit: 2,
              ...query,
              rows,
              beforeSequence,
            }),
          ),
          expected,
          `${rows} rows at once: ${JSON.stringify(query)}`,
        );
    }
  });

  /** What all slices of a list hold; none holds more than it may. */
  function inSlices(read: (beforeSequence: number | undefined) => JobSlice): number[] {
    const found: number[] = [];
    let before: number | undefined;
    do {
      const { jobs, scannedTo } = read(before);
      found.push(...jobs.map((job) => job.detail.sequence));
      assert.ok(
        jobs.length <= 2 && (scannedTo === undefined || before === undefined || scannedTo < before),
        'a slice is short and goes on',
      );
      before = scannedTo;
    } while (before !== undefined);
    return found;
  }

  withStore('a slice of a list looks at so many rows and no more', (store) => {
    const details = Array.from({ length: 50 }, (_, at) => detail(at + 1));
    store.commit(commitOf({ submitted: details, jobs: details.map((one) => waiting(one)) }));
    const { jobs, scannedTo } = store.reader.listJobs({
      queueArn,
      fromSequence: 0,
      limit: 10,
      rows: 20,
      name: { text: 'none', prefix: false },
    });
    assert.deepEqual([jobs, scannedTo], [[], 31]);
  });

  withStore('the jobs of a consumable resource are listed likewise', (store) => {
    const resource = arn('arn:aws:batch:us-east-1:000000000000:consumable-resource/r');
    const details = [1, 2, 3, 4, 5].map((sequence) =>
      detail(sequence, {
        name: sequence === 3 ? 'other' : 'name',
        consumables: sequence === 2 ? undefined : [{ arn: resource, quantity: 1 }],
      }),
    );
    store.commit(
      commitOf({
        submitted: details,
        jobs: details.map((one) => (one.sequence % 2 ? waiting(one) : ended(one))),
      }),
    );
    for (const rows of [1, 2, 100]) {
      const list = (query: object) =>
        inSlices((beforeSequence) =>
          store.reader.jobsByConsumable({
            resourceArn: resource,
            limit: 2,
            rows,
            beforeSequence,
            ...query,
          }),
        );
      assert.deepEqual(list({}), [5, 4, 3, 1]);
      assert.deepEqual(list({ status: 'RUNNABLE' }), [5, 3, 1]);
      assert.deepEqual(list({ name: { text: 'NAM', prefix: true } }), [5, 4, 1]);
      assert.deepEqual(list({ resourceArn: arn('none') }), []);
    }
  });

  const expire = (store: Store, endedBeforeMs: number, maxRows = 100) =>
    store.commit(
      commitOf({
        tableWrites: [{ table: 'job', write: 'expire', endedBeforeMs, maxRows }],
      }),
    )[0];
  const forgetBefore = (store: Store, endedBeforeMs: number, maxRows = 100) =>
    store.commit(
      commitOf({
        tableWrites: [{ table: 'remembered-job', write: 'forget', endedBeforeMs, maxRows }],
      }),
    )[0];

  withStore('an attempt is known as long as a job is kept that names it, ended or not', (store) => {
    const [first, second] = [detail(1), detail(2)];
    const [own, unknown] = [attemptId('a'.repeat(32)), attemptId('b'.repeat(32))];
    store.commit(
      commitOf({
        atMs: 10,
        submitted: [first, second],
        jobs: [waiting(first), waiting(second)],
      }),
    );
    assert.equal(store.reader.knowsAttempt(own), false);
    store.commit(commitOf({ atMs: 20, jobs: [running(second)] }));
    assert.deepEqual(
      [store.reader.knowsAttempt(own), store.reader.knowsAttempt(unknown)],
      [true, false],
    );
    const past = {
      ...waiting(first),
      attempts: [
        { ...placement, attemptId: unknown, state: 'ended', placedAtMs: 0, stoppedAtMs: 1 },
      ],
    } as Job;
    store.commit(commitOf({ atMs: 30, jobs: [past] }));
    assert.equal(store.reader.knowsAttempt(unknown), true);
  });

  withStore(
    'ended jobs are removed, the longest ended first and so many at a time, by when their end was committed',
    (store) => {
      const details = [1, 2, 3, 4, 5].map((sequence) => detail(sequence));
      const [first, second, third, fourth] = details as [
        JobDetailRecord,
        JobDetailRecord,
        JobDetailRecord,
        JobDetailRecord,
      ];
      store.commit(
        commitOf({
          atMs: 10,
          submitted: details,
          jobs: details.map((one) => waiting(one)),
          tags: new Map([[third.arn, { a: '1' }]]),
        }),
      );
      store.commit(commitOf({ atMs: 20, jobs: [ended(third)] }));
      store.commit(commitOf({ atMs: 30, jobs: [ended(first), ended(second)] }));
      store.commit(commitOf({ atMs: 40, jobs: [ended(fourth)] }));
      // What became of an attempt that was declared over with its host is told later: the job ended
      // when it did.
      store.commit(commitOf({ atMs: 50, jobs: [ended(third)] }));
      const left = () =>
        store.reader
          .listJobs({ queueArn, fromSequence: 0, limit: 10, rows: 100 })
          .jobs.map((one) => one.detail.sequence);
      assert.deepEqual(store.reader.firstEnds(), { kept: 20, remembered: undefined });
      assert.equal(expire(store, 20), 'absent');
      assert.equal(expire(store, 40, 2), 'done');
      assert.deepEqual(left(), [5, 4, 2]);
      assert.equal(expire(store, 40, 2), 'done');
      assert.equal(expire(store, 40, 2), 'absent');
      assert.deepEqual(left(), [5, 4]);
      assert.equal(store.reader.job(scope, third.id), undefined);
      assert.equal(store.reader.jobDetail(third.id), undefined);
      assert.deepEqual(store.reader.tags(third.arn), {});
      assert.deepEqual(store.reader.firstEnds(), { kept: 40, remembered: 20 });
    },
  );

  withStore(
    'how a job ended is known, and remembered after its removal until it is forgotten',
    (store, reopen) => {
      const uuid = '01a1fc8f-a37a-7402-b496-ec83fa814436';
      const details = [detail(1), detail(2, { id: jobId(uuid) }), detail(3, { arraySize: 4 })];
      const [first, second, third] = details as [JobDetailRecord, JobDetailRecord, JobDetailRecord];
      store.commit(
        commitOf({
          submitted: details,
          jobs: [waiting(first), waiting(second), parent(third, 4)],
        }),
      );
      for (const { id } of details)
        assert.equal(store.reader.jobEnd(scope, id), undefined, 'it has not ended');
      const { children: _children, ...identity } = parent(third, 4);
      const summary = {
        SUBMITTED: 0,
        PENDING: 0,
        RUNNABLE: 0,
        STARTING: 0,
        RUNNING: 0,
        SUCCEEDED: 1,
        FAILED: 3,
      };
      const array: ArrayParent = {
        ...identity,
        status: 'FAILED',
        stoppedAtMs: 9,
        statusSummary: summary,
        statusSummaryLastUpdatedAtMs: 9,
        failedChildren: [
          [0, 1],
          [3, 3],
        ],
      };
      store.commit(
        commitOf({
          atMs: 5,
          jobs: [{ ...ended(first), status: 'FAILED' } as Job, ended(second), array],
        }),
      );
      const assertKnown = (from: Store): void => {
        assert.deepEqual(plain(from.reader.jobEnd(scope, first.id)), {
          status: 'FAILED',
          failedChildren: [],
        });
        assert.deepEqual(plain(from.reader.jobEnd(scope, second.id)), {
          status: 'SUCCEEDED',
          failedChildren: [],
        });
        assert.deepEqual(plain(from.reader.jobEnd(scope, third.id)), {
          status: 'FAILED',
          arraySize: 4,
          failedChildren: [
            [0, 1],
            [3, 3],
          ],
        });
        assert.equal(
          from.reader.jobEnd(other, second.id),
          undefined,
          'a job is known in its own account and region only',
        );
        assert.equal(from.reader.jobEnd(scope, jobId('none')), undefined);
      };
      assertKnown(store);
      expire(store, 6);
      const again = reopen();
      assertKnown(again);
      assert.equal(forgetBefore(again, 5), 'absent');
      assert.equal(forgetBefore(again, 6, 2), 'done');
      assert.equal(forgetBefore(again, 6, 2), 'absent');
      for (const { id } of details) assert.equal(again.reader.jobEnd(scope, id), undefined);
      assert.equal(reopen().load().nextSequence, 4, 'no sequence number is given twice');
    },
  );

  withStore(
    'an array is gone at once, and its children’s rows follow so many at a time, over a restart too',
    (store, reopen) => {
      const array = detail(1, { arraySize: 5 });
      const later = detail(2);
      const children = [0, 1, 2, 4].map((index) => ({
        parentId: array.id,
        index,
        job: { ...ended(array), id: jobId(`${array.id}:${index}`) } as Job,
      }));
      const { children: _children, ...identity } = parent(array, 5);
      const summary = {
        SUBMITTED: 0,
        PENDING: 0,
        RUNNABLE: 0,
        STARTING: 0,
        RUNNING: 0,
        SUCCEEDED: 4,
        FAILED: 1,
      };
      store.commit(commitOf({ atMs: 1, submitted: [array], jobs: [parent(array, 5)], children }));
      store.commit(
        commitOf({
          atMs: 2,
          jobs: [
            {
              ...identity,
              status: 'FAILED',
              stoppedAtMs: 2,
              statusSummary: summary,
              statusSummaryLastUpdatedAtMs: 2,
              failedChildren: [[3, 3]],
            },
          ],
        }),
      );
      store.commit(commitOf({ atMs: 3, submitted: [later], jobs: [ended(later)] }));
      assert.equal(expire(store, 9, 1), 'done');
      assert.equal(store.reader.job(scope, array.id), undefined);
      assert.deepEqual(
        [store.reader.children(array.id), store.reader.child(array.id, 0)],
        [[], undefined],
      );
      assert.equal(store.reader.firstEnds().kept, 0, 'rows of children are left');
      const again = reopen();
      assert.deepEqual(
        [expire(again, 9, 3), again.reader.job(scope, later.id) === undefined],
        ['done', false],
        'children first',
      );
      assert.deepEqual(
        [expire(again, 9, 3), again.reader.job(scope, later.id) === undefined],
        ['done', true],
      );
      assert.equal(expire(again, 9, 3), 'absent');
      assert.equal(again.reader.firstEnds().kept, undefined);
    },
  );

  withStore('job definitions are paged by name and revision', (store) => {
    store.commit(
      commitOf({
        jobDefinitions: [definition(2), definition(1, 'INACTIVE'), definition(1, 'ACTIVE', 'a')],
      }),
    );
    const list = (query: object) =>
      store.reader
        .jobDefinitions({ scope, limit: 10, ...query })
        .map((one) => `${one.name}:${one.revision}`);
    assert.deepEqual(list({}), ['a:1', 'd:1', 'd:2']);
    assert.deepEqual(list({ status: 'ACTIVE' }), ['a:1', 'd:2']);
    assert.deepEqual(list({ name: 'd', after: { name: 'd', revision: 1 } }), ['d:2']);
    assert.equal(store.reader.jobDefinition(scope, definitionArn)?.status, 'INACTIVE');
    assert.equal(store.reader.jobDefinition(other, definitionArn), undefined);
  });

  withStore(
    'deleted resources go, and what was deleted and made again in one turn is the new one',
    (store) => {
      store.commit(
        commitOf({
          computeEnvironments: [environment],
          jobQueues: [queue],
          tags: new Map([[queueArn, { a: '1' }]]),
        }),
      );
      store.commit(
        commitOf({
          gone: { jobQueues: [queueArn], tags: [queueArn] },
          computeEnvironments: [{ ...environment, uuid: 'new' }],
        }),
      );
      assert.deepEqual(store.load().jobQueues, []);
      assert.equal(store.load().computeEnvironments[0]?.uuid, 'new');
      assert.deepEqual(store.reader.tags(queueArn), {});
    },
  );

  withStore('tags are what was last written, and go when they are removed', (store) => {
    const tagged = [queueArn, environmentArn] as const;
    store.commit(commitOf({ tags: new Map(tagged.map((each) => [each, { a: '1', b: '2' }])) }));
    store.commit(commitOf({ tags: new Map([[queueArn, { b: '3' }]]) }));
    assert.deepEqual(store.reader.tags(queueArn), { b: '3' });
    store.commit(commitOf({ gone: { tags: [queueArn] } }));
    assert.deepEqual(store.reader.tags(queueArn), {});
    assert.deepEqual(store.reader.tags(environmentArn), { a: '1', b: '2' });
  });

  withStore(
    'scheduling policies and the usage of shares come back as they were, and go with what they belong to',
    (_store, reopen) => {
      const policy: SchedulingPolicy = {
        kind: 'fair-share',
        arn: arn('arn:aws:batch:us-east-1:000000000000:scheduling-policy/p'),
        scope,
        name: 'p',
        fairsharePolicy: { shareDistribution: [{ shareIdentifier: 'a*', weightFactor: 0.125 }] },
        createdAtMs: 1,
      };
      const usage = (shareIdentifier: string, much: bigint, atSecond: number) => ({
        queueArn,
        shareIdentifier,
        usage: much,
        atSecond,
      });
      const lasting = { ...usage('d', 3n, 9), attemptMs: 2400 };
      const huge = 123_456_789_012_345_678_901_234n;
      reopen().commit(
        commitOf({
          schedulingPolicies: [policy],
          shareUsage: [usage('a', 1n, 5), usage('b', huge, 6), usage('c', 0n, 7), lasting],
        }),
      );
      const store = reopen();
      assert.deepEqual(plain(store.load().schedulingPolicies), plain([policy]));
      store.commit(
        commitOf({
          shareUsage: [usage('a', 2n, 8), { ...usage('c', 0n, 7), forgotten: true }],
        }),
      );
      assert.deepEqual(reopen().load().shareUsage, [
        usage('a', 2n, 8),
        usage('b', huge, 6),
        lasting,
      ]);
      reopen().commit(
        commitOf({ gone: { jobQueues: [queueArn], schedulingPolicies: [policy.arn] } }),
      );
      const after = reopen().load();
      assert.deepEqual([after.schedulingPolicies, after.shareUsage], [[], []]);
    },
  );

  withStore('quota shares come back as they were, and go', (_store, reopen) => {
    const share: QuotaShare = {
      arn: arn(`${queueArn}/quota-share/s`),
      scope,
      name: 's',
      queueArn,
      capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: 8 }],
      sharing: { strategy: 'LEND_AND_BORROW', borrowLimit: -1 },
      inSharePreemption: true,
      state: 'ENABLED',
      status: 'VALID',
      createdAtMs: 1,
    };
    reopen().commit(commitOf({ quotaShares: [share] }));
    const changed: QuotaShare = { ...share, sharing: { strategy: 'LEND' }, state: 'DISABLED' };
    assert.deepEqual(plain(reopen().load().quotaShares), plain([share]));
    reopen().commit(commitOf({ quotaShares: [changed] }));
    assert.deepEqual(plain(reopen().load().quotaShares), plain([changed]));
    reopen().commit(commitOf({ gone: { quotaShares: [share.arn] } }));
    assert.deepEqual(reopen().load().quotaShares, []);
  });

  withStore(
    'resources of a service change together, and only on what they were decided on',
    (store, reopen) => {
      const space = { service: 'ec2', scope };
      const vpc = (id: string, cidr = '10.0.0.0/16') => ({ kind: 'vpc', id, body: { cidr } });
      const change = (
        version: number,
        put: ReturnType<typeof vpc>[],
        remove: { kind: string; id: string }[] = [],
        of = space,
      ) => ({ table: 'resource', write: 'change', space: of, version, put, remove }) as const;
      assert.equal(store.reader.resourceVersion(space), 0);
      assert.deepEqual(
        store.commit(
          commitOf({
            tableWrites: [
              change(0, [vpc('b'), vpc('a')]),
              change(0, [vpc('c')]),
              change(1, [vpc('b', '10.1.0.0/16'), vpc('d')], [{ kind: 'vpc', id: 'a' }]),
              change(3, [vpc('e')]),
            ],
          }),
        ),
        ['done', 'stale', 'done', 'stale'],
      );
      store.commit(
        commitOf({
          tableWrites: [
            change(0, [vpc('z')], [], { service: 'ec2', scope: other }),
            change(0, [vpc('y')], [], { service: 'iam', scope }),
          ],
        }),
      );
      for (const current of [() => store, reopen]) {
        const { reader } = current();
        assert.deepEqual(reader.resources(space, 'vpc'), [vpc('b', '10.1.0.0/16'), vpc('d')]);
        const from = (id: string, limit = 10) => reader.resourcesFrom(space, 'vpc', { id, limit });
        assert.deepEqual(from('b'), [vpc('b', '10.1.0.0/16'), vpc('d')]);
        assert.deepEqual(from('a', 1), [vpc('b', '10.1.0.0/16')]);
        assert.deepEqual(from('b!'), [vpc('d')]);
        assert.deepEqual(reader.resource(space, 'vpc', 'd'), vpc('d'));
        assert.equal(reader.resource(space, 'subnet', 'd'), undefined);
        assert.equal(reader.resource({ service: 'ec2', scope: other }, 'vpc', 'd'), undefined);
        assert.deepEqual(reader.resources({ service: 'iam', scope }, 'vpc'), [vpc('y')]);
        assert.equal(reader.resourceVersion(space), 2);
        assert.deepEqual(reader.resourceScopes('ec2'), [scope, other].toSorted());
        assert.deepEqual(reader.resourceScopes('none'), []);
      }
    },
  );

  withStore('log groups and streams are made once, found, listed and deleted', (store) => {
    const group = { scope, name: '/g', createdAtMs: 1 };
    const create = { table: 'log-group', write: 'create', row: group } as const;
    const stream = (streamName: string, createdAtMs: number, of = '/g') =>
      ({
        table: 'log-stream',
        write: 'create',
        row: { scope, group: of, name: streamName, createdAtMs },
      }) as const;
    assert.deepEqual(
      store.commit(
        commitOf({
          tableWrites: [
            create,
            create,
            stream('b', 1),
            stream('a', 2),
            stream('a', 3),
            stream('x', 1, '/none'),
          ],
        }),
      ),
      ['done', 'exists', 'done', 'done', 'exists', 'absent'],
    );
    store.commit(
      commitOf({
        logStreams: [
          { scope, group: '/g', name: 'c', createdAtMs: 3 },
          { scope, group: '/made', name: 's', createdAtMs: 3 },
          { scope, group: '/absent', name: 's', createdAtMs: 3, ofGivenGroup: true },
          { scope, group: '/made', name: 't', createdAtMs: 3, ofGivenGroup: true },
        ],
      }),
    );
    assert.deepEqual(
      ['/absent', '/made'].map((of) => store.reader.logStream(scope, of, 't')?.name),
      [undefined, 't'],
    );
    const names = (query: object) =>
      store.reader
        .logStreams({ scope, group: '/g', order: 'name', limit: 10, ...query })
        .map((one) => one.name);
    assert.deepEqual(names({}), ['a', 'b', 'c']);
    assert.deepEqual(names({ descending: true }), ['c', 'b', 'a']);
    assert.deepEqual(names({ order: 'newest' }), ['c', 'a', 'b']);
    assert.deepEqual(names({ prefix: 'a' }), ['a']);
    assert.deepEqual(names({ after: store.reader.logStream(scope, '/g', 'a') }), ['b', 'c']);
    assert.deepEqual(names({ order: 'newest', after: store.reader.logStream(scope, '/g', 'c') }), [
      'a',
      'b',
    ]);
    assert.deepEqual(
      store.reader.logGroups({ scope, limit: 10 }).map((one) => one.name),
      ['/g', '/made'],
    );
    assert.deepEqual(
      store.reader.logGroups({ scope, contains: 'ad', limit: 10 }).map((one) => one.name),
      ['/made'],
    );
    assert.deepEqual(store.reader.logGroups({ scope: other, limit: 10 }), []);
    const target = { table: 'log-group', scope, name: '/g' } as const;
    assert.deepEqual(
      store.commit(
        commitOf({
          tableWrites: [{ ...target, write: 'retention', retentionInDays: 7 }],
        }),
      ),
      ['done'],
    );
    assert.equal(store.reader.logGroup(scope, '/g')?.retentionInDays, 7);
    const tag = (read: Record<string, string>, tags: Record<string, string>) =>
      store.commit(commitOf({ tableWrites: [{ ...target, write: 'tags', read, tags }] }))[0];
    assert.deepEqual(
      [tag({}, { a: 'b' }), tag({}, { x: 'y' }), tag({ a: 'b' }, { a: 'e' })],
      ['done', 'stale', 'done'],
    );
    assert.deepEqual(store.reader.logGroup(scope, '/g')?.tags, { a: 'e' });
    assert.deepEqual(
      store.commit(
        commitOf({
          tableWrites: [
            { table: 'log-stream', write: 'delete', scope, group: '/g', name: 'a' },
            { table: 'log-stream', write: 'delete', scope, group: '/g', name: 'a' },
          ],
        }),
      ),
      ['done', 'absent'],
    );
    assert.deepEqual(
      store.commit(
        commitOf({
          tableWrites: [
            { ...target, write: 'delete' },
            { ...target, write: 'delete' },
          ],
        }),
      ),
      ['done', 'absent'],
    );
    assert.deepEqual(store.reader.logStreams({ scope, group: '/g', order: 'name', limit: 10 }), []);
    store.commit(
      commitOf({
        logStreams: [{ scope, group: '/g', name: 'again', createdAtMs: 9 }],
      }),
    );
    assert.equal(
      store.reader.logGroup(scope, '/g')?.createdAtMs,
      9,
      'a group that was deleted comes back with its next stream',
    );
  });
}
