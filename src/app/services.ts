// Every service that the server offers: its operations, what they work with, and how requests name
// them. What a service is made of is passed in; nothing is decided here.

import * as batch from '@aws-sdk/client-batch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ecs from '@aws-sdk/client-ecs';
import * as scheduler from '@aws-sdk/client-scheduler';
import { scopeParts } from '../base/ids.ts';
import { RecentMap } from '../base/recent-map.ts';
import type { ComputeEnvironment } from '../core/compute-environment/compute-environment.ts';
import { limit, type Limits } from '../core/limit.ts';
import type { Settings } from '../core/settings.ts';
import type { World } from '../core/world/world.ts';
import type { Clock } from '../port/clock.ts';
import type { CommandBus } from '../port/command-bus.ts';
import type { DeadLetterFiles } from '../port/dead-letter-files.ts';
import type { DocumentFetcher } from '../port/document-fetcher.ts';
import type { Elsewhere } from '../port/elsewhere.ts';
import type { HostConnector } from '../port/host-connector.ts';
import type { HttpSender } from '../port/http-sender.ts';
import type { Ids } from '../port/ids.ts';
import type { KeyMaker } from '../port/key-maker.ts';
import type { Mailer } from '../port/mailer.ts';
import type { LogSink } from '../port/log-sink.ts';
import type { Journal } from '../port/journal.ts';
import type { Deliveries, EventIntake } from '../port/outbox.ts';
import type { Reader } from '../port/reader.ts';
import type { Sealer } from '../port/sealer.ts';
import type { Sessions as JobSessions } from '../port/session.ts';
import type { TrailPlace } from '../port/trail-place.ts';
import type { BatchDeps } from '../service/batch/deps.ts';
import { emptySays as emptySaysInBatch } from '../service/batch/empty-values.ts';
import { SubmitRate } from '../service/batch/job/submit-rate.ts';
import { knownReferences } from '../service/batch/known-references.ts';
import { batchOperations } from '../service/batch/operations.ts';
import type { CloudTrailDeps } from '../service/cloudtrail/deps.ts';
import { cloudTrailOperations } from '../service/cloudtrail/operations.ts';
import { resourceTags as trailTags } from '../service/cloudtrail/resource-tags.ts';
import { wholeArn as wholeTrailArn } from '../service/cloudtrail/trail.ts';
import type { Ec2Deps } from '../service/ec2/deps.ts';
import { emptySays as emptySaysInEc2 } from '../service/ec2/empty-values.ts';
import { ec2Operations } from '../service/ec2/operations.ts';
import { resourceTags as ec2Tags } from '../service/ec2/resource-tags.ts';
import { wholeArn as wholeEc2Arn } from '../service/ec2/whole-arn.ts';
import type { EcsDeps } from '../service/ecs/deps.ts';
import { ecsOperations } from '../service/ecs/operations.ts';
import {
  resourcePolicy as busPolicy,
  resourceTags as eventsTags,
} from '../service/events/access.ts';
import type { EventsDeps } from '../service/events/deps.ts';
import { eventsOperations } from '../service/events/operations.ts';
import type { RuleBook } from '../service/events/rule/rule-book.ts';
import type { IamDeps } from '../service/iam/deps.ts';
import { emptySays as emptySaysInIam } from '../service/iam/empty-values.ts';
import type { Identity } from '../service/iam/identity/identity.ts';
import { iamOperations } from '../service/iam/operations.ts';
import { resourceTags as iamTags } from '../service/iam/resource-tags.ts';
import type { RoleUse } from '../service/iam/resources.ts';
import { groupOfArn } from '../service/logs/arn.ts';
import type { LogsDeps } from '../service/logs/deps.ts';
import { logsOperations } from '../service/logs/operations.ts';
import { policyOf as logPolicyOf } from '../service/logs/policy/policy.ts';
import type { LongshoreDeps } from '../service/longshore/deps.ts';
import { longshoreOperations, longshorePaths } from '../service/longshore/operations.ts';
import { longshoreDialect, longshoreProtocol } from '../service/longshore/paths.ts';
import type { StsDeps } from '../service/sts/deps.ts';
import type { JobRoles } from '../service/sts/job-role.ts';
import { resourceTags as schedulerTags } from '../service/scheduler/access.ts';
import type { SchedulerDeps } from '../service/scheduler/deps.ts';
import { schedulerOperations } from '../service/scheduler/operations.ts';
import {
  resourceTags as secretTags,
  wholeArn as wholeSecretArn,
} from '../service/secretsmanager/access.ts';
import type { SecretsManagerDeps } from '../service/secretsmanager/deps.ts';
import { secretsManagerOperations } from '../service/secretsmanager/operations.ts';
import { resourceTags as parameterTags } from '../service/ssm/access.ts';
import type { SsmDeps } from '../service/ssm/deps.ts';
import { ssmOperations } from '../service/ssm/operations.ts';
import { noPlace } from '../service/delivery/elsewhere.ts';
import { resourcePolicy as topicPolicy, resourceTags as topicTags } from '../service/sns/access.ts';
import type { SnsDeps } from '../service/sns/deps.ts';
import { emptySays as emptySaysInSns } from '../service/sns/empty-values.ts';
import { snsOperations } from '../service/sns/operations.ts';
import { Audience } from '../service/sns/publish/audience.ts';
import { stsOperations } from '../service/sts/operations.ts';
import type { Sessions } from '../service/sts/session.ts';
import { IssuerKeys } from '../service/sts/web-identity/issuer-keys.ts';
import {
  batchDialect,
  constraintDialect,
  ec2Dialect,
  eventsDialect,
  parameterDialect,
  schedulerDialect,
  snsDialect,
  validationDialect,
} from '../wire/error-catalogue.ts';
import { jsonRpc } from '../wire/json-rpc.ts';
import { ec2Query, query } from '../wire/query.ts';
import { restJson } from '../wire/rest-json.ts';
import type { AnyService, AwsService, PathService } from '../wire/service.ts';
import type { Spaces } from './spaces.ts';

