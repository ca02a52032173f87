// What the reader says of resources: each by its name or ARN and all of them by name, of the
// asker's account and region alone; how many there are of everything; and their tags.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scopeOf, type Scope } from '../../base/ids.ts';
import type { JobDefinitionView, Page } from '../../port/reader.ts';
import { scope } from '../../../test/house/caller.ts';
import { host, Rig } from '../../../test/house/rig.ts';
import type { Command } from '../../core/command/command.ts';

const elsewhere = scopeOf('123456789012', 'us-east-1');
const tags = { team: 'blue' };

const made: Readonly<Record<string, (of: Scope, name: string) => Command>> = {
  'compute environments': (of, name) => ({
    type: 'create-compute-environment',
    scope: of,
    uuid: name,
    request: {
      computeEnvironmentName: name,
      type: 'MANAGED',
      computeResources: {
        type: 'FARGATE',
        maxvCpus: 4,
        subnets: ['subnet-1'],
        securityGroupIds: ['sg-1'],
      },
      tags,
    },
  }),
  'job queues': (of, name) => ({
    type: 'create-job-queue',
    scope: of,
    request: {
      jobQueueName: name,
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
      tags,
    },
  }),
  'consumable resources': (of, name) => ({
    type: 'create-consumable-resource',
    scope: of,
    request: { consumableResourceName: name, totalQuantity: 5, tags },
  }),
  'scheduling policies': (of, name) => ({
    type: 'create-scheduling-policy',
    scope: of,
    request: { name, fairsharePolicy: {}, tags },
  }),
};

/** Two of everything here, and one elsewhere that is called as one here. */
async function rigWithAll(): Promise<Rig> {
  const rig = await Rig.bare();
  for (const [of, name] of [
    [scope, 'b'],
    [scope, 'a'],
    [elsewhere, 'a'],
  ] as const)
    for (const make of Object.values(made)) await rig.ask(make(of, name));
  return rig;
}

interface Shown {
  readonly arn: string;
  readonly name: string;
  readonly tags: object;
}
type Reading = [
  all: (rig: Rig, of: Scope) => Shown[],
  one: (rig: Rig, of: Scope, nameOrArn: string) => Shown | undefined,
];
const shown = (one: { arn: string; name: string }, its: object): Shown => ({
  arn: one.arn,
  name: one.name,
  tags: its,
});

const readings: Readonly<Record<string, Reading>> = {
  'compute environments': [
    ({ control: { reader } }, of) =>
      reader.batch.computeEnvironments(of).map((view) => shown(view.environment, view.tags)),
    ({ control: { reader } }, of, key) => {
      const view = reader.batch.computeEnvironment(of, key);
      return view && shown(view.environment, view.tags);
    },
  ],
  'job queues': [
    ({ control: { reader } }, of) =>
      reader.batch.jobQueues(of).map((view) => shown(view.queue, view.tags)),
    ({ control: { reader } }, of, key) => {
      const view = reader.batch.jobQueue(of, key);
      return view && shown(view.queue, view.tags);
    },
  ],
  'consumable resources': [
    ({ control: { reader } }, of) =>
      reader.batch.consumableResources(of).map((view) => shown(view.resource, view.tags)),
    ({ control: { reader } }, of, key) => {
      const view = reader.batch.consumableResource(of, key);
      return view && shown(view.resource, view.tags);
    },
  ],
  'scheduling policies': [
    ({ control: { reader } }, of) =>
      reader.batch.schedulingPolicies(of).map((view) => shown(view.policy, view.tags)),
    ({ control: { reader } }, of, key) => {
      const view = reader.batch.schedulingPolicy(of, key);
      return view && shown(view.policy, view.tags);
    },
  ],
};

for (const [kind, [all, one]] of Object.entries(readings))
  describe(kind, () => {
    it('are all of an account and region, by name, with their tags', async () => {
      const rig = await rigWithAll();
      assert.deepEqual(
        all(rig, scope).map((each) => [each.name, each.tags]),
        [
          ['a', tags],
          ['b', tags],
        ],
      );
      assert.deepEqual(
        all(rig, elsewhere).map(({ name }) => name),
        ['a'],
      );
    });

    it('are found by ARN in their own region alone, and have tags there', async () => {
      const rig = await rigWithAll();
      for (const each of all(rig, scope)) {
        assert.deepEqual(one(rig, scope, each.arn), each);
        assert.equal(one(rig, elsewhere, each.arn), undefined);
        assert.deepEqual(rig.control.reader.batch.tags(scope, each.arn), tags);
        assert.equal(rig.control.reader.batch.tags(elsewhere, each.arn), undefined);
        assert.equal(rig.control.reader.batch.tags(scope, each.name), undefined);
      }
    });
  });

it('instance types of another architecture than the machine are noted', async () => {
  const rig = await Rig.bare();
  const noteOn = async (architecture: 'arm64' | 'x86_64', instanceType: string) => {
    await rig.ask({ type: 'join-host', host: { ...host, architecture } });
    const name = `${architecture}-${instanceType.replace('.', '-')}`;
    const computeResources = {
      type: 'EC2' as const,
      minvCpus: 0,
      maxvCpus: 4,
      instanceTypes: [instanceType],
      subnets: ['subnet-1'],
      securityGroupIds: ['sg-1'],
      instanceRole: 'ecsInstanceRole',
    };
    await rig.ask({
      type: 'create-compute-environment',
      scope,
      uuid: name,
      request: { computeEnvironmentName: name, type: 'MANAGED', computeResources },
    });
    return rig.control.reader.batch.computeEnvironment(scope, name)?.note;
  };
  assert.equal(await noteOn('x86_64', 'm5.large'), undefined);
  assert.equal(await noteOn('arm64', 'm6g.large'), undefined);
  assert.match((await noteOn('arm64', 'm5.large')) ?? '', /are x86_64, and this machine is arm64/);
  assert.match((await noteOn('x86_64', 'm6g.large')) ?? '', /are arm64, and this machine is x86/);
});

