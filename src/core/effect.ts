// What is to be done outside after a commit: a closed union. An effect may be lost or repeated; the
// reconciler finds what is missing and every effect is idempotent (doc/architecture.md, effects and
// the reconciler).

import type { Arn, HostId, JobId } from '../base/ids.ts';
import type { ContainerOnHost } from './job/attempt.ts';

export type Effect =
  | (ContainerOnHost & {
      readonly type: 'start-container';
      readonly jobId: JobId;
      readonly again?: true;
    })
  /** SIGTERM, and SIGKILL after the grace time. */
  | (ContainerOnHost & { readonly type: 'stop-container'; readonly graceMs: number })
  /** The container and its files may go: its end is committed and its output is on disk. */
  | (ContainerOnHost & { readonly type: 'remove-container' })
  /** The environment is looked at once more: it was changed, and comes to rest by itself. */
  | { readonly type: 'settle-environment'; readonly arn: Arn }
  /** Asks the capacity provider for an instance that was launched in the books. */
  | { readonly type: 'launch-instance'; readonly hostId: HostId }
  /** Tells the capacity provider that an instance is needed no more: it is in no books any more. */
  | { readonly type: 'end-instance'; readonly hostId: HostId }
  /** Connects to a host that was registered. */
  | { readonly type: 'link-host'; readonly hostId: HostId }
  /** Removes what is left of ours on a host that was deregistered, and lets go of it. */
  | { readonly type: 'unlink-host'; readonly hostId: HostId };
