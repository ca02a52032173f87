// The world of an operation's test: EC2 over resources in memory. Only tests import it.

import { scopeOf } from '../../src/base/ids.ts';
import { ec2Catalogue } from '../../src/core/instance-type/catalogue.ts';
import type { InstanceView } from '../../src/port/instance-reader.ts';
import { AwsError } from '../../src/wire/aws-error.ts';
import type { Operation, RequestContext } from '../../src/wire/operation.ts';
import { contextIn } from './caller.ts';
import { FakeResources } from './resources.ts';
import { ResourceSpace } from '../../src/service/resource-space.ts';
import type { Ec2Deps } from '../../src/service/ec2/deps.ts';
import { ec2Seed } from '../../src/service/ec2/network/make.ts';
import { ec2Operations } from '../../src/service/ec2/operations.ts';
import type { Ec2Kinds } from '../../src/service/ec2/resources.ts';
import type { Command } from '../../src/core/command/command.ts';

export const context = contextIn(scopeOf('123456789012', 'eu-west-1'));

// oxlint-disable-next-line typescript/no-explicit-any -- looked at by the assertions of each test.
export type Answer = Record<string, any>;

export class FakeEc2 implements Ec2Deps {
  nowMs = 1_700_000_000_000;
  #made = 0;
  readonly clock = {
    now: () => this.nowMs,
    at: () => () => undefined,
    soon: (task: () => void) => task(),
  };
  // The digits that ids take come first, so that ids ascend as they are made.
  readonly ids = {
    uuid: () => `uuid-${++this.#made}`,
    attempt: () => (++this.#made).toString(16).padStart(16, '0').padEnd(32, '0') as never,
  };
  readonly keys: Ec2Deps['keys'] = {
    make: async () => ({
      privatePem: 'PRIVATE',
      privateDer: new Uint8Array([1, 2]),
      publicBlob: new Uint8Array([3, 4]),
    }),
  };
  instanceTypes = ec2Catalogue;
  instanceLimit = Number.MAX_SAFE_INTEGER;
  readonly resources = new FakeResources();
  /** Of the account's environments, as a test says. */
  instancesThere: InstanceView[] = [];
  readonly instances: Ec2Deps['instances'] = {
    instances: (scope, endedAfterMs) =>
      this.instancesThere.filter(
        ({ instance, endedAtMs }) =>
          instance.scope === scope && (endedAtMs === undefined || endedAtMs > endedAfterMs),
      ),
  };
  /** What was sent, and whom it may change. */
  readonly sent: Command[] = [];
  onCommand: (command: Command) => unknown = () => ({});
  readonly bus: Ec2Deps['bus'] = {
    submit: async (command) => {
      this.sent.push(command);
      return this.onCommand(command) as never;
    },
  };
  readonly space = new ResourceSpace<Ec2Kinds>({
    service: 'ec2',
    bus: this.resources.bus,
    reader: this.resources,
    seed: ec2Seed,
  });

  /** Calls an operation as the wire does; its answer, or its error, comes back. */
  async call(name: string, input: object = {}, of: RequestContext = context): Promise<Answer> {
    const operation = ec2Operations[name] as Operation<Ec2Deps, object, Answer>;
    operation.authorizes(input, of);
    return operation.handle(this, input, of);
  }

  /** The code, and the status where it is not 400, with which a call is refused. */
  async refusal(name: string, input: object = {}): Promise<string> {
    try {
      await this.call(name, input);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return error.status === 400 ? error.name : `${error.name} ${error.status}`;
    }
    return 'done';
  }
}
