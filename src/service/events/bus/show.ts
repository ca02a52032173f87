// How buses look outside.

import type { EventBus } from '@aws-sdk/client-eventbridge';
import type { RequestContext } from '../../../wire/operation.ts';
import { busArn } from '../arn.ts';
import type { Bus } from '../resources.ts';

const dateOf = (atMs: number | undefined): Date | undefined =>
  atMs === undefined ? undefined : new Date(atMs);

export const shownBus = (bus: Bus, { scope }: Pick<RequestContext, 'scope'>): EventBus => ({
  Name: bus.name,
  Arn: busArn(scope, bus.name),
  Description: bus.description,
  Policy: bus.policy,
  CreationTime: dateOf(bus.createdAtMs),
  LastModifiedTime: dateOf(bus.changedAtMs),
});
