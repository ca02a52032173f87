// What a fake attempt does, read from its job: a few commands and variables, so that tests, the
// simulator and benchmarks say it through the public API like any user. Never random: what is not
// said does not happen.
//
// | command        | does                                                                    |
// | -------------- | ----------------------------------------------------------------------- |
// | `sleep S`      | runs S seconds (fractions allowed)                                      |
// | `false`        | ends with 1                                                             |
// | `exit N`       | ends with N                                                             |
// | `echo WORD…`   | prints the words as one line                                            |
// | anything else  | ends with 0 at once                                                     |
//
// | variable           | does (and wins over the command)                                    |
// | ------------------ | ------------------------------------------------------------------- |
// | FAKE_DURATION_MS   | runs so long                                                        |
// | FAKE_EXIT_CODE     | ends with this                                                      |
// | FAKE_OOM           | `true`: was killed for its memory, with 137 unless told otherwise   |
// | FAKE_START_FAILURE | does not start; the text is the reason                              |
// | FAKE_LOG           | prints the text's lines at its start                                |
// | FAKE_IGNORE_STOP   | `true`: ends by SIGKILL only                                        |

import type { ContainerSpec } from '../../port/engine.ts';

export interface FakeBehaviour {
  readonly durationMs: number;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly startFailure: string | undefined;
  readonly lines: readonly string[];
  readonly ignoresStop: boolean;
}

type Told = { -readonly [Key in keyof FakeBehaviour]: FakeBehaviour[Key] };

/** Shared by all attempts that are told nothing: most of a benchmark. */
export const noOperation: FakeBehaviour = {
  durationMs: 0,
  exitCode: 0,
  outOfMemory: false,
  startFailure: undefined,
  lines: [],
  ignoresStop: false,
};

export function behaviourOf(spec: ContainerSpec): FakeBehaviour {
  const { entrypoint, command } = spec;
  let told: Told | undefined = byCommand(
    entrypoint === undefined ? command : [...entrypoint, ...command],
  );
  for (const { name, value } of spec.environment) {
    if (name === undefined || value === undefined || !name.startsWith('FAKE_')) continue;
    told ??= { ...noOperation };
    putVariable(told, name, value);
  }
  return told ?? noOperation;
}

function byCommand(command: readonly string[]): Told | undefined {
  const [program, ...words] = command;
  switch (program) {
    case 'sleep':
      return { ...noOperation, durationMs: wholeNumber(Number(words[0]) * 1000) };
    case 'false':
      return { ...noOperation, exitCode: 1 };
    case 'exit':
      return { ...noOperation, exitCode: wholeNumber(Number(words[0])) & 0xff };
    case 'echo':
      return { ...noOperation, lines: [words.join(' ')] };
    default:
      return undefined;
  }
}

function putVariable(told: Told, name: string, value: string): void {
  switch (name) {
    case 'FAKE_DURATION_MS':
      told.durationMs = wholeNumber(Number(value));
      return;
    case 'FAKE_EXIT_CODE':
      told.exitCode = wholeNumber(Number(value)) & 0xff;
      return;
    case 'FAKE_OOM':
      told.outOfMemory = value === 'true';
      if (told.outOfMemory && told.exitCode === 0) told.exitCode = 137;
      return;
    case 'FAKE_START_FAILURE':
      told.startFailure = value;
      return;
    case 'FAKE_LOG':
      told.lines = value.split('\n');
      return;
    case 'FAKE_IGNORE_STOP':
      told.ignoresStop = value === 'true';
      return;
    default:
  }
}

/** Nonsense counts as 0: a fake job is nobody's input to check. */
const wholeNumber = (value: number): number =>
  Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
