// What access control and the audit cost: SubmitJob as a user of a hundred policies beside
// SubmitJob where nobody is asked who they are, and changes on record beside none; in turns, for
// machines differ and are noisy.

import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../src/base/assert.ts';
import { rootCredentials } from '../src/cli/root-credentials.ts';
import { BenchServer, submission } from './bench-server.ts';
import { load, median } from './load-client.ts';
import type { Figure } from './report.ts';
import { signerOf, type Sign } from './signer.ts';

const rounds = 7;
const requests = 10_000;
const groups = 10;
const policiesPerGroup = 10;

export async function accessBench(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  try {
    await using open = await started(['--audit', 'off']);
    await using audited = await started(['--audit', 'changes']);
    await using closed = await BenchServer.start('fake', ['--auth', 'on', '--audit', 'off'], {
      directory,
    });
    const sign = await user(closed, directory);
    await closed.prepare({ waiting: true });
    const rates = { open: [] as number[], audited: [] as number[], closed: [] as number[] };
    for (let round = 0; round <= rounds; round++)
      for (const [name, server] of Object.entries({ open, audited, closed })) {
        const rate = await submitTo(server, name === 'closed' ? sign : believed);
        // The first warms the program up.
        if (round > 0) rates[name as keyof typeof rates].push(rate);
      }
    const share = (of: number[]): number => (median(of) / median(rates.open)) * 100;
    return [
      {
        what: 'SubmitJob, --auth off, --audit off',
        value: median(rates.open),
        unit: 'jobs/s',
        note: `median of ${rounds} rounds of ${requests}, in turns`,
      },
      {
        what: '  --auth on with 100 policies, as a share of that',
        value: share(rates.closed),
        unit: '%',
        target: { bound: 'at least', value: 60 },
      },
      {
        what: '  --audit changes, as a share of that',
        value: share(rates.audited),
        unit: '%',
        target: { bound: 'at least', value: 85 },
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Clients sign whatever the server makes of it. */
const believed = signerOf('000000000000', 'longshore');

async function started(flags: readonly string[]): Promise<BenchServer> {
  const server = await BenchServer.start('fake', flags);
  await server.prepare({ waiting: true });
  return server;
}

const submitTo = async ({ url }: BenchServer, sign: Sign): Promise<number> => {
  const done = await load(url, '/v1/submitjob', () => submission(), requests, 64, undefined, sign);
  return done.requests / done.seconds;
};

/**
 * One who is in ten groups of ten policies each; the last of them lets submit. The server's own
 * calls are root's.
 */
async function user(server: BenchServer, directory: string): Promise<Sign> {
  const credentials = must(rootCredentials(directory), 'the first start makes them');
  server.sign = signerOf(credentials.accessKeyId, credentials.secretAccessKey);
  const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials });
  await iam.send(new CreateUserCommand({ UserName: 'bench' }));
  for (let group = 0; group < groups; group++) {
    const GroupName = `group${group}`;
    await iam.send(new CreateGroupCommand({ GroupName }));
    for (let policy = 0; policy < policiesPerGroup; policy++) {
      const { Policy } = await iam.send(
        new CreatePolicyCommand({
          PolicyName: `policy${group}-${policy}`,
          PolicyDocument: documentOf(group * policiesPerGroup + policy),
        }),
      );
      await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: Policy?.Arn }));
    }
    await iam.send(new AddUserToGroupCommand({ GroupName, UserName: 'bench' }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bench' }));
  iam.destroy();
  return signerOf(AccessKey?.AccessKeyId ?? '', AccessKey?.SecretAccessKey ?? '');
}

/** Each speaks of the action; the last alone of the queue. */
const documentOf = (number: number): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['batch:Submit*', 'batch:TerminateJob'],
        Resource:
          number === groups * policiesPerGroup - 1
            ? 'arn:aws:batch:*:*:job-*'
            : `arn:aws:batch:*:*:job-queue/of-${number}-*`,
      },
      {
        Effect: 'Deny',
        Action: 'batch:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalTag/left': String(number) } },
      },
    ],
  });
