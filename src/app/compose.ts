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
import {
  defaultNetwork,
  noteNetwork,
  type DefaultNetwork,
} from '../service/ec2/network/network.ts';
import { noteRoles } from '../service/iam/deps.ts';
import { RootKeys } from '../service/iam/access-key/root-key.ts';
import { identityOf, type Identity } from '../service/iam/identity/identity.ts';
import { notingUses } from '../service/iam/identity/noting-uses.ts';
import { Deliverer } from '../service/cloudtrail/delivery/deliverer.ts';
import { Recorder } from '../service/cloudtrail/record/recorder.ts';
import type { TrailKinds } from '../service/cloudtrail/resources.ts';
import type { RuleBook } from '../service/events/rule/rule-book.ts';
import { ScheduledRules } from '../service/events/rule/scheduled-rules.ts';
import type { ResourceSpace } from '../service/resource-space.ts';
import { schedulerService } from '../service/scheduler/firing/schedule-sender.ts';
import { Scheduled } from '../service/scheduler/firing/scheduled.ts';
import { GroupRemoval } from '../service/scheduler/group/group-removal.ts';
import { knownCredentials } from '../service/sts/credentials.ts';
import { JobRoles } from '../service/sts/job-role.ts';
import { Sessions } from '../service/sts/session.ts';
import { resourceTags as secretTags } from '../service/secretsmanager/access.ts';
import { Signer } from '../service/sns/delivery/signer.ts';
import { resourceTags as parameterTags } from '../service/ssm/access.ts';
import type { AuditRecord, FaultRecord } from '../wire/audit.ts';
import { Pipeline } from '../wire/pipeline.ts';
import type { AnyService } from '../wire/service.ts';
import type { AccessControl } from './access-control.ts';
import { diskFull, grows } from './growth.ts';
import { ownSecrets } from './own-secrets.ts';
import { ownServices } from './own-services.ts';
import { roleAccess } from './role-access.ts';
import { secretResolver } from './secret-resolver.ts';
import type { ServicePorts } from './service/service-parts.ts';
import { servicesOf } from './services.ts';
import { eventRouting } from './event-routing.ts';
import { sendersOf } from './senders.ts';
import { spacesOf, unopenedOf } from './spaces.ts';

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
    variablesOfAccount: (scope, roleArn) => jobRoles.variablesOfAccount(scope, roleArn),
  };
  const secretsOfJobs: SecretResolver = { resolve: (wanted) => resolver.resolve(wanted) };
  const control = new Control({
    ...options,
    jobCredentials,
    secrets: secretsOfJobs,
    timetables: () => [new ScheduledRules(events), scheduled],
    senders: () => ({ ...senders, ...options.senders?.() }),
    interest: options.interest ?? {
      wants: (change, factsOf) => routing.interest.wants(change, factsOf),
      tagsChanged: () => routing.interest.tagsChanged(),
      wantsBeside: (happening) => routing.interest.wantsBeside(happening),
      get blockedQueues() {
        return routing.interest.blockedQueues;
      },
    },
  });
  const { bus, reader } = control;
  const spaces = spacesOf({ bus, reader: reader.resources });
  const { ec2, iam, trails, secrets, parameters, events, topics, schedules } = spaces;
  const identity = identityOf({ space: iam, sealer: options.sealer, clock: options.clock });
  const routing = eventRouting({ ...options, control, spaces });
  const { ruleBook } = routing;
  const scheduled = new Scheduled(schedules);
  const groupRemoval = new GroupRemoval(schedules);
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
    jobSessions: control.sessions,
    ruleBook,
    intake: control.busIntake,
    deliveries: control.outbox,
    scheduling: {
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
  const senders = sendersOf({
    ...options,
    spaces,
    own,
    intake: control.busIntake,
    ruleBook,
    signer,
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
    ownServices: own,
    identity,
    jobRoles,
    deliverer: delivererOf(options, trails),
    rootKeys: new RootKeys({ space: iam, sealer, clock }),
    ruleBook,
    async open(machine) {
      const capabilities = await control.open(machine);
      routing.open();
      // A write is refused only where the server ends, and then the next one goes on.
      void groupRemoval.resume().catch(() => undefined);
      return capabilities;
    },
    senders,
    certificate: (name) => signer.certificate(name),
    noteReferences,
    unopened: () => unopenedOf(spaces, sealer),
    defaultNetwork: async (scope) => defaultNetwork(await ec2.view(scope)),
  };
}

const noReach: ServerReach = { credentials: () => undefined, api: () => undefined };

const delivererOf = (
  { trailPlace: place, trailEveryMs: everyMs, store: { reader }, ...parts }: AppOptions,
  space: ResourceSpace<TrailKinds>,
): Deliverer | undefined => place && new Deliverer({ ...parts, space, reader, place, everyMs });
