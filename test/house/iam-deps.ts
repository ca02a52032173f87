// The world of an operation's test: IAM over resources in memory. Only tests import it.

import { scopeOf } from '../../src/base/ids.ts';
import type { RequestContext } from '../../src/wire/operation.ts';
import { contextIn } from './caller.ts';
import { FakeResources } from './resources.ts';
import { ResourceSpace } from '../../src/service/resource-space.ts';
import type { IamDeps, IamOperation } from '../../src/service/iam/deps.ts';
import type { IamKinds, RoleUse } from '../../src/service/iam/resources.ts';
import { iamSeed } from '../../src/service/iam/seed.ts';
import type { NoteRoles } from '../../src/core/command/compute-environment/note-roles.ts';

export const context = contextIn(scopeOf('123456789012', 'eu-west-1'));

export class FakeDeps implements IamDeps {
  nowMs = 1_700_000_000_000;
  #made = 0;
  readonly clock = {
    now: () => this.nowMs,
    at: () => () => undefined,
    soon: (task: () => void) => task(),
  };
  readonly ids = {
    uuid: () => `uuid-${++this.#made}`,
    attempt: () => (++this.#made).toString(16).padStart(17, '0').padEnd(32, '0') as never,
  };
  readonly resources = new FakeResources();
  /** What environments were told of roles. */
  readonly noted: NoteRoles[] = [];
  /** Environments by the role that they use. */
  readonly uses = new Map<string, readonly RoleUse[]>();
  readonly usesOf = (roleArn: string): readonly RoleUse[] => this.uses.get(roleArn) ?? [];
  readonly bus: IamDeps['bus'] = {
    submit: async (command) => {
      if (command.type === 'note-roles') this.noted.push(command);
      return 'done' as never;
    },
  };
  readonly space = new ResourceSpace<IamKinds>({
    service: 'iam',
    bus: this.resources.bus,
    reader: this.resources,
    seed: iamSeed,
  });

  /** Calls an operation as the wire does; its answer, or its error, comes back. */
  async call<Input, Output>(
    operation: IamOperation<Input, Output>,
    input: Input,
    of: RequestContext = context,
  ): Promise<Omit<Output, '$metadata'>> {
    operation.authorizes(input, of);
    return operation.handle(this, input, of);
  }
}
