// Instances of managed environments, from the job that waits for one to the end of an idle one:
// through control, with a provider that the test plays.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputeResource, RetryStrategy } from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { HostId, JobId } from '../../base/ids.ts';
import type { Instance } from '../../core/host/host.ts';
import { checkWorld } from '../../core/world/invariant.ts';
import { limit } from '../../core/limit.ts';
import { explain } from '../../core/schedule/explain/explain.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig, type RigOptions } from '../../../test/house/rig.ts';

const resources: ComputeResource = {
  type: 'EC2',
  allocationStrategy: 'BEST_FIT_PROGRESSIVE',
  minvCpus: 0,
  maxvCpus: 8,
  instanceTypes: ['m5.large', 'm5.xlarge'],
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
  instanceRole: 'ecsInstanceRole',
};

async function rigWith(
  more: Partial<ComputeResource> = {},
  settings?: RigOptions['settings'],
): Promise<Rig> {
  const rig = await Rig.open({ settings });
  await rig.ask({
    type: 'create-compute-environment',
    scope,
    uuid: 'fleet',
    request: {
      computeEnvironmentName: 'fleet',
      type: 'MANAGED',
      computeResources: { ...resources, ...more },
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
  await rig.define('two', { vcpus: 2 });
  await rig.clock.pass(1_000);
  return rig;
}

const instances = (rig: Rig): Instance[] =>
  [...rig.control.world.hosts.values()].flatMap((host) => (host.kind === 'instance' ? [host] : []));
const types = (rig: Rig): string[] =>
  instances(rig).map(({ instanceType, state }) => `${instanceType} ${state}`);

async function submit(rig: Rig, more: object = {}, definition = 'd'): Promise<JobId> {
  const id = await rig.submit(definition, { jobQueue: 'jobs', ...more });
  await rig.clock.pass(100);
  return id;
}

const hostOf = (rig: Rig, id: JobId): HostId => {
  const job = rig.job(id);
  assert(job !== undefined && 'attempt' in job, `${id} is under way`);
  return job.attempt.hostId;
};
function reason(rig: Rig, id: JobId): string {
  const { world } = rig.control;
  const job = must(world.jobs.get(id), 'it waits');
  return explain(
    world,
    must(world.jobQueues.get(job.queueArn), 'it waits in a queue'),
    job,
    () => 0,
  ).text;
}
const retry = (attempts: number): { retryStrategy: RetryStrategy } => ({
  retryStrategy: { attempts },
});

describe('an instance', () => {
  it('is launched for a job that waits, of the type that costs least for it, and ended when it is idle', async () => {
    const rig = await rigWith();
    assert.deepEqual(types(rig), []);
    const id = await submit(rig);
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
    const on = hostOf(rig, id);
    assert.equal(on, instances(rig)[0]?.id);
    await rig.exited(rig.attempt(id));
    assert.deepEqual(rig.capacity.ended, []);
    await rig.clock.pass(2_000);
    assert.deepEqual(types(rig), []);
    assert.deepEqual(rig.capacity.ended, [on], 'its provider was told');
    checkWorld(rig.control.world);
  });

  it('takes jobs when it runs and not before', async () => {
    const rig = await rigWith();
    rig.capacity.prompt = false;
    const id = await submit(rig);
    assert.deepEqual(types(rig), ['m5.large PENDING']);
    assert.equal(rig.job(id)?.status, 'RUNNABLE');
    assert.match(
      reason(rig, id),
      /^waiting for an instance of compute environment fleet: 1 is starting$/,
    );
    await rig.clock.pass(10_000);
    assert.deepEqual(types(rig), ['m5.large PENDING'], 'no second one for the same job');
    rig.capacity.run();
    await rig.clock.pass();
    assert.equal(rig.job(id)?.status, 'STARTING');
  });

  it('waits out its delay, counted from its last job', async () => {
    const rig = await rigWith({ scalingPolicy: { minScaleDownDelayMinutes: 20 } });
    const id = await submit(rig);
    await rig.exited(rig.attempt(id));
    await rig.clock.pass(20 * 60_000 - 1);
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
    await rig.clock.pass(1_000);
    assert.deepEqual(types(rig), []);
  });

  it('waits out its delay from the last of its jobs to stop, in whichever order they are heard of', async () => {
    const rig = await rigWith({ scalingPolicy: { minScaleDownDelayMinutes: 20 } });
    const [first, second] = [await submit(rig), await submit(rig)];
    assert.equal(hostOf(rig, first), hostOf(rig, second));
    await rig.clock.pass(60_000);
    const nowMs = rig.clock.now();
    for (const [id, atMs] of [
      [first, nowMs],
      [second, nowMs - 30_000],
    ] as const)
      rig.engine.report({
        type: 'exited',
        containerId: rig.container(id),
        atMs,
        exit: { exitCode: 0, outOfMemory: false },
      });
    await rig.clock.pass(20 * 60_000 - 1);
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
    await rig.clock.pass(1_000);
    assert.deepEqual(types(rig), []);
  });

  it('is kept for minvCpus whatever the demand, also where the environment is DISABLED', async () => {
    const rig = await rigWith({ minvCpus: 4 });
    assert.equal(
      instances(rig).reduce((sum, { capacity }) => sum + capacity.milliVcpu, 0),
      4_000,
    );
    await rig.ask({
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment: 'fleet', state: 'DISABLED' },
    });
    await rig.clock.pass(10_000);
    assert.equal(
      instances(rig).reduce((sum, { capacity }) => sum + capacity.milliVcpu, 0),
      4_000,
    );
  });

  it('is not launched beyond maxvCpus, and what waits says so', async () => {
    const rig = await rigWith({ maxvCpus: 2, instanceTypes: ['m5.large'] });
    const first = await submit(rig, {}, 'two');
    const second = await submit(rig, {}, 'two');
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
    assert.equal(
      reason(rig, second),
      'waiting for compute environment fleet: its instances have 2 vCPUs of a maximum of 2, and no room for the job',
    );
    await rig.exited(rig.attempt(first));
    assert.equal(rig.job(second)?.status, 'STARTING');
  });

  it('is launched where a queue is given another environment, whatever held up its jobs before', async () => {
    const rig = await rigWith({ maxvCpus: 2, instanceTypes: ['m5.large'] });
    await rig.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'other',
      request: { computeEnvironmentName: 'other', type: 'MANAGED', computeResources: resources },
    });
    await rig.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'resting',
      request: {
        computeEnvironmentName: 'resting',
        type: 'MANAGED',
        state: 'DISABLED',
        computeResources: resources,
      },
    });
    const order = (...names: string[]) => ({
      computeEnvironmentOrder: names.map((computeEnvironment, index) => ({
        order: index + 1,
        computeEnvironment,
      })),
    });
    await rig.ask({
      type: 'create-job-queue',
      scope,
      request: { jobQueueName: 'rest', priority: 1, ...order('resting') },
    });
    await submit(rig, {}, 'two');
    const full = await submit(rig, {}, 'two');
    const idle = await submit(rig, { jobQueue: 'rest' }, 'two');
    assert.match(reason(rig, full), /maximum of 2/);
    assert.match(reason(rig, idle), /it is DISABLED/);
    await rig.ask({
      type: 'update-job-queue',
      scope,
      request: { jobQueue: 'jobs', ...order('fleet', 'other') },
    });
    await rig.clock.pass(1_000);
    assert.equal(rig.job(full)?.status, 'STARTING');
    await rig.ask({
      type: 'update-job-queue',
      scope,
      request: { jobQueue: 'rest', ...order('resting', 'other') },
    });
    await rig.clock.pass(1_000);
    assert.deepEqual(
      types(rig),
      ['m5.large RUNNING', 'm5.large RUNNING', 'm5.large RUNNING'],
      'its machine is full, its books are not',
    );
  });

  it('is not launched beyond the limit of instances, which is a reason of its own', async () => {
    const rig = await rigWith({ instanceTypes: ['m5.large'] }, { instanceLimit: 1 });
    await submit(rig, {}, 'two');
    const second = await submit(rig, {}, 'two');
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
    assert.equal(
      reason(rig, second),
      'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - --instance-limit 1 is reached: 1 instance runs',
    );
  });

  it('of no type that the environment names could hold a job: that is final', async () => {
    const rig = await rigWith();
    await rig.define('vast', { memory: 16_384 });
    const id = await submit(rig, {}, 'vast');
    assert.deepEqual(types(rig), []);
    assert.match(
      reason(rig, id),
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job asks for 16384 MiB and no instance type of compute environment fleet has more than 16017 MiB for jobs$/,
    );
  });

  it('with 8192 MiB has less for jobs: one that asks for all of it launches a larger type', async () => {
    const rig = await rigWith();
    await rig.define('all', { memory: 8_192 });
    await submit(rig, {}, 'all');
    assert.deepEqual(types(rig), ['m5.xlarge RUNNING']);
  });

  it('may have room that its machine has not: the reason names the machine', async () => {
    const rig = await rigWith({ instanceTypes: ['m5.4xlarge'], maxvCpus: 16 });
    await rig.define('eight', { vcpus: 8 });
    await submit(rig, {}, 'eight');
    const second = await submit(rig, {}, 'eight');
    assert.match(reason(rig, second), /^waiting for this machine: /);
  });

  it('is launched by the books, though its machine is full', async () => {
    const rig = await rigWith();
    await rig.define('machine', { vcpus: 4 });
    await rig.submit('machine');
    const id = await submit(rig);
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
    assert.match(reason(rig, id), /^waiting for this machine: /);
  });

  it('is launched as soon as what a job waited for beside room is there, though its machine is full', async () => {
    const rig = await rigWith();
    await rig.define('machine', { vcpus: 4 });
    await rig.ask({
      type: 'create-consumable-resource',
      scope,
      request: {
        consumableResourceName: 'licences',
        resourceType: 'REPLENISHABLE',
        totalQuantity: 0,
      },
    });
    await rig.submit('machine');
    await submit(rig, {
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResource: 'licences', quantity: 1 }],
      },
    });
    assert.deepEqual(types(rig), []);
    await rig.ask({
      type: 'update-consumable-resource',
      scope,
      request: { consumableResource: 'licences', operation: 'SET', quantity: 1 },
    });
    await rig.clock.pass(1_000);
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
  });

  it('ends when the job that it was kept for has gone', async () => {
    const rig = await rigWith();
    await rig.define('machine', { vcpus: 4 });
    await rig.submit('machine');
    const id = await submit(rig);
    await rig.clock.pass(5_000);
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
    await rig.terminate(id, 'no more');
    await rig.clock.pass(limit.keptInstancePauseMs + 2_000);
    assert.deepEqual(types(rig), []);
  });

  it('whose machine has no GPUs is not launched for them', async () => {
    const rig = await rigWith({ instanceTypes: ['g4dn.xlarge'] });
    await rig.define('gpu', { resourceRequirements: [{ type: 'GPU', value: '1' }] });
    const id = await submit(rig, {}, 'gpu');
    assert.deepEqual(types(rig), []);
    assert.match(
      reason(rig, id),
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job asks for 1 GPU/,
    );
  });

  it('that ends takes its jobs with it: they fail by that, and those with attempts left run elsewhere', async () => {
    const rig = await rigWith();
    const [once, twice] = [await submit(rig), await submit(rig, retry(2))];
    const [host] = [hostOf(rig, once)];
    const attempts = [rig.attempt(once), rig.attempt(twice)];
    for (const attempt of attempts) await rig.started(attempt);
    await rig.ask({ type: 'end-instance', scope, hostId: host, cause: 'user' });
    assert.deepEqual(types(rig), ['m5.large SHUTTING_DOWN']);
    for (const attempt of attempts) {
      assert.ok(rig.engine.calls.includes(`stop ${attempt}`), `${attempt} is stopped`);
      await rig.exited(attempt, 143);
    }
    await rig.clock.pass(2_000);
    assert.deepEqual(
      [rig.store.job(once).status, rig.store.job(once).statusReason],
      ['FAILED', `Host EC2 (instance i-${host.slice(0, 17)}) terminated.`],
    );
    assert.equal(rig.store.job(once).attempts[0]?.exitCode, undefined);
    assert.notEqual(hostOf(rig, twice), host);
    assert.equal(rig.control.world.hosts.has(host), false);
    checkWorld(rig.control.world);
  });

  it('that ends does not bring back a job that somebody terminates meanwhile', async () => {
    const rig = await rigWith();
    const id = await submit(rig, retry(3));
    const attempt = rig.attempt(id);
    await rig.ask({ type: 'end-instance', scope, hostId: hostOf(rig, id), cause: 'user' });
    await rig.terminate(id, 'no more');
    await rig.exited(attempt, 143);
    assert.deepEqual(
      [rig.store.job(id).status, rig.store.job(id).statusReason],
      ['FAILED', 'no more'],
    );
  });

  it('that could not be launched is launched anew, under another name', async () => {
    const rig = await rigWith();
    rig.capacity.prompt = false;
    const id = await submit(rig);
    const [failed] = instances(rig);
    rig.capacity.fail();
    await rig.clock.pass(1_000);
    assert.notEqual(instances(rig)[0]?.id, failed?.id);
    rig.capacity.run();
    await rig.clock.pass();
    assert.equal(rig.job(id)?.status, 'STARTING');
  });

  it('that was starting when the server ended is asked for again', async () => {
    const rig = await rigWith();
    rig.capacity.prompt = false;
    await submit(rig);
    rig.capacity.prompt = true;
    const again = await rig.restart().up();
    assert.equal(instances(again)[0]?.id, instances(rig)[0]?.id);
    assert.deepEqual(types(again), ['m5.large RUNNING']);
  });

  it('makes way for a larger one when jobs that keep coming have overtaken a large job for long enough', async () => {
    const rig = await rigWith({ allocationStrategy: 'BEST_FIT', maxvCpus: 4 }, { overtakeJobs: 4 });
    await rig.define('four', { vcpus: 4 });
    const small = [await submit(rig, {}, 'two'), await submit(rig, {}, 'two')];
    const large = await submit(rig, {}, 'four');
    for (let round = 0; round < 20 && rig.job(large)?.status === 'RUNNABLE'; round++) {
      const running = small.filter((id) => rig.job(id)?.status === 'STARTING');
      small.push(await submit(rig, {}, 'two'), await submit(rig, {}, 'two'));
      for (const id of running) await rig.exited(rig.attempt(id));
      await rig.clock.pass(1_000);
    }
    assert.equal(rig.job(large)?.status, 'STARTING');
    assert.deepEqual(types(rig), ['m5.xlarge RUNNING']);
    checkWorld(rig.control.world);
  });

  it('makes way for a larger one as soon as a large job has been overtaken for long enough, though nothing else happens', async () => {
    const rig = await rigWith(
      {
        allocationStrategy: 'BEST_FIT',
        maxvCpus: 4,
        scalingPolicy: { minScaleDownDelayMinutes: 30 },
      },
      { overtakeSeconds: 60 },
    );
    await rig.define('four', { vcpus: 4 });
    const [first, second] = [await submit(rig, {}, 'two'), await submit(rig, {}, 'two')];
    const large = await submit(rig, {}, 'four');
    const third = await submit(rig, {}, 'two');
    for (const id of [first, third, second]) await rig.exited(rig.attempt(id));
    await rig.clock.pass(50_000);
    assert.deepEqual(
      types(rig),
      ['m5.large RUNNING', 'm5.large RUNNING'],
      'idle, within their delay',
    );
    await rig.clock.pass(15_000);
    assert.equal(rig.job(large)?.status, 'STARTING');
    assert.deepEqual(types(rig), ['m5.xlarge RUNNING']);
  });

  it('beyond a maxvCpus that was lowered takes no more jobs and ends with its last', async () => {
    const rig = await rigWith({ instanceTypes: ['m5.large'], maxvCpus: 4 });
    const jobs = [await submit(rig, {}, 'two'), await submit(rig, {}, 'two')];
    await rig.ask({
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment: 'fleet', computeResources: { maxvCpus: 2 } },
    });
    await rig.clock.pass(1_000);
    assert.deepEqual(types(rig), ['m5.large RUNNING', 'm5.large DRAINING']);
    const waiting = await submit(rig, {}, 'two');
    await rig.exited(rig.attempt(must(jobs[1], 'there are two')));
    assert.deepEqual(types(rig), ['m5.large RUNNING']);
    assert.equal(rig.job(waiting)?.status, 'RUNNABLE');
  });

  it('that is not heard of is asked for again while the server runs: the first answer may be lost', async () => {
    const rig = await rigWith();
    rig.capacity.prompt = false;
    const id = await submit(rig);
    rig.capacity.loseAnswers();
    await rig.clock.pass(limit.launchRepeatMs);
    assert.deepEqual(types(rig), ['m5.large PENDING']);
    rig.capacity.run();
    await rig.clock.pass();
    assert.equal(rig.job(id)?.status, 'STARTING');
  });

  it('that was taken back while the server was down ends when it is asked for again', async () => {
    const rig = await rigWith({ minvCpus: 2 });
    const [instance] = instances(rig);
    assert.equal(instance?.state, 'RUNNING');
    rig.capacity.prompt = false;
    const again = await rig.restart().up();
    again.capacity.fail();
    await again.clock.pass();
    assert.equal(again.control.world.hosts.has(instance.id), false);
  });

  it('that is gone is kept for those who ask, with who wanted it to end', async () => {
    const rig = await rigWith({ type: 'SPOT', allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED' });
    const id = await submit(rig, retry(1));
    const [instance] = instances(rig);
    rig.capacity.interrupt(instance?.id as HostId);
    await rig.clock.pass();
    assert.deepEqual(types(rig), ['m5.large SHUTTING_DOWN']);
    await rig.exited(rig.attempt(id), 143);
    const ended = rig.store.commits.flatMap(({ rows }) => [...rows.instancesEnded.values()]);
    assert.deepEqual(
      ended.map(({ instance: { id: of, ending } }) => [of, ending?.cause]),
      [[instance?.id, 'interruption']],
    );
    assert.equal(
      rig.store.job(id).statusReason,
      `Host EC2 (instance i-${instance?.id.slice(0, 17)}) terminated.`,
    );
  });

  it('that is drained takes no more jobs, and ends with its last', async () => {
    const rig = await rigWith();
    const first = await submit(rig);
    const drained = hostOf(rig, first);
    await rig.ask({ type: 'drain-host', scope, hostId: drained, status: 'DRAINING' });
    const second = await submit(rig);
    assert.notEqual(hostOf(rig, second), drained);
    await rig.ask({ type: 'drain-host', scope, hostId: drained, status: 'ACTIVE' });
    assert.deepEqual(types(rig), ['m5.large RUNNING', 'm5.large RUNNING']);
    await rig.ask({ type: 'drain-host', scope, hostId: drained, status: 'DRAINING' });
    await rig.exited(rig.attempt(first));
    assert.equal(rig.control.world.hosts.has(drained), false);
    assert.equal(rig.store.job(first).status, 'SUCCEEDED');
    checkWorld(rig.control.world);
  });

  it('that is deregistered by force ends under its jobs; without force it stays', async () => {
    const rig = await rigWith();
    const id = await submit(rig);
    const host = hostOf(rig, id);
    const refused = await rig.ask({ type: 'deregister-host', scope, hostId: host, force: false });
    assert.ok(isRefusal(refused) && /runs 1 job\. Drain it/.test(refused.message));
    await rig.ask({ type: 'deregister-host', scope, hostId: host, force: true });
    assert.deepEqual(types(rig), ['m5.large SHUTTING_DOWN']);
  });

  it('that reboots ends its jobs as the end of a host does, and stays', async () => {
    const rig = await rigWith();
    const id = await submit(rig, retry(2));
    const host = hostOf(rig, id);
    await rig.ask({ type: 'reboot-instance', scope, hostId: host });
    await rig.exited(rig.attempt(id), 137);
    assert.equal(hostOf(rig, id), host, 'it is tried again on the same one');
    await rig.exited(rig.attempt(id));
    assert.deepEqual(
      rig.store.job(id).attempts.map(({ statusReason }) => statusReason),
      [
        `Host EC2 (instance i-${host.slice(0, 17)}) terminated.`,
        'Essential container in task exited',
      ],
    );
    checkWorld(rig.control.world);
  });

  it('that minvCpus kept goes with its environment', async () => {
    const rig = await rigWith({ minvCpus: 2 });
    await rig.ask({
      type: 'update-job-queue',
      scope,
      request: { jobQueue: 'jobs', state: 'DISABLED' },
    });
    await rig.ask({ type: 'delete-job-queue', scope, jobQueue: 'jobs' });
    await rig.ask({
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment: 'fleet', state: 'DISABLED' },
    });
    assert.equal(instances(rig).length, 1);
    assert.equal(
      isRefusal(
        await rig.ask({ type: 'delete-compute-environment', scope, computeEnvironment: 'fleet' }),
      ),
      false,
    );
    assert.deepEqual(types(rig), []);
    checkWorld(rig.control.world);
  });

  it('carries the tags of its environment, and without any its name', async () => {
    const launched = async (more: Partial<ComputeResource>): Promise<unknown> => {
      const { subnetId, securityGroupIds, keyName, tags } =
        instances(await rigWith({ minvCpus: 2, ...more }))[0]?.launch ?? {};
      return { subnetId, securityGroupIds, keyName, tags };
    };
    assert.deepEqual(await launched({ ec2KeyPair: 'mine', tags: { team: 'a' } }), {
      subnetId: 'subnet-1',
      securityGroupIds: ['sg-1'],
      keyName: 'mine',
      tags: { team: 'a' },
    });
    assert.deepEqual(await launched({}), {
      subnetId: 'subnet-1',
      securityGroupIds: ['sg-1'],
      keyName: undefined,
      tags: { Name: 'fleet' },
    });
  });

  it('of Spot has no tags while the Spot Fleet role may not tag, by what IAM says at its launch', async () => {
    const role = 'arn:aws:iam::123456789012:role/OldSpot';
    const noted = async (
      untagging: readonly string[],
      before?: readonly string[],
    ): Promise<unknown> => {
      const rig = await rigWith({
        minvCpus: 0,
        type: 'SPOT',
        allocationStrategy: 'BEST_FIT',
        spotIamFleetRole: role,
        tags: { team: 'a' },
      });
      for (const told of [...(before === undefined ? [] : [before]), untagging])
        await rig.ask({
          type: 'note-roles',
          prefix: 'arn:aws:iam::123456789012:role/',
          untagging: told,
        });
      await submit(rig);
      return instances(rig)[0]?.launch?.tags;
    };
    assert.deepEqual(await noted([role]), {});
    assert.deepEqual(await noted([], [role]), { team: 'a' });
    assert.deepEqual(await noted(['arn:aws:iam::123456789012:role/another']), { team: 'a' });
  });

  it('is nobody else’s to end', async () => {
    const rig = await rigWith({ minvCpus: 2 });
    const [instance] = instances(rig);
    assert.ok(
      isRefusal(
        await rig.ask({
          type: 'end-instance',
          scope: 'other/us-east-1' as typeof scope,
          hostId: instance?.id as HostId,
          cause: 'user',
        }),
      ),
    );
  });
});

