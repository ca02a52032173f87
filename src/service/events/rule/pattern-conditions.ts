// What the pattern of a rule says for IAM's conditions (user guide, Using IAM policy conditions):
// the values that it asks for. What is no text is told of as its JSON, so that a policy that lists
// texts lets nothing else through. It judges nothing, and takes any text for a pattern.

import type { Conditions } from '../../../wire/operation.ts';

const paths = [
  'source',
  'detail-type',
  'detail.service',
  'detail.eventTypeCode',
  'detail.userIdentity.principalId',
];

export function patternConditions(text: string | undefined): Conditions {
  const pattern = parsed(text);
  return Object.fromEntries(
    paths.flatMap((path) => {
      const values = path.split('.').reduce(member, pattern);
      return values === undefined ? [] : [[`events:${path}`, texts(values)]];
    }),
  );
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

const member = (node: unknown, name: string): unknown =>
  typeof node === 'object' && node !== null && Object.hasOwn(node, name)
    ? (node as Record<string, unknown>)[name]
    : undefined;

const texts = (values: unknown): string[] =>
  [values].flat().map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
