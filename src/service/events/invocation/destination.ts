// API destinations with their connections opened, as requests need them: looked up and opened once
// for as long as nothing of the account and region changes, and kept in memory alone.

import { RecentMap } from '../../../base/recent-map.ts';
import { scopeParts, type Scope } from '../../../base/ids.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { connectionBy } from '../api-destination/destination.ts';
import { destinationArn, namedByArn } from '../arn.ts';
import { openedParameters } from '../connection/connection.ts';
import type { ConnectionParameters } from '../connection/parameters.ts';
import type { ApiDestination, EventsKinds } from '../resources.ts';

export interface OpenDestination {
  readonly arn: string;
  readonly endpoint: string;
  readonly method: string;
  readonly perSecond: number;
  readonly connection: OpenConnection;
}

export interface OpenConnection extends ConnectionParameters {
  /** Of the connection as it is now: another one when it has changed. */
  readonly key: string;
}

/** Why nothing can be sent there. */
interface NotOpen {
  readonly notOpen: string;
}

interface Kept {
  readonly version: number;
  readonly found: OpenDestination | NotOpen;
}

/** That are kept for sure. */
const mostKept = 1_000;

interface DestinationParts {
  readonly space: Pick<ResourceSpace<EventsKinds>, 'version' | 'current'>;
  readonly sealer: Pick<Sealer, 'open'>;
}

export class Destinations {
  readonly #parts: DestinationParts;
  readonly #kept = new RecentMap<string, Kept>(mostKept);

  constructor(parts: DestinationParts) {
    this.#parts = parts;
  }

  open(scope: Scope, arn: string): OpenDestination | NotOpen {
    const version = this.#parts.space.version(scope);
    const key = `${scope} ${arn}`;
    const kept = this.#kept.get(key);
    if (kept?.version === version) return kept.found;
    const found = this.#find(scope, arn);
    this.#kept.set(key, { version, found });
    return found;
  }

  #find(scope: Scope, arn: string): OpenDestination | NotOpen {
    const { space, sealer } = this.#parts;
    const events = space.current(scope);
    const named = namedByArn(arn);
    const [, name = ''] = /^api-destination\/([^/]+)\//.exec(named?.resource ?? '') ?? [];
    const there: ApiDestination | undefined =
      named?.scope === scope ? events.get('api-destination', name) : undefined;
    if (there === undefined || destinationArn(scope, there) !== arn)
      return { notOpen: `ApiDestination ${name} does not exist in ${scopeParts(scope).region}` };
    const connection = connectionBy(events, there.connectionArn, { scope });
    if (connection?.isAuthorized !== true)
      return { notOpen: `the connection of ApiDestination ${name} is not authorized` };
    const parameters = openedParameters(events, sealer, connection, { scope });
    if (parameters === undefined)
      return { notOpen: `this server's key does not open the connection ${connection.name}` };
    const { endpoint, method, perSecond } = there;
    const key = `${there.connectionArn} ${connection.revision}`;
    return { arn, endpoint, method, perSecond, connection: { ...parameters, key } };
  }
}
