// Where the nodes of multi-node parallel jobs go, all of them or none, and what is said of those
// that wait.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, jobId } from '../../../base/ids.ts';
import { must } from '../../../base/assert.ts';
import { Fleet, type FleetCase } from '../../../../test/house/fleet.ts';
import { needs, type ExampleJob } from '../../../../test/house/world.ts';

const large = needs(64, 1_000_000);
/** `count` nodes alike. */
const nodes = (count: number, each = needs(1), more: Partial<ExampleJob> = {}): ExampleJob => ({
  needs: each,
  nodes: count === 1 ? [] : [[count - 1, each]],
  ...more,
});

interface Placed {
  readonly given: FleetCase;
  readonly jobs: readonly ExampleJob[];
  readonly placed: readonly string[];
  /** Reason of the last job. */
  readonly waits?: RegExp;
  readonly remedies?: readonly string[];
}

const ce = (more: object = {}) => ({ capacity: large, environments: { ce: { ...more } } });

const cases: Record<string, Placed> = {
  'a node has its instance to itself': { given: ce(), jobs: [nodes(3)], placed: ['j0'] },
  'nodes of different size have instances of the type that holds the largest': {
    given: ce({ instanceTypes: ['m5'], maxvCpus: 12 }),
    jobs: [
      {
        needs: needs(1),
        nodes: [
          [1, needs(3)],
          [1, needs(2)],
        ],
      },
    ],
    placed: ['j0'],
  },
  'nodes larger together than the machine have it alone': {
    given: { ...ce(), capacity: needs(2, 4096) },
    jobs: [nodes(3, needs(2))],
    placed: ['j0'],
  },
  'and wait until it is empty': {
    given: { ...ce(), capacity: needs(4, 4096) },
    jobs: [{ needs: needs(1) }, nodes(3, needs(2))],
    placed: ['j0'],
    waits:
      /^waiting for this machine: the job's 3 nodes are together larger than it \(6 vCPU, 384 MiB of 4 vCPU, 4096 MiB\) and will run alone/,
  },
  'they wait for room on the machine beneath': {
    given: { ...ce(), capacity: needs(4, 4096) },
    jobs: [{ needs: needs(2) }, nodes(2, needs(2))],
    placed: ['j0'],
    waits: /^waiting for this machine: 2 of 4 cores in use/,
  },
  'no more than maxvCpus is launched for them, not even by one instance': {
    given: ce({ maxvCpus: 5 }),
    jobs: [nodes(3)],
    placed: [],
    waits:
      /^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - the job's 3 nodes need 3 instances of type m5.large with 6 vCPUs together, and maxvCpus of compute environment ce is 5$/,
  },
  'what all nodes ask for is counted against maxvCpus': {
    given: ce({ maxvCpus: 5 }),
    jobs: [nodes(3, needs(2))],
    placed: [],
    waits:
      /^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - the job's 3 nodes ask together for 6 vCPU and the largest maxvCpus of this queue's compute environments is 5$/,
  },
  'the environment is full of others': {
    given: ce({ maxvCpus: 4 }),
    jobs: [{ needs: needs(2) }, nodes(2)],
    placed: ['j0'],
    waits:
      /^waiting for 2 instances of type m5.large of compute environment ce, one for each node: 0 are there and empty, 0 are starting; within its maxvCpus of 4 there is no room for the rest$/,
  },
  'an environment of Spot runs none': {
    given: ce({ type: 'SPOT' }),
    jobs: [nodes(2)],
    placed: [],
    waits:
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - multi-node parallel jobs do not run on Spot Instances, and compute environment ce has no others$/,
  },
  'nor does Fargate': {
    given: ce({ type: 'FARGATE' }),
    jobs: [nodes(2)],
    placed: [],
    waits:
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - multi-node parallel jobs do not run on Fargate/,
  },
  'another environment of the queue does': {
    given: { capacity: large, environments: { spot: { type: 'SPOT' }, od: {} } },
    jobs: [nodes(2)],
    placed: ['j0'],
  },
  'a type that the environment has not': {
    given: ce(),
    jobs: [nodes(2, needs(1), { on: 'c5.large' })],
    placed: [],
    waits:
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job's nodes ask for instance type c5.large, which is none of compute environment ce$/,
  },
  'a type that is too small': {
    given: ce({ instanceTypes: ['m5'] }),
    jobs: [nodes(2, needs(4), { on: 'm5.large' })],
    placed: [],
    waits:
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job's nodes ask for instance type m5.large, which does not hold the largest of them \(4 vCPU, 128 MiB\)$/,
  },
  'no type is large enough': {
    given: ce(),
    jobs: [nodes(2, needs(4))],
    placed: [],
    waits:
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - no instance type of compute environment ce holds the largest of the job's nodes \(4 vCPU, 128 MiB\)$/,
  },
  'GPUs of a type do not make GPUs of the machine': {
    given: ce({ instanceTypes: ['g4dn.xlarge'] }),
    jobs: [nodes(2, needs(1, 128, 1))],
    placed: [],
    waits:
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job's 2 nodes ask together for 2 GPU and no host/,
  },
  'more than five security groups': {
    given: ce({ securityGroupIds: ['1', '2', '3', '4', '5', '6'] }),
    jobs: [nodes(2)],
    placed: [],
    waits:
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - compute environment ce has 6 security groups, and one that runs multi-node parallel jobs may have 5$/,
  },
  'five are not too many': {
    given: ce({ securityGroupIds: ['1', '2', '3', '4', '5'] }),
    jobs: [nodes(2)],
    placed: ['j0'],
  },
  'fewer instances than nodes may ever be had': {
    given: { ...ce(), settings: { instanceLimit: 2 } },
    jobs: [nodes(3)],
    placed: [],
    waits:
      /^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - the job needs 3 instances, and --instance-limit is 2$/,
  },
  'the limit of instances is taken up by others': {
    given: { ...ce(), settings: { instanceLimit: 3 } },
    jobs: [{ needs: needs(2) }, nodes(3)],
    placed: ['j0'],
    waits:
      /^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - waiting for 3 instances .*; --instance-limit 3 is reached: 1 instance runs$/,
  },
  'registered hosts: one node to each, the largest where it fits': {
    given: { capacity: large, environments: { own: { hosts: [needs(2), needs(8), needs(4)] } } },
    jobs: [
      {
        needs: needs(2),
        nodes: [
          [1, needs(8)],
          [1, needs(3)],
        ],
      },
    ],
    placed: ['j0'],
  },
  'fewer hosts than nodes': {
    given: { capacity: large, environments: { own: { hosts: [needs(8), needs(8)] } } },
    jobs: [nodes(3)],
    placed: [],
    waits: /^waiting for 3 hosts, one for each node: UNMANAGED compute environment own has 2$/,
    remedies: [
      'register more hosts with compute environment own: longshore instance register',
      'submit it again with fewer nodes',
    ],
  },
  'too few of them large enough': {
    given: { capacity: large, environments: { own: { hosts: [needs(8), needs(2)] } } },
    jobs: [nodes(2, needs(4))],
    placed: [],
    waits:
      /^waiting for 2 hosts that hold a node each: of the 2 of UNMANAGED compute environment own too few are large enough$/,
    remedies: [
      'register larger hosts with compute environment own: longshore instance register',
      'submit it again with smaller nodes',
    ],
  },
  'hosts that are not empty': {
    given: { capacity: large, environments: { own: { hosts: [needs(8), needs(8)] } } },
    jobs: [{ needs: needs(1) }, nodes(2)],
    placed: ['j0'],
    waits:
      /^waiting for 2 empty hosts of compute environment own, one for each node: 1 of 2 is empty$/,
  },
  'a job of one node takes its host whole': {
    given: { capacity: large, environments: { own: { hosts: [needs(8)] } } },
    jobs: [nodes(1), { needs: needs(1) }],
    placed: ['j0'],
  },
  'an instance type is for managed environments': {
    given: { capacity: large, environments: { own: { hosts: [needs(8), needs(8)] } } },
    jobs: [nodes(2, needs(1), { on: 'c5.large' })],
    placed: ['j0'],
  },
  'no host at all': {
    given: { capacity: large, environments: { own: { hosts: [] } } },
    jobs: [nodes(2)],
    placed: [],
    waits: /^waiting for a host: none is registered with UNMANAGED compute environment own$/,
  },
  'this machine directly: nodes lie side by side': {
    given: {
      capacity: needs(4, 4096),
      settings: { machineServesUnmanaged: true },
      environments: { own: { hosts: [] } },
    },
    jobs: [nodes(3), { needs: needs(1) }],
    placed: ['j0', 'j1'],
  },
  'or have it alone': {
    given: {
      capacity: needs(2, 4096),
      settings: { machineServesUnmanaged: true },
      environments: { own: { hosts: [] } },
    },
    jobs: [nodes(5), { needs: needs(1) }],
    placed: ['j0'],
    waits: /^waiting for this machine: 5 of 2 cores in use$/,
  },
  'what each node consumes is there for all or for none': {
    given: { ...ce(), consumables: { licence: 2 } },
    jobs: [nodes(3, needs(1), { consumes: { licence: 1 } })],
    placed: [],
    waits: /^waiting for consumable resource licence: the job asks for 3 and there are 2 in all$/,
  },
  'all nodes count against computeReservation': {
    given: {
      ...ce({ maxvCpus: 8 }),
      queues: { q: { priority: 1, order: ['ce'], policy: { computeReservation: 50 } } },
    },
    jobs: [{ needs: needs(2), share: 'a' }, nodes(3, needs(1), { share: 'a' })],
    placed: ['j0'],
    waits: /^waiting for the other shares/,
  },
};

