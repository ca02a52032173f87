// Every service that the server offers, each made in a file of its own beside this one. What a
// service is made of is passed in; nothing is decided here.

import type { Limits } from '../core/limit.ts';
import type { AnyService } from '../wire/service.ts';
import { batchOf } from './service/batch.ts';
import { logsOf } from './service/logs.ts';
import { ec2Of } from './service/ec2.ts';
import { iamOf } from './service/iam.ts';
import { ecsOf } from './service/ecs.ts';
import { eksOf } from './service/eks.ts';
import { stsOf } from './service/sts.ts';
import { cloudTrailOf } from './service/cloudtrail.ts';
import { secretsManagerOf } from './service/secretsmanager.ts';
import { ssmOf } from './service/ssm.ts';
import { eventsOf } from './service/events.ts';
import { snsOf } from './service/sns.ts';
import { schedulerOf } from './service/scheduler.ts';
import { longshoreOf } from './service/longshore.ts';
import type { MaxBodyBytes, ServiceParts } from './service/service-parts.ts';

export function servicesOf(parts: ServiceParts): readonly AnyService[] {
  const maxBodyBytes = maxBodyBytesBy(parts.settings.limits);
  return [
    batchOf,
    logsOf,
    ec2Of,
    iamOf,
    ecsOf,
    eksOf,
    stsOf,
    cloudTrailOf,
    secretsManagerOf,
    ssmOf,
    eventsOf,
    snsOf,
    schedulerOf,
    longshoreOf,
  ].map((serviceOf) => serviceOf(parts, maxBodyBytes));
}

/**
 * Most bytes of a request's body, by operation; PutLogEvents and PutEvents carry a mebibyte of
 * events and their frames, the latter's as JSON within JSON.
 */
function maxBodyBytesBy({ submitJobBytes, jobDefinitionBytes }: Limits): MaxBodyBytes {
  const bodyBytes: Readonly<Record<string, number>> = {
    SubmitJob: submitJobBytes,
    RegisterJobDefinition: jobDefinitionBytes,
    PutLogEvents: 1_572_864,
    PutEvents: 4_194_304,
  };
  return (operation) => bodyBytes[operation] ?? 1_048_576;
}
