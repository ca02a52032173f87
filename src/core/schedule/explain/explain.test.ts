// Why jobs wait, in words, each cause that there is for EC2, Fargate and consumable resources; and
// what would help, with the numbers that do. (Hosts of the user's own: explain-hosts.test.ts.)

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComputeResource } from '@aws-sdk/client-batch';
import { must } from '../../../base/assert.ts';
import { arn, jobId } from '../../../base/ids.ts';
import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import type { WaitingJob } from '../../job/job.ts';
import { Fleet, type FleetCase } from '../../../../test/house/fleet.ts';
import { needs, type ExampleJob } from '../../../../test/house/world.ts';
import { aheadOf } from './explain.ts';

interface Waiting extends Partial<FleetCase> {
  readonly job: ExampleJob;
  /** What becomes of environment `ce` before the job comes. */
  readonly ce?: Partial<ComputeEnvironment>;
  /** What has its place before. */
  readonly others?: readonly ExampleJob[];
  /** How many of the instances that the job waits for run. */
  readonly run?: number;
}

const ec2 = (more: Partial<ComputeResource> = {}) => ({ ce: more });
const fargate = (maxvCpus: number) => ({ ce: { type: 'FARGATE' as const, maxvCpus } });
const roomy = needs(64, 300_000);
const one = { needs: needs(1) };
const twoNodes: ExampleJob = { needs: needs(1), nodes: [[1, needs(1)]] };
const twoHosts = { own: { hosts: [needs(2, 4096), needs(2, 4096)] } };

const update = (change: string): string =>
  `aws batch update-compute-environment --compute-environment ce ${change}`;
const enable = update('--state ENABLED');
const raise = (maxvCpus: number, of = 'compute environment ce'): string =>
  `raise maxvCpus of ${of} to ${maxvCpus} or more: ${update(`--compute-resources maxvCpus=${maxvCpus}`)}`;
const orEnds = 'or wait until jobs that run have ended';
const thereEnds = 'wait until jobs that run there have ended';
const larger = 'let more run at once: start the server with a larger --capacity';
const maximum = 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - ';
const requirement = 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - ';
const capacity = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - ';

