// Tables for how a submission changes its definition's container.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logTarget, needsOf, resolveContainer, substitute } from './container.ts';

test('Ref:: names are replaced by parameters, the longest name first, and unknown ones stay', () => {
  const parameters = {
    input: 'IN',
    inputfile: 'FILE',
    'a.b': 'DOT',
    self: 'Ref::input',
    empty: '',
  };
  const cases: [string, string][] = [
    ['Ref::input', 'IN'],
    ['Ref::inputfile', 'FILE'],
    ['s3://Ref::input/Ref::a.b.txt', 's3://IN/DOT.txt'],
    ['Ref::unknown', 'Ref::unknown'],
    ['Ref::', 'Ref::'],
    ['Ref::Ref::input', 'Ref::IN'],
    ['Ref::self', 'Ref::input'],
    ['Ref::empty!', '!'],
    ['no reference', 'no reference'],
    ['$&Ref::input$1', '$&IN$1'],
  ];
  for (const [text, expected] of cases) assert.equal(substitute(text, parameters), expected, text);
});

test('overrides lie over the definition', () => {
  const definition = {
    image: 'busybox',
    command: ['echo', 'Ref::word'],
    vcpus: 1,
    memory: 128,
    environment: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
    resourceRequirements: [{ type: 'GPU' as const, value: '1' }],
  };
  assert.deepEqual(resolveContainer(definition, undefined, { word: 'hi' }).command, ['echo', 'hi']);
  const resolved = resolveContainer(
    definition,
    {
      command: ['Ref::word'],
      memory: 256,
      environment: [
        { name: 'B', value: '3' },
        { name: 'C', value: '4' },
      ],
      resourceRequirements: [{ type: 'VCPU', value: '2' }],
    },
    { word: 'over' },
  );
  assert.deepEqual(resolved.command, ['over']);
  assert.equal(resolved.memory, 256);
  assert.deepEqual(resolved.environment, [
    { name: 'A', value: '1' },
    { name: 'B', value: '3' },
    { name: 'C', value: '4' },
  ]);
  assert.deepEqual(resolved.resourceRequirements, [
    { type: 'GPU', value: '1' },
    { type: 'VCPU', value: '2' },
  ]);
  assert.deepEqual(needsOf(resolved), { milliVcpu: 2000, memoryMib: 256, gpus: 1 });
  assert.equal(definition.environment.length, 2, 'the definition stays as it was');
});

test('an empty command of an override leaves the definition’s', () => {
  assert.deepEqual(resolveContainer({ command: ['a'] }, { command: [] }, {}).command, ['a']);
});

test('an override of vcpus does not change the definition’s resourceRequirements', () => {
  const properties = {
    resourceRequirements: [
      { type: 'VCPU' as const, value: '4' },
      { type: 'MEMORY' as const, value: '512' },
    ],
  };
  assert.deepEqual(needsOf(resolveContainer(properties, { vcpus: 8, memory: 1024 }, {})), {
    milliVcpu: 4000,
    memoryMib: 512,
    gpus: 0,
  });
});

test('needs are whole numbers or a refusal that names the figure', () => {
  const requirement = (type: 'VCPU' | 'MEMORY' | 'GPU', value: string) => ({ type, value });
  const memory = requirement('MEMORY', '64');
  assert.deepEqual(needsOf({ resourceRequirements: [requirement('VCPU', '0.25'), memory] }), {
    milliVcpu: 250,
    memoryMib: 64,
    gpus: 0,
  });
  const refused: [Parameters<typeof needsOf>[0], RegExp][] = [
    [{ memory: 64 }, /vcpus must be given/],
    [{ vcpus: 1 }, /memory must be given/],
    [{ vcpus: 1, memory: 3 }, /'3'/],
    [{ resourceRequirements: [requirement('VCPU', 'many'), memory] }, /'many'/],
    [{ resourceRequirements: [requirement('VCPU', '1e3'), memory] }, /'1e3'/],
    [{ resourceRequirements: [requirement('VCPU', '-1'), memory] }, /'-1'/],
    [{ vcpus: 1, memory: 64, resourceRequirements: [requirement('GPU', '1.5')] }, /'1\.5'/],
  ];
  for (const [properties, message] of refused) {
    const answer = needsOf(properties);
    assert('refusal' in answer && message.test(answer.message), JSON.stringify(properties));
  }
});

test('output goes to the group and prefix of awslogs, and nowhere of ours with another driver', () => {
  assert.deepEqual(logTarget({}, 'd'.repeat(300)), {
    group: '/aws/batch/job',
    prefix: 'd'.repeat(200),
  });
  const options = { 'awslogs-group': 'mine', 'awslogs-stream-prefix': 'p' };
  assert.deepEqual(logTarget({ logConfiguration: { logDriver: 'awslogs', options } }, 'd'), {
    group: 'mine',
    prefix: 'p',
    ofGivenGroup: true,
  });
  for (const made of ['true', 'T', '1'])
    assert.deepEqual(
      logTarget(
        {
          logConfiguration: {
            logDriver: 'awslogs',
            options: { ...options, 'awslogs-create-group': made },
          },
        },
        'd',
      ),
      { group: 'mine', prefix: 'p' },
    );
  assert.equal(logTarget({ logConfiguration: { logDriver: 'syslog' } }, 'd'), undefined);
});
