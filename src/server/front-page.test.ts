// The page at /: what it shows, as what, and that nothing that users name can become more than text
// in it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Arn } from '../base/ids.ts';
import type { Reader } from '../port/reader.ts';
import { frontPage } from './front-page.ts';

const jobs = { SUBMITTED: 0, PENDING: 0, RUNNABLE: 7, STARTING: 0, RUNNING: 2 };
const named = (names: readonly string[], reason?: string): Reader =>
  ({
    counts: () => ({
      jobs,
      computeEnvironments: names.length + 3,
      jobQueues: names.length,
      staleReports: 0,
      deliveries: { waiting: 0, delivered: 0, failedAttempts: 0, givenUp: 0 },
    }),
    jobCountsByQueue: () => new Map([[names[0] as Arn, jobs]]),
    batch: {
      jobQueues: () =>
        names.map((name) => ({ queue: { arn: name, name, state: 'ENABLED', status: 'VALID' } })),
      computeEnvironments: () =>
        names.map((name) => ({
          environment: {
            name,
            type: 'MANAGED',
            state: 'ENABLED',
            status: 'INVALID',
            statusReason: reason,
          },
        })),
    },
  }) as unknown as Reader;
const facts = {
  engine: { version: 'fake engine' },
  region: 'us-east-1',
  account: '000000000000',
  auth: 'off',
} as const;
const show = (reader: Reader, accept?: string) =>
  frontPage(
    reader,
    facts,
    { method: 'GET', path: '/', query: '', headers: { accept }, rawHeaders: [], sourceAddress: '' },
    'http://localhost:4590',
  );
const header = ({ headers }: { headers: readonly string[] }, name: string): string =>
  headers[headers.indexOf(name) + 1] ?? '';
const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';

describe('the page at /', () => {
  it('is HTML for who accepts it, else text, with queues, environments, exports and links', () => {
    for (const [accept, type] of [
      [browser, 'text/html'],
      ['*/*', 'text/plain'],
      [undefined, 'text/plain'],
      ['application/json', 'text/plain'],
    ] as const) {
      const page = show(named(['my-queue'], 'CLIENT_ERROR - no role'), accept);
      assert.equal(page.status, 200);
      assert.match(header(page, 'content-type'), new RegExp(`^${type}`));
      for (const part of [
        /my-queue/,
        /INVALID/,
        /CLIENT_ERROR - no role/,
        /export AWS_ENDPOINT_URL_BATCH=\S*http:\/\/localhost:4590/,
        /AWS_ACCESS_KEY_ID=000000000000/,
        /\/_longshore\/health/,
        /\/_longshore\/metrics/,
        /[\\/]doc[\\/]/,
        /Longshore \d/,
        /3 compute environments in other accounts/,
      ])
        assert.match(page.body, part);
    }
    assert.match(show(named(['my-queue'])).body, /my-queue +ENABLED +VALID +0 +0 +7 +0 +0 +2/);
  });

  it('runs no script, stands in no frame, and takes nothing from elsewhere', () => {
    const page = show(named([]), browser);
    assert.match(
      header(page, 'content-security-policy'),
      /^default-src 'none'; style-src 'sha256-[\w+/]+='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    assert.equal(header(page, 'x-frame-options'), 'DENY');
    assert.equal(header(page, 'x-content-type-options'), 'nosniff');
    assert.equal(header(page, 'cross-origin-opener-policy'), 'same-origin');
    assert.doesNotMatch(page.body, /<script|<form|<iframe|\bon\w+=|javascript:|src=/i);
    assert.match(page.body, /No job queues in account 000000000000, region us-east-1/);
  });

  it('shows hostile names as text', () => {
    const hostile = `</td><script>alert(1)</script>"'&<img src=x onerror=alert(1)>\u001b]52;c;x\u0007\ud800`;
    const { body } = show(named([hostile], hostile), browser);
    assert.doesNotMatch(body, /<script|<img/i);
    assert.match(body, /&lt;\/td&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;/);
    assert.doesNotMatch(
      show(named([hostile], hostile)).body,
      // oxlint-disable-next-line no-control-regex -- a terminal would obey them.
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
    );
  });

  it('names a hundred, and counts the others', () => {
    const { body } = show(
      named(Array.from({ length: 130 }, (_none, index) => `queue-${index}`)),
      browser,
    );
    assert.match(body, /30 more job queues here/);
    assert.doesNotMatch(body, /queue-100</);
  });
});
