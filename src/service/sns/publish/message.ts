// A message as Publish and PublishBatch take it: checked, and with what each protocol gets of it.

import type { PublishBatchRequestEntry, PublishInput } from '@aws-sdk/client-sns';
import { limit } from '../../../core/limit.ts';
import { invalidParameter } from '../error.ts';
import { isObject } from '../json.ts';
import type { Protocol } from '../resources.ts';
import { attributeBytes, messageAttributes, type MessageAttributes } from './message-attribute.ts';

export interface Message {
  readonly subject: string | undefined;
  readonly textFor: (protocol: Protocol) => string;
  readonly attributes: MessageAttributes;
  /** Whose it is, for queues that are fair to groups. */
  readonly group?: string | undefined;
  /** What it counts for. */
  readonly bytes: number;
}

type Given = Pick<
  PublishInput & PublishBatchRequestEntry,
  | 'Message'
  | 'Subject'
  | 'MessageStructure'
  | 'MessageAttributes'
  | 'MessageDeduplicationId'
  | 'MessageGroupId'
>;

/** Throws InvalidParameter and ParameterValueInvalid. */
export function readMessage(given: Given): Message {
  const { Message: text = '', Subject: subject, MessageStructure: structure } = given;
  const group = given.MessageGroupId;
  if (given.MessageDeduplicationId !== undefined)
    throw invalidParameter('MessageDeduplicationId is of FIFO topics, which Longshore has none of');
  if (group !== undefined && !/^[\x21-\x7e]{1,128}$/.test(group))
    throw invalidParameter('MessageGroupId');
  if (text === '') throw invalidParameter('Empty message');
  if (subject !== undefined) assertSubject(subject);
  if (structure !== undefined && structure !== 'json') throw invalidParameter('MessageStructure');
  const attributes = messageAttributes(given.MessageAttributes);
  const bytes = Buffer.byteLength(text) + attributeBytes(attributes);
  if (bytes > limit.sns.messageBytes) throw invalidParameter('Message too long');
  const texts = structure === 'json' ? textsOf(text) : undefined;
  return {
    subject,
    attributes,
    group,
    bytes,
    textFor: (protocol) => texts?.get(protocol) ?? texts?.get('default') ?? text,
  };
}

function assertSubject(subject: string): void {
  // oxlint-disable-next-line no-control-regex -- it becomes a mail's.
  const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
  if (subject.length > limit.sns.subjectCharacters || control.test(subject) || !subject.trim())
    throw invalidParameter('Subject');
}

/** By protocol; whatever is no text is passed over. */
function textsOf(text: string): ReadonlyMap<string, string> {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (!isObject(object))
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(object))
    if (typeof value === 'string') texts.set(name, value);
  if (!texts.has('default'))
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  return texts;
}
