// A real browser, with pages of somebody else's open in it, against the real program: whatever such
// a page sends is turned away at the door, and it can read nothing. That each attack arrived at the
// server is seen on the wire, so that none passes by not being tried.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { attacks, scriptOf, type Attack } from './hostile-pages.ts';
import { PlainServer, signedBy } from './plain-server.ts';
import { requirement } from './requirement.ts';
import { account } from './server.ts';
import { SpyProxy } from './spy-proxy.ts';
import { until } from './until.ts';

const need = requirement('chromium');
/** What the guard answers; a 404 would be from behind it. */
const turnedAway: ReadonlySet<number> = new Set([400, 403, 415, 421]);

describe('pages in a browser', { skip: need.skip }, () => {
  let server: PlainServer;
  let spy: SpyProxy;
  let evil: Server;
  let browser: Browser;
  const rolesBefore: string[] = [];
  const evilPort = (): number => (evil.address() as AddressInfo).port;

  before(async () => {
    server = await PlainServer.start({ verb: 'up' });
    spy = await SpyProxy.before(Number(new URL(server.url).port));
    evil = createServer((request, response) => {
      if (request.url === '/redirect')
        response
          .writeHead(307, {
            location: `http://127.0.0.1:${spy.port}/v1/registerjobdefinition`,
            'content-length': 0,
          })
          .end();
      else
        response
          .writeHead(200, { 'content-type': 'text/html', connection: 'close' })
          .end('<!doctype html><title>evil</title><body><button id="go">Win!</button>');
    }).listen(0, '0.0.0.0');
    await once(evil, 'listening');
    browser = await chromium.launch({
      executablePath: need.command,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--host-resolver-rules=MAP evil.test 127.0.0.1',
      ],
    });
    rolesBefore.push(await roles());
  });
  after(async () => {
    await browser?.close();
    evil?.close();
    await spy?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  async function roles(): Promise<string> {
    const { body } = await server.send({
      method: 'POST',
      path: '/',
      headers: { ...signedBy(account, 'iam'), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=ListRoles&Version=2010-05-08',
    });
    return [...body.matchAll(/<RoleName>([^<]*)/g)].map(([, name]) => name).join();
  }

  /** Nothing was made and nothing ran. */
  async function assertUntouched(): Promise<void> {
    const { jobDefinitions } = await server.batch<{ jobDefinitions: unknown[] }>(
      'DescribeJobDefinitions',
      {},
    );
    assert.deepEqual(jobDefinitions, []);
    for (const jobStatus of [
      'SUBMITTED',
      'PENDING',
      'RUNNABLE',
      'STARTING',
      'RUNNING',
      'SUCCEEDED',
      'FAILED',
    ]) {
      assert.deepEqual(
        (
          await server.batch<{ jobSummaryList: unknown[] }>('ListJobs', {
            jobQueue: 'first-run-job-queue',
            jobStatus,
          })
        ).jobSummaryList,
        [],
        jobStatus,
      );
    }
    assert.equal(await roles(), rolesBefore[0]);
  }

  const assertNothing = (name: string, read: unknown): void =>
    assert.ok(
      read === undefined ||
        read === null ||
        read === '' ||
        (Array.isArray(read) && read.length === 0),
      `${name} could read ${JSON.stringify(read)}`,
    );

  async function run(page: Page, attack: Attack, target: string): Promise<void> {
    const script = scriptOf(attack, target);
    if (attack.byClick) {
      await page.evaluate(
        `void (window.outcome = new Promise((done) => document.querySelector('#go').addEventListener('click', () => done(${script}))))`,
      );
      await page.click('#go');
    }
    const outcome = page
      .evaluate(attack.byClick ? 'window.outcome' : script)
      .catch((error: unknown) =>
        attack.navigates || /TypeError: Failed to fetch/.test(String(error))
          ? undefined
          : Promise.reject(error),
      );
    // A page that is left may never say how its script ended.
    if (!attack.navigates) assertNothing(attack.name, await outcome);
    const told = (): string =>
      `${JSON.stringify(spy.requests)} to be answered, and ${String(attack.arrives)} to be among them: ${JSON.stringify(spy.answers)}`;
    await until(
      told,
      () =>
        spy.answers.length > 0 &&
        spy.answers.length + spy.cut >= spy.requests.length &&
        attack.arrives.every((form) => spy.requests.some((request) => form.test(request))),
    );
  }

  for (const [what, host] of [
    ['another address', '127.0.0.2'],
    ['another port', '127.0.0.1'],
  ] as const) {
    describe(`from ${what}`, () => {
      for (const attack of attacks) {
        it(attack.name, async () => {
          spy.forget();
          // Chromium forgets to close a page that is told to while it goes to another; a whole
          // context it closes.
          const context = await browser.newContext();
          const page = await context.newPage();
          await page.goto(`http://${host}:${evilPort()}/`);
          await run(page, attack, `http://127.0.0.1:${spy.port}`);
          // The icon is what the browser itself asks for, beside the page that says no.
          assert.deepEqual(
            spy.answers.filter(
              ({ request, status }) => !turnedAway.has(status) && request !== 'GET /favicon.ico',
            ),
            [],
          );
          await context.close();
          await assertUntouched();
        });
      }
    });
  }

  it('a name that was pointed at this machine is nobody here', async () => {
    const origin = `http://evil.test:${spy.port}`;
    const page = await browser.newPage();
    // The name leads to its owner when the page is loaded, and to the server from then on.
    spy.leadsTo = evilPort();
    await page.goto(`${origin}/attack`);
    spy.leadsTo = Number(new URL(server.url).port);
    spy.forget();
    const statuses = await page.evaluate(`Promise.all([
      fetch('/'), fetch('/_longshore/health'), fetch('/_longshore/metrics'), fetch('/?Action=ListRoles&Version=2010-05-08'),
      fetch('/v1/describejobdefinitions', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', authorization: 'AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/batch/aws4_request, SignedHeaders=host, Signature=0' } }),
      fetch('/', { method: 'POST', body: '{}', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.DescribeLogGroups' } }),
      fetch('/v1/registerjobdefinition', { method: 'PUT', body: '{}' }),
    ].map((asked) => asked.then(async (answer) => [answer.status, /Longshore|jobs|arn:/.test(await answer.text())])))`);
    assert.deepEqual(
      statuses,
      Array.from({ length: 7 }, () => [421, false]),
    );
    const answer = await page.goto(`${origin}/`);
    assert.equal(answer?.status(), 421);
    await page.close();
    await assertUntouched();
  });

  it('a page that was typed in is shown, without a script, and its links work', async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page
      .on('console', (message) => complaints.push(message.text()))
      .on('pageerror', (error) => complaints.push(String(error)));
    const answer = await page.goto(server.url);
    assert.equal(answer?.status(), 200);
    assert.match(await page.innerText('body'), /first-run-job-queue\s+ENABLED\s+VALID/);
    assert.equal(await page.locator('script').count(), 0);
    await page.click('text=Health');
    assert.match(await page.innerText('body'), /"status":"ready"/);
    await page.goto(`${server.url}/metrics`);
    assert.match(page.url(), /\/_longshore\/metrics$/);
    assert.match(await page.innerText('body'), /longshore_jobs\{/);
    assert.equal(
      (await page.goto(`${server.url}/?Action=ListRoles&Version=2010-05-08`))?.status(),
      403,
    );
    assert.deepEqual(
      complaints.filter((text) => !/403/.test(text)),
      [],
    );
    await page.close();
  });
});
