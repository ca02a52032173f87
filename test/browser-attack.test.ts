// A real browser, with pages of somebody else's open in it, against the real program, with access
// control and without: whatever such a page sends is turned away at the door, and it can read
// nothing. That each attack arrived at the server is seen on the wire, so that none passes by not
// being tried.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { BatchClient, DescribeJobDefinitionsCommand } from '@aws-sdk/client-batch';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { chromium, type Browser, type Page } from 'playwright-core';
import { Hidden } from '../src/base/hidden.ts';
import { rootCredentials } from '../src/cli/root-credentials.ts';
import type { Credentials } from '../src/cli/sign.ts';
import { attacks, scriptOf, type Attack } from './hostile-pages.ts';
import { presign, sign } from './house/signed.ts';
import { PlainServer } from './plain-server.ts';
import { requirement } from './requirement.ts';
import { account, region } from './server.ts';
import { SpyProxy } from './spy-proxy.ts';
import { until } from './until.ts';

const need = requirement('chromium');
/** A name of the server's own that no browser takes for this machine's. */
const ownName = 'lab.test';
/** What the guard answers; a 404 would be from behind it. */
const turnedAway: ReadonlySet<number> = new Set([400, 403, 415, 421]);

describe('pages in a browser', { skip: need.skip }, () => {
  let server: PlainServer;
  let spy: SpyProxy;
  let evil: Server;
  let browser: Browser;
  let rolesBefore: string;
  /** The root's. */
  let credentials: Credentials;
  const evilPort = (): number => (evil.address() as AddressInfo).port;

  before(async () => {
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
        `--host-resolver-rules=MAP evil.test 127.0.0.1, MAP ${ownName} 127.0.0.1`,
      ],
    });
  });
  after(async () => {
    await browser?.close();
    evil?.close();
  });

  const client = () => ({ endpoint: server.url, region, credentials });

  async function roles(): Promise<string> {
    const iam = new IAMClient(client());
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    iam.destroy();
    return Roles.map(({ RoleName }) => RoleName).join();
  }

  /** Nothing was made and nothing ran: a job would have a definition. */
  async function assertUntouched(): Promise<void> {
    const batch = new BatchClient(client());
    const { jobDefinitions } = await batch.send(new DescribeJobDefinitionsCommand({}));
    batch.destroy();
    assert.deepEqual(jobDefinitions, []);
    assert.equal(await roles(), rolesBefore);
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

  /** What was answered to an attack of a page at `host`; the icon is the browser's own. */
  async function answersTo(
    attack: Attack,
    host: string,
    target: string,
  ): Promise<SpyProxy['answers']> {
    spy.forget();
    // Chromium forgets to close a page that is told to while it goes to another; a whole context it
    // closes.
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`http://${host}:${evilPort()}/`);
    await run(page, attack, target);
    await context.close();
    return spy.answers.filter(({ request }) => request !== 'GET /favicon.ico');
  }

  for (const auth of ['off', 'on'] as const)
    describe(`of others, and a server with --auth ${auth}`, () => {
      before(async () => {
        server = await PlainServer.start({
          verb: 'up',
          flags: ['--auth', auth, '--allowed-hosts', ownName],
        });
        spy = await SpyProxy.before(Number(new URL(server.url).port));
        credentials = rootCredentials(server.dataDir) ?? {
          accessKeyId: account,
          secretAccessKey: 'none',
        };
        rolesBefore = await roles();
      });
      after(async () => {
        await spy?.[Symbol.asyncDispose]();
        await server?.[Symbol.asyncDispose]();
      });

      // Where a page is from is seen before who has signed: one place is enough the second time.
      const places = auth === 'off' ? ['127.0.0.2', '127.0.0.1'] : ['127.0.0.2'];
      for (const host of places)
        describe(`from ${host === '127.0.0.1' ? 'another port' : 'another address'}`, () => {
          for (const attack of attacks) {
            it(attack.name, async () => {
              const answers = await answersTo(attack, host, `http://127.0.0.1:${spy.port}`);
              assert.deepEqual(
                answers.filter(({ status }) => !turnedAway.has(status)),
                [],
              );
              await assertUntouched();
            });
          }
        });

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
        const shown = await page.innerText('body');
        if (auth === 'off') assert.match(shown, /first-run-job-queue\s+ENABLED\s+VALID/);
        else assert.match(shown, /Every request must be signed/);
        assert.equal(shown.includes('first-run'), auth === 'off');
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

  describe('that have got hold of something signed, and a server with --auth on', () => {
    before(async () => {
      server = await PlainServer.start({
        verb: 'up',
        flags: ['--auth', 'on', '--allowed-hosts', ownName],
      });
      spy = await SpyProxy.before(Number(new URL(server.url).port));
      credentials = rootCredentials(server.dataDir) as Credentials;
      rolesBefore = await roles();
    });
    after(async () => {
      await spy?.[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    });

    const signing = () => ({
      accessKeyId: credentials.accessKeyId,
      secret: new Hidden(credentials.secretAccessKey),
      service: 'iam',
      nowMs: Date.now(),
    });
    const bare = (method: string, name: string, target: string) => ({
      method,
      target,
      headers: ['Host', `${name}:${spy.port}`],
    });
    /** Good for a minute, of the root. */
    function presigned(method: string, name: string, target: string): string {
      const { path, query } = presign(bare(method, name, target), signing());
      return `http://${name}:${spy.port}${path}?${query}`;
    }
    const read = '/?Action=ListRoles&Version=2010-05-08';
    const change =
      '/?Action=CreateRole&Version=2010-05-08&RoleName=pwned&AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D';

    /** Of each, the statuses where the browser says where a request comes from, and where not. */
    interface SignedAttack extends Omit<Attack, 'arrives' | 'script'> {
      readonly script: (name: string) => string;
      readonly arrives: RegExp;
      readonly told: number;
      readonly untold: number;
    }
    const shown = (url: string): string => JSON.stringify(url);
    const image = (url: string): string =>
      `await new Promise((done) => { const image = new Image(); image.onload = image.onerror = done; image.src = ${shown(url)}; return image.width || undefined; });`;
    const frame = (url: string): string =>
      `const frame = document.createElement('iframe'); frame.src = ${shown(url)}; document.body.append(frame); await new Promise((done) => (frame.onload = done)); return frame.contentDocument?.body?.innerText;`;
    const asked = (url: string, options: string): string =>
      `return fetch(${shown(url)}, { ${options} }).then((answer) => answer.text())`;
    const posted = (url: string): string =>
      `document.body.insertAdjacentHTML('beforeend', '<iframe name="hidden"></iframe>'); const form = document.createElement('form'); form.method = 'post'; form.target = 'hidden'; form.action = ${shown(url)}; document.body.append(form); form.submit();`;
    const followed = (url: string): string =>
      `const link = document.createElement('a'); link.href = ${shown(url)}; document.body.append(link); link.click();`;
    const signedAttacks: readonly SignedAttack[] = [
      {
        name: 'an image of a read',
        script: (name) => image(presigned('GET', name, read)),
        arrives: /^GET \/\?Action=ListRoles/,
        told: 403,
        untold: 200,
      },
      {
        name: 'an image of a change',
        script: (name) => image(presigned('GET', name, change)),
        arrives: /^GET \/\?Action=CreateRole/,
        told: 403,
        untold: 403,
      },
      {
        name: 'a frame of a read',
        script: (name) => frame(presigned('GET', name, read)),
        arrives: /^GET \/\?Action=ListRoles/,
        told: 403,
        untold: 200,
      },
      {
        name: 'a script of a read',
        script: (name) =>
          `await new Promise((done) => { const script = document.createElement('script'); script.onload = script.onerror = done; script.src = ${shown(presigned('GET', name, read))}; document.head.append(script); });`,
        arrives: /^GET \/\?Action=ListRoles/,
        told: 403,
        untold: 200,
      },
      {
        name: 'a fetch of a read, without CORS',
        script: (name) => asked(presigned('GET', name, read), "mode: 'no-cors'"),
        arrives: /^GET \/\?Action=ListRoles/,
        told: 403,
        untold: 200,
      },
      {
        name: 'a fetch of a read, with CORS',
        script: (name) => asked(presigned('GET', name, read), "mode: 'cors'"),
        arrives: /^GET \/\?Action=ListRoles/,
        told: 403,
        untold: 403,
      },
      {
        name: 'a fetch of a change, posted without CORS',
        script: (name) => asked(presigned('POST', name, change), "method: 'POST', mode: 'no-cors'"),
        arrives: /^POST \/\?Action=CreateRole/,
        told: 403,
        untold: 403,
      },
      {
        name: 'a form of a change',
        script: (name) => posted(presigned('POST', name, change)),
        arrives: /^POST \/\?Action=CreateRole/,
        told: 403,
        untold: 403,
      },
      {
        name: 'a fetch with a signature in its headers',
        script: (name) => {
          const { headers } = sign(bare('POST', name, change), '', signing());
          const { host: _host, ...rest } = headers;
          return asked(
            `http://${name}:${spy.port}${change}`,
            `method: 'POST', headers: ${JSON.stringify(rest)}`,
          );
        },
        arrives: /^OPTIONS \/\?Action=CreateRole/,
        told: 403,
        untold: 403,
      },
      {
        name: 'a link to a read that is followed',
        script: (name) => followed(presigned('GET', name, read)),
        arrives: /^GET \/\?Action=ListRoles/,
        navigates: true,
        told: 403,
        untold: 200,
      },
      {
        name: 'a link to a change that is followed',
        script: (name) => followed(presigned('GET', name, change)),
        arrives: /^GET \/\?Action=CreateRole/,
        navigates: true,
        told: 403,
        untold: 403,
      },
    ];

    // Browsers say where a request comes from to this machine's loopback, and over TLS.
    for (const [name, key] of [
      ['127.0.0.1', 'told'],
      [ownName, 'untold'],
    ] as const)
      for (const { script, arrives, ...attack } of signedAttacks)
        it(`${attack.name}, at ${name}, changes nothing and shows them nothing`, async () => {
          const answers = await answersTo(
            { ...attack, script: script(name), arrives: [arrives] },
            '127.0.0.2',
            `http://${name}:${spy.port}`,
          );
          assert.deepEqual(
            answers.map(({ request, status }) => [arrives.test(request), status]),
            answers.map(() => [true, attack[key]]),
          );
          await assertUntouched();
        });

    it('of which each is good in a program', async () => {
      for (const name of ['127.0.0.1', ownName]) {
        const url = new URL(presigned('GET', name, read));
        const headers = { host: url.host };
        const { status, body } = await server.send({
          method: 'GET',
          path: `${url.pathname}${url.search}`,
          headers,
          body: '',
        });
        assert.equal(status, 200);
        assert.match(body, /<RoleName>/);
      }
      const url = new URL(presigned('POST', ownName, change));
      const { status } = await server.send({
        method: 'POST',
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host },
        body: '',
      });
      assert.equal(status, 200);
      assert.notEqual(await roles(), rolesBefore);
    });
  });
});
