// The host connector port: how the engine of a host that its owner registers is reached. It knows
// addresses and engines; which hosts there are, and what for, it does not.

import type { HostId } from '../base/ids.ts';
import type { EngineEndpoint, HostFacts } from '../core/host/host.ts';
import type { Engine } from './engine.ts';

/**
 * The address cannot be used: a scheme that nobody speaks, or a place that the server may not
 * connect to. `message` is for its owner.
 */
export class BadHostAddress extends Error {
  override name = 'BadHostAddress';
}

export interface HostConnector {
  /**
   * What the host says of itself. Rejects with {@link BadHostAddress}, or EngineUnavailable where
   * it does not answer.
   */
  probe(endpoint: EngineEndpoint): Promise<HostFacts>;
  /**
   * An engine that is not open yet; its attempts are marked as this host's. Where the address
   * cannot be used (any more), it is one that cannot be reached.
   */
  engine(hostId: HostId, endpoint: EngineEndpoint): Engine;
}
