// A server with access control on, and callers of it: users with policies of their own, who sign
// with keys that IAM made for them, through the SDK's clients. No rule is here.

import * as iam from '@aws-sdk/client-iam';
import { checkedAccess } from '../../src/app/access-control.ts';
import { account } from './caller.ts';
import { Rig, type RigOptions } from './rig.ts';
import { sdkClient } from './sdk-client.ts';

type Answer = Record<string, unknown>;

/** Calls as somebody: the module of a service, a command of it, and the region. */
type Caller = (
  module: Readonly<Record<string, unknown>>,
  command: object,
  region?: string,
) => Promise<Answer>;

export interface Keys {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
}

export const policyOf = (...statements: object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one })),
  });

export class CheckedServer {
  readonly rig: Rig;
  /** The account's root, in the region of the rig. */
  readonly root: Caller;

  private constructor(rig: Rig, rootKey: Keys) {
    this.rig = rig;
    this.root = this.callerWith(rootKey);
  }

  static async open(options: Omit<RigOptions, 'access'> = {}): Promise<CheckedServer> {
    const rig = await Rig.open({ ...options, access: checkedAccess() });
    const key = await rig.settled(
      rig.app.rootKeys.replace({ account, region: 'eu-west-1' }, { part: 'test' }),
    );
    return new CheckedServer(rig, {
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
    });
  }

  /** A user of that name, who may do what the statements say. */
  async user(UserName: string, ...statements: object[]): Promise<Caller> {
    await this.root(iam, new iam.CreateUserCommand({ UserName }));
    await this.allow(UserName, ...statements);
    const made = await this.root(iam, new iam.CreateAccessKeyCommand({ UserName }));
    return this.callerWith(made['AccessKey'] as Keys);
  }

  /** In place of what the user's statements said before. */
  async allow(UserName: string, ...statements: object[]): Promise<void> {
    const PolicyDocument = policyOf(...statements);
    await this.root(
      iam,
      new iam.PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }),
    );
  }

  callerWith({ AccessKeyId = '', SecretAccessKey = '', SessionToken }: Keys): Caller {
    return (module, command, region = 'eu-west-1') => {
      const client = Object.keys(module).find((name) => /^[A-Z]\w*Client$/.test(name)) ?? '';
      const sdk = sdkClient(
        module,
        client,
        this.rig.app.pipeline,
        {
          accessKeyId: AccessKeyId,
          secretAccessKey: SecretAccessKey,
          ...(SessionToken !== undefined && { sessionToken: SessionToken }),
          region,
        },
        this.rig.clock.now(),
      );
      return this.rig.answered(sdk.send(command));
    };
  }
}