/** What services need from outside. */
export interface ServicePorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: KeyMaker;
  readonly sealer: Sealer;
  readonly hosts: HostConnector;
  /** What identity providers publish. */
  readonly documents: DocumentFetcher;
  /** To addresses that users name. */
  readonly http: HttpSender;
  /** Services that this server does not offer. */
  readonly elsewhere: Elsewhere;
  readonly deadLetterFiles: DeadLetterFiles;
  /** Absent: no mails are sent. */
  readonly mailer?: Mailer | undefined;
  readonly logSink: LogSink;
  readonly settings: Settings;
  /** The program's version, where anybody may ask. */
  readonly version?: string | undefined;
  /** Submissions a second of an account and region; absent: as many as come. */
  readonly submitRate?: number | undefined;
  /** Where trails are delivered; absent: nowhere. */
  readonly trailPlace?: TrailPlace | undefined;
  /** Everything that is kept, as an archive; absent: nothing outlives the process. */
  readonly backUp?: LongshoreDeps['backUp'];
}

interface ServiceParts extends ServicePorts, Spaces {
  readonly bus: CommandBus;
  readonly reader: Reader;
  readonly world: Pick<World, 'computeEnvironments'>;
  readonly journal: Journal;
  /** In containers of jobs. */
  readonly jobSessions: JobSessions;
  readonly identity: Pick<Identity, 'keyUses' | 'policies'>;
  readonly sessions: Sessions;
  readonly jobRoles: Pick<JobRoles, 'lackOf'>;
  /** Callers are verified. */
  readonly isVerifying: boolean;
  /** The server's own. */
  readonly account: string;
  readonly ruleBook: RuleBook;
  readonly intake: EventIntake;
  readonly deliveries: Deliveries;
  /** Of EventBridge Scheduler, what it does not share with others. */
  readonly scheduling: Pick<SchedulerDeps, 'own' | 'mayAssume' | 'count' | 'removal'>;
}

type MaxBodyBytes = (operation: string) => number;

