// What the operations of our own work with: ports, and the records of EC2.

import type { AttemptId } from '../../base/ids.ts';
import type { Catalogue } from '../../core/instance-type/catalogue.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus } from '../../port/command-bus.ts';
import type { Journal } from '../../port/journal.ts';
import type { HostConnector } from '../../port/host-connector.ts';
import type { Reader } from '../../port/reader.ts';
import type { Sessions } from '../../port/session.ts';
import type { Ec2Kinds } from '../ec2/resources.ts';
import type { ResourceSpace } from '../resource-space.ts';

export interface LongshoreDeps {
  readonly bus: Pick<CommandBus, 'submit'>;
  readonly reader: Reader;
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly clock: Pick<Clock, 'soon'>;
  readonly hosts: Pick<HostConnector, 'probe'>;
  /** Where images are recorded. */
  readonly ec2: Pick<ResourceSpace<Ec2Kinds>, 'view'>;
  readonly instanceTypes: Catalogue;
  /** Why an attempt finds no credentials of its job's role; undefined: it does, or needs none. */
  readonly lackOf: (attemptId: AttemptId) => string | undefined;
  /** The server's own account, where callers are verified; undefined: they may be anybody. */
  readonly ownAccount: string | undefined;
  /**
   * Everything that the server keeps, as a tar archive. Rejects with AwsError where there is no
   * room for it.
   */
  readonly backUp?:
    | ((what: { readonly logs: boolean }) => Promise<AsyncIterable<Uint8Array>>)
    | undefined;
}
