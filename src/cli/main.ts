// The command line: finds the verb, runs it, and turns whatever goes wrong into one line and an
// exit code. It starts no server: `up`, `serve` and `demo` are dispatched before it is called.

import { namedProfile } from './aws-profile.ts';
import { didYouMean } from './did-you-mean.ts';
import { explainError, UsageError } from './failure.ts';
import { splitVerb } from './flags.ts';
import { programHelp, verbHelp } from './help.ts';
import { ioOf, systemIo, type Io, type Surroundings } from './io.ts';
import { inLine } from './render/style.ts';
import { Session } from './session.ts';
import { Hinted } from './misnamed.ts';
import { settingsOf } from './settings.ts';
import { serverVerbs, verbs } from './verb/all.ts';
import type { Verb } from './verb/verb.ts';
import { version } from './version.ts';

/**
 * Runs one command line, without the program's name. Resolves to the exit code and never rejects.
 */
export async function runCli(
  argv: readonly string[],
  surroundings: Surroundings = systemIo(),
): Promise<number> {
  const io = ioOf(surroundings);
  const { verb: name, rest } = splitVerb(argv);
  try {
    if (name === undefined) return withoutVerb(argv, io);
    if (name === 'help') return help(rest, io);
    return await runVerb(verbNamed(name), rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const about = verbs.some((verb) => verb.name === name) ? `longshore ${name}` : 'longshore';
    io.err(
      `${inLine(`${about}: ${error.message}`)}\n${inLine(error.hint ?? `See ${about} --help`)}\n`,
    );
    return 2;
  }
}

function withoutVerb(argv: readonly string[], io: Io): number {
  if (argv.includes('--version')) {
    io.out(`${version}\n`);
    return 0;
  }
  if (argv.includes('--help') || argv.includes('-h')) {
    io.out(programHelp(io.columns));
    return 0;
  }
  if (argv.length > 0) throw new UsageError(`no verb in '${argv.join(' ')}'`);
  io.err(programHelp(io.columns));
  return 2;
}

function help([name]: readonly string[], io: Io): number {
  io.out(
    name === undefined || serverVerbs.some((verb) => verb.name === name)
      ? programHelp(io.columns)
      : verbHelp(verbNamed(name), io.columns),
  );
  return 0;
}

function verbNamed(name: string): Verb {
  const found = verbs.find((verb) => verb.name === name);
  if (found === undefined)
    throw new UsageError(
      `there is no verb '${name}'`,
      didYouMean(
        name,
        [...serverVerbs, ...verbs].map((verb) => verb.name),
      ),
    );
  return found;
}

async function runVerb(verb: Verb, argv: readonly string[], io: Io): Promise<number> {
  const { globals, run } = verb.parse(argv);
  if (globals.help) {
    io.out(verbHelp(verb, io.columns));
    return 0;
  }
  const session = new Session(io, settingsOf(globals, io.env, namedProfile(io.env)));
  try {
    return await run(session);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const [cause, hint] = error instanceof Hinted ? [error.cause, `${error.hint}\n`] : [error, ''];
    io.err(
      `longshore ${verb.name}: ${explainError(cause, session.settings.endpoint, io.env)}\n${hint}`,
    );
    return 1;
  } finally {
    await session.close();
  }
}