/** Remedies by how they begin; there are no others. */
const cases: readonly [given: Waiting, text: string, ...remedies: string[]][] = [
  [
    { job: one, ce: { state: 'DISABLED' } },
    'waiting for compute environment ce: it is DISABLED',
    `enable compute environment ce: ${enable}`,
  ],
  [
    { job: one, ce: { status: 'INVALID' } },
    'waiting for compute environment ce: it is INVALID',
    `keep compute environment ce: ${enable}`,
    'or end what uses it',
  ],
  [
    { job: one, ce: { state: 'DISABLED', status: 'INVALID' } },
    'waiting for compute environment ce: it is DISABLED',
    `keep compute environment ce: ${enable}`,
    'or end what uses it',
  ],
  [
    { job: one, ce: { state: 'DISABLED', status: 'DELETING' } },
    'waiting for compute environment ce: it is DISABLED',
    'add a compute environment that is ENABLED and VALID to queue q',
  ],
  [{ job: one, ce: { status: 'CREATING' } }, 'waiting for compute environment ce: it is CREATING'],
  [
    { job: { needs: needs(20) }, environments: { ce: {}, small: { maxvCpus: 8 } } },
    `${maximum}the job asks for 20 vCPU and the largest maxvCpus of this queue's compute environments is 16`,
    raise(20, 'a compute environment of queue q'),
    'submit it again with 16 vCPU or fewer',
  ],
  [
    { job: { needs: needs(20) } },
    `${maximum}the job asks for 20 vCPU and the largest maxvCpus of this queue's compute environments is 16`,
    raise(20),
    'submit it again with 16 vCPU or fewer',
  ],
  [
    { job: { needs: needs(4) } },
    `${requirement}the job asks for 4 vCPU and no instance type of compute environment ce has more than 2`,
    'make a compute environment with an instance type with more vCPUs, such as m5.xlarge',
    'submit it again with 2 vCPU or fewer',
  ],
  [
    { job: { needs: needs(1, 20_000) } },
    `${requirement}the job asks for 20000 MiB and no instance type of compute environment ce has more than 7953 MiB for jobs`,
    'make a compute environment with an instance type with more memory, such as m5.2xlarge',
    'submit it again with 7953 MiB or less',
  ],
  [
    { job: { needs: needs(1, 64, 1) } },
    `${requirement}the job asks for 1 GPU and no instance type of compute environment ce has more than 0`,
    'make a compute environment with an instance type with GPUs, such as g4dn.xlarge',
    'this machine has no GPUs for jobs as well: where it has them, start the server with --capacity gpus=1',
    'submit it again without GPUs',
  ],
  // BEST_FIT, which is the default, stays within maxvCpus: the whole instance counts.
  ...[undefined, 'BEST_FIT' as const].map((allocationStrategy): (typeof cases)[number] => [
    {
      job: { needs: needs(20) },
      environments: ec2({ instanceTypes: ['m5.12xlarge'], allocationStrategy }),
    },
    `${maximum}the job asks for 20 vCPU and the largest maxvCpus of this queue's compute environments is 16`,
    raise(48),
    'submit it again with 16 vCPU or fewer',
  ]),
  [{ job: one }, 'waiting for an instance of compute environment ce'],
  [
    { job: one, capacity: roomy, run: 0 },
    'waiting for an instance of compute environment ce: 1 is starting',
  ],
  [
    {
      job: one,
      environments: ec2({ maxvCpus: 2 }),
      capacity: roomy,
      others: [{ needs: needs(2) }],
      run: 0,
    },
    'waiting for compute environment ce: its instances have 2 vCPUs of a maximum of 2, and no room for the job',
    raise(4),
    orEnds,
  ],
  [
    { job: one, capacity: roomy, settings: { instanceLimit: 0 }, run: 0 },
    `${capacity}--instance-limit 0 is reached: 0 instances run`,
    'start the server with a larger --instance-limit than 0',
    'wait until instances have ended',
  ],
  [
    { job: one, environments: fargate(2), others: [{ needs: needs(2) }] },
    'waiting for compute environment ce: 2 of 2 vCPUs in use',
    raise(3),
    orEnds,
  ],
  [
    { job: one, environments: fargate(20), others: [{ needs: needs(4) }] },
    'waiting for this machine: 4 of 4 cores in use',
    thereEnds,
    larger,
  ],
  [
    { job: one, environments: fargate(20), others: [{ needs: needs(1, 4000) }] },
    'waiting for this machine: 4000 of 4096 MiB of memory in use',
    thereEnds,
    larger,
  ],
  [
    { job: twoNodes, capacity: roomy },
    'waiting for 2 instances of type m5.large of compute environment ce, one for each node: 0 are there and empty, 0 are starting',
  ],
  [
    { job: { needs: needs(1), nodes: [[2, needs(1)]] }, capacity: roomy, run: 1 },
    'waiting for 3 instances of type m5.large of compute environment ce, one for each node: 1 is there and empty, 2 are starting; room is kept for this job',
  ],
  [
    { job: twoNodes, environments: ec2({ maxvCpus: 2 }), capacity: roomy },
    `${maximum}the job's 2 nodes need 2 instances of type m5.large with 4 vCPUs together, and maxvCpus of compute environment ce is 2`,
    raise(4),
    'submit it again with fewer nodes',
  ],
  [
    { job: twoNodes, environments: ec2({ type: 'SPOT' }), capacity: roomy },
    `${requirement}multi-node parallel jobs do not run on Spot Instances, and compute environment ce has no others`,
    'add an On-Demand (EC2) compute environment to queue q',
  ],
  [
    { job: twoNodes, environments: fargate(9), capacity: roomy },
    `${requirement}multi-node parallel jobs do not run on Fargate, and compute environment ce has nothing else`,
    'add an On-Demand (EC2) compute environment to queue q',
  ],
  [
    { job: twoNodes, environments: twoHosts, others: [one] },
    'waiting for 2 empty hosts of compute environment own, one for each node: 1 of 2 is empty',
    thereEnds,
    'register more hosts with compute environment own',
  ],
  [
    {
      job: { needs: needs(1, 64, 1) },
      environments: { own: { hosts: [needs(4, 4096, 1)] } },
      others: [{ needs: needs(1, 64, 1) }],
    },
    'waiting for host 1: 1 of 1 GPUs in use',
    thereEnds,
    'let more run at once:',
  ],
  [
    { job: one, environments: { own: { hosts: [] } } },
    'waiting for a host: none is registered with UNMANAGED compute environment own',
    'register a host with compute environment own',
  ],
  [
    { job: { ...one, consumes: { r: 3 } }, consumables: { r: 2 } },
    'waiting for consumable resource r: the job asks for 3 and there are 2 in all',
    'add 1 to it: aws batch update-consumable-resource --consumable-resource r --operation ADD --quantity 1',
    'submit it again asking for 2 or fewer',
  ],
  [
    { job: { ...one, consumes: { r: 2 } } },
    'waiting for consumable resource r: it does not exist any more',
    'create consumable resource r again',
    'cancel the job',
  ],
];

for (const [at, [{ job, ce, others = [], run, ...given }, text, ...remedies]] of cases.entries())
  test(`${text} (${at})`, () => {
    const fleet = new Fleet({ environments: ec2(), ...given });
    if (ce !== undefined) {
      const environment = must(fleet.world.computeEnvironments.get(arn('ce')), 'it is there');
      fleet.world.apply({
        type: 'compute-environment-stored',
        environment: { ...environment, ...ce },
      });
    }
    for (const other of others) fleet.submit(other);
    if (others.length > 0) {
      fleet.cycle();
      fleet.run();
      fleet.pass();
    }
    const id = fleet.submit(job);
    if (run !== undefined) {
      fleet.cycle();
      fleet.run(run);
      fleet.pass();
    }
    const reason = fleet.reason(id);
    assert.equal(reason.text, text);
    assert.deepEqual(
      reason.remedies.map((remedy, index) => remedy.slice(0, remedies[index]?.length)),
      remedies,
    );
    assert.equal(reason.token, / - /.exec(text) ? text.split(' - ')[0] : undefined);
  });

test('so many go before a job', () => {
  const fleet = new Fleet({ environments: ec2() });
  const ahead = [one, one, one]
    .map((job) => fleet.submit(job))
    .map((id) =>
      aheadOf(fleet.world, must(fleet.world.jobs.get(jobId(id)), 'it waits') as WaitingJob),
    );
  assert.deepEqual(ahead, [0, 1, 2]);
});