describe('an instance of the user’s own', () => {
  const start = {
    type: 'start-instance',
    scope,
    hostId: '0123456789abcdef0'.padEnd(32, '0') as HostId,
    cluster: 'own_Batch_mine',
    instanceType: 'm5.large',
    imageId: 'ami-1',
    reservedMemoryMib: undefined,
    unfit: undefined,
    launch: { securityGroupIds: [], tags: {} },
  } as const;

  async function rigWithOwn(): Promise<Rig> {
    const rig = await Rig.open();
    await rig.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'mine',
      request: {
        computeEnvironmentName: 'own',
        type: 'UNMANAGED',
        serviceRole: 'AWSBatchServiceRole',
      },
    });
    await rig.ask({
      type: 'create-job-queue',
      scope,
      request: {
        jobQueueName: 'jobs',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'own' }],
      },
    });
    return rig;
  }

  it('takes the jobs of its UNMANAGED environment as a slice of this machine, and stays when it is idle', async () => {
    const rig = await rigWithOwn();
    const id = await submit(rig);
    await rig.ask(start);
    assert.equal(hostOf(rig, id), start.hostId);
    checkWorld(rig.control.world);
    await rig.define('three', { vcpus: 3 });
    await rig.submit('three');
    const second = await submit(rig, {}, 'd');
    assert.match(
      reason(rig, second),
      /^waiting for this machine: /,
      'jobs of others fill the machine',
    );
    await rig.ask({ type: 'drain-host', scope, hostId: start.hostId, status: 'DRAINING' });
    await rig.exited(rig.attempt(id));
    await rig.clock.pass(60_000);
    assert.deepEqual(types(rig), ['m5.large DRAINING']);
    await rig.ask({ type: 'drain-host', scope, hostId: start.hostId, status: 'ACTIVE' });
    await rig.clock.pass();
    checkWorld(rig.control.world);
  });

  it('leaves with its jobs when it ends, and comes back under its name', async () => {
    const rig = await rigWithOwn();
    await rig.ask(start);
    const id = await submit(rig, retry(2));
    await rig.ask({ type: 'end-instance', scope, hostId: start.hostId, cause: 'user' });
    await rig.exited(rig.attempt(id), 143);
    assert.deepEqual(types(rig), []);
    assert.deepEqual(
      rig.store.commits.flatMap(({ rows }) => [...rows.instancesEnded.values()]),
      [],
      'its record is EC2’s',
    );
    await rig.ask(start);
    assert.equal(hostOf(rig, id), start.hostId);
    checkWorld(rig.control.world);
  });

  it('joins no MANAGED environment and none that is not there', async () => {
    const rig = await rigWith();
    for (const cluster of ['fleet_Batch_fleet', 'nowhere'])
      assert.ok(isRefusal(await rig.ask({ ...start, cluster })), cluster);
    assert.deepEqual(types(rig), []);
  });
});
