// Which subnets are cut off, and what that does: no instance is launched from there, and jobs say
// what is missing.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputeResource } from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import { arn, scopeOf } from '../../base/ids.ts';
import { decideNoteNetwork } from '../command/compute-environment/note-network.ts';
import { planScaling } from '../schedule/scale/scale.ts';
import { scalingEnvironment } from '../schedule/scale/managed-environments.ts';
import { defaultMarket } from '../schedule/scale/market.ts';
import { blockedReason } from '../schedule/explain/explain.ts';
import { fit } from '../schedule/fit/fit.ts';
import { carryOut, needs, worldOf } from '../../../test/house/world.ts';
import type { ComputeEnvironment } from './compute-environment.ts';
import { cutOffSubnets, openSubnets } from './network.ts';
import type { KnownSubnet } from './subnet.ts';

const environment = (
  type: ComputeResource['type'],
  publicIp?: boolean,
): Pick<ComputeEnvironment, 'type' | 'computeResources' | 'launch'> => ({
  type: 'MANAGED',
  computeResources: { type, maxvCpus: 4, subnets: ['subnet-1'] },
  launch: {
    sources: [
      {
        instanceTypes: [],
        imageId: 'ami-1',
        imageSource: 'default',
        parameters: { securityGroupIds: [], tags: {}, blockDevices: [], ignored: [], publicIp },
      },
    ],
  },
});
const subnet = (wayOut: KnownSubnet['wayOut'], mapPublicIp = false): KnownSubnet => ({
  id: 'subnet-1',
  wayOut,
  mapPublicIp,
});

describe('a subnet', () => {
  const cases: [
    string,
    Pick<ComputeEnvironment, 'type' | 'computeResources' | 'launch'>,
    KnownSubnet[],
    'route' | 'public-address' | undefined,
  ][] = [
    ['that is not known', environment('EC2'), [], undefined],
    ['without a route', environment('EC2'), [subnet('none', true)], 'route'],
    ['without a route, for Fargate', environment('FARGATE'), [subnet('none')], 'route'],
    ['with a NAT gateway', environment('SPOT'), [subnet('nat-gateway')], undefined],
    [
      'with an internet gateway that gives public addresses',
      environment('EC2'),
      [subnet('internet-gateway', true)],
      undefined,
    ],
    [
      'with an internet gateway and no addresses',
      environment('EC2'),
      [subnet('internet-gateway')],
      'public-address',
    ],
    [
      'where the launch template gives addresses',
      environment('EC2', true),
      [subnet('internet-gateway')],
      undefined,
    ],
    [
      'where the launch template gives none',
      environment('EC2', false),
      [subnet('internet-gateway', true)],
      'public-address',
    ],
    [
      'with an internet gateway, for Fargate, where jobs ask for addresses',
      environment('FARGATE'),
      [subnet('internet-gateway')],
      undefined,
    ],
  ];
  for (const [name, of, known, lacks] of cases) {
    it(`${name} ${lacks === undefined ? 'is no hindrance' : `lacks a ${lacks}`}`, () => {
      assert.deepEqual(cutOffSubnets(of, known), lacks && [{ subnetId: 'subnet-1', lacks }]);
    });
  }

  it('that is cut off leaves the others to launch in', () => {
    assert.deepEqual(
      openSubnets({
        computeResources: { type: 'EC2', maxvCpus: 4, subnets: ['subnet-1', 'subnet-2'] },
        cutOff: [{ subnetId: 'subnet-1', lacks: 'route' }],
      }),
      ['subnet-2'],
    );
  });
});

describe('an environment whose subnets are all cut off', () => {
  const resources = {
    type: 'EC2',
    maxvCpus: 4,
    minvCpus: 2,
    instanceTypes: ['m5.large'],
    subnets: ['subnet-1'],
  } as const;

  function cutOffWorld(type: 'EC2' | 'FARGATE') {
    const world = worldOf({ jobs: [] });
    const made = must(world.computeEnvironments.get(arn('ce')), 'it was made');
    const computeResources: ComputeResource =
      type === 'EC2'
        ? {
            ...resources,
            instanceTypes: [...resources.instanceTypes],
            subnets: [...resources.subnets],
          }
        : { type, maxvCpus: 4, subnets: ['subnet-1'] };
    world.apply({
      type: 'compute-environment-stored',
      environment: { ...made, type: 'MANAGED', computeResources },
    });
    const note = (...subnets: KnownSubnet[]): number => {
      const command = { type: 'note-network', scope: made.scope, subnets } as const;
      return carryOut(world, command, 1).events.length;
    };
    return {
      world,
      note,
      get: () => must(world.computeEnvironments.get(arn('ce')), 'it was made'),
    };
  }

  for (const type of ['EC2', 'FARGATE'] as const) {
    it(`makes the jobs of ${type} wait until there is a route`, () => {
      const { world, note } = cutOffWorld(type);
      const queue = must(world.jobQueues.get(arn('q')), 'it was made');
      const reason = () => {
        const place = fit(world, queue, { needs: needs(1), consumables: [] });
        if (place.fits) return 'fits';
        const { text, token, remedies } = blockedReason(
          world,
          place.because,
          { needs: needs(1) },
          queue,
        );
        return { text, token, remedies };
      };
      note(subnet('none'));
      assert.deepEqual(reason(), {
        text: 'waiting for compute environment ce: no internet access from its subnets (subnet-1: no route to an internet gateway or a NAT gateway)',
        token: undefined,
        remedies: [
          'give the route table of subnet-1 a route: aws ec2 create-route --destination-cidr-block 0.0.0.0/0, with --gateway-id or --nat-gateway-id',
          'name other subnets in compute environment ce',
        ],
      });
      assert.equal(note(subnet('none')), 0, 'nothing is new');
      note(subnet('nat-gateway'));
      const after = reason();
      assert.ok(
        after === 'fits' || after.text.startsWith('waiting for an instance'),
        JSON.stringify(after),
      );
    });
  }

  it('launches nothing, not even minvCpus, and does not hide why another has nothing', () => {
    const { world, note, get } = cutOffWorld('EC2');
    const waiting = [{ environments: [arn('ce')], waiting: [{ needs: needs(1), count: 3 }] }];
    note(subnet('none'));
    const cut = planScaling(waiting, [scalingEnvironment(world, get())], defaultMarket, 0);
    assert.deepEqual(
      cut.environments.map(({ launches }) => launches),
      [[]],
    );
    assert.deepEqual(
      cut.unmet.map(({ because }) => because),
      ['no-environment'],
    );
    note(subnet('internet-gateway', true));
    const open = planScaling(waiting, [scalingEnvironment(world, get())], defaultMarket, 0);
    assert.deepEqual(
      open.environments.map(({ launches }) => launches.map(({ count }) => count)),
      [[2]],
    );
  });

  it('is told of its own account and region only', () => {
    const { world } = cutOffWorld('EC2');
    const decided = decideNoteNetwork(world, {
      type: 'note-network',
      scope: scopeOf('999999999999', 'eu-west-1'),
      subnets: [subnet('none')],
    });
    assert.deepEqual('events' in decided && decided.events, []);
  });
});
