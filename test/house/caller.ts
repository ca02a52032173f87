// Who asks in tests, and where: the account, its region, and a request of its root.

import { scopeOf, scopeParts, type Scope } from '../../src/base/ids.ts';
import type { RequestContext } from '../../src/wire/operation.ts';

export const account = '123456789012';
export const scope = scopeOf(account, 'eu-west-1');

/** The context of an account's root, as the wire makes it. */
export function contextIn(of: Scope): RequestContext {
  const { account: owner, region } = scopeParts(of);
  return {
    requestId: 'request',
    account: owner,
    region,
    scope: of,
    principal: {
      kind: 'root',
      account: owner,
      arn: `arn:aws:iam::${owner}:root`,
      userId: owner,
      accessKeyId: owner,
    },
    service: 'test',
    operation: 'Test',
    sourceAddress: '127.0.0.1',
    userAgent: 'test',
  };
}

export const context = contextIn(scope);