it('consumable resources are replenished unless they are said not to be', async () => {
  const rig = await Rig.bare();
  for (const resourceType of [undefined, 'REPLENISHABLE', 'NON_REPLENISHABLE'] as const)
    await rig.ask({
      type: 'create-consumable-resource',
      scope,
      request: { consumableResourceName: `of-${resourceType}`, totalQuantity: 5, resourceType },
    });
  assert.deepEqual(
    rig.control.reader.batch
      .consumableResources(scope)
      .map(({ resource }) => [resource.name, resource.resourceType]),
    [
      ['of-NON_REPLENISHABLE', 'NON_REPLENISHABLE'],
      ['of-REPLENISHABLE', 'REPLENISHABLE'],
      ['of-undefined', 'REPLENISHABLE'],
    ],
  );
});

describe('job definitions', () => {
  const revisions = (page: Page<JobDefinitionView> | undefined) =>
    page?.items.map(({ definition: { name, revision } }) => `${name}:${revision}`);

  /** `b:1` is INACTIVE. */
  async function rigWithDefinitions(): Promise<Rig> {
    const rig = await Rig.bare();
    for (const name of ['b', 'a', 'b']) await rig.define(name);
    await rig.ask({ type: 'deregister-job-definition', scope, jobDefinition: 'b:1' });
    return rig;
  }

  it('are listed by name and revision, in pages', async () => {
    const { reader } = (await rigWithDefinitions()).control;
    const all: (string[] | undefined)[] = [];
    let next: string | undefined;
    do {
      const page = reader.batch.jobDefinitions({ scope, next, limit: 2 });
      all.push(revisions(page));
      next = page?.next;
    } while (next !== undefined);
    assert.deepEqual(all, [['a:1', 'b:1'], ['b:2']]);
    assert.equal(reader.batch.jobDefinitions({ scope, limit: 3 })?.next, undefined);
    assert.equal(reader.batch.jobDefinitions({ scope, limit: 3, next: 'x' }), undefined);
    const found = (query: { name?: string; status?: string }) =>
      revisions(reader.batch.jobDefinitions({ scope, limit: 9, ...query }));
    assert.deepEqual(found({ name: 'b' }), ['b:1', 'b:2']);
    assert.deepEqual(found({ status: 'ACTIVE' }), ['a:1', 'b:2']);
    assert.deepEqual(found({ name: 'b', status: 'INACTIVE' }), ['b:1']);
  });

  it('are found by name and revision, ACTIVE or not; by the name alone the newest ACTIVE one', async () => {
    const { reader } = (await rigWithDefinitions()).control;
    const found = (key: string, of = scope) => {
      const view = reader.batch.jobDefinition(of, key);
      return view && [view.definition.revision, view.definition.status];
    };
    assert.deepEqual(found('b:1'), [1, 'INACTIVE']);
    assert.deepEqual(found('b:2'), [2, 'ACTIVE']);
    assert.deepEqual(found('b'), [2, 'ACTIVE']);
    assert.equal(found('b:3'), undefined);
    assert.equal(found('c'), undefined);
    assert.equal(found('b:1', elsewhere), undefined);
    const arn = reader.batch.jobDefinition(scope, 'b:1')?.definition.arn ?? '';
    assert.deepEqual(found(arn), [1, 'INACTIVE']);
    assert.deepEqual(reader.batch.tags(scope, arn), {});
    assert.equal(reader.batch.tags(scope, `${arn}0`), undefined);
  });
});

describe('jobs', () => {
  it('have the tags that they were submitted with, by their ARN', async () => {
    const rig = await Rig.open();
    const { reader } = rig.control;
    const id = await rig.submit('d', { tags });
    const arn = reader.jobs.one(scope, id)?.detail.arn ?? '';
    assert.deepEqual(reader.jobs.one(scope, id)?.tags, tags);
    assert.deepEqual(reader.batch.tags(scope, arn), tags);
    assert.equal(reader.batch.tags(elsewhere, arn), undefined);
    assert.equal(reader.batch.tags(scope, arn.replace('eu-west-1', 'us-east-1')), undefined);
    assert.equal(reader.batch.tags(scope, `${arn}0`), undefined);
  });

  it('are counted by status and by queue, children of arrays one by one', async () => {
    const rig = await Rig.open();
    const { reader } = rig.control;
    const first = await rig.submit();
    await rig.submit('d', { dependsOn: [{ jobId: first }] });
    await rig.submit('d', { arrayProperties: { size: 5 } });
    await rig.started(rig.attempt(first));
    const jobs = { SUBMITTED: 0, PENDING: 1, RUNNABLE: 2, SCHEDULED: 0, STARTING: 3, RUNNING: 1 };
    assert.deepEqual(reader.counts(), {
      jobs,
      computeEnvironments: 1,
      jobQueues: 1,
      staleReports: 0,
      deliveries: { waiting: 0, delivered: 0, failedAttempts: 0, givenUp: 0 },
    });
    const queue = reader.batch.jobQueue(scope, 'q')?.queue.arn;
    assert.deepEqual([...reader.jobCountsByQueue()], [[queue, jobs]]);
    await rig.exited('0'.repeat(32) as never);
    assert.equal(reader.counts().staleReports, 1);
  });
});
