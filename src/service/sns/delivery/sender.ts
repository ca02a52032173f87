// Sends what waits for a subscription, as that says when it is sent: over HTTP, as a mail, or to a
// queue or a function elsewhere. What has ended gets nothing more, and what nobody takes goes to
// the subscription's dead-letter queue where it has one.

import type { Scope } from '../../../base/ids.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import type {
  Delivery,
  DeliveryFailure,
  LanePolicy,
  NewDelivery,
  Sender,
} from '../../../port/delivery.ts';
import type { Elsewhere } from '../../../port/elsewhere.ts';
import type { HttpSender } from '../../../port/http-sender.ts';
import type { Mailer } from '../../../port/mailer.ts';
import type { PublicAddress } from '../../../port/public-address.ts';
import type { Sealer } from '../../../port/sealer.ts';
import { deadLetterOf } from '../../delivery/dead-letter.ts';
import { sendElsewhere, type MessageAttribute } from '../../delivery/elsewhere.ts';
import { failedForGood, failedOnce } from '../../delivery/failure.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { readSubscriptionArn } from '../arn.ts';
import { deliveryRules, isHttp, secondsBefore } from '../delivery-policy.ts';
import type { Notice } from '../publish/envelope.ts';
import { isBinary, type MessageAttributes } from '../publish/message-attribute.ts';
import type { SnsKinds, Subscription, Topic } from '../resources.ts';
import { deadLetterQueueOf } from '../subscription/attribute.ts';
import { wholeEndpoint } from '../subscription/endpoint.ts';
import { tokenOf } from '../subscription/token.ts';
import { documentOf, lambdaEvent, textToSign, withSignature, type Document } from './document.ts';
import { mailOf } from './mail.ts';
import type { Signer } from './signer.ts';
import { failureOfAnswer, requestOf } from './web.ts';

interface SenderParts {
  readonly space: Pick<ResourceSpace<SnsKinds>, 'current' | 'version'>;
  readonly sealer: Sealer;
  readonly signer: Signer;
  readonly http: HttpSender;
  readonly elsewhere: Elsewhere;
  /** Undefined: no mails are sent. */
  readonly mailer: Mailer | undefined;
  readonly address: PublicAddress;
}

/** What a delivery is for, as it is now. */
interface Addressed {
  readonly notice: Notice;
  readonly subscription: Subscription;
  readonly subscriptionArn: string;
  readonly topic: Topic | undefined;
}

interface Found extends Omit<Addressed, 'notice'> {
  readonly policy: LanePolicy;
}

/** As of a version of the account and region. */
interface Known {
  readonly version: number;
  readonly found: Found | undefined;
}

/** Of subscriptions that something was sent to of late. */
const mostLanes = 1_000;

/** In which state of its subscription a message has somebody who wants it. */
const wantedIn: Readonly<Record<Notice['type'], Subscription['state']>> = {
  Notification: 'confirmed',
  SubscriptionConfirmation: 'pending',
  UnsubscribeConfirmation: 'deleted',
};

const atOnce = { http: 32, https: 32, sqs: 16, lambda: 16, email: 2, 'email-json': 2 } as const;
/** Of a message that goes to a queue as it is; SQS takes no more. */
const mostQueueAttributes = 10;

