// What happens beside jobs' changes of status, from the call that brings it about to the event that
// a rule would see: each once, with what AWS or we say in it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputeResource, JobDetail, JobQueueDetail } from '@aws-sdk/client-batch';
import { account, context, scope } from '../../../test/house/caller.ts';
import { Ec2 } from '../../../test/house/ec2.ts';
import { Rig, type RigOptions } from '../../../test/house/rig.ts';
import { ownEnvironment } from '../../../test/house/rows.ts';
import { must } from '../../base/assert.ts';
import type { Scope } from '../../base/ids.ts';
import type { Happening } from '../../core/turn/happening.ts';
import type { Commit } from '../../port/store.ts';
import { createComputeEnvironment } from '../batch/compute-environment/create-compute-environment.ts';
import { deleteComputeEnvironment } from '../batch/compute-environment/delete-compute-environment.ts';
import { describeComputeEnvironments } from '../batch/compute-environment/describe-compute-environments.ts';
import { updateComputeEnvironment } from '../batch/compute-environment/update-compute-environment.ts';
import { createJobQueue } from '../batch/job-queue/create-job-queue.ts';
import { deleteJobQueue } from '../batch/job-queue/delete-job-queue.ts';
import { describeJobQueues } from '../batch/job-queue/describe-job-queues.ts';
import { updateJobQueue } from '../batch/job-queue/update-job-queue.ts';
import { describeJobs } from '../batch/job/describe-jobs.ts';
import type { Ec2Deps } from '../ec2/deps.ts';
import type { BusEvent } from './bus-event.ts';
import { happeningEvent, kindOfHappening, scopeOfHappening } from './happening-event.ts';

const { region } = context;
const arnOf = (resource: string): string => `arn:aws:batch:${region}:${account}:${resource}`;