export function servicesOf(parts: ServiceParts): readonly AnyService[] {
  const maxBodyBytes = maxBodyBytesBy(parts.settings.limits);
  return [
    batchOf,
    logsOf,
    ec2Of,
    iamOf,
    ecsOf,
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

const batchOf = (
  { bus, reader, clock, ids, settings, ec2, iam, submitRate }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<BatchDeps> => ({
  name: 'batch',
  schemas: batch,
  protocol: restJson,
  signingName: 'batch',
  operations: batchOperations,
  emptySays: emptySaysInBatch,
  deps: {
    bus,
    reader,
    clock,
    ids,
    settings,
    references: knownReferences({ ec2, iam, settings }),
    submitRate: submitRate === undefined ? undefined : new SubmitRate(submitRate, clock),
  },
  dialect: batchDialect,
  maxBodyBytes,
  // A child, of an array or of nodes, has its parent's: what is denied of the one is of the other.
  tagsOf: (deps, arn, { scope }) =>
    deps.reader.batch.tags(scope, arn.replace(/(:job\/[^:#/]+)[:#]\d+$/, '$1')),
});

const logsOf = (
  { bus, reader, logSink, clock, logPolicies }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<LogsDeps> => ({
  name: 'logs',
  schemas: logs,
  protocol: jsonRpc,
  signingName: 'logs',
  targetPrefix: 'Logs_20140328',
  operations: logsOperations,
  deps: { bus, reader: reader.logs, sink: logSink, clock, space: logPolicies },
  dialect: parameterDialect,
  maxBodyBytes,
  tagsOf(deps, arn, { scope }) {
    const group = groupOfArn(scope, arn.replace(/:log-stream:$/, ''));
    return group === undefined ? undefined : deps.reader.logGroup(scope, group)?.tags;
  },
  policyOf: logPolicyOf,
});

const ec2Of = (
  { ec2, bus, reader, clock, ids, keys, settings }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<Ec2Deps> => ({
  name: 'ec2',
  schemas: () => import('@aws-sdk/client-ec2'),
  protocol: ec2Query({
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  }),
  signingName: 'ec2',
  operations: ec2Operations,
  emptySays: emptySaysInEc2,
  restNotBuilt: true,
  deps: {
    space: ec2,
    bus,
    instances: reader.instances,
    clock,
    ids,
    keys,
    instanceTypes: settings.instanceTypes,
    instanceLimit: settings.instanceLimit,
  },
  dialect: ec2Dialect,
  maxBodyBytes,
  tagsOf: ec2Tags,
  wholeArn: wholeEc2Arn,
});

const iamOf = (
  { iam, identity, bus, world, clock, ids, sealer }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<IamDeps> => ({
  name: 'iam',
  schemas: () => import('@aws-sdk/client-iam'),
  protocol: query({
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  }),
  signingName: 'iam',
  operations: iamOperations,
  emptySays: emptySaysInIam,
  restNotBuilt: true,
  deps: {
    space: iam,
    bus,
    usesOf: (roleArn) => usesOf(world.computeEnvironments.values(), roleArn),
    clock,
    ids,
    sealer,
    keyUses: identity.keyUses,
  },
  dialect: validationDialect,
  maxBodyBytes,
  tagsOf: iamTags,
});

const ecsOf = (
  { bus, reader, hosts, ids, clock, ec2, version }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<EcsDeps> => ({
  name: 'ecs',
  schemas: ecs,
  protocol: jsonRpc,
  signingName: 'ecs',
  targetPrefix: 'AmazonEC2ContainerServiceV20141113',
  operations: ecsOperations,
  restNotBuilt: true,
  deps: {
    bus,
    reader: reader.clusters,
    definitions: reader.batch,
    hosts,
    ids,
    clock,
    networks: ec2,
    version,
  },
  dialect: parameterDialect,
  maxBodyBytes,
});

const stsOf = (
  { iam, identity, sessions, sealer, clock, documents, isVerifying }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<StsDeps> => ({
  name: 'sts',
  schemas: () => import('@aws-sdk/client-sts'),
  protocol: query({
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  }),
  signingName: 'sts',
  operations: stsOperations,
  restNotBuilt: true,
  deps: {
    iam,
    policies: identity.policies,
    sessions,
    sealer,
    clock,
    issuers: new IssuerKeys({ documents, clock }),
    isVerifying,
  },
  dialect: validationDialect,
  maxBodyBytes,
});

const cloudTrailOf = (
  { reader, trails, clock, trailPlace }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<CloudTrailDeps> => ({
  name: 'cloudtrail',
  schemas: () => import('@aws-sdk/client-cloudtrail'),
  protocol: jsonRpc,
  signingName: 'cloudtrail',
  targetPrefix: 'CloudTrail_20131101',
  operations: cloudTrailOperations,
  restNotBuilt: true,
  deps: {
    records: reader.records,
    space: trails,
    reader: reader.resources,
    clock,
    place: trailPlace,
  },
  dialect: parameterDialect,
  maxBodyBytes,
  tagsOf: trailTags,
  wholeArn: wholeTrailArn,
});

const secretsManagerOf = (
  { secrets, clock, ids, sealer }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<SecretsManagerDeps> => ({
  name: 'secretsmanager',
  schemas: () => import('@aws-sdk/client-secrets-manager'),
  protocol: jsonRpc,
  signingName: 'secretsmanager',
  targetPrefix: 'secretsmanager',
  operations: secretsManagerOperations,
  restNotBuilt: true,
  deps: { space: secrets, clock, ids, sealer },
  dialect: constraintDialect,
  maxBodyBytes,
  tagsOf: secretTags,
  wholeArn: wholeSecretArn,
});

const ssmOf = (
  { parameters, clock, sealer }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<SsmDeps> => ({
  name: 'ssm',
  schemas: () => import('@aws-sdk/client-ssm'),
  protocol: jsonRpc,
  signingName: 'ssm',
  targetPrefix: 'AmazonSSM',
  operations: ssmOperations,
  restNotBuilt: true,
  deps: { space: parameters, clock, sealer },
  dialect: constraintDialect,
  maxBodyBytes,
  tagsOf: parameterTags,
});

const eventsOf = (
  { events, reader, clock, ids, sealer, intake, ruleBook, elsewhere }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<EventsDeps> => ({
  name: 'events',
  schemas: () => import('@aws-sdk/client-eventbridge'),
  protocol: jsonRpc,
  signingName: 'events',
  targetPrefix: 'AWSEvents',
  operations: eventsOperations,
  restNotBuilt: true,
  deps: {
    space: events,
    archives: reader.archives,
    clock,
    ids,
    sealer,
    intake,
    ruleBook,
    elsewhere,
  },
  dialect: eventsDialect,
  maxBodyBytes,
  tagsOf: eventsTags,
  policyOf: busPolicy,
});

const snsOf = (
  { topics, deliveries, clock, ids, sealer, elsewhere, mailer }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<SnsDeps> => ({
  name: 'sns',
  schemas: () => import('@aws-sdk/client-sns'),
  protocol: query({
    version: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  }),
  signingName: 'sns',
  operations: snsOperations,
  emptySays: emptySaysInSns,
  restNotBuilt: true,
  deps: {
    space: topics,
    audience: new Audience({ space: topics, clock }),
    deliveries,
    clock,
    ids,
    sealer,
    unreachable(protocol) {
      if (protocol === 'email' || protocol === 'email-json')
        return mailer === undefined ? 'this server was started without --smtp' : undefined;
      const isElsewhere = protocol === 'sqs' || protocol === 'lambda';
      return isElsewhere && elsewhere.placeOf(protocol) === undefined
        ? noPlace(protocol)
        : undefined;
    },
  },
  dialect: snsDialect,
  maxBodyBytes,
  tagsOf: topicTags,
  policyOf: topicPolicy,
});

const schedulerOf = (
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

const longshoreOf = (
  {
    backUp,
    bus,
    reader,
    journal,
    jobSessions: sessions,
    clock,
    hosts,
    ec2,
    settings,
    jobRoles,
    isVerifying,
    account,
  }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): PathService<LongshoreDeps> => ({
  name: 'longshore',
  protocol: longshoreProtocol(longshorePaths),
  operations: longshoreOperations,
  deps: {
    backUp,
    bus,
    reader,
    journal,
    sessions,
    clock,
    hosts,
    ec2,
    instanceTypes: settings.instanceTypes,
    lackOf: (attemptId) => jobRoles.lackOf(attemptId),
    ownAccount: isVerifying ? account : undefined,
  },
  dialect: longshoreDialect,
  maxBodyBytes,
});

/** By region: which compute environments use a role, as their own or their Spot Fleet's. */
function usesOf(environments: Iterable<ComputeEnvironment>, roleArn: string): RoleUse[] {
  const using = [...environments].filter(
    ({ serviceRole, computeResources }) =>
      serviceRole === roleArn ||
      computeResources?.spotIamFleetRole === roleArn ||
      computeResources?.managedInstancesProvider?.infrastructureRoleArn === roleArn,
  );
  return [...Map.groupBy(using, ({ scope }) => scopeParts(scope).region)].map(
    ([region, users]) => ({ region, resources: users.map(({ arn }) => arn) }),
  );
}
