// What every operation of EC2 works with.

import type { Clock } from '../../port/clock.ts';
import type { CommandBus } from '../../port/command-bus.ts';
import type { Ids } from '../../port/ids.ts';
import type { InstanceReader } from '../../port/instance-reader.ts';
import type { KeyMaker } from '../../port/key-maker.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { Catalogue } from '../../core/instance-type/catalogue.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { dryRun } from './error.ts';
import { idPrefix, type Ec2Draft, type Ec2Kind, type Ec2Kinds, type Ec2View } from './resources.ts';

export interface Ec2Deps {
  readonly space: ResourceSpace<Ec2Kinds>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: KeyMaker;
  readonly bus: Pick<CommandBus, 'submit'>;
  readonly instances: InstanceReader;
  /** EC2's, and the user's own. */
  readonly instanceTypes: Catalogue;
  /** How many may run at once, the environments' and the caller's own together. */
  readonly instanceLimit: number;
}

export type Ec2Operation<Input, Output> = Operation<Ec2Deps, Input, Omit<Output, '$metadata'>>;

interface DryRun {
  readonly DryRun?: boolean | undefined;
}

/** What is there; a dry run ends here. */
export async function view(
  { space }: Ec2Deps,
  context: RequestContext,
  { DryRun: isDryRun }: DryRun,
): Promise<Ec2View> {
  if (isDryRun) throw dryRun();
  return space.view(context.scope);
}

/** Changes what is there; a dry run ends when it is known that it could be done. */
export const change = <T>(
  { space }: Ec2Deps,
  context: RequestContext,
  { DryRun: isDryRun }: DryRun,
  decide: (draft: Ec2Draft) => T,
): Promise<T> =>
  space.change(context.scope, context, (draft) => {
    const value = decide(draft);
    if (isDryRun) throw dryRun();
    return value;
  });

/** 17 hexadecimal digits, of which AWS's first one is 0. */
export const newId = (ids: Pick<Ids, 'random'>, prefix: string): string =>
  `${prefix}-0${ids.random().slice(0, 16)}`;
export const idOf = (ids: Pick<Ids, 'random'>, kind: Ec2Kind): string => newId(ids, idPrefix[kind]);
