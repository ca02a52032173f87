// Managed instances: maxvCpus bounds what jobs ask for, whatever the vCPUs of the instances that
// they lie on; idle ones end after the provider's own delay; and what is for another architecture
// waits. Pure.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputeResource, ManagedInstancesProvider } from '@aws-sdk/client-batch';
import { Fleet } from '../../../../test/house/fleet.ts';
import { needs, scope } from '../../../../test/house/world.ts';
import { jobId } from '../../../base/ids.ts';

const managed = (
  allowedInstanceTypes: string[],
  {
    scaleInAfter,
    maxvCpus = 4,
    spot = false,
  }: { scaleInAfter?: number; maxvCpus?: number; spot?: boolean } = {},
): Partial<ComputeResource> & { hosts?: undefined } => ({
  type: 'ECS_MANAGED_INSTANCES',
  maxvCpus,
  instanceTypes: undefined,
  managedInstancesProvider: {
    infrastructureOptimization: scaleInAfter === undefined ? undefined : { scaleInAfter },
    instanceLaunchTemplate: {
      instanceRequirements: { allowedInstanceTypes },
      capacityOptionType: spot ? 'SPOT' : 'ON_DEMAND',
    },
  } as unknown as ManagedInstancesProvider,
});

const fleetOf = (resources: Partial<ComputeResource> & { hosts?: undefined }): Fleet =>
  new Fleet({ environments: { ce: resources }, capacity: needs(64, 256_000) });

describe('managed instances', () => {
  it('are launched for what maxvCpus lets run, though they have more vCPUs themselves', () => {
    const fleet = fleetOf(managed(['m5.2xlarge']));
    const jobs = Array.from({ length: 6 }, () => fleet.submit({ needs: needs(1, 1000) }));
    assert.equal(fleet.cycle(), '1 m5.2xlarge');
    fleet.run();
    assert.equal(fleet.pass().length, 4, 'maxvCpus is 4');
    assert.equal(fleet.cycle(), '');
    assert.equal(
      fleet.reason(jobs[5] ?? '').text,
      'waiting for compute environment ce: 4 of 4 vCPUs in use',
    );
  });

  it('are not more than those jobs need that may run', () => {
    const fleet = fleetOf(managed(['m5.large'], { maxvCpus: 4 }));
    for (let job = 0; job < 10; job++) fleet.submit({ needs: needs(2, 1000) });
    fleet.submit({ needs: needs(1, 1000) });
    assert.equal(fleet.cycle(), '2 m5.large');
  });

  it('launch nothing for a job larger than maxvCpus', () => {
    const fleet = fleetOf(managed(['m5.2xlarge'], { maxvCpus: 4 }));
    const job = fleet.submit({ needs: needs(8, 1000) });
    assert.equal(fleet.cycle(), '');
    assert.match(fleet.reason(job).text, /^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE/);
  });

  it('may be Spot’s', () => {
    const fleet = fleetOf(managed(['m5.large'], { spot: true }));
    fleet.submit({ needs: needs(1) });
    fleet.cycle();
    assert.deepEqual(
      [...fleet.world.hosts.values()].flatMap((host) =>
        host.kind === 'instance' ? host.spot : [],
      ),
      [true],
    );
  });

  const idleFor = (scaleInAfter: number | undefined, seconds: number): string => {
    const fleet = fleetOf(managed(['m5.large'], { scaleInAfter }));
    const job = fleet.submit({ needs: needs(1) });
    fleet.cycle();
    fleet.run();
    fleet.pass();
    fleet.end(job);
    fleet.nowMs += seconds * 1000;
    return fleet.cycle();
  };
  const cases: [scaleInAfter: number | undefined, seconds: number, told: string][] = [
    [0, 0, '-1'],
    [60, 59, ''],
    [60, 60, '-1'],
    [undefined, 299, ''],
    [undefined, 300, '-1'],
    [-1, 1_000_000, ''],
  ];
  for (const [scaleInAfter, seconds, told] of cases)
    it(`with scaleInAfter ${scaleInAfter}, idle for ${seconds} s: ${told === '' ? 'stay' : 'end'}`, () => {
      assert.equal(idleFor(scaleInAfter, seconds), told);
    });

  it('where scale-in is off, one on which no job ever ran stays as well', () => {
    const fleet = fleetOf(managed(['m5.large'], { scaleInAfter: -1 }));
    const job = fleet.submit({ needs: needs(1) });
    fleet.cycle();
    fleet.run();
    fleet.do({ type: 'stop-job', scope, jobId: jobId(job), by: 'cancel', reason: 'enough' });
    assert.equal(fleet.cycle(), '');
  });
});
