// `longshore why-denied`: what the encoded message of a denial says, in words: which statement
// decided, or which is missing. The server opens the message, for those who may.

import { UsageError } from '../failure.ts';
import { inLine } from '../render/style.ts';
import type { Session } from '../session.ts';
import { defineVerb } from './verb.ts';

/** The parts of a decoded message that are told. */
interface Denial {
  readonly explicitDeny: boolean;
  readonly context: {
    readonly principal: { readonly arn: string };
    readonly action: string;
    readonly resource: string;
    readonly conditions: {
      readonly items: readonly {
        readonly key: string;
        readonly values: { readonly items: readonly { readonly value: string }[] };
      }[];
    };
  };
  readonly decidedBy?: {
    readonly layer: keyof typeof layers;
    readonly policy?: string | undefined;
    readonly statement?: string | number | undefined;
  };
}

const layers = {
  identity: "the caller's own policies, and those of its groups",
  boundary: "the caller's permissions boundary",
  session: 'the policies that the session was given',
  trust: 'the trust policy of the role',
  resource: 'the policy of the resource',
} as const;

export const whyDenied = defineVerb({
  name: 'why-denied',
  summary: 'say why a request was denied (with --auth on)',
  usage: 'MESSAGE | -',
  about:
    'MESSAGE is the encoded authorization failure message, or the whole error that it stands in; - reads it from standard input. Whoever asks needs sts:DecodeAuthorizationMessage.',
  flags: {},
  examples: [
    'longshore why-denied "$MESSAGE"',
    'aws batch list-jobs … 2>&1 | longshore why-denied -',
  ],
  operands: { name: 'the encoded message', least: 1, most: 1 },
  async run({ session, operands: [given = ''] }) {
    const text = given === '-' ? await session.io.readStdin() : given;
    const message = /(?:failure message:\s*)?([\w.~+/=-]{40,})\s*$/.exec(text)?.[1];
    if (message === undefined)
      throw new UsageError('there is no encoded message in what was given');
    const decoded = await (await session.identities()).decodeDenial(message);
    const denial = JSON.parse(decoded) as Denial;
    if (session.settings.json) session.printJson(denial);
    else session.io.out(inWords(denial, session));
    return 0;
  },
});

function inWords(denial: Denial, { style }: Session): string {
  const { principal, action, resource, conditions } = denial.context;
  const lines = [
    style('bold', `${principal.arn} may not ${action} on ${resource}:`),
    ...becauseOf(denial),
    '',
    'The request said:',
    ...conditions.items.map(
      ({ key, values }) => `  ${key} = ${values.items.map(({ value }) => value).join(', ')}`,
    ),
  ];
  // Some of it was chosen by whoever was denied.
  return `${lines.map(inLine).join('\n')}\n`;
}

function becauseOf({ explicitDeny, decidedBy, context: { action, resource } }: Denial): string[] {
  const where = layers[decidedBy?.layer ?? 'identity'];
  if (explicitDeny) {
    const { statement, policy } = decidedBy ?? {};
    const which = typeof statement === 'number' ? `number ${statement + 1}` : (statement ?? '');
    return [
      `the statement ${which} of ${policy ?? 'a policy'} denies it (${where}).`,
      'A deny counts whatever else allows it: it can only be taken away, or narrowed.',
    ];
  }
  return [
    `no statement allows it, among ${where}.`,
    'This one would:',
    `  ${JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource })}`,
  ];
}
