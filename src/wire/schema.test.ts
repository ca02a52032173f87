// Reading and writing values by the SDK's schemas.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as batch from '@aws-sdk/client-batch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import {
  compileRequest,
  compileResponse,
  operationsOf,
  Reading,
  SchemaFault,
  type SchemaRef,
} from './schema.ts';

const submitJob = compileRequest(batch.SubmitJobRequest$);
const least = { jobName: 'n', jobQueue: 'q', jobDefinition: 'd' };

function faultOf(read: (json: unknown) => unknown, json: unknown): SchemaFault {
  try {
    read(json);
  } catch (error) {
    if (error instanceof SchemaFault) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: 'the value was taken' });
}

// A shape of every kind, in the SDK's own form: [kind, namespace, name, traits, members, schemas,
// required].
const node: unknown[] = [
  3,
  'test',
  'Node',
  0,
  ['name', 'next', 'children', 'byName'],
  [0, () => node, () => nodes, () => nodeMap],
  1,
];
const nodes: unknown[] = [1, 'test', 'Nodes', 0, () => node];
const nodeMap: unknown[] = [2, 'test', 'NodeMap', 0, 0, () => node];
const kinds = [
  3,
  'test',
  'Kinds',
  0,
  ['seconds', 'dateTime', 'httpDate', 'blob', 'anything', 'union', 'renamed', 'sparse', 'big'],
  [4, 5, 6, 21, 15, () => union, [0, { jsonName: 're-named' }], () => sparse, 17],
];
const union: unknown[] = [4, 'test', 'Union', 0, ['text', 'number'], [0, 1]];
const sparse: unknown[] = [1, 'test', 'Sparse', { sparse: 1 }, 0];
const ref = (schema: unknown): SchemaRef => schema as SchemaRef;