/** Tells what was committed since it was asked last, as it is after a row has held it. */
function listener(rig: Rig): () => BusEvent[] {
  let at = rig.store.commits.length;
  const { batch, jobs } = rig.control.reader;
  const sources = { batch, jobs, ec2: rig.depsOf<Ec2Deps>('ec2').space };
  return () => {
    const found = rig.store.commits.slice(at).flatMap(happeningsOf);
    at = rig.store.commits.length;
    return found.map((happening, index) => {
      const kept = JSON.parse(JSON.stringify(happening)) as Happening;
      const event = must(happeningEvent(String(index), kept, sources), 'all of it is there');
      assert.deepEqual(event, happeningEvent(String(index), happening, sources));
      const { source, detailType } = kindOfHappening(kept);
      assert.deepEqual([event.source, event['detail-type']], [source, detailType]);
      assert.equal(scopeOfHappening(kept), scope);
      assert.match(event.id, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      return event;
    });
  };
}

const happeningsOf = ({ busEvents }: Commit): Happening[] =>
  busEvents.flatMap(({ what }) => ('happening' in what ? [what.happening] : []));

/** Rules want all that happens beside changes of status. */
const interest = {
  wants: () => false,
  tagsChanged: () => undefined,
  wantsBeside: () => true,
  blockedQueues: new Set([scope]),
};
const tooLarge = 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE';

async function withLarge(options: RigOptions = { interest }): Promise<Rig> {
  const rig = await Rig.open(options);
  await rig.define('large', { vcpus: 300 });
  return rig;
}

describe('a queue that is blocked', () => {
  it('is told of with the job that blocks it, as DescribeJobs shows it then', async () => {
    const rig = await withLarge();
    const events = listener(rig);
    const id = await rig.submit('large', { tags: { team: 'blue' }, shareIdentifier: undefined });
    const { jobs: [shown] = [] } = await rig.call(describeJobs, { jobs: [id] });
    const [event, ...others] = events() as BusEvent<JobDetail>[];
    assert.deepEqual(others, []);
    assert.deepEqual(event, {
      version: '0',
      id: event?.id,
      'detail-type': 'Batch Job Queue Blocked',
      source: 'aws.batch',
      account,
      time: '2023-11-14T22:13:20Z',
      region,
      resources: [arnOf(`job/${id}`), arnOf('job-queue/q')],
      detail: shown,
    });
    assert.equal(event?.detail.status, 'RUNNABLE');
    assert.match(event?.detail.statusReason ?? '', new RegExp(`^${tooLarge} - the job asks for`));
    assert.deepEqual(event?.detail.tags, { team: 'blue' });
  });

  it('is told of once, whatever else happens there and past a restart, and again of the next job', async () => {
    const rig = await withLarge();
    const events = listener(rig);
    const first = await rig.submit('large');
    assert.equal(events().length, 1);
    const second = await rig.submit('large', { arrayProperties: { size: 2 } });
    await rig.exited(rig.attempt(await rig.submit()));
    await rig.clock.pass(3_600_000);
    assert.deepEqual(events(), []);
    const next = await rig.restart().up();
    const nextEvents = listener(next);
    await next.exited(next.attempt(await next.submit()));
    assert.deepEqual(nextEvents(), []);
    await next.terminate(first);
    const [event] = nextEvents() as BusEvent<JobDetail>[];
    assert.deepEqual(
      [event?.detail.jobId, event?.detail.arrayProperties, event?.resources[0]],
      [`${second}:0`, { index: 0 }, arnOf(`job/${second}:0`)],
    );
    await next.clock.pass(10_000);
    assert.deepEqual(nextEvents(), []);
  });

  it('is not told of where nobody wants it, and forgotten when nobody does any more', async () => {
    const changing = { ...interest, blockedQueues: new Set<Scope>() };
    const rig = await withLarge({ interest: changing });
    const events = listener(rig);
    await rig.submit('large');
    assert.deepEqual(events(), []);
    const blocked = (): unknown =>
      [...rig.control.world.jobQueues.values()].map(({ blockedHead }) => blockedHead?.reason);
    assert.deepEqual(blocked(), [undefined]);
    changing.blockedQueues.add(scope);
    await rig.submit();
    assert.equal(events().length, 1);
    assert.deepEqual(blocked(), [tooLarge]);
    changing.blockedQueues.delete(scope);
    await rig.submit();
    assert.deepEqual([blocked(), events()], [[undefined], []]);
  });

  it('is not told of when its job has been removed', async () => {
    const rig = await withLarge();
    const { batch } = rig.control.reader;
    await rig.submit('large');
    const [happening] = rig.store.commits.flatMap(happeningsOf).slice(-1);
    const sources = {
      batch,
      jobs: { one: () => undefined },
      ec2: rig.depsOf<Ec2Deps>('ec2').space,
    };
    assert.equal(happeningEvent('1', must(happening, 'it is blocked'), sources), undefined);
  });
});

const computeResources: ComputeResource = {
  type: 'FARGATE',
  maxvCpus: 4,
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
};

describe('a compute environment and a job queue', () => {
  const said = ({ detail }: BusEvent): string => {
    const { state, status } = detail as JobQueueDetail;
    return `${state} ${status}`;
  };

  it('are told of as they come, change and go', async () => {
    const rig = await Rig.bare({ interest });
    const events = listener(rig);
    await rig.call(createComputeEnvironment, {
      computeEnvironmentName: 'ce',
      type: 'MANAGED',
      computeResources,
      tags: { team: 'blue' },
    });
    const made = events();
    assert.deepEqual(made.map(said), ['ENABLED CREATING', 'ENABLED VALID']);
    const { computeEnvironments: [shown] = [] } = await rig.call(describeComputeEnvironments, {});
    assert.deepEqual(made[1], {
      version: '0',
      id: made[1]?.id,
      'detail-type': 'Batch Compute Environment State Change',
      source: 'longshore',
      account,
      time: '2023-11-14T22:13:20Z',
      region,
      resources: [arnOf('compute-environment/ce')],
      detail: shown,
    });

    await rig.call(createJobQueue, {
      jobQueueName: 'q',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
      tags: { team: 'red' },
    });
    const { jobQueues: [queue] = [] } = await rig.call(describeJobQueues, {});
    assert.deepEqual(
      events().map(({ id: _id, ...event }) => event),
      [
        {
          version: '0',
          'detail-type': 'Batch Job Queue State Change',
          source: 'longshore',
          account,
          time: '2023-11-14T22:13:20Z',
          region,
          resources: [arnOf('job-queue/q')],
          detail: queue,
        },
      ],
    );

    await rig.call(updateJobQueue, { jobQueue: 'q', state: 'DISABLED' });
    await rig.call(updateJobQueue, { jobQueue: 'q', state: 'DISABLED' });
    assert.deepEqual(events().map(said), ['DISABLED VALID']);
    await rig.call(deleteJobQueue, { jobQueue: 'q' });
    await rig.call(updateComputeEnvironment, { computeEnvironment: 'ce', state: 'DISABLED' });
    await rig.call(deleteComputeEnvironment, { computeEnvironment: 'ce' });
    assert.deepEqual(
      events().map((event) => `${event['detail-type']}: ${said(event)}`),
      [
        'Batch Job Queue State Change: DISABLED DELETING',
        'Batch Job Queue State Change: DISABLED DELETED',
        'Batch Compute Environment State Change: DISABLED VALID',
        'Batch Compute Environment State Change: DISABLED DELETED',
      ],
    );
  });

  it('are told of in the same words after a restart only when they change', async () => {
    const rig = await Rig.open({ interest });
    const next = await rig.restart().up();
    const events = listener(next);
    await next.call(updateComputeEnvironment, { computeEnvironment: 'ce', state: 'ENABLED' });
    await next.call(updateJobQueue, { jobQueue: 'q', priority: 1 });
    assert.deepEqual(events(), []);
    await next.call(updateJobQueue, { jobQueue: 'q', priority: 2 });
    assert.deepEqual(events().map(said), ['ENABLED VALID']);
  });
});

const state = ({ detail }: BusEvent): string => {
  const { state: word, 'instance-action': action } = detail as Record<string, string>;
  return word ?? `to be ${action}d`;
};

describe('an instance', () => {
  it('is told of by EC2’s words, from its launch to its end', async () => {
    const rig = await Rig.open({ interest });
    const events = listener(rig);
    rig.capacity.prompt = false;
    await rig.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'fleet',
      request: {
        computeEnvironmentName: 'fleet',
        type: 'MANAGED',
        computeResources: {
          type: 'SPOT',
          maxvCpus: 8,
          minvCpus: 0,
          instanceTypes: ['m5.large'],
          subnets: ['subnet-1'],
          securityGroupIds: ['sg-1'],
          instanceRole: 'ecsInstanceRole',
          allocationStrategy: 'BEST_FIT_PROGRESSIVE',
        },
      },
    });
    await rig.ask({
      type: 'create-job-queue',
      scope,
      request: {
        jobQueueName: 'jobs',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'fleet' }],
      },
    });
    await rig.clock.pass(1_000);
    events();
    const id = await rig.submit('d', { jobQueue: 'jobs' });
    await rig.clock.pass(100);
    const [pending, ...none] = events();
    const host = must(
      [...rig.control.world.hosts.values()].find(({ kind }) => kind === 'instance'),
      'one was launched',
    );
    const instanceId = `i-${host.id.slice(0, 17)}`;
    assert.deepEqual(none, []);
    assert.deepEqual(pending, {
      version: '0',
      id: pending?.id,
      'detail-type': 'EC2 Instance State-change Notification',
      source: 'aws.ec2',
      account,
      time: '2023-11-14T22:13:21Z',
      region,
      resources: [`arn:aws:ec2:${region}:${account}:instance/${instanceId}`],
      detail: { 'instance-id': instanceId, state: 'pending' },
    });
    rig.capacity.run();
    await rig.clock.pass();
    assert.deepEqual(events().map(state), ['running']);
    assert.equal(rig.job(id)?.status, 'STARTING');
    rig.capacity.interrupt(host.id);
    await rig.clock.pass();
    const [warning, ending, ...more] = events();
    assert.deepEqual([more, ending && state(ending)], [[], 'shutting-down']);
    assert.deepEqual(warning, {
      ...pending,
      id: warning?.id,
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      resources: [`arn:aws:ec2:${region}a:instance/${instanceId}`],
      detail: { 'instance-id': instanceId, 'instance-action': 'terminate' },
    });
    assert.equal(new Set([warning?.id, ending?.id, pending?.id]).size, 3);
    await rig.exited(rig.attempt(id), 137);
    assert.deepEqual(events().map(state), ['terminated']);
  });

  it('of its owner’s is told of where it is in a cluster, as EC2 shows it', async () => {
    const ec2 = new Ec2({ interest, rows: { computeEnvironments: [ownEnvironment] } });
    ec2.rig.capacity.prompt = false;
    await ec2.rig.up();
    const events = listener(ec2.rig);
    const { Images } = await ec2.call('DescribeImages', {
      Owners: ['amazon'],
      Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
    });
    const UserData = Buffer.from('#!/bin/bash\necho ECS_CLUSTER=own >> /etc/ecs/ecs.config\n');
    const answer = await ec2.call('RunInstances', {
      ImageId: Images[0].ImageId,
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
      UserData: UserData.toString('base64'),
    });
    const InstanceIds = [answer['Instances'][0].InstanceId];
    const shown = async (): Promise<string> => {
      const { Reservations } = await ec2.call('DescribeInstances', { InstanceIds });
      return Reservations[0].Instances[0].State.Name;
    };
    ec2.rig.capacity.run();
    await ec2.rig.clock.pass();
    const begun = events();
    assert.deepEqual(begun.map(state), ['pending', 'running']);
    assert.deepEqual(begun[0]?.detail, { 'instance-id': InstanceIds[0], state: 'pending' });
    await ec2.call('StopInstances', { InstanceIds });
    assert.deepEqual(events().map(state), ['stopping', await shown()]);
    await ec2.call('StartInstances', { InstanceIds });
    ec2.rig.capacity.run();
    await ec2.rig.clock.pass();
    assert.deepEqual(events().map(state), ['pending', await shown()]);
    await ec2.call('TerminateInstances', { InstanceIds });
    assert.deepEqual(events().map(state), ['shutting-down', await shown()]);
  });
});
