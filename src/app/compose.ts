// Builds the whole service over given ports: control, the services and the pipeline in front of
// them. Opens no socket, reads no clock and picks no port: the server does that, and the simulation
// does it otherwise.

import * as batch from '@aws-sdk/client-batch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ecs from '@aws-sdk/client-ecs';
import { scopeParts, type Scope } from '../base/ids.ts';
import { diskFull, grows } from './growth.ts';
import { Control, type ControlPorts } from '../control/control.ts';
import type { ComputeEnvironment } from '../core/compute-environment/compute-environment.ts';
import type { Limits } from '../core/limit.ts';
import type { Settings } from '../core/settings.ts';
import type { KeyMaker } from '../port/key-maker.ts';
import { emptySays as emptySaysInBatch } from '../service/batch/empty-values.ts';
import { batchOperations } from '../service/batch/operations.ts';
import { knownReferences } from '../service/batch/known-references.ts';
import { SubmitRate } from '../service/batch/job/submit-rate.ts';
import { emptySays as emptySaysInEc2 } from '../service/ec2/empty-values.ts';
import { ec2Seed } from '../service/ec2/network/make.ts';
import {
  defaultNetwork,
  noteNetwork,
  type DefaultNetwork,
} from '../service/ec2/network/network.ts';
import { ec2Operations } from '../service/ec2/operations.ts';
import type { Ec2Kinds } from '../service/ec2/resources.ts';
import { noteRoles } from '../service/iam/deps.ts';
import type { IamKinds, RoleUse } from '../service/iam/resources.ts';
import { emptySays as emptySaysInIam } from '../service/iam/empty-values.ts';
import { iamOperations } from '../service/iam/operations.ts';
import { iamSeed } from '../service/iam/seed.ts';
import { ecsOperations } from '../service/ecs/operations.ts';
import { logsOperations } from '../service/logs/operations.ts';
import { ResourceSpace } from '../service/resource-space.ts';
import { stsOperations } from '../service/sts/operations.ts';
import type { LongshoreDeps } from '../service/longshore/deps.ts';
import { longshoreOperations, ownOperations } from '../service/longshore/operations.ts';
import { ownDialect, ownProtocol } from '../service/longshore/own-paths.ts';
import type { AuditRecord, FaultRecord } from '../wire/audit.ts';
import type { Authenticator } from '../wire/authentication.ts';
import type { Authorizer } from '../wire/authorization.ts';
import {
  batchDialect,
  ec2Dialect,
  parameterDialect,
  validationDialect,
} from '../wire/error-catalogue.ts';
import { jsonRpc } from '../wire/json-rpc.ts';
import { Pipeline } from '../wire/pipeline.ts';
import { ec2Query, query } from '../wire/query.ts';
import { restJson } from '../wire/rest-json.ts';
import type { AnyService } from '../wire/service.ts';

interface AppOptions extends ControlPorts {
  /** Of requests that name none. */
  readonly region: string;
  /** Of the program, where anybody may ask. */
  readonly version?: string | undefined;
  readonly settings: Settings;
  /** Submissions a second of an account and region; absent: as many as come. */
  readonly submitRate?: number | undefined;
  /** The disk is nearly full: what would keep more is refused. Absent: there is no disk. */
  readonly isDiskLow?: (() => boolean) | undefined;
  /** Everything that is kept, as an archive; absent: nothing outlives the process. */
  readonly backUp?: LongshoreDeps['backUp'];
  readonly keys: KeyMaker;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly onAudit: (record: AuditRecord) => void;
  readonly onFault: (record: FaultRecord) => void;
}

export interface App {
  readonly control: Control;
  readonly services: readonly AnyService[];
  readonly pipeline: Pipeline;
  /**
   * After a start: what changed of networks and roles just before the end, environments may not
   * know.
   */
  readonly noteReferences: () => Promise<void>;
  readonly defaultNetwork: (scope: Scope) => Promise<DefaultNetwork | undefined>;
}

/**
 * Most bytes of a request's body, by operation; PutLogEvents carries a mebibyte of events and their
 * frames.
 */
