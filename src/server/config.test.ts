// Tables of command lines of a server: what is read from them, and how what is wrong in them is
// told.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { blockText } from '../base/ipv4.ts';
import { awsLimits } from '../core/limit.ts';
import { UsageError } from '../cli/failure.ts';
import { parseServerConfig } from './config.ts';

test('limits are AWS’s where nothing else is said, and there is no bound of submissions a second', () => {
  const { settings, submitRate } = parseServerConfig([]);
  assert.deepEqual(settings.limits, awsLimits);
  assert.equal(submitRate, undefined);
});

test('limits are set by name, one or several a flag, and the others stay', () => {
  const { settings, submitRate } = parseServerConfig([
    '--limit',
    'jobQueues=200,arraySize=2',
    '--limit',
    'attempts=1',
    '--submit-rate',
    '50',
  ]);
  assert.deepEqual(settings.limits, { ...awsLimits, jobQueues: 200, arraySize: 2, attempts: 1 });
  assert.equal(submitRate, 50);
});

test('wrong limits are refused with what is right', () => {
  const cases: [argv: string[], message: RegExp][] = [
    [['--limit', 'queues=1'], /--limit: 'queues' is none of jobQueues, computeEnvironments/],
    [['--limit', 'toString=1'], /'toString' is none of/],
    [['--limit', ''], /--limit needs a value: --limit NAME=NUMBER/],
    [['--limit', '=1'], /'' is none of/],
    [['--retain='], /--retain needs a value: --retain TIME/],
    [['--spot-interruptions-per-hour='], /needs a value/],
    [['--limit', 'jobQueues'], /--limit jobQueues: '' is not a whole number from 1 to 10000/],
    [['--limit', 'jobQueues=1.5'], /'1.5' is not a whole number/],
    [['--limit', 'jobQueues=10001'], /'10001' is not a whole number from 1 to 10000/],
    [['--limit', 'arraySize=1'], /--limit arraySize: '1' is not a whole number from 2 to 100000/],
    [['--limit', 'arraySize=100001'], /from 2 to 100000/],
    ...['0s', '24', '7 d', '1.5h', '-1d', '1w', '36501d', '9999999999d'].map(
      (text): [string[], RegExp] => [
        [`--retain=${text}`],
        /--retain: '.*' is not a time such as 30s, 15m, 12h or 7d, up to 36500d/,
      ],
    ),
    ...['ftp://x', 'x', 'http://key:secret@x', 'http://x/?a=b'].map((text): [string[], RegExp] => [
      ['--s3-endpoint', text],
      /^--s3-endpoint: not an address such as/,
    ]),
    ...['data', '/srv/../etc', 's3://', 's3://Data', 'file:///srv', ':rw'].map(
      (text): [string[], RegExp] => [
        ['--s3-endpoint', 'http://x', '--training-files', text],
        /^--training-files: '.*' is neither an absolute path nor a bucket/,
      ],
    ),
    [['--training-files', 's3://data'], /^--training-files: where the buckets are/],
    ...[
      'http://x',
      'smtp://',
      'smtp://x/path',
      'smtp://x?y=z',
      'smtp://me%:p@x',
      'smtp://me:%ff@x',
      'mail.example.com',
    ].map((text): [string[], RegExp] => [
      ['--smtp', text, '--smtp-from', 'a@b.example'],
      /^--smtp: not an address such as smtp:/,
    ]),
    ...['nobody', 'a@b.example\r\nBcc: c@d.example', 'a@b,c@d'].map((text): [string[], RegExp] => [
      ['--smtp', 'smtp://x', '--smtp-from', text],
      /^--smtp-from: the address that mails come from/,
    ]),
    [['--smtp', 'smtp://x'], /^--smtp-from: the address/],
    [['--smtp-from', 'a@b.example'], /^--smtp-from: it is of --smtp/],
    ...['ftp://x', 'x', 'http://key:secret@x', 'http://x/?a=b'].map((text): [string[], RegExp] => [
      ['--public-url', text],
      /^--public-url: not an address such as/,
    ]),
    [
      ['--send-to', 'dynamodb=aws'],
      /^--send-to: 'dynamodb=aws' is not SERVICE=WHERE with one of sqs,/,
    ],
    [['--send-to', 'toString=aws'], /is not SERVICE=WHERE/],
    [['--send-to', 'sqs'], /is not SERVICE=WHERE/],
    [['--send-to', 'sqs=aws,sqs=aws'], /^--send-to: sqs is given twice/],
    ...['ftp://x', 'x', 'http://key:secret@x', 'http://x/?a=b'].map((text): [string[], RegExp] => [
      ['--send-to', `sqs=${text}`],
      /^--send-to: '.*' is neither aws nor the URL of an endpoint/,
    ]),
    [['--deliver-to', '10.0.0.0/40'], /^--deliver-to: '10.0.0.0\/40' is neither a name such as/],
    [['--audit', 'some'], /'some' is none of off, changes, all/],
    [['--audit-retain', '0'], /'0' is not a whole number from 1 to 36500/],
    [['--submit-rate', '0'], /'0' is not a whole number from 1 to 1000000/],
    [['--submit-rate', 'fast'], /'fast' is not a whole number/],
    ...['-1', '3601', '1e3', 'often'].map((text): [string[], RegExp] => [
      [`--spot-interruptions-per-hour=${text}`],
      /--spot-interruptions-per-hour: '.*' is not a number from 0 to 3600/,
    ]),
  ];
  for (const [argv, message] of cases)
    assert.throws(
      () => parseServerConfig(argv),
      (error) => error instanceof UsageError && message.test(error.message),
      argv.join(' '),
    );
});