for (const [title, { given, jobs, placed, waits, remedies }] of Object.entries(cases)) {
  test(`nodes: ${title}`, () => {
    const fleet = new Fleet(given);
    const all: string[] = [];
    let last = '';
    for (const job of jobs) {
      last = fleet.submit(job);
      fleet.cycle();
      fleet.run();
      all.push(...fleet.pass());
    }
    assert.deepEqual(all, placed);
    if (waits !== undefined) assert.match(fleet.reason(last).text, waits);
    if (remedies !== undefined)
      assert.deepEqual(
        fleet.reason(last).remedies.map((each, at) => each.slice(0, remedies[at]?.length)),
        remedies,
      );
  });
}

test('every node has an instance of its own, and nothing goes beside it', () => {
  const fleet = new Fleet(ce({ instanceTypes: ['m5.xlarge'] }));
  const job = fleet.submit(nodes(3));
  fleet.submit({ needs: needs(1) });
  assert.equal(fleet.cycle(), '4 m5.xlarge');
  fleet.run();
  assert.equal(fleet.pass().length, 2);
  assert.deepEqual(
    fleet.instances().map(({ jobs }) => jobs),
    [1, 1, 1, 1],
  );
  const placed = fleet.world.jobs.get(jobId(job));
  assert.ok(placed?.status === 'STARTING');
  assert.deepEqual(
    must(placed.otherNodes, 'it has other nodes').map(({ node }) => node),
    [1, 2],
  );
  assert.equal(fleet.world.environmentUse(arn('ce')).milliVcpu, 4000);
  fleet.end(job);
  fleet.submit({ needs: needs(1) });
  assert.equal(fleet.pass().length, 1);
});

