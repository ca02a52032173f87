// The host connector port: how the engine of a host that its owner registers is reached. It knows addresses and engines; which
// hosts there are, and what for, it does not.

import type { HostId } from '../base/ids.ts';
import type { HostAddress, HostFacts } from '../core/host.ts';
import type { Engine } from './engine.ts';

/** The address can never be right: a scheme that nobody speaks, certificates that are not there. `message` is for its owner. */
export class BadHostAddress extends Error {
  override name = 'BadHostAddress';
}

export interface HostConnector {
  /** What the host says of itself. Rejects with {@link BadHostAddress}, or EngineUnavailable where nothing can be learned. */
  probe(address: HostAddress): Promise<HostFacts>;
  /** An engine that is not open yet; its attempts are marked as this host's. Throws {@link BadHostAddress}. */
  engine(hostId: HostId, address: HostAddress): Engine;
}
