// The front door of the real program, as clients and operators meet it: addresses that others can
// reach, services that are not there, answers to bodies that are too large, and the page at /.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { ServerProcess } from './server-process.ts';
import { TestServer } from './server.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runProgram(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject).once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('an address that others can reach', () => {
  let dataDir: string;
  before(() => void (dataDir = mkdtempSync(join(tmpdir(), 'longshore-door-'))));
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  it('is refused, with the way that is safe', async () => {
    for (const verb of ['serve', 'up', 'demo'] as const) {
      await assert.rejects(
        ServerProcess.start({ verb, dataDir, flags: ['--engine', 'fake', '--host', '0.0.0.0'] }),
        (error: Error) => {
          assert.match(
            error.message,
            /ended with 2: .*--host 0\.0\.0\.0: .*can become root on this machine.*ssh -L 4590:127\.0\.0\.1:4590 server.*--host-is-protected/s,
          );
          return true;
        },
      );
    }
  });

  it('is taken where it is said to be protected, and every start says what that means', async () => {
    for (const verb of ['serve', 'up'] as const) {
      const server = await ServerProcess.start({
        verb,
        dataDir,
        flags: [
          '--engine',
          'fake',
          '--host',
          '0.0.0.0',
          '--host-is-protected',
          '--allowed-hosts',
          'longshore',
        ],
      });
      const health = (host: string) =>
        fetch(`${server.url.replace('0.0.0.0', '127.0.0.1')}/_longshore/health`, {
          headers: { host },
        }).then((answer) => answer.status);
      assert.equal(await health('127.0.0.1'), 200);
      await server.end('SIGTERM');
      assert.match(
        server.stdout,
        /WARNING: whoever can reach 0\.0\.0\.0 can become root on this machine/,
      );
    }
  });

  it('needs no leave where it is this machine’s alone', async () => {
    for (const host of ['localhost', '127.0.0.2']) {
      const server = await ServerProcess.start({
        dataDir,
        flags: ['--engine', 'fake', '--host', host],
      });
      assert.equal((await fetch(`${server.url}/_longshore/health`)).status, 200);
      await server.end('SIGTERM');
      assert.match(server.stdout, /Only programs on this machine can reach it/);
    }
  });
});

describe('a server', () => {
  let server: TestServer;
  before(async () => void (server = await TestServer.start('fake')));
  after(() => server[Symbol.asyncDispose]());

  it('shows what it is at /, as text and as a page, and leads to its metrics', async () => {
    const text = await fetch(server.url);
    assert.match(text.headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(await text.text(), new RegExp(`export AWS_ENDPOINT_URL_BATCH=\\S*${server.url}`));
    assert.match(
      await (await fetch(server.url, { headers: { accept: 'text/html' } })).text(),
      /^<!doctype html>/,
    );
    assert.match(await (await fetch(`${server.url}/metrics`)).text(), /^longshore_jobs\{/m);
    assert.equal((await fetch(server.url, { method: 'HEAD' })).status, 200);
    const s3 = await fetch(server.url, {
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
      },
    });
    assert.match(await s3.text(), /<Error><Code>NotImplemented<\/Code>/);
  });

  const tries = 30;
  const body = 3_000_000;

  it(
    'tells Python that its body is too large, each time',
    { skip: requirement('boto3').skip },
    async () => {
      const program = `
import sys, urllib.request, urllib.error
for _ in range(${tries}):
    request = urllib.request.Request(sys.argv[1] + '/v1/submitjob', data=b'x' * ${body}, headers={'content-type': 'application/json'})
    try:
        urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        print(error.code, 'larger than' in error.read().decode())`;
      const { stdout, stderr } = await runProgram(requirement('boto3').command, [
        '-c',
        program,
        server.url,
      ]);
      assert.equal(stdout, '413 True\n'.repeat(tries), stderr);
    },
  );

  it('tells boto3 so as well', { skip: requirement('boto3').skip }, async () => {
    const program = `
import sys, boto3
from botocore.config import Config
batch = boto3.client('batch', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='000000000000', aws_secret_access_key='x', config=Config(retries={'max_attempts': 0}))
for _ in range(${tries}):
    try:
        batch.submit_job(jobName='n', jobQueue='q', jobDefinition='d', parameters={'a': 'x' * ${body}})
    except batch.exceptions.ClientException as error:
        print(error.response['ResponseMetadata']['HTTPStatusCode'])`;
    const { stdout, stderr } = await runProgram(requirement('boto3').command, [
      '-c',
      program,
      server.url,
    ]);
    assert.equal(stdout, '413\n'.repeat(tries), stderr);
  });

  it('tells Node and curl so as well, and curl when it sends slowly', async () => {
    for (let attempt = 0; attempt < tries; attempt++) {
      const answer = await fetch(`${server.url}/v1/submitjob`, {
        method: 'POST',
        body: 'x'.repeat(body),
        headers: { 'content-type': 'application/json' },
      });
      assert.equal(answer.status, 413);
      assert.match(await answer.text(), /larger than/);
    }
    const directory = mkdtempSync(join(tmpdir(), 'longshore-door-'));
    try {
      const path = join(directory, 'body');
      writeFileSync(path, 'x'.repeat(body));
      for (const more of [
        [],
        ['-H', 'Expect:'],
        ['-H', 'Expect:', '--limit-rate', '2M'],
        ['-H', 'Transfer-Encoding: chunked'],
      ]) {
        const { code, stdout, stderr } = await runProgram('curl', [
          '-sS',
          '-w',
          ' %{http_code}',
          ...more,
          '-H',
          'Content-Type: application/json',
          '--data-binary',
          `@${path}`,
          `${server.url}/v1/submitjob`,
        ]);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /larger than.* 413$/);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  describe('to the AWS CLI', { skip: requirement('awscli').skip }, () => {
    const cases: readonly (readonly [command: string, text: RegExp])[] = [
      [
        'ecr create-repository --repository-name tool',
        /Longshore does not speak Amazon ECR \(CreateRepository\)\. Use an image/,
      ],
      ['sqs list-queues', /Amazon SQS \(ListQueues\)/],
      ['autoscaling describe-auto-scaling-groups', /Auto Scaling \(DescribeAutoScalingGroups\)/],
      ['s3 ls', /Amazon S3 \(ListBuckets\)/],
      ['lambda list-functions', /AWS Lambda/],
    ];
    for (const [command, text] of cases) {
      it(`says that it does not speak: ${command}`, async () => {
        const { code, stderr } = await new AwsCli(server).run([command]);
        assert.equal(code, 254, stderr);
        assert.match(
          stderr,
          /An error occurred \((UnknownOperationException|InvalidAction|NotImplemented)\) when calling the \w+ operation: Longshore does not speak/,
        );
        assert.match(stderr, text);
      });
    }
  });
});
