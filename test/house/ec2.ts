// A caller of EC2's operations by AWS's names, on a rig of its own. No rule of EC2 is here.

import { ec2Operations } from '../../src/service/ec2/operations.ts';
import type { Ec2Deps } from '../../src/service/ec2/deps.ts';
import { AwsError } from '../../src/wire/aws-error.ts';
import type { Operation } from '../../src/wire/operation.ts';
import { context } from './caller.ts';
import { Rig, type RigOptions } from './rig.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- looked at by the assertions of each test.
export type Answer = Record<string, any>;

export class Ec2 {
  readonly rig: Rig;

  constructor(options: RigOptions = {}) {
    this.rig = new Rig(options);
  }

  call(name: string, input: object = {}, of = context): Promise<Answer> {
    return this.rig.call(ec2Operations[name] as Operation<Ec2Deps, object, Answer>, input, of);
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