test('networks of jobs lie in private addresses, and where is said by a block', () => {
  assert.equal(blockText(parseServerConfig([]).jobNetworks), '10.213.0.0/16');
  for (const text of ['10.0.0.0/8', '172.20.0.0/14', '192.168.8.0/29', '100.100.0.0/16'])
    assert.equal(blockText(parseServerConfig(['--job-networks', text]).jobNetworks), text);
  assert.throws(
    () => parseServerConfig(['--job-networks=']),
    (error) =>
      error instanceof UsageError &&
      /--job-networks needs a value: --job-networks CIDR/.test(error.message),
  );
  for (const text of [
    '10.0.0.0',
    '10.0.0.0/30',
    '8.8.0.0/16',
    '10.0.0.0/7',
    '127.0.0.0/16',
    'fd00::/8',
  ]) {
    assert.throws(
      () => parseServerConfig(['--job-networks', text]),
      (error) =>
        error instanceof UsageError &&
        /--job-networks: '.*' is no block of private addresses such as 10\.213\.0\.0\/16, of \/29 or larger/.test(
          error.message,
        ),
      text,
    );
  }
});

test('Spot instances are interrupted as often as a setting says, which may be less than once an hour', () => {
  assert.equal(parseServerConfig([]).spotInterruptionsPerHour, 0);
  assert.equal(
    parseServerConfig(['--spot-interruptions-per-hour', '0.25']).spotInterruptionsPerHour,
    0.25,
  );
});

test('how far a job that does not fit may be overtaken is a setting', () => {
  const bound = (...argv: string[]) => {
    const { overtakeJobs, overtakeSeconds } = parseServerConfig(argv).settings;
    return [overtakeJobs, overtakeSeconds];
  };
  assert.deepEqual(bound(), [100, 300]);
  assert.deepEqual(bound('--overtake-jobs', '0', '--overtake-seconds', '3600'), [0, 3600]);
  for (const flag of ['--overtake-jobs', '--overtake-seconds'])
    assert.throws(
      () => bound(flag, 'some'),
      (error) =>
        error instanceof UsageError && /'some' is not a whole number from 0 to/.test(error.message),
    );
});

test('how many pods may wait for a node is a setting, of one at least', () => {
  const most = (...argv: string[]) => parseServerConfig(argv).settings.podsWaiting;
  assert.equal(most(), 100);
  assert.equal(most('--pods-waiting', '5000'), 5_000);
  assert.throws(
    () => most('--pods-waiting', '0'),
    (error) => error instanceof UsageError && /is not a whole number from 1/.test(error.message),
  );
});

