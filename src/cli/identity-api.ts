// Users and their access keys as the verbs use them, through IAM's own client. Renders nothing.

import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  paginateListAccessKeys,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { clientSettings } from './api.ts';
import { Failure, serviceErrorName } from './failure.ts';
import type { Settings } from './settings.ts';
import type { Credentials } from './sign.ts';

/** A key as lists show it; nobody sees its secret again. */
export interface ListedKey {
  /** Undefined: the root's. */
  readonly user: string | undefined;
  readonly accessKeyId: string;
  readonly status: string;
  readonly createdAt: Date | undefined;
}

export class IdentityApi {
  readonly #settings: ReturnType<typeof clientSettings> & { readonly endpoint: string };
  readonly #iam: IAMClient;

  constructor(settings: Settings) {
    this.#settings = { ...clientSettings(settings), endpoint: settings.endpoint };
    this.#iam = new IAMClient(this.#settings);
  }

  close(): void {
    this.#iam.destroy();
  }

  /** The user's, or those of all users of the account. */
  async keys(user: string | undefined): Promise<ListedKey[]> {
    const found: ListedKey[] = [];
    for (const UserName of user === undefined ? await this.#users() : [user])
      for await (const page of paginateListAccessKeys({ client: this.#iam }, { UserName }))
        for (const key of page.AccessKeyMetadata ?? [])
          found.push({
            user: key.UserName,
            accessKeyId: key.AccessKeyId ?? '',
            status: key.Status ?? '',
            createdAt: key.CreateDate,
          });
    return found;
  }

  async #users(): Promise<string[]> {
    const names: string[] = [];
    for await (const page of paginateListUsers({ client: this.#iam }, {}))
      for (const { UserName = '' } of page.Users ?? []) names.push(UserName);
    return names;
  }

  /** Answers whether the user is new. */
  async createUser(UserName: string): Promise<boolean> {
    try {
      await this.#iam.send(new CreateUserCommand({ UserName }));
      return true;
    } catch (error) {
      if (serviceErrorName(error) === 'EntityAlreadyExistsException') return false;
      throw error;
    }
  }

  async attachPolicy(UserName: string, PolicyArn: string): Promise<void> {
    await this.#iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  }

  async createKey(UserName: string): Promise<Credentials> {
    const { AccessKey: made } = await this.#iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: made?.SecretAccessKey ?? '' };
  }

  /** What an encoded authorization failure message says: JSON. */
  async decodeDenial(EncodedMessage: string): Promise<string> {
    const { STSClient, DecodeAuthorizationMessageCommand } = await import('@aws-sdk/client-sts');
    const sts = new STSClient(this.#settings);
    try {
      const { DecodedMessage } = await sts.send(
        new DecodeAuthorizationMessageCommand({ EncodedMessage }),
      );
      return DecodedMessage ?? '';
    } finally {
      sts.destroy();
    }
  }

  /** Answers whose it was. Throws a {@link Failure} where the server knows no such key. */
  async revokeKey(AccessKeyId: string): Promise<string | undefined> {
    const { UserName } = await this.#iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    try {
      await this.#iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    } catch (error) {
      if (serviceErrorName(error) !== 'NoSuchEntityException') throw error;
      throw new Failure(`there is no access key ${AccessKeyId}`);
    }
    return UserName;
  }
}
