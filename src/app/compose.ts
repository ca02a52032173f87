// Builds the whole service over given ports: control, the services and the pipeline in front of
// them. Opens no socket, reads no clock and picks no port: the server does that, and the house of
// the tests, which gives it a store in memory.

import { scopeOf, scopeParts, type Scope } from '../base/ids.ts';
import { Control, type ControlPorts } from '../control/control.ts';
import type { Machine } from '../core/host/host.ts';
import type { Senders } from '../control/outbox/outbox.ts';
import type { Settings } from '../core/settings.ts';
import type { EngineCapabilities } from '../port/engine.ts';
import type {
  JobCredentials,
  OperatorCredentialsOf,
  ServerReach,
} from '../port/job-credentials.ts';
import type { PublicAddress } from '../port/public-address.ts';
import type { OwnServices } from '../port/own-services.ts';
import type { SecretResolver, SecretSource } from '../port/secrets.ts';
import { ec2Seed } from '../service/ec2/network/make.ts';
import {
  defaultNetwork,
  noteNetwork,
  type DefaultNetwork,
} from '../service/ec2/network/network.ts';
import type { Ec2Kinds } from '../service/ec2/resources.ts';
import { noteRoles } from '../service/iam/deps.ts';
import { RootKeys } from '../service/iam/access-key/root-key.ts';
import { identityOf, type Identity } from '../service/iam/identity/identity.ts';
import { notingUses } from '../service/iam/identity/noting-uses.ts';
import { unopenedKeys } from '../service/iam/identity/unopened.ts';
import type { IamKinds } from '../service/iam/resources.ts';
import { iamSeed } from '../service/iam/seed.ts';
import { Deliverer } from '../service/cloudtrail/delivery/deliverer.ts';
import { Recorder } from '../service/cloudtrail/record/recorder.ts';
import type { TrailKinds } from '../service/cloudtrail/resources.ts';
import { unopenedConnections } from '../service/events/connection/connection.ts';
import { ArchiveRetention } from '../service/events/archive/archive-retention.ts';
import { Replayer } from '../service/events/replay/replayer.ts';
import { Router } from '../service/events/delivery/router.ts';
import { eventsSeed, type EventsKinds } from '../service/events/resources.ts';
import { RuleInterest } from '../service/events/rule/interest.ts';
import { RuleBook, ruleTargetLane } from '../service/events/rule/rule-book.ts';
import { ScheduledRules } from '../service/events/rule/scheduled-rules.ts';
import type { LogsKinds } from '../service/logs/resources.ts';
import { RuleTargetSender } from '../service/events/target/rule-target-sender.ts';
import { targetSenders } from '../service/events/target/senders.ts';
import { deadLetterLane, deadLetterSender } from '../service/delivery/dead-letter.ts';
import { ResourceSpace } from '../service/resource-space.ts';
import { ScheduleSender, schedulerService } from '../service/scheduler/firing/schedule-sender.ts';
import { Scheduled, scheduleLane } from '../service/scheduler/firing/scheduled.ts';
import { GroupRemoval } from '../service/scheduler/group/group-removal.ts';
import { schedulerSeed, type SchedulerKinds } from '../service/scheduler/resources.ts';
import { knownCredentials } from '../service/sts/credentials.ts';
import { JobRoles } from '../service/sts/job-role.ts';
import { Sessions } from '../service/sts/session.ts';
import { resourceTags as secretTags } from '../service/secretsmanager/access.ts';
import { Signer } from '../service/sns/delivery/signer.ts';
import { subscriptionSender } from '../service/sns/delivery/sender.ts';
import { laneKind as subscriptionLane } from '../service/sns/publish/envelope.ts';
import { unopenedPasswords } from '../service/sns/subscription/endpoint.ts';
import type { SnsKinds } from '../service/sns/resources.ts';
import type { SecretKinds } from '../service/secretsmanager/resources.ts';
import { unopenedSecrets } from '../service/secretsmanager/versions.ts';
import { resourceTags as parameterTags } from '../service/ssm/access.ts';
import { unopenedParameters } from '../service/ssm/deps.ts';
import type { ParameterKinds } from '../service/ssm/resources.ts';
import type { AuditRecord, FaultRecord } from '../wire/audit.ts';
import { Pipeline } from '../wire/pipeline.ts';
import type { AnyService } from '../wire/service.ts';
import type { AccessControl } from './access-control.ts';
import { diskFull, grows } from './growth.ts';
import { ownSecrets } from './own-secrets.ts';
import { ownServices } from './own-services.ts';
import { roleAccess } from './role-access.ts';
import { secretResolver } from './secret-resolver.ts';
import { servicesOf, type ServicePorts } from './services.ts';