test('--instance-types adds the types of a file to EC2’s, or says which line is wrong', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-config-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'types');
  const types = () => parseServerConfig(['--instance-types', path]).settings.instanceTypes;

  assert.throws(
    types,
    (error) => error instanceof UsageError && /cannot be read/.test(error.message),
  );
  writeFileSync(path, 'my-box: 64 vCPUs, 512 GiB\nfoo: plenty');
  assert.throws(
    types,
    (error) =>
      error instanceof UsageError &&
      /types, line 2: 'plenty' is not understood/.test(error.message),
  );
  writeFileSync(path, 'my-box: 64 vCPUs, 512 GiB');
  assert.equal(types().type('my-box')?.vcpus, 64);
  assert.equal(types().type('m5.large')?.vcpus, 2);
});

test('jobs are kept for ever, or as long as is said', () => {
  assert.equal(parseServerConfig([]).retainMs, undefined);
  const cases = {
    '30s': 30_000,
    '15m': 900_000,
    '24h': 86_400_000,
    '7d': 604_800_000,
    '36500d': 36_500 * 86_400_000,
  };
  for (const [text, retainMs] of Object.entries(cases))
    assert.equal(parseServerConfig(['--retain', text]).retainMs, retainMs);
});

test('a flag that is not there is told with the one that was meant', () => {
  const cases: [argv: string[], message: string, hint: string | undefined][] = [
    [['--prt', '1'], 'unknown flag --prt', 'Did you mean --port?'],
    [['--data_dir=x'], 'unknown flag --data_dir', 'Did you mean --data-dir?'],
    [['--zzzzzzzz'], 'unknown flag --zzzzzzzz', undefined],
    [['--port'], '--port needs a value: --port NUMBER', undefined],
    [['--host-loss-free=yes'], '--host-loss-free takes no value', undefined],
    [['here'], "unexpected argument 'here'", undefined],
    [['--', 'here'], "unexpected argument 'here'", undefined],
  ];
  for (const [argv, message, hint] of cases) {
    assert.throws(
      () => parseServerConfig(argv),
      (error) => error instanceof UsageError && error.message === message && error.hint === hint,
      argv.join(' '),
    );
  }
});

test('names by which the server may be called are names, in one flag or several', () => {
  assert.deepEqual(parseServerConfig([]).allowedHosts, []);
  assert.deepEqual(
    parseServerConfig([
      '--allowed-hosts',
      'a.example.com, .b.example.com',
      '--allowed-hosts',
      'longshore',
    ]).allowedHosts,
    ['a.example.com', '.b.example.com', 'longshore'],
  );
  for (const text of ['*', '*.example.com', 'http://a', 'a:4590', 'a,,b'])
    assert.throws(
      () => parseServerConfig(['--allowed-hosts', text]),
      (error) =>
        error instanceof UsageError && /--allowed-hosts: '.*' is no name/.test(error.message),
      text,
    );
});

test('roles get profiles by name or ARN, and each profile one role', () => {
  const arn = 'arn:aws:iam::123456789012:role/team/a=b';
  const { roleCredentials } = parseServerConfig([
    '--role-credentials',
    'reads=minio',
    '--role-credentials',
    `${arn}=other`,
  ]);
  assert.deepEqual(roleCredentials, [
    { role: 'reads', profile: 'minio' },
    { role: arn, profile: 'other' },
  ]);
  for (const wrong of ['reads', 'reads=', '=minio', 'arn:aws:iam::1:role/x=minio', 'a b=minio'])
    assert.throws(
      () => parseServerConfig(['--role-credentials', wrong]),
      /--role-credentials: '.*' is not ROLE=PROFILE/,
      wrong,
    );
  assert.throws(
    () => parseServerConfig(['--role-credentials', 'a=x', '--role-credentials', 'b=x']),
    /the profile 'x' is given to two roles/,
  );
});

