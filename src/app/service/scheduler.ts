// EventBridge Scheduler, as the server offers it: what its operations work with, and how requests
// name them.

import * as scheduler from '@aws-sdk/client-scheduler';
import { RecentMap } from '../../base/recent-map.ts';
import { limit } from '../../core/limit.ts';
import { resourceTags as schedulerTags } from '../../service/scheduler/access.ts';
import type { SchedulerDeps } from '../../service/scheduler/deps.ts';
import { schedulerOperations } from '../../service/scheduler/operations.ts';
import { schedulerDialect } from '../../wire/error-catalogue.ts';
import { restJson } from '../../wire/rest-json.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const schedulerOf = (
  { schedules, scheduling, elsewhere, clock }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<SchedulerDeps> => ({
  name: 'scheduler',
  schemas: scheduler,
  protocol: restJson,
  signingName: 'scheduler',
  operations: schedulerOperations,
  deps: {
    ...scheduling,
    space: schedules,
    elsewhere,
    clock,
    deleted: new RecentMap(limit.scheduler.tokens),
  },
  dialect: schedulerDialect,
  maxBodyBytes,
  tagsOf: schedulerTags,
});