export function subscriptionSender(parts: SenderParts): Sender {
  const { space, sealer, signer, address } = parts;

  const lanes = new RecentMap<string, Known>(mostLanes);

  /** As it is now; read again only where something of its account and region has changed. */
  function find(scope: Scope, arn: string): Found | undefined {
    const version = space.version(scope);
    const known = lanes.get(arn);
    if (known?.version === version) return known.found;
    const view = space.current(scope);
    const named = readSubscriptionArn(arn);
    const subscription = named && view.get('subscription', named.id);
    const topic = subscription && view.get('topic', subscription.topic);
    const found = subscription && {
      subscription,
      subscriptionArn: arn,
      topic,
      policy: lanePolicyOf(topic, subscription),
    };
    lanes.set(arn, { version, found });
    return found;
  }

  function documentFor({ notice, subscription, subscriptionArn }: Addressed): Document {
    const token = notice.type === 'Notification' ? undefined : tokenOf(sealer, subscription);
    return documentOf(notice, { origin: address.origin, subscriptionArn, token });
  }

  async function signed(addressed: Addressed): Promise<Document> {
    const document = documentFor(addressed);
    const version = addressed.topic?.signatureVersion ?? '1';
    const signature = await signer.sign(textToSign(document), version);
    return withSignature(document, address.origin, signature);
  }

  async function sendOne(
    scope: Scope,
    addressed: Addressed,
    signal: AbortSignal,
  ): Promise<DeliveryFailure | undefined> {
    const { notice, subscription, topic, subscriptionArn } = addressed;
    const { protocol, endpoint } = subscription;
    switch (protocol) {
      case 'http':
      case 'https': {
        const whole = wholeEndpoint(sealer, scope, subscription);
        if (whole === undefined) return failedForGood('INTERNAL_ERROR', passwordLost);
        const { contentType } = deliveryRules(topic, subscription);
        const document = isRaw(addressed) ? undefined : await signed(addressed);
        const request = requestOf({
          notice,
          subscriptionArn,
          contentType,
          document,
          endpoint: whole,
        });
        return failureOfAnswer(await parts.http.send(request, signal));
      }
      case 'email':
      case 'email-json': {
        if (parts.mailer === undefined) return failedForGood('NO_RESOURCE', noMailServer);
        const mail = mailOf(notice, subscription, topic, await signed(addressed));
        const failure = await parts.mailer.send(mail);
        return (
          failure &&
          (failure.isFinal ? failedForGood : failedOnce)('ERROR_FROM_TARGET', failure.message)
        );
      }
      case 'sqs':
        if (isRaw(addressed) && hasTooManyAttributes(notice))
          return failedForGood('INVALID_PARAMETER', tooManyAttributes);
        return sendElsewhere(
          parts.elsewhere,
          endpoint,
          {
            messageGroupId: notice.group,
            ...(isRaw(addressed)
              ? { body: notice.text ?? '', attributes: queueAttributes(notice.attributes) }
              : { body: JSON.stringify(await signed(addressed), null, 2) }),
          },
          signal,
        );
      case 'lambda': {
        const event = lambdaEvent(await signed(addressed), subscriptionArn);
        return sendElsewhere(parts.elsewhere, endpoint, { body: JSON.stringify(event) }, signal);
      }
    }
  }

  return {
    policyOf(scope, id) {
      return find(scope, id)?.policy;
    },

    async send({ scope, lane, body }, signal) {
      await address.listening;
      const notice = JSON.parse(body) as Notice;
      const found = find(scope, lane.id);
      if (found === undefined || found.subscription.state !== wantedIn[notice.type])
        return undefined;
      try {
        return await sendOne(scope, { ...found, notice }, signal);
      } catch (error) {
        return failedOnce('INTERNAL_ERROR', (error as Error).message);
      }
    },

    insteadOf(delivery) {
      const notice = JSON.parse(delivery.body) as Notice;
      const found = find(delivery.scope, delivery.lane.id);
      const redrive = found?.subscription.redrivePolicy;
      if (found === undefined || redrive === undefined || notice.type !== 'Notification')
        return undefined;
      return letter(delivery, { ...found, notice }, deadLetterQueueOf(delivery.scope, redrive));
    },
  };

  /** What its endpoint would have got. */
  function letter(delivery: Delivery, addressed: Addressed, queueArn: string): NewDelivery {
    const { notice, topic } = addressed;
    if (isRaw(addressed))
      return deadLetterOf(
        {
          queueArn,
          message: notice.text ?? '',
          attributes: queueAttributes(notice.attributes),
        },
        delivery,
      );
    const document = documentFor(addressed);
    const signature = signer.signNow(textToSign(document), topic?.signatureVersion ?? '1');
    const message = JSON.stringify(withSignature(document, address.origin, signature), null, 2);
    return deadLetterOf({ queueArn, message, attributes: {} }, delivery);
  }
}

const passwordLost =
  'The password of the endpoint was sealed under another key of this server: subscribe anew';
const noMailServer = 'This server was started without --smtp';

const isRaw = ({ notice, subscription }: Addressed): boolean =>
  notice.type === 'Notification' && subscription.rawMessageDelivery === true;

function lanePolicyOf(topic: Topic | undefined, subscription: Subscription): LanePolicy {
  const { retry, maxAgeMs, maxReceivesPerSecond } = deliveryRules(topic, subscription);
  return {
    retries: retry.numRetries,
    maxAgeMs,
    atOnce: atOnce[subscription.protocol],
    perSecond: isHttp(subscription.protocol) ? maxReceivesPerSecond : undefined,
    pauseBefore: (number) => secondsBefore(retry, number) * 1_000,
  };
}

const hasTooManyAttributes = ({ attributes = {} }: Notice): boolean =>
  Object.keys(attributes).length > mostQueueAttributes;
const tooManyAttributes = `A queue takes no more than ${mostQueueAttributes} attributes of a message`;

function queueAttributes(attributes: MessageAttributes = {}): Record<string, MessageAttribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, text }]) => [
      name,
      isBinary(type)
        ? { DataType: type, BinaryValue: text }
        : { DataType: type, StringValue: text },
    ]),
  );
}