function maxBodyBytesBy({
  submitJobBytes,
  jobDefinitionBytes,
}: Limits): (operation: string) => number {
  const bodyBytes: Readonly<Record<string, number>> = {
    SubmitJob: submitJobBytes,
    RegisterJobDefinition: jobDefinitionBytes,
    PutLogEvents: 1_572_864,
  };
  return (operation) => bodyBytes[operation] ?? 1_048_576;
}

export function compose(options: AppOptions): App {
  const control = new Control(options);
  const { bus, reader } = control;
  const { clock, ids, logSink, settings } = options;
  const maxBodyBytes = maxBodyBytesBy(settings.limits);
  const submitRate =
    options.submitRate === undefined ? undefined : new SubmitRate(options.submitRate, clock);
  const ec2 = new ResourceSpace<Ec2Kinds>({
    service: 'ec2',
    bus,
    reader: reader.resources,
    seed: ec2Seed,
  });
  const iam = new ResourceSpace<IamKinds>({
    service: 'iam',
    bus,
    reader: reader.resources,
    seed: iamSeed,
  });
  const services: AnyService[] = [
    {
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
        submitRate,
      },
      dialect: batchDialect,
      maxBodyBytes,
    },
    {
      name: 'logs',
      schemas: logs,
      protocol: jsonRpc,
      signingName: 'logs',
      targetPrefix: 'Logs_20140328',
      operations: logsOperations,
      deps: { bus, reader: reader.logs, sink: logSink, clock },
      dialect: parameterDialect,
      maxBodyBytes,
    },
    {
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
        keys: options.keys,
        instanceTypes: settings.instanceTypes,
        instanceLimit: settings.instanceLimit,
      },
      dialect: ec2Dialect,
      maxBodyBytes,
    },
    {
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
        usesOf: (roleArn: string) => usesOf(control.world.computeEnvironments.values(), roleArn),
        clock,
        ids,
      },
      dialect: validationDialect,
      maxBodyBytes,
    },
    {
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
        definitions: reader,
        hosts: options.hosts,
        ids,
        clock,
        networks: ec2,
        version: options.version,
      },
      dialect: parameterDialect,
      maxBodyBytes,
    },
    {
      name: 'sts',
      schemas: () => import('@aws-sdk/client-sts'),
      protocol: query({
        version: '2011-06-15',
        xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
      }),
      signingName: 'sts',
      operations: stsOperations,
      restNotBuilt: true,
      deps: undefined,
      dialect: validationDialect,
      maxBodyBytes,
    },
    {
      name: 'longshore',
      protocol: ownProtocol(ownOperations),
      operations: longshoreOperations,
      deps: {
        backUp: options.backUp,
        bus,
        reader,
        clock,
        hosts: options.hosts,
        ec2,
        instanceTypes: settings.instanceTypes,
      },
      dialect: ownDialect,
      maxBodyBytes,
    },
  ];
  const { region, authenticator, authorizer, onAudit, onFault } = options;
  const pipeline = new Pipeline({
    services,
    unavailable: (operation) =>
      options.isDiskLow?.() === true && grows(operation) ? diskFull : undefined,
    authenticator,
    authorizer,
    region,
    audit: onAudit,
    log: onFault,
  });
  const start = { part: 'start' };
  const noteReferences = async (): Promise<void> => {
    const scopes = new Set(
      [...control.world.computeEnvironments.values()].map(({ scope }) => scope),
    );
    for (const scope of scopes) await noteNetwork({ space: ec2, bus }, scope, start);
    for (const scope of scopes) await noteRoles({ space: iam, bus }, scopeParts(scope), start);
  };
  return {
    control,
    services,
    pipeline,
    noteReferences,
    defaultNetwork: async (scope) => defaultNetwork(await ec2.view(scope)),
  };
}

/** By region: which compute environments use a role, as their own or their Spot Fleet's. */
function usesOf(environments: Iterable<ComputeEnvironment>, roleArn: string): RoleUse[] {
  const using = [...environments].filter(
    ({ serviceRole, computeResources }) =>
      serviceRole === roleArn || computeResources?.spotIamFleetRole === roleArn,
  );
  return [...Map.groupBy(using, ({ scope }) => scopeParts(scope).region)].map(
    ([region, users]) => ({ region, resources: users.map(({ arn }) => arn) }),
  );
}
