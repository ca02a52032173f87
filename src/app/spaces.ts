// The resources that services of their own keep, each service's in a space by account and region.
// It says of which services, and what a new account has of each; it keeps nothing itself.

import type { CommandBus } from '../port/command-bus.ts';
import type { Sealer } from '../port/sealer.ts';
import type { ResourceReader } from '../port/store.ts';
import type { TrailKinds } from '../service/cloudtrail/resources.ts';
import { ec2Seed } from '../service/ec2/network/make.ts';
import type { Ec2Kinds } from '../service/ec2/resources.ts';
import { unopenedConnections } from '../service/events/connection/connection.ts';
import { eventsSeed, type EventsKinds } from '../service/events/resources.ts';
import { unopenedKeys } from '../service/iam/identity/unopened.ts';
import type { IamKinds } from '../service/iam/resources.ts';
import { iamSeed } from '../service/iam/seed.ts';
import type { LogsKinds } from '../service/logs/resources.ts';
import { ResourceSpace } from '../service/resource-space.ts';
import { schedulerSeed, type SchedulerKinds } from '../service/scheduler/resources.ts';
import type { SecretKinds } from '../service/secretsmanager/resources.ts';
import { unopenedSecrets } from '../service/secretsmanager/versions.ts';
import type { SnsKinds } from '../service/sns/resources.ts';
import { unopenedPasswords } from '../service/sns/subscription/endpoint.ts';
import { unopenedParameters } from '../service/ssm/deps.ts';
import type { ParameterKinds } from '../service/ssm/resources.ts';

interface SpaceParts {
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: ResourceReader;
}

export type Spaces = ReturnType<typeof spacesOf>;

export function spacesOf(parts: SpaceParts) {
  const space = <Kinds extends object>(
    service: string,
    seed: ConstructorParameters<typeof ResourceSpace<Kinds>>[0]['seed'] = () => undefined,
  ): ResourceSpace<Kinds> => new ResourceSpace({ ...parts, service, seed });
  return {
    ec2: space<Ec2Kinds>('ec2', ec2Seed),
    iam: space<IamKinds>('iam', iamSeed),
    trails: space<TrailKinds>('cloudtrail'),
    secrets: space<SecretKinds>('secretsmanager'),
    parameters: space<ParameterKinds>('ssm'),
    logPolicies: space<LogsKinds>('logs'),
    events: space<EventsKinds>('events', eventsSeed),
    topics: space<SnsKinds>('sns'),
    schedules: space<SchedulerKinds>('scheduler', schedulerSeed),
  };
}

/** What of them this server's key does not open, in words; nothing where all is well. */
export async function unopenedOf(
  { iam, secrets, events, topics, parameters }: Spaces,
  sealer: Sealer,
): Promise<readonly string[]> {
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
}

const some = (names: readonly string[]): string =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