test('containers ask for credentials where it is said', () => {
  const of = (...argv: string[]) => parseServerConfig(argv);
  assert.deepEqual([of().credentialsPort, of().credentialsAddress], [undefined, undefined]);
  assert.equal(of('--credentials-port', '0').credentialsPort, 0);
  assert.equal(of('--credentials-address', 'none').credentialsAddress, 'none');
  assert.deepEqual(of('--credentials-address', '169.254.170.2').credentialsAddress, {
    address: '169.254.170.2',
    port: 80,
  });
  assert.deepEqual(of('--credentials-address', '172.17.0.1:8080').credentialsAddress, {
    address: '172.17.0.1',
    port: 8080,
  });
  for (const wrong of ['localhost', '1.2.3', '1.2.3.4:', '::1', '1.2.3.4:0'])
    assert.throws(() => of('--credentials-address', wrong), UsageError, wrong);
});

test('services elsewhere are where the operator says', () => {
  assert.equal(parseServerConfig([]).elsewhere.size, 0);
  const { elsewhere } = parseServerConfig([
    '--send-to',
    'sqs=http://127.0.0.1:9324,stepfunctions=aws',
    '--send-to',
    'lambda=https://lambda.lab',
  ]);
  assert.deepEqual(
    Object.fromEntries([...elsewhere].map(([service, place]) => [service, String(place)])),
    { sqs: 'http://127.0.0.1:9324/', states: 'aws', lambda: 'https://lambda.lab/' },
  );
});

test('a mail server is named by its URL, and its password comes from the environment or from there', () => {
  const read = (url: string, password?: string) => {
    if (password !== undefined) process.env['LONGSHORE_SMTP_PASSWORD'] = password;
    const { smtp } = parseServerConfig(['--smtp', url, '--smtp-from', 'batch@example.com']);
    assert.equal(process.env['LONGSHORE_SMTP_PASSWORD'], undefined, 'nothing inherits it');
    assert.ok(!JSON.stringify(smtp).includes('hush'), 'it is shown nowhere');
    return smtp && { ...smtp, password: smtp.password?.reveal() };
  };
  const from = 'batch@example.com';
  const bare = { user: undefined, password: undefined, from };
  assert.deepEqual(read('smtp://mail'), { host: 'mail', port: 587, isTls: false, ...bare });
  assert.deepEqual(read('smtps://[::1]:2465'), { host: '::1', port: 2465, isTls: true, ...bare });
  const me = { host: 'mail', port: 465, isTls: true, user: 'me@x', from };
  assert.deepEqual(read('smtps://me%40x@mail', 'hush'), { ...me, password: 'hush' });
  assert.deepEqual(read('smtps://me%40x:hush%3A@mail'), { ...me, password: 'hush:' });
});

test('the public URL has no slash at its end', () => {
  const { publicUrl } = parseServerConfig(['--public-url', 'https://batch.example.com/sub/']);
  assert.equal(publicUrl, 'https://batch.example.com/sub');
});

