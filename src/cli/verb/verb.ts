// What a verb of the command line is. Each lives in a file of its own under verb/; the table of
// them drives dispatch and help.

import { globalFlags, parseFlags, type Flags, type Values } from '../flags.ts';
import { UsageError } from '../failure.ts';
import type { Session } from '../session.ts';

/** What a verb does not take is not in its call. */
interface Call<F extends Flags> {
  readonly session: Session;
  readonly values: Values<F>;
  readonly operands: readonly string[];
  readonly command: readonly string[] | undefined;
}

interface VerbDefinition<F extends Flags> {
  readonly name: string;
  /** One line, for the list of verbs. */
  readonly summary: string;
  /** What follows the name, e.g. `ID… [flags]`. */
  readonly usage: string;
  /** Further lines of help. */
  readonly about?: string;
  readonly flags: F;
  readonly examples: readonly string[];
  readonly operands: { readonly name: string; readonly least: number; readonly most: number };
  /** Whether `-- COMMAND…` may follow. */
  readonly takesCommand?: true;
  /** Resolves to the exit code. */
  run(call: Call<F>): Promise<number>;
}

/** A verb whose flags are of whatever kind. */
export interface Verb extends Omit<VerbDefinition<Flags>, 'run'> {
  readonly allFlags: Flags;
  /** Reads the arguments, and answers how to run with them. Throws {@link UsageError}. */
  parse(argv: readonly string[]): {
    readonly globals: Values<typeof globalFlags>;
    run(session: Session): Promise<number>;
  };
}

export function defineVerb<const F extends Flags>(definition: VerbDefinition<F>): Verb {
  const { run, ...rest } = definition;
  const allFlags = { ...definition.flags, ...globalFlags };
  return {
    ...rest,
    allFlags,
    parse(argv) {
      const { values, operands, command } = parseFlags(argv, allFlags);
      const globals = values as Values<typeof globalFlags>;
      if (!globals.help) checkOperands(definition, operands, command);
      return { globals, run: (session) => run({ session, values, operands, command }) };
    },
  };
}

function checkOperands(
  verb: Omit<VerbDefinition<Flags>, 'run' | 'flags'>,
  operands: readonly string[],
  command: readonly string[] | undefined,
): void {
  const { name, least, most } = verb.operands;
  const given = verb.takesCommand ? operands : [...operands, ...(command ?? [])];
  if (given.length < least)
    throw new UsageError(
      `${verb.name} needs ${name}`,
      `Usage: longshore ${verb.name} ${verb.usage}, for example: ${verb.examples[0]}`,
    );
  if (given.length <= most) return;
  const hint = verb.takesCommand
    ? `A command stands after --, as in: longshore ${verb.name} --image busybox -- ${given.join(' ')}`
    : `Usage: longshore ${verb.name} ${verb.usage}`;
  throw new UsageError(`unexpected argument '${given[most]}'`, hint);
}
