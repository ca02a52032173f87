// A caller of IAM's operations by AWS's names, on a rig of its own: the account's root, unless a
// test says who. No rule of IAM is here.

import assert from 'node:assert/strict';
import type { Principal } from '../../src/base/principal.ts';
import type { IamDeps } from '../../src/service/iam/deps.ts';
import { iamOperations } from '../../src/service/iam/operations.ts';
import type { AwsError } from '../../src/wire/aws-error.ts';
import type { Operation } from '../../src/wire/operation.ts';
import { account, context } from './caller.ts';
import { Rig } from './rig.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- looked at by the assertions of each test.
export type Answer = Record<string, any>;

/** A policy that allows everything. */
export const allowAll = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

export class Iam {
  readonly rig = new Rig();

  call(name: string, input: object = {}, principal = context.principal): Promise<Answer> {
    const operation = iamOperations[name] as Operation<IamDeps, object, Answer>;
    return this.rig.call(operation, input, { ...context, principal });
  }

  /** The call is refused with this code and this text. */
  async refuses(
    name: string,
    input: object,
    code: string,
    text: string | RegExp,
    principal = context.principal,
  ): Promise<void> {
    await assert.rejects(this.call(name, input, principal), (error: AwsError) => {
      assert.equal(error.name, code, error.message);
      if (typeof text === 'string') assert.equal(error.message, text);
      else assert.match(error.message, text);
      const status = { NoSuchEntity: 404, EntityAlreadyExists: 409, DeleteConflict: 409 }[code];
      assert.equal(error.status, status ?? (code === 'LimitExceeded' ? 409 : 400));
      return true;
    });
  }

  async user(UserName: string, more: object = {}): Promise<Answer> {
    return (await this.call('CreateUser', { UserName, ...more }))['User'] as Answer;
  }

  /** Creates a user and answers who it is to others. */
  async principal(UserName: string, more: object = {}): Promise<Principal> {
    const { Arn, UserId } = await this.user(UserName, more);
    return {
      kind: 'user',
      account,
      arn: String(Arn),
      userId: String(UserId),
      accessKeyId: undefined,
    };
  }

  /** A managed policy of the account; its ARN. */
  async policy(PolicyName: string, PolicyDocument = allowAll): Promise<string> {
    const { Policy } = await this.call('CreatePolicy', { PolicyName, PolicyDocument });
    return String((Policy as Answer)['Arn']);
  }
}
