// An account's SNS through the SDK's own client, for tests: what it answers and refuses, and what
// it leaves to be delivered.

import assert from 'node:assert/strict';
import * as sdk from '@aws-sdk/client-sns';
import type { StoredDelivery } from '../../src/port/delivery.ts';
import { Rig } from './rig.ts';
import { sdkClient } from './sdk-client.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- looked at by each assertion.
type Answer = Record<string, any>;
type Made = new (input: object) => object;

const commands: Readonly<Record<string, unknown>> = sdk;

export class SnsAccount {
  readonly rig: Rig;
  readonly #client: ReturnType<typeof sdkClient>;

  constructor(rig = new Rig(), account = '123456789012', region?: string) {
    this.rig = rig;
    this.#client = sdkClient(sdk, 'SNSClient', rig.app.pipeline, {
      accessKeyId: account,
      secretAccessKey: 'none',
      region,
    });
  }

  /** `name` is the operation's. */
  async call(name: string, input: object = {}): Promise<Answer> {
    const Command = commands[`${name}Command`] as Made;
    const { $metadata: _, ...answer } = await this.rig.answered(
      this.#client.send(new Command(input)),
    );
    return answer;
  }

  refuses(name: string, input: object, error: string, message: RegExp): Promise<void> {
    return assert.rejects(this.call(name, input), (thrown: Error) => {
      assert.equal(thrown.name, error, thrown.message);
      assert.match(thrown.message, message);
      return true;
    });
  }

  async topic(Name = 'news', more: object = {}): Promise<string> {
    return (await this.call('CreateTopic', { Name, ...more }))['TopicArn'] as string;
  }

  /** A queue of the account's own, which gets messages at once; answers the subscription's ARN. */
  async queue(TopicArn: string, Attributes: object = {}, name = 'q'): Promise<string> {
    const Endpoint = `arn:aws:sqs:us-east-1:123456789012:${name}`;
    const answer = await this.call('Subscribe', {
      TopicArn,
      Protocol: 'sqs',
      Endpoint,
      Attributes,
    });
    return answer['SubscriptionArn'] as string;
  }

  /** All that waits to be delivered, in the order in which it was left. */
  deliveries(): readonly (StoredDelivery & { readonly notice: Answer })[] {
    const { outbox } = this.rig.store.reader;
    return outbox
      .waitingLanes()
      .flatMap((lane) => outbox.deliveriesAbove({ ...lane, number: 0, limit: 1_000 }))
      .toSorted((a, b) => a.number - b.number)
      .map((row) => ({ ...row, notice: JSON.parse(row.body) as Answer }));
  }
}