test('an image without ecs-init takes single jobs and no nodes', () => {
  const fleet = new Fleet(ce());
  const environment = must(fleet.world.computeEnvironments.get(arn('ce')), 'it was made');
  const source = {
    instanceTypes: ['m5.large'],
    imageId: 'ami-1',
    imageSource: 'environment',
    unfitForNodes: 'ami-1 has no ecs-init',
    parameters: { securityGroupIds: [] },
  };
  fleet.world.apply({
    type: 'compute-environment-stored',
    environment: { ...environment, launch: { sources: [source] } as never },
  });
  const job = fleet.submit(nodes(2));
  fleet.submit({ needs: needs(1) });
  assert.equal(fleet.cycle(), '1 m5.large');
  fleet.run();
  assert.deepEqual(fleet.pass(), ['j1']);
  const { text, token } = fleet.reason(job);
  assert.equal(
    text,
    'waiting for an image that nodes run on: instances of type m5.large of compute environment ce take none: ami-1 has no ecs-init',
  );
  assert.equal(token, undefined);
});

test('jobs of other shapes do not speak for each other', () => {
  const fleet = new Fleet({
    capacity: large,
    environments: { own: { hosts: [needs(8), needs(8)] } },
  });
  fleet.submit(nodes(3));
  fleet.submit({ needs: needs(1), nodes: [[1, needs(2)]] });
  assert.deepEqual(fleet.pass(), ['j1']);
});