describe('reading a request', () => {
  it('finds every operation of the SDK’s modules', () => {
    assert.equal(operationsOf(batch).size, 48);
    assert.deepEqual(operationsOf(batch).get('SubmitJob')?.traits, {
      http: ['POST', '/v1/submitjob', 200],
    });
    assert.ok(operationsOf(logs).has('PutLogEvents'));
  });

  it('answers the very object when nothing has to change', () => {
    const json = {
      ...least,
      containerOverrides: { command: ['a'], environment: [{ name: 'n', value: 'v' }] },
      tags: { a: 'b' },
    };
    assert.equal(submitJob(json), json);
  });

  it('drops unknown members and nulls, at every level', () => {
    const json = {
      unknown: 1,
      ...least,
      shareIdentifier: null,
      containerOverrides: { command: ['a', null, 'b'], gpu: 1 },
      tags: { a: null, b: 'c' },
      parameters: null,
    };
    assert.deepEqual(submitJob(json), {
      ...least,
      containerOverrides: { command: ['a', 'b'] },
      tags: { b: 'c' },
    });
  });

  it('drops what is empty and optional, at every level, where the service says that it says nothing', () => {
    const reading = new Reading(
      (structure, member) => `${structure}.${member}` === 'ContainerOverrides.command',
    );
    const read = compileRequest(batch.SubmitJobRequest$, { reading });
    const json = {
      ...least,
      jobName: '',
      shareIdentifier: '',
      tags: {},
      dependsOn: [],
      retryStrategy: { evaluateOnExit: [] },
      timeout: {},
      arrayProperties: { size: null },
      parameters: { a: '' },
      containerOverrides: {
        command: [],
        environment: [{ name: '', value: '' }],
        resourceRequirements: [],
      },
      consumableResourcePropertiesOverride: { consumableResourceList: [] },
    };
    // A required value stays, and so do entries of lists and maps.
    assert.deepEqual(read(json), {
      ...least,
      jobName: '',
      parameters: { a: '' },
      containerOverrides: { command: [], environment: [{}] },
    });
    const unread = compileRequest(batch.RegisterJobDefinitionRequest$, {
      reading: new Reading(() => true),
    });
    // A structure that lacks all that it must have could not be read otherwise.
    assert.deepEqual(
      unread({
        jobDefinitionName: 'd',
        type: 'container',
        timeout: {},
        containerProperties: { logConfiguration: {}, networkConfiguration: {} },
      }),
      {
        jobDefinitionName: 'd',
        type: 'container',
        timeout: {},
        containerProperties: { networkConfiguration: {} },
      },
    );
    const whole = { ...least, containerOverrides: { command: ['a'] } };
    assert.equal(read(whole), whole);
  });

  it('names the first required member that is absent or null', () => {
    for (const [json, where] of [
      [{}, 'jobName'],
      [null, 'jobName'],
      [undefined, 'jobName'],
      [{ ...least, jobQueue: null }, 'jobQueue'],
      [
        {
          ...least,
          containerOverrides: {
            resourceRequirements: [{ type: 'VCPU', value: '1' }, { type: 'VCPU' }],
          },
        },
        'containerOverrides.resourceRequirements[1].value',
      ],
    ] as const) {
      const fault = faultOf(submitJob, json);
      assert.equal(fault.kind, 'missing');
      assert.equal(fault.where, where);
    }
  });

  it('refuses values of another type, and says where', () => {
    for (const [json, where, detail] of [
      [[], '', /Start of list/],
      ['text', '', /STRING_VALUE/],
      [7, '', /NUMBER_VALUE/],
      [{ ...least, jobName: 7 }, 'jobName', /NUMBER_VALUE can not be converted to a String/],
      [{ ...least, jobName: {} }, 'jobName', /Start of structure or map/],
      [
        { ...least, propagateTags: 'true' },
        'propagateTags',
        /STRING_VALUE can not be converted to a Boolean/,
      ],
      [{ ...least, arrayProperties: { size: '3' } }, 'arrayProperties.size', /to a Number/],
      [{ ...least, arrayProperties: { size: true } }, 'arrayProperties.size', /TRUE_VALUE/],
      [
        { ...least, arrayProperties: { size: JSON.parse('1e999') } },
        'arrayProperties.size',
        /to a Number/,
      ],
      [{ ...least, tags: [] }, 'tags', /Start of list/],
      [{ ...least, tags: { k: 1 } }, 'tags.k', /to a String/],
      [{ ...least, dependsOn: {} }, 'dependsOn', /a list is wanted/],
      [{ ...least, dependsOn: [[]] }, 'dependsOn[0]', /a structure is wanted/],
    ] as const) {
      const fault = faultOf(submitJob, json);
      assert.equal(fault.kind, 'type');
      assert.equal(fault.where, where);
      assert.match(fault.detail, detail);
    }
  });

  it('cannot be made to touch a prototype', () => {
    const json: unknown = JSON.parse(
      '{"jobName":"n","jobQueue":"q","jobDefinition":"d","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"tags":{"__proto__":"t","a":null},"retryStrategy":{"__proto__":{"attempts":5}}}',
    );
    const input = submitJob(json) as { tags: object; retryStrategy: object };
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.deepEqual(Object.keys(input).sort(), [
      'jobDefinition',
      'jobName',
      'jobQueue',
      'retryStrategy',
      'tags',
    ]);
    assert.equal(Object.getPrototypeOf(input), Object.prototype);
    assert.deepEqual(Object.entries(input.tags), [['__proto__', 't']]);
    assert.equal((input.retryStrategy as { attempts?: number }).attempts, undefined);
  });

  it('does not take inherited names for given members', () => {
    assert.equal(
      faultOf(compileRequest(ref([3, 'test', 'Odd', 0, ['toString'], [0], 1])), {}).where,
      'toString',
    );
  });

  it('replaces lone surrogates, in values and in keys', () => {
    assert.deepEqual(
      submitJob({ ...least, jobName: 'a\ud800', tags: { '\udc00': 'x\ud83d\ude00' } }),
      { ...least, jobName: 'a\ufffd', tags: { '\ufffd': 'x\ud83d\ude00' } },
    );
  });

  it('reads recursive shapes down to its limit', () => {
    const read = compileRequest(ref(node));
    const json = {
      name: 'a',
      next: { name: 'b', children: [{ name: 'c' }], byName: { d: { name: 'd', extra: 1 } } },
    };
    assert.deepEqual(read(json), {
      name: 'a',
      next: { name: 'b', children: [{ name: 'c' }], byName: { d: { name: 'd' } } },
    });
    assert.equal(
      faultOf(read, { name: 'a', next: { name: 'b', byName: { x: {} } } }).where,
      'next.byName.x.name',
    );
    let deep: object = { name: 'x' };
    for (let level = 0; level < 50_000; level++) deep = { name: 'x', next: deep };
    assert.match(faultOf(read, deep).detail, /nest deeper/);
  });

  it('reads timestamps, blobs, documents, unions, renamed members and sparse lists', () => {
    const read = compileRequest(ref(kinds));
    const input = read({
      seconds: 1.5,
      dateTime: '2026-01-02T03:04:05Z',
      httpDate: 'Fri, 02 Jan 2026 03:04:05 GMT',
      blob: 'aGk=',
      anything: { a: [null, 1] },
      union: { text: 'x' },
      're-named': 'r',
      sparse: ['a', null],
      big: 12,
    });
    assert.deepEqual(input, {
      seconds: new Date(1500),
      dateTime: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
      httpDate: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
      blob: new Uint8Array([104, 105]),
      anything: { a: [null, 1] },
      union: { text: 'x' },
      renamed: 'r',
      sparse: ['a', null],
      big: 12,
    });
    for (const bad of [
      { seconds: 'x' },
      { seconds: 1e300 },
      { dateTime: 5 },
      { blob: '!' },
      { union: {} },
      { union: { text: 'x', number: 1 } },
    ])
      faultOf(read, bad);
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level++) deep = [deep];
    assert.match(faultOf(read, { anything: deep }).detail, /nest deeper/);
  });

  it('can be compiled for every operation of Batch', () => {
    for (const operation of operationsOf(batch).values()) {
      compileRequest(operation.input);
      compileResponse(operation.output);
    }
  });

  it('refuses to compile what JSON cannot carry', () => {
    assert.throws(() => compileResponse(logs.StartLiveTailResponse$), /streams/);
  });
});

