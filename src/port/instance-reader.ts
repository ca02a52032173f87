// What EC2 shows of the instances that compute environments have and had of late, and of the
// instances of the caller's own that joined one. Part of the reader port.

import type { Scope } from '../base/ids.ts';
import type { Instance } from '../core/host/host.ts';
import type { InstanceType } from '../core/instance-type/instance-type.ts';

export interface InstanceView {
  readonly instance: Instance;
  readonly type: InstanceType;
  /** When an instance ended that is gone. */
  readonly endedAtMs?: number | undefined;
}

export interface InstanceReader {
  /** Those that are there, and those that ended after the time; in no order. */
  instances(scope: Scope, endedAfterMs: number): readonly InstanceView[];
}
