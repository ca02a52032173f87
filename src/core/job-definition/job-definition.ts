// A job definition revision: immutable but for its status. Registering a name again makes the next
// revision.

import type { RegisterJobDefinitionCommandInput } from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../base/ids.ts';

export interface JobDefinition {
  readonly arn: Arn;
  readonly scope: Scope;
  readonly name: string;
  readonly revision: number;
  readonly status: 'ACTIVE' | 'INACTIVE';
  /**
   * What was registered, tags apart, with what AWS drops dropped (environment entries without a
   * value). Echoed as it is.
   */
  readonly request: Readonly<Omit<RegisterJobDefinitionCommandInput, 'tags' | 'jobDefinitionName'>>;
}
