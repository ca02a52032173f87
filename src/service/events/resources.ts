// What EventBridge keeps of an account and region. Shapes only; what a connection hides stands in
// rows of its own, sealed, so that nothing that lists connections ever reads it.

import type {
  ApiDestinationHttpMethod,
  ConnectionAuthResponseParameters,
  ConnectionAuthorizationType,
  ReplayState,
  RuleState,
} from '@aws-sdk/client-eventbridge';
import type { ArchivePlace } from '../../port/archive.ts';
import type { Tags } from '../../wire/authorization.ts';
import type { ResourceDraft, ResourceView } from '../resource-space.ts';

export interface Bus {
  readonly name: string;
  readonly description?: string | undefined;
  /** Its resource policy, as JSON. */
  readonly policy?: string | undefined;
  readonly tags: Tags;
  /** Undefined of the bus that each account and region has of itself. */
  readonly createdAtMs?: number | undefined;
  readonly changedAtMs?: number | undefined;
}

export interface Rule {
  readonly bus: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** JSON, as it was given. */
  readonly pattern?: string | undefined;
  readonly schedule?: string | undefined;
  readonly state: RuleState;
  readonly roleArn?: string | undefined;
  readonly tags: Tags;
  /** The id of the archive that the rule feeds, and that manages it. */
  readonly archive?: string | undefined;
  /** From when on it is as it is, enabled and with this schedule: `rate(…)` counts from then. */
  readonly sinceMs: number;
  readonly targets: readonly RuleTarget[];
}

/** In AWS's words, but for what each target has. */
export interface RuleTarget {
  readonly id: string;
  readonly arn: string;
  readonly roleArn?: string | undefined;
  /** At most one of the three says what the target gets in place of the event. */
  readonly input?: string | undefined;
  readonly inputPath?: string | undefined;
  readonly inputTransformer?: InputTransformer | undefined;
  readonly batch?: BatchTarget | undefined;
  readonly http?: HttpTarget | undefined;
  readonly kinesis?: { readonly partitionKeyPath: string } | undefined;
  readonly sqs?: { readonly messageGroupId: string } | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** The SQS queue that gets what was not delivered. */
  readonly deadLetterArn?: string | undefined;
}

interface InputTransformer {
  readonly paths: Readonly<Record<string, string>>;
  readonly template: string;
}

interface BatchTarget {
  readonly jobDefinition: string;
  readonly jobName: string;
  readonly arraySize?: number | undefined;
  readonly attempts?: number | undefined;
}

interface HttpTarget {
  readonly pathParameterValues: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

interface RetryPolicy {
  readonly attempts?: number | undefined;
  readonly maxAgeSeconds?: number | undefined;
}

export interface Connection {
  readonly name: string;
  /** Ends its ARN. */
  readonly id: string;
  readonly description?: string | undefined;
  readonly type: ConnectionAuthorizationType;
  readonly isAuthorized: boolean;
  /** What may be seen of what authorizes it. */
  readonly shown?: ConnectionAuthResponseParameters | undefined;
  /** Higher with every change. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly authorizedAtMs: number;
}

export interface ApiDestination {
  readonly name: string;
  /** Ends its ARN. */
  readonly id: string;
  readonly description?: string | undefined;
  readonly connectionArn: string;
  readonly method: ApiDestinationHttpMethod;
  readonly endpoint: string;
  readonly perSecond: number;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

export interface Archive {
  readonly name: string;
  /** By which its events are kept: no other archive has or had it. */
  readonly id: string;
  readonly bus: string;
  readonly description?: string | undefined;
  readonly pattern?: string | undefined;
  /** 0: for good. */
  readonly retentionDays: number;
  readonly createdAtMs: number;
}

export interface Replay {
  readonly name: string;
  readonly description?: string | undefined;
  readonly archive: Pick<Archive, 'name' | 'id'>;
  readonly bus: string;
  /** ARNs of the rules that it is for; absent: of all. */
  readonly filterArns?: readonly string[] | undefined;
  /** It is in it, and the end is not. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: ReplayState;
  readonly reason?: string | undefined;
  /** The last event that was replayed: it goes on behind it. */
  readonly last?: ArchivePlace | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs?: number | undefined;
}

export interface EventsKinds {
  /** By name. */
  readonly bus: Bus;
  /** By {@link ruleKey}. */
  readonly rule: Rule;
  /** By name. */
  readonly connection: Connection;
  /** By the connection's name: what authorizes it, as JSON, and what goes along with requests. */
  readonly 'connection-secret': { readonly sealed: string };
  /** By name. */
  readonly 'api-destination': ApiDestination;
  /** By name. */
  readonly archive: Archive;
  /** By name. */
  readonly replay: Replay;
}

export type EventsDraft = ResourceDraft<EventsKinds>;
export type EventsView = ResourceView<EventsKinds>;

/** No name of a rule has a slash. */
export const ruleKey = ({ bus, name }: Pick<Rule, 'bus' | 'name'>): string => `${bus}/${name}`;

export function ruleOfKey(key: string): Pick<Rule, 'bus' | 'name'> {
  const cut = key.lastIndexOf('/');
  return { bus: key.slice(0, cut), name: key.slice(cut + 1) };
}

export const defaultBus = 'default';

/** What each account and region has of itself. */
export function eventsSeed(draft: EventsDraft): void {
  draft.put('bus', defaultBus, { name: defaultBus, tags: {} });
}