interface AppOptions extends Omit<ControlPorts, 'secrets' | 'timetables'>, ServicePorts {
  /** The region of requests that name none. */
  readonly region: string;
  readonly settings: Settings;
  /** Whose the records are of callers whom nobody knows. */
  readonly account: string;
  readonly publicAddress: PublicAddress;
  /** Of which calls records are kept. */
  readonly audit: 'off' | 'changes' | 'all';
  /** How often trails deliver. */
  readonly trailEveryMs: number;
  /** Where what jobs get of secrets is; absent: in the stores of this server. */
  readonly secretSource?: SecretSource | undefined;
  readonly access: AccessControl;
  /** What containers reach of the server; absent: nothing. */
  readonly containerReach?: ServerReach | undefined;
  /** What the operator gives to jobs of a role; absent: nothing. */
  readonly operatorCredentials?: OperatorCredentialsOf | undefined;
  readonly onAudit: (record: AuditRecord) => void;
  readonly onFault: (record: FaultRecord) => void;
  /** What its operator should know, though nothing is wrong; absent: nobody is told. */
  readonly onNotice?: ((what: string) => void) | undefined;
}

export interface App {
  readonly control: Control;
  readonly services: readonly AnyService[];
  readonly pipeline: Pipeline;
  readonly ownServices: OwnServices;
  readonly identity: Identity;
  readonly jobRoles: JobRoles;
  /** Opened with the server; absent: trails are delivered nowhere. */
  readonly deliverer: Deliverer | undefined;
  readonly rootKeys: RootKeys;
  readonly ruleBook: RuleBook;
  /** Begins all that goes on by itself: see {@link Control.open}. */
  readonly open: (machine: Machine) => Promise<EngineCapabilities>;
  /** Who delivers what goes out, by kind of lane. */
  readonly senders: Senders;
  /** Of whoever signs SNS's messages, as PEM; undefined where none has the name. */
  readonly certificate: (name: string) => string | undefined;
  /**
   * After a start: what changed of networks and roles just before the end, environments may not
   * know.
   */
  readonly noteReferences: () => Promise<void>;
  /** What of the database this server's key does not open, in words; nothing where all is well. */
  readonly unopened: () => Promise<readonly string[]>;
  readonly defaultNetwork: (scope: Scope) => Promise<DefaultNetwork | undefined>;
}

