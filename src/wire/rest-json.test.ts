// Which operation a path names, where several have labels in theirs: by EKS's, which has the most.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as eks from '@aws-sdk/client-eks';
import { headOf } from '../../test/house/signed.ts';
import { restJson } from './rest-json.ts';
import { operationsOf } from './schema.ts';

const known = operationsOf(eks);
const built = new Set(['DescribeCluster', 'ListClusters']);
const binding = restJson.bind(
  known.values(),
  new Set([...known.keys()].filter((name) => !built.has(name))),
);

describe('paths with labels', () => {
  for (const [method, path, expected] of [
    ['GET', '/clusters', 'ListClusters'],
    ['GET', '/clusters/lab', 'DescribeCluster'],
    ['GET', '/clusters/node-groups', 'DescribeCluster'],
    ['GET', '/clusters/lab/node-groups', 'ListNodegroups'],
    ['GET', '/clusters/lab/node-groups/n', 'DescribeNodegroup'],
    ['POST', '/clusters/lab/node-groups/n/update-config', 'UpdateNodegroupConfig'],
    ['POST', '/clusters/lab/updates/u/cancel-update', 'CancelUpdate'],
    ['GET', '/clusters/lab/updates/u', 'DescribeUpdate'],
    // Raw and encoded.
    ['GET', '/tags/arn:aws:eks:us-east-1:1:nodegroup/lab/n', 'ListTagsForResource'],
    ['GET', '/clusters/lab/access-entries/arn%3Aaws%3Aiam', 'DescribeAccessEntry'],
  ] as const)
    it(`${method} ${path} is ${expected}`, () => {
      const found = binding.route(headOf(method, path, []));
      assert.equal('unrouted' in found ? found : found.name, expected);
    });

  it('are no operation with another method, or nothing in a label', () => {
    assert.deepEqual(binding.route(headOf('PATCH', '/clusters/lab', [])), {
      unrouted: 'method',
      allow: 'DELETE, GET',
    });
    for (const path of ['/clusters/', '/clusters//node-groups/', '/clustersx/lab', '/x/clusters'])
      assert.ok('unrouted' in binding.route(headOf('POST', path, [])), path);
  });

  it('are read where the label is the last of the path, and nowhere else', () => {
    const found = binding.route(headOf('GET', '/clusters/a%20b', []));
    assert.ok('read' in found);
    assert.deepEqual(found.read(headOf('GET', '/clusters/a%20b', []), Buffer.alloc(0)), {
      name: 'a b',
    });
    assert.throws(
      () => restJson.bind(known.values(), new Set()),
      /a label within \/clusters\/\S+ cannot be read/,
    );
  });
});
