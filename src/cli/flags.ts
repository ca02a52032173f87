// Reads a verb's flags with node:util's parseArgs, checks them against the verb's own table, and
// says what is wrong in a way that helps. It knows no verb.

import { parseArgs } from 'node:util';
import { UsageError } from './failure.ts';
import { didYouMean } from './did-you-mean.ts';

interface Flag {
  readonly type: 'string' | 'boolean';
  /** May be given more than once. */
  readonly multiple?: true;
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in the help, e.g. `NAME`. */
  readonly value?: string;
  /** What a flag that is not given stands at; the help names it. */
  readonly default?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export type Values<F extends Flags> = {
  readonly [Name in keyof F]: F[Name] extends { type: 'boolean' }
    ? boolean
    : F[Name] extends { multiple: true }
      ? readonly string[]
      : F[Name] extends { default: string }
        ? string
        : string | undefined;
};

interface Parsed<F extends Flags> {
  readonly values: Values<F>;
  readonly operands: readonly string[];
  /** Everything after `--`; undefined where there is no `--`. */
  readonly command: readonly string[] | undefined;
}

/** Flags that every verb takes. */
export const globalFlags = {
  endpoint: {
    type: 'string',
    value: 'URL',
    help: 'the server (default: $AWS_ENDPOINT_URL_BATCH, $AWS_ENDPOINT_URL, else http://127.0.0.1:4590)',
  },
  region: {
    type: 'string',
    value: 'NAME',
    help: 'the region (default: $AWS_REGION, $AWS_DEFAULT_REGION, else us-east-1)',
  },
  json: { type: 'boolean', help: 'print JSON, in the shape of the AWS API' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
} as const satisfies Flags;

/** Throws {@link UsageError}. A lone `-` is an operand. */
export function parseFlags<F extends Flags>(argv: readonly string[], flags: F): Parsed<F> {
  const { tokens } = parseArgs({
    args: [...argv],
    options: optionsOf(flags),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags))
    values[name] = flag.type === 'boolean' ? false : flag.multiple ? [] : flag.default;
  const operands: string[] = [];
  let command: string[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') command = [];
    else if (token.kind === 'positional') (command ?? operands).push(token.value);
    else {
      const value = valueOf(token, flags);
      const known = values[token.name];
      if (Array.isArray(known)) known.push(value);
      else values[token.name] = value;
    }
  }
  return { values: values as Values<F>, operands, command };
}

function optionsOf(flags: Flags) {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      {
        type: flag.type,
        ...(flag.short && { short: flag.short }),
        ...(flag.multiple && { multiple: true }),
      },
    ]),
  );
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function valueOf(token: OptionToken, flags: Flags): string | true {
  const { rawName, value } = token;
  const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
  if (flag === undefined)
    throw new UsageError(
      `unknown flag ${rawName}`,
      didYouMean(token.name, Object.keys(flags), '--'),
    );
  if (flag.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return true;
  }
  if (value === undefined || value === '')
    throw new UsageError(`${rawName} needs a value: ${rawName} ${flag.value ?? 'VALUE'}`);
  if (!token.inlineValue && /^-./.test(value))
    throw new UsageError(
      `${rawName} needs a value, and ${value} looks like a flag`,
      `If it is the value, write ${rawName}=${value}`,
    );
  return value;
}

/**
 * Splits the command line into the verb and the rest. Global flags may stand before the verb; a
 * flag whose value is a word of its own takes that word with it.
 */
export function splitVerb(argv: readonly string[]): {
  verb: string | undefined;
  rest: readonly string[];
} {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') break;
    if (!word.startsWith('-')) return { verb: word, rest: argv.toSpliced(at, 1) };
    const name = word.replace(/^--?/, '');
    if (name === 'endpoint' || name === 'region') at++;
  }
  return { verb: undefined, rest: argv };
}

/**
 * A whole number from `least` to `most`, both included; without `most` how many there may be is the
 * server's to say. Throws {@link UsageError}.
 */
export function wholeNumber(
  flag: string,
  text: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`${flag}: '${text}' is not a whole number ${range}`);
  return value;
}

/** `name=value` pairs. Throws {@link UsageError}. */
export function pairs(flag: string, texts: readonly string[]): [name: string, value: string][] {
  return texts.map((text) => {
    const cut = text.indexOf('=');
    if (cut < 1) throw new UsageError(`${flag}: '${text}' is not of the form NAME=VALUE`);
    return [text.slice(0, cut), text.slice(cut + 1)];
  });
}
