// Tables of command lines: what is read from them, and how what is wrong in them is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean } from './did-you-mean.ts';
import { UsageError } from './failure.ts';
import { pairs, parseFlags, splitVerb, wholeNumber, type Flags } from './flags.ts';

const flags = {
  name: { type: 'string', short: 'n', value: 'NAME', help: '' },
  env: { type: 'string', multiple: true, short: 'e', help: '' },
  wait: { type: 'boolean', short: 'w', help: '' },
} as const satisfies Flags;

test('flags, operands and the command after -- are told apart', () => {
  const cases = [
    {
      argv: [],
      values: { name: undefined, env: [], wait: false },
      operands: [],
      command: undefined,
    },
    {
      argv: ['a', '--name', 'x', 'b'],
      values: { name: 'x', env: [], wait: false },
      operands: ['a', 'b'],
      command: undefined,
    },
    {
      argv: ['--name=x', '-w', '-e', 'A=1', '--env', 'B=2'],
      values: { name: 'x', env: ['A=1', 'B=2'], wait: true },
      operands: [],
      command: undefined,
    },
    {
      argv: ['--name=-x'],
      values: { name: '-x', env: [], wait: false },
      operands: [],
      command: undefined,
    },
    {
      argv: ['-w', '--', 'sh', '-c', '--name'],
      values: { name: undefined, env: [], wait: true },
      operands: [],
      command: ['sh', '-c', '--name'],
    },
    {
      argv: ['--name', 'x', '--name', 'y', '-', '--'],
      values: { name: 'y', env: [], wait: false },
      operands: ['-'],
      command: [],
    },
  ];
  for (const { argv, ...expected } of cases)
    assert.deepEqual(parseFlags(argv, flags), expected, argv.join(' '));
});

test('wrong flags are refused with what to do instead', () => {
  const cases: [argv: string[], message: RegExp, hint: RegExp | undefined][] = [
    [['--nmae', 'x'], /unknown flag --nmae/, /--name/],
    [['--toString'], /unknown flag --toString/, undefined],
    [['-x'], /unknown flag -x/, undefined],
    [['--name'], /--name needs a value: --name NAME/, undefined],
    [['--name='], /needs a value/, undefined],
    [['--name', '--wait'], /--wait looks like a flag/, /--name=--wait/],
    [['--wait=yes'], /takes no value/, undefined],
  ];
  for (const [argv, message, hint] of cases) {
    assert.throws(
      () => parseFlags(argv, flags),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        if (hint !== undefined) assert.match(error.hint ?? '', hint);
        else assert.equal(error.hint, undefined, argv.join(' '));
        return true;
      },
    );
  }
});

test('global flags may stand before the verb', () => {
  const cases: [string[], string | undefined, string[]][] = [
    [['jobs', '--json'], 'jobs', ['--json']],
    [['--endpoint', 'http://a', 'jobs', 'x'], 'jobs', ['--endpoint', 'http://a', 'x']],
    [['--endpoint=http://a', '--json', 'jobs'], 'jobs', ['--endpoint=http://a', '--json']],
    [['--version'], undefined, ['--version']],
    [['--', 'jobs'], undefined, ['--', 'jobs']],
    [[], undefined, []],
  ];
  for (const [argv, verb, rest] of cases) assert.deepEqual(splitVerb(argv), { verb, rest });
});

test('numbers and pairs are checked where they are given', () => {
  assert.equal(wholeNumber('--n', '7', 2, 10), 7);
  for (const text of ['1', '11', '1e1', '-3', '2.5', '', ' 7'])
    assert.throws(() => wholeNumber('--n', text, 2, 10), UsageError, text);
  assert.deepEqual(pairs('--tag', ['a=b', 'c=', 'd=e=f']), [
    ['a', 'b'],
    ['c', ''],
    ['d', 'e=f'],
  ]);
  for (const text of ['a', '=b', '']) assert.throws(() => pairs('--tag', [text]), UsageError, text);
});

test('a word that is nearly right is recognised, a foreign one is not', () => {
  const known = ['submit', 'jobs', 'describe', 'logs', 'wait', 'cancel', 'terminate', 'serve'];
  const cases: [string, string | undefined][] = [
    ['sumbit', 'submit'],
    ['job', 'jobs'],
    ['desc', 'describe'],
    ['LOGS', 'logs'],
    ['terminat', 'terminate'],
    ['kill', undefined],
    ['x', undefined],
  ];
  for (const [word, near] of cases)
    assert.equal(didYouMean(word, known), near && `Did you mean ${near}?`, word);
});
