// Decisions of IAM's policies as tables: what the policies are, what is asked, and what comes of
// it. Every document of a table must be one that IAM takes.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkPolicy, type PolicyKind } from '../../src/core/policy/check.ts';
import { compilePolicy } from '../../src/core/policy/compile.ts';
import { contextOf, type Context } from '../../src/core/policy/context.ts';
import { decide, type Decision } from '../../src/core/policy/decide.ts';
import { PolicySet } from '../../src/core/policy/policy-set.ts';
import type { Asker } from '../../src/core/policy/principal.ts';

type Document = Readonly<Record<string, unknown>>;
type Documents = Readonly<Record<string, Document>>;

/** Policies by name; a boundary and a trust policy are called by their layer. */
export interface Given {
  readonly identity?: Documents;
  readonly boundary?: Document;
  readonly session?: Documents;
  readonly trust?: Document;
  /** A resource's own. */
  readonly resource?: Document;
  /** The account of the role that is trusted, or of the resource. */
  readonly account?: string;
}

export interface Ask {
  readonly action: string;
  /** Absent: `*`. */
  readonly resource?: string;
  readonly context?: Readonly<Record<string, ReturnType<Context>>>;
  readonly asker?: Asker;
}

/**
 * The outcome in words: `allow`, `deny` (by a statement), or `no boundary` where that layer lacks
 * leave. The first two may say which statement it was: `allow by identity POLICY#SID`, or `#INDEX`.
 */
export type Row = readonly [name: string, given: Given, ask: Ask, expected: string];

export const document = (...Statement: readonly object[]): Document => ({
  Version: '2012-10-17',
  Statement,
});
export const allow = (Action: string | string[], more: object = { Resource: '*' }): object => ({
  Effect: 'Allow',
  Action,
  ...more,
});
export const deny = (Action: string | string[], more: object = { Resource: '*' }): object => ({
  Effect: 'Deny',
  Action,
  ...more,
});

/** One identity policy, `p`. */
export const one = (...statements: readonly object[]): Given => ({
  identity: { p: document(...statements) },
});

/** Each row is a test of its own; no two have one name. */
export function decisions(rows: readonly Row[]): void {
  assert.deepEqual(
    rows.map(([name]) => name).filter((name, at, all) => all.indexOf(name) !== at),
    [],
  );
  for (const [name, given, ask, expected] of rows)
    it(name, () => {
      const decision = decided(given, ask);
      const words = verdict(decision);
      assert.equal(expected.includes(' by ') ? words + by(decision) : words, expected);
    });
}

export function decided(given: Given, ask: Ask): Decision {
  const { identity = {}, boundary, session, trust, resource, account = '' } = given;
  return decide(
    {
      identity: setOf(identity, 'inline'),
      boundary: boundary && setOf({ boundary }, 'managed'),
      session: session && setOf(session, 'session'),
      trust: trust && { policies: setOf({ trust }, 'trust'), account },
      resource: resource && { policies: setOf({ resource }, 'resource'), account },
    },
    {
      action: ask.action,
      resource: ask.resource ?? '*',
      context: contextOf(Object.entries(ask.context ?? {})),
      asker: ask.asker,
    },
  );
}

export const verdict = (decision: Decision): string =>
  decision.isAllowed ? 'allow' : decision.explicit === undefined ? `no ${decision.layer}` : 'deny';

function by(decision: Decision): string {
  const found = decision.isAllowed ? decision.by : decision.explicit;
  return found ? ` by ${found.layer} ${found.policy}#${found.sid ?? found.index}` : '';
}

function setOf(documents: Documents, kind: PolicyKind): PolicySet {
  return new PolicySet(
    Object.entries(documents).map(([name, value]) => {
      const text = JSON.stringify(value);
      assert.equal(checkPolicy(text, kind), undefined);
      return {
        name,
        policy: compilePolicy(text, kind === 'trust' || kind === 'resource' ? 'trust' : 'identity'),
      };
    }),
  );
}