describe('writing a response', () => {
  it('drops what is undefined', () => {
    assert.equal(
      compileResponse(batch.SubmitJobResponse$)({ jobName: 'n', jobId: 'i', jobArn: undefined }),
      '{"jobName":"n","jobId":"i"}',
    );
    assert.equal(compileResponse(batch.TagResourceResponse$)(undefined), '{}');
  });

  it('writes timestamps, blobs and renamed members as the protocol wants them', () => {
    const write = compileResponse(ref(kinds));
    const body = write({
      seconds: new Date(1500),
      dateTime: new Date(0),
      httpDate: new Date(0),
      blob: new Uint8Array([104, 105]),
      renamed: 'r',
      union: undefined,
      big: 12n,
    });
    assert.deepEqual(JSON.parse(body), {
      seconds: 1.5,
      dateTime: '1970-01-01T00:00:00.000Z',
      httpDate: 'Thu, 01 Jan 1970 00:00:00 GMT',
      blob: 'aGk=',
      're-named': 'r',
      big: 12,
    });
  });

  it('writes inside lists, maps and recursive shapes', () => {
    const stamped: unknown[] = [
      3,
      'test',
      'Stamped',
      0,
      ['at', 'list', 'map'],
      [4, () => stampedList, () => stampedMap],
    ];
    const stampedList: unknown[] = [1, 'test', 'StampedList', 0, () => stamped];
    const stampedMap: unknown[] = [2, 'test', 'StampedMap', 0, 0, () => stamped];
    const body = compileResponse(ref(stamped))({
      list: [{ at: new Date(1000) }],
      map: { k: { at: new Date(2000) } },
    });
    assert.deepEqual(JSON.parse(body), { list: [{ at: 1 }], map: { k: { at: 2 } } });
  });
});
