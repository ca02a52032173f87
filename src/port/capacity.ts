// The capacity port: where the instances of managed environments come from. A provider brings hosts
// up and ends them; which ones there are to be, and what runs on them, it does not know.

import type { HostId } from '../base/ids.ts';

export interface CapacityReport {
  readonly hostId: HostId;
  /** `ended`: it could not be launched, or is gone; `interrupted`: Spot takes it back. */
  readonly report: 'running' | 'ended' | 'interrupted';
}

/** An instance that the provider has, of those that it was asked for by this server. */
export interface ProvidedInstance {
  readonly hostId: HostId;
  /** `interrupted`: Spot takes it back, and has not been told to end it. */
  readonly state: 'starting' | 'running' | 'interrupted';
  /** By the provider's clock. */
  readonly launchedAtMs: number;
}

export interface CapacityProvider {
  /** From now on it says what becomes of instances. */
  open(report: (report: CapacityReport) => void): void;
  /**
   * Brings one up, and says when it runs. Asked again for the same one it says again what became of
   * it: answers may be lost, and one may be taken back while nobody listens.
   */
  launch(hostId: HostId, terms: { readonly spot: boolean }): void;
  /**
   * Ends it, whatever has become of it; one that it does not know is nothing to it. All that ran
   * there is over. The same one may be launched again afterwards.
   */
  end(hostId: HostId): void;
  /**
   * All that are there: none that was ended, or could not be launched, or is gone. Rejects where it
   * cannot say; nothing follows from that.
   */
  list(): Promise<readonly ProvidedInstance[]>;
  /** Says nothing any more. */
  close(): void;
}