export function compose(options: AppOptions): App {
  // Control asks these only when it is open.
  const jobCredentials: JobCredentials = {
    variablesFor: (attempt) => jobRoles.variablesFor(attempt),
  };
  const secretsOfJobs: SecretResolver = { resolve: (wanted) => resolver.resolve(wanted) };
  const control = new Control({
    ...options,
    jobCredentials,
    secrets: secretsOfJobs,
    timetables: () => [new ScheduledRules(events), scheduled],
    senders: () => ({ ...senders, ...options.senders?.() }),
    interest: options.interest ?? {
      wants: (change, factsOf) => interest.wants(change, factsOf),
      tagsChanged: () => interest.tagsChanged(),
      wantsBeside: (happening) => interest.wantsBeside(happening),
      get blockedQueues() {
        return interest.blockedQueues;
      },
    },
  });
  const { bus, reader } = control;
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
  const identity = identityOf({ space: iam, sealer: options.sealer, clock: options.clock });
  const trails = new ResourceSpace<TrailKinds>({
    service: 'cloudtrail',
    bus,
    reader: reader.resources,
    seed: () => undefined,
  });
  const secrets = new ResourceSpace<SecretKinds>({
    service: 'secretsmanager',
    bus,
    reader: reader.resources,
    seed: () => undefined,
  });
  const parameters = new ResourceSpace<ParameterKinds>({
    service: 'ssm',
    bus,
    reader: reader.resources,
    seed: () => undefined,
  });
  const logPolicies = new ResourceSpace<LogsKinds>({
    service: 'logs',
    bus,
    reader: reader.resources,
    seed: () => undefined,
  });
  const events = new ResourceSpace<EventsKinds>({
    service: 'events',
    bus,
    reader: reader.resources,
    seed: eventsSeed,
  });
  const ruleBook = new RuleBook(events);
  const topics = new ResourceSpace<SnsKinds>({
    service: 'sns',
    bus,
    reader: reader.resources,
    seed: () => undefined,
  });
  const schedules = new ResourceSpace<SchedulerKinds>({
    service: 'scheduler',
    bus,
    reader: reader.resources,
    seed: schedulerSeed,
  });
  const scheduled = new Scheduled(schedules);
  const groupRemoval = new GroupRemoval(schedules);
  const spaces = { ec2, iam, trails, secrets, parameters, events, topics, logPolicies };
  const interest = new RuleInterest(ruleBook, events);
  const router = new Router({
    events: control.busIntake,
    rules: ruleBook,
    history: reader.history,
    sources: { batch: reader.batch, jobs: reader.jobs, ec2 },
    clock: options.clock,
    onProblem: options.onProblem,
  });
  const ofArchives = { space: events, archives: reader.archives, clock: options.clock };
  const replayer = new Replayer({ ...ofArchives, intake: control.busIntake });
  const archiveRetention = new ArchiveRetention({ ...ofArchives, bus });
  const rolesAccess = roleAccess({
    iam,
    identity,
    clock: options.clock,
    tagsOf: (arn, scope) =>
      arn.split(':', 3)[2] === 'ssm'
        ? parameterTags({ space: parameters }, arn, { scope })
        : secretTags({ space: secrets }, arn, { scope }),
  });
  const resolver = secretResolver({
    source: options.secretSource ?? ownSecrets({ ...options, secrets, parameters }),
    access: rolesAccess,
  });
  const { region, account, access, onAudit, onFault } = options;
  const isVerifying = access.isOn;
  const isStrict = isVerifying || options.settings.references === 'strict';
  const { clock, sealer } = options;
  const sessions = new Sessions({
    iam,
    sealer,
    isUnderWay: (attemptId) => control.world.attempts.has(attemptId),
    isVerifying,
  });
  const jobRoles = new JobRoles({
    iam,
    sessions,
    sealer,
    clock,
    jobs: reader.jobs,
    settings: options.settings,
    isVerifying,
    reach: options.containerReach ?? noReach,
    operatorCredentials: options.operatorCredentials ?? (() => undefined),
    onNotice: options.onNotice ?? (() => undefined),
  });
  const services = servicesOf({
    ...options,
    ...spaces,
    bus,
    reader,
    world: control.world,
    journal: control.journal,
    ruleBook,
    intake: control.busIntake,
    deliveries: control.outbox,
    schedules: {
      space: schedules,
      own: { named: (service, action) => own.named(service, action) },
      mayAssume: async (roleArn, scope, sourceArn) =>
        !isStrict ||
        rolesAccess.mayBeAssumed(
          { scope, roleArn, session: 'schedule' },
          { service: schedulerService, sourceArn },
        ),
      count: (scope) => scheduled.count(scope),
      removal: groupRemoval,
    },
    identity,
    sessions,
    jobRoles,
    isVerifying,
  });
  const recorder =
    options.audit === 'off'
      ? undefined
      : new Recorder({ of: options.audit, keeper: control.records, clock, account, region });
  const { authenticator, authorizer } = access.of({
    iam,
    identity,
    credentials: knownCredentials({ identity, sessions, jobRoles }),
    sealer,
    clock,
  });
  const pipeline = new Pipeline({
    services,
    unavailable: (operation) =>
      options.isDiskLow?.() === true && grows(operation) ? diskFull : undefined,
    authenticator: notingUses(authenticator, identity.keyUses),
    authorizer,
    region,
    begin: recorder && ((call, scope) => recorder.begin(call, scope)),
    audit(record) {
      recorder?.end(record);
      onAudit(record);
    },
    log: onFault,
  });
  const own = ownServices({
    pipeline,
    services,
    iam,
    access: rolesAccess,
    clock,
    isStrict,
  });
  const signer = new Signer({ ...options, space: topics, scope: scopeOf(account, region) });
  const senders: Senders = {
    [ruleTargetLane]: new RuleTargetSender({
      rules: ruleBook,
      kinds: targetSenders({ ...options, own, intake: control.busIntake, events, topics }),
      onFault: (error) => options.onProblem('an event could not be sent', error),
    }),
    [scheduleLane]: new ScheduleSender({
      space: schedules,
      own,
      elsewhere: options.elsewhere,
      outbox: options.store.reader.outbox,
      clock,
      onFault: (error) => options.onProblem('a schedule could not be served', error),
    }),
    [deadLetterLane]: deadLetterSender({
      elsewhere: options.elsewhere,
      files: options.deadLetterFiles,
      clock,
    }),
    [subscriptionLane]: subscriptionSender({
      ...options,
      space: topics,
      signer,
      mailer: options.mailer,
      address: options.publicAddress,
    }),
  };
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
    ownServices: own,
    identity,
    jobRoles,
    deliverer: delivererOf(options, trails),
    rootKeys: new RootKeys({ space: iam, sealer, clock }),
    ruleBook,
    async open(machine) {
      const capabilities = await control.open(machine);
      router.open();
      replayer.open();
      archiveRetention.open();
      // A write is refused only where the server ends, and then the next one goes on.
      void groupRemoval.resume().catch(() => undefined);
      return capabilities;
    },
    senders,
    certificate: (name) => signer.certificate(name),
    noteReferences,
    async unopened() {
      const found = {
        'the secrets of the access keys': await unopenedKeys(iam, sealer),
        'the secrets': await unopenedSecrets(secrets, sealer),
        'the secrets of connections': await unopenedConnections(events, sealer),
        'the passwords of subscriptions': await unopenedPasswords(topics, sealer),
        'the parameters': await unopenedParameters({ space: parameters, sealer }),
      };
      return Object.entries(found).flatMap(([what, names]) =>
        names.length === 0 ? [] : [`${what} ${some(names)}`],
      );
    },
    defaultNetwork: async (scope) => defaultNetwork(await ec2.view(scope)),
  };
}

const some = (names: readonly string[]): string =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
const noReach: ServerReach = { credentials: () => undefined, api: () => undefined };

const delivererOf = (
  { trailPlace: place, trailEveryMs: everyMs, store: { reader }, ...parts }: AppOptions,
  space: ResourceSpace<TrailKinds>,
): Deliverer | undefined => place && new Deliverer({ ...parts, space, reader, place, everyMs });