test('what stands for file systems of AWS is a directory or an NFS server, by id', () => {
  const { fileSystems } = parseServerConfig([
    ...['--efs', 'fs-0123456789abcdef0=/srv/shared/'],
    ...['--efs', 'fsap-0123456789abcdef0=nas.lab:/export'],
    ...['--efs', 'fs-1=[fd00::1]:/'],
    ...['--s3-files', 'fs-1=/'],
  ]);
  assert.deepEqual(
    [...fileSystems.efs],
    [
      ['fs-0123456789abcdef0', { directory: '/srv/shared' }],
      ['fsap-0123456789abcdef0', { server: 'nas.lab', path: '/export' }],
      ['fs-1', { server: 'fd00::1', path: '/' }],
    ],
  );
  assert.deepEqual([...fileSystems.s3Files], [['fs-1', { directory: '/' }]]);
  for (const [flag, text, message] of [
    ['--efs', 'fs-1', /^--efs: 'fs-1' is not ID=DIRECTORY or ID=SERVER:\/PATH/],
    ['--efs', 'fs-1=', /is not ID=DIRECTORY/],
    ['--efs', 'fs-1=shared', /is not ID=DIRECTORY/],
    ['--efs', 'fs-1=nas.lab:export', /is not ID=DIRECTORY/],
    ['--efs', 'fs-1=a,b:/x', /is not ID=DIRECTORY/],
    ['--efs', 'fs-1=[nas]:/x', /is not ID=DIRECTORY/],
    ['--efs', 'shared=/x', /is not ID=DIRECTORY/],
    ['--s3-files', 'arn:aws:s3files:file-system/fs-1=/x', /^--s3-files: .* is not ID=DIRECTORY/],
  ] as const)
    assert.throws(
      () => parseServerConfig([flag, text]),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  assert.throws(
    () => parseServerConfig(['--efs', 'fs-1=/a', '--efs', 'fs-1=/b']),
    /--efs: fs-1 is given twice/,
  );
});

test('a cluster is the capacity of environments, and pods are told where the server is', () => {
  const flags = ['--region', 'eu-west-1', '--cluster', 'lab=kind-lab'];
  const lab = 'arn:aws:eks:eu-west-1:000000000000:cluster/lab';
  assert.equal(parseServerConfig(flags).settings.clusterCapacity, undefined);
  for (const given of ['lab', lab])
    assert.equal(
      parseServerConfig([...flags, '--cluster-capacity', given]).settings.clusterCapacity,
      lab,
    );
  assert.throws(
    () => parseServerConfig([...flags, '--cluster-capacity', 'prod']),
    /--cluster-capacity: prod is no cluster that --cluster names/,
  );
  assert.equal(
    parseServerConfig(['--pods-url', 'https://batch.example.com/']).podsUrl,
    'https://batch.example.com',
  );
  assert.equal(
    parseServerConfig(['--pods-url=http://169.254.170.23']).podsUrl,
    'http://169.254.170.23',
  );
  assert.throws(() => parseServerConfig(['--pods-url=http://batch.lab']), /--pods-url: SDKs ask/);
  assert.throws(() => parseServerConfig(['--pods-url=batch.lab']), /--pods-url: not an address/);
});

test('clusters are named by their ARN, or by their name in the account and region', () => {
  const { clusters, settings } = parseServerConfig([
    ...['--region', 'eu-west-1', '--cluster', 'lab=kind-lab'],
    ...['--cluster', 'arn:aws-cn:eks:cn-north-1:123456789012:cluster/prod=admin@prod=eu'],
  ]);
  const lab = 'arn:aws:eks:eu-west-1:000000000000:cluster/lab';
  const prod = 'arn:aws-cn:eks:cn-north-1:123456789012:cluster/prod';
  assert.deepEqual(clusters, [
    { arn: lab, context: 'kind-lab' },
    { arn: prod, context: 'admin@prod=eu' },
  ]);
  assert.deepEqual(settings.clusters, [lab, prod]);
  assert.equal(settings.runsPods, true);
  const current = parseServerConfig(['--cluster', 'current', '--cluster', 'lab=kind-lab']);
  assert.deepEqual([current.takesCurrentCluster, current.clusters.length], [true, 1]);
  for (const text of ['lab', 'lab=', '=kind', '-lab=kind', `${prod.replace('eks', 'ecs')}=kind`])
    assert.throws(
      () => parseServerConfig([`--cluster=${text}`]),
      (error) =>
        error instanceof UsageError && /^--cluster: '.*' is not ARN=CONTEXT/.test(error.message),
    );
  assert.throws(
    () => parseServerConfig(['--region', 'eu-west-1', '--cluster', 'lab=a', `--cluster=${lab}=b`]),
    /--cluster: the cluster arn:aws:eks:eu-west-1:000000000000:cluster\/lab is given twice/,
  );
});

test('a namespace for jobs is one that an environment may name', () => {
  assert.equal(parseServerConfig([]).jobNamespace, undefined);
  assert.equal(parseServerConfig(['--job-namespace', 'team-1']).jobNamespace, 'team-1');
  for (const text of ['default', 'kube-system', 'Jobs', '-a', 'a-', 'a'.repeat(64)])
    assert.throws(
      () => parseServerConfig([`--job-namespace=${text}`]),
      (error) => error instanceof UsageError && error.message.startsWith('--job-namespace: '),
    );
});
