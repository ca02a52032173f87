// What the services are made of: the ports of the composition, and what it made of them before. It
// makes nothing.

import type { Settings } from '../../core/settings.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import type { ClusterDirectory } from '../../port/cluster-directory.ts';
import type { CommandBus } from '../../port/command-bus.ts';
import type { DeadLetterFiles } from '../../port/dead-letter-files.ts';
import type { DocumentFetcher } from '../../port/document-fetcher.ts';
import type { Elsewhere } from '../../port/elsewhere.ts';
import type { HostConnector } from '../../port/host-connector.ts';
import type { HttpSender } from '../../port/http-sender.ts';
import type { Ids } from '../../port/ids.ts';
import type { KeyMaker } from '../../port/key-maker.ts';
import type { Mailer } from '../../port/mailer.ts';
import type { LogSink } from '../../port/log-sink.ts';
import type { Journal } from '../../port/journal.ts';
import type { Deliveries, EventIntake } from '../../port/outbox.ts';
import type { Reader } from '../../port/reader.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { Sessions as JobSessions } from '../../port/session.ts';
import type { TrailPlace } from '../../port/trail-place.ts';
import type { RuleBook } from '../../service/events/rule/rule-book.ts';
import type { Identity } from '../../service/iam/identity/identity.ts';
import type { LongshoreDeps } from '../../service/longshore/deps.ts';
import type { JobRoles } from '../../service/sts/job-role.ts';
import type { SchedulerDeps } from '../../service/scheduler/deps.ts';
import type { Sessions } from '../../service/sts/session.ts';
import type { Spaces } from '../spaces.ts';

/** What services need from outside. */
export interface ServicePorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: KeyMaker;
  readonly sealer: Sealer;
  readonly hosts: HostConnector;
  /** Absent: nothing is known of clusters but their ARNs. */
  readonly clusterDirectory?: ClusterDirectory | undefined;
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

export interface ServiceParts extends ServicePorts, Spaces {
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

/** Of a request, by operation. */
export type MaxBodyBytes = (operation: string) => number;
