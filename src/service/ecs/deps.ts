// What every operation of ECS works with: ports only.

import { limit } from '../../core/limit.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus } from '../../port/command-bus.ts';
import type { ClusterReader } from '../../port/cluster-reader.ts';
import type { HostConnector } from '../../port/host-connector.ts';
import type { Ids } from '../../port/ids.ts';
import type { BatchReader } from '../../port/reader.ts';
import type { Ec2Kinds } from '../ec2/resources.ts';
import type { ResourceSpace } from '../resource-space.ts';
import type { Operation } from '../../wire/operation.ts';

export interface EcsDeps {
  readonly bus: Pick<CommandBus, 'submit'>;
  readonly reader: ClusterReader;
  readonly hosts: Pick<HostConnector, 'probe'>;
  readonly ids: Ids;
  readonly clock: Pick<Clock, 'now'>;
  /** Job definitions, which are task definitions to ECS. */
  readonly definitions: Pick<BatchReader, 'jobDefinition'>;
  /** Where the subnets of instances are. */
  readonly networks: ResourceSpace<Ec2Kinds>;
  /** This server's version, which is the agent of every instance. */
  readonly version?: string | undefined;
}

export type EcsOperation<Input, Output> = Operation<EcsDeps, Input, Omit<Output, '$metadata'>>;

/** What ended before then, ECS shows no more. */
export const endedAfterMs = ({ clock }: EcsDeps): number => clock.now() - limit.endedTaskMs;
