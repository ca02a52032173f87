// `longshore ami` against a scripted server: what it asks, what it prints, how it ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Validation } from '../../api/validation.ts';
import { Answer, runAgainst } from '../../../test/house/scripted-server.ts';

const good: Validation = {
  id: 'ami-0a',
  name: 'tools',
  valid: true,
  requirements: [
    { requirement: 'kernel', result: 'met', found: 'Linux kernel 6.1', needed: '3.10 or later' },
    {
      requirement: 'ecs-init',
      result: 'unknown',
      found: 'no ecs-init',
      needed: 'ecs-init for multi-node jobs',
    },
  ],
};
const bad: Validation = {
  ...good,
  valid: false,
  requirements: [
    {
      requirement: 'docker',
      result: 'not met',
      found: 'Docker 1.8',
      needed: 'Docker 1.9 or later',
    },
    ...good.requirements,
  ],
};

test('ami validate prints every requirement of an image, and ends with 0 where none is missed', async () => {
  const { code, stdout, stderr } = await runAgainst(
    { '/_longshore/images/ami-0a/validation': () => good },
    ['ami', 'validate', 'ami-0a'],
  );
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    `tools (ami-0a) meets the AMI specification, as far as is known
REQUIREMENT  RESULT   FOUND             NEEDED
kernel       met      Linux kernel 6.1  3.10 or later
ecs-init     unknown  no ecs-init       ecs-init for multi-node jobs
`,
  );
});

test('ami validate says what the image is for, and ends with 1 where a requirement is missed', async () => {
  const script = {
    '/_longshore/images/ami-0a/validation?instanceType=p3.2xlarge&multiNode=true': () => bad,
  };
  const words = ['ami', 'validate', 'ami-0a', '--instance-type', 'p3.2xlarge', '--multi-node'];
  const plain = await runAgainst(script, words);
  assert.equal(plain.code, 1);
  assert.match(
    plain.stdout,
    /^tools \(ami-0a\) fails 1 requirement of the AMI specification\n.*\ndocker +not met +Docker 1.8 +Docker 1.9 or later\n/,
  );
  const json = await runAgainst(script, [...words, '--json']);
  assert.equal(json.code, 1);
  assert.deepEqual(JSON.parse(json.stdout), { validation: bad });
});

test('ami validate asks for a host where the id is not an image’s, and tells its note', async () => {
  const host = { ...good, id: '3f2c', name: 'the first', note: 'Register it again.' };
  const { code, stdout, stderr } = await runAgainst(
    { '/_longshore/hosts/3f2c/validation': () => host },
    ['ami', 'validate', '3f2c'],
  );
  assert.deepEqual([code, stderr], [0, 'Register it again.\n']);
  assert.match(stdout, /^the first \(3f2c\) meets /);
});

test('ami refuses what it cannot do in one line', async () => {
  const missing = {
    '/_longshore/images/ami-0b/validation': () => {
      throw new Answer(404, 'ClientException', 'Image ami-0b does not exist');
    },
  };
  const cases: [words: string[], code: number, stderr: RegExp][] = [
    [['validate', 'ami-0b'], 1, /^longshore ami: Image ami-0b does not exist \(404\)\n$/],
    [
      ['validate'],
      2,
      /^longshore ami: ami needs `validate` and the ID of an image or of a host\nUsage: longshore ami validate/,
    ],
    [['check', 'ami-0b'], 2, /'check' is not validate/],
    [['validate', '3f2c', '--multi-node'], 2, /go with an image, whose ID begins with ami-/],
  ];
  for (const [words, code, stderr] of cases) {
    const run = await runAgainst(missing, ['ami', ...words]);
    assert.deepEqual([run.code, run.stdout], [code, ''], words.join(' '));
    assert.match(run.stderr, stderr);
  }
});
