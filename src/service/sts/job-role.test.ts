// Roles of jobs through the product in one process: what containers are given, and for how long it
// is worth something.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { account, scope } from '../../../test/house/caller.ts';
import { ec2Resources } from '../../../test/house/batch-requests.ts';
import { Rig, type RigOptions } from '../../../test/house/rig.ts';
import { ownEnvironment, ownQueue } from '../../../test/house/rows.ts';
import { ScriptedEngine } from '../../../test/house/scripted-engine.ts';
import { Hidden } from '../../base/hidden.ts';
import { containerId, containerIdOf } from '../../base/ids.ts';
import type { CredentialsAddress, ServerReach } from '../../port/job-credentials.ts';
import type { SecretSource } from '../../port/secrets.ts';
import { createRole } from '../iam/role/create-role.ts';
import { deleteRole } from '../iam/role/delete-role.ts';
import { putRolePolicy } from '../iam/role/put-role-policy.ts';
import { explainJob } from '../longshore/explain-job.ts';
import type { StsDeps } from './deps.ts';
import { sessionNameOf } from './job-role.ts';

const onHost: ServerReach = {
  credentials: () => ({ kind: 'full', origin: 'http://127.0.0.1:4591' }),
  api: () => 'http://127.0.0.1:4590',
};
const arn = `arn:aws:iam::${account}:role/worker`;
const trust = (more: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        ...more,
      },
    ],
  });

/** A server with the role `worker`, and the definition `d` that names it. */
async function rigWith(more: RigOptions = {}, container: object = {}): Promise<Rig> {
  const rig = await Rig.open({ containerReach: onHost, ...more });
  await rig.call(createRole, { RoleName: 'worker', AssumeRolePolicyDocument: trust() });
  await rig.define('d', { jobRoleArn: arn, ...container });
  return rig;
}

/** What its engine puts into the container's environment. */
function variables(rig: Rig, attempt: string): Record<string, string> {
  const spec = rig.engine.specs.get(containerId(attempt));
  return Object.fromEntries([
    ...(spec?.environment.map(({ name = '', value = '' }) => [name, value]) ?? []),
    ...(spec?.secretEnvironment?.map(({ name, value }) => [name, value.reveal()]) ?? []),
  ]) as Record<string, string>;
}

/** Of the environment, what leads to credentials. */
const leading = (rig: Rig, attempt: string): string[] =>
  Object.keys(variables(rig, attempt)).filter((name) => name.startsWith('AWS_CONTAINER_'));

describe('the role of a job', () => {
  it('is led to by variables that are in no answer', async () => {
    const rig = await rigWith();
    const attempt = rig.attempt(await rig.submit());
    const given = variables(rig, attempt);
    assert.equal(
      given['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
      `http://127.0.0.1:4591/v2/credentials/${attempt}`,
    );
    assert.ok(
      rig.app.jobRoles.isSecretOf(attempt, given['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? ''),
    );
    assert.equal(given['AWS_REGION'], 'eu-west-1');
    assert.equal(given['AWS_ENDPOINT_URL_BATCH'], 'http://127.0.0.1:4590');
    assert.equal('AWS_ENDPOINT_URL_S3' in given, false);
  });

  it('goes by the relative URI where the network has that alone', async () => {
    const rig = await rigWith({
      containerReach: { credentials: () => ({ kind: 'relative' }), api: () => undefined },
    });
    const attempt = rig.attempt(await rig.submit());
    const given = variables(rig, attempt);
    const [, path, secret = ''] =
      /^(\/v2\/credentials\/[0-9a-f]{32})\/([\w-]+)$/.exec(
        given['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] ?? '',
      ) ?? [];
    assert.equal(path, `/v2/credentials/${attempt}`);
    assert.ok(rig.app.jobRoles.isSecretOf(attempt, secret));
    assert.deepEqual(leading(rig, attempt), ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']);
    assert.equal('AWS_ENDPOINT_URL_BATCH' in given, false);
  });

  it('on a cluster goes by the URL that pods are told, and without one no job starts', async () => {
    const cluster = 'arn:aws:eks:eu-west-1:123456789012:cluster/lab';
    const at = 'https://batch.example.com';
    const ways: [ServerReach, RegExp | undefined][] = [
      [
        {
          credentials: (network) =>
            network === 'pod' ? { kind: 'full', origin: at } : onHost.credentials(network),
          api: (network) => (network === 'pod' ? at : undefined),
        },
        undefined,
      ],
      [
        {
          credentials: (network) => (network === 'pod' ? undefined : onHost.credentials(network)),
          api: () => undefined,
        },
        /ResourceInitializationError: unable to get credentials of the role '.*worker': .*--pods-url/,
      ],
    ];
    for (const [containerReach, failure] of ways) {
      const engine = new ScriptedEngine();
      const rig = await Rig.bare({
        containerReach,
        settings: { clusters: [cluster] },
        rows: {
          computeEnvironments: [
            {
              ...ownEnvironment,
              type: 'MANAGED',
              computeResources: ec2Resources,
              capacity: { clusterArn: cluster },
            },
          ],
          jobQueues: [ownQueue],
        },
        nodes: {
          open: () => undefined,
          of: () => [
            {
              name: 'a',
              uid: 'uid',
              capacity: { milliVcpu: 4_000, memoryMib: 4_096, gpus: 0 },
              isReady: true,
              isOpen: true,
            },
          ],
          close: () => undefined,
        },
        clusters: new Map([[cluster, engine]]),
      });
      await rig.call(createRole, { RoleName: 'worker', AssumeRolePolicyDocument: trust() });
      await rig.define('d', { jobRoleArn: arn });
      const id = await rig.submit();
      await rig.clock.pass(1_000);
      const [spec] = engine.specs.values();
      if (failure !== undefined) {
        assert.equal(spec, undefined);
        assert.match(JSON.stringify(rig.store.job(id)), failure);
        continue;
      }
      const variable = (name: string) => spec?.environment.find((one) => one.name === name)?.value;
      assert.equal(
        variable('AWS_CONTAINER_CREDENTIALS_FULL_URI'),
        `${at}/v2/credentials/${rig.attempt(id)}`,
      );
      assert.equal(variable('AWS_ENDPOINT_URL_BATCH'), at);
      assert.deepEqual(
        spec?.secretEnvironment?.map(({ name }) => name),
        ['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
      );
    }
  });

  it('is asked for with a secret that whoever prints what an engine is given does not see', async () => {
    for (const credentials of [
      onHost.credentials,
      (): CredentialsAddress => ({ kind: 'relative' }),
    ]) {
      const rig = await rigWith({ containerReach: { ...onHost, credentials } });
      const attempt = rig.attempt(await rig.submit());
      const given = variables(rig, attempt);
      const secret =
        given['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ??
        given['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']?.split('/').at(-1) ??
        '';
      assert.ok(rig.app.jobRoles.isSecretOf(attempt, secret));
      const spec = rig.engine.specs.get(containerIdOf(attempt, 0));
      for (const printed of [JSON.stringify(spec), inspect(spec, { depth: 9, showHidden: true })])
        assert.ok(!printed.includes(secret), 'it is seen');
    }
  });

  it('is led to beside the secrets of the job, which win', async () => {
    const secretSource: SecretSource = {
      secretArn: async (_scope, id) => id,
      secret: async () => ({ error: 'ResourceNotFoundException: none' }),
      parameters: async (_scope, names) =>
        new Map(names.map((name) => [name, new Hidden(`hush ${name}`)])),
    };
    const cases: [string, readonly string[], readonly string[]][] = [
      ['DATABASE', ['AWS_CONTAINER_AUTHORIZATION_TOKEN', 'AWS_ENDPOINT_URL_BATCH'], []],
      ['AWS_ACCESS_KEY_ID', [], ['AWS_ENDPOINT_URL_BATCH']],
      ['AWS_CONTAINER_AUTHORIZATION_TOKEN', [], ['AWS_CONTAINER_CREDENTIALS_FULL_URI']],
    ];
    for (const [name, there, gone] of cases) {
      const rig = await Rig.open({ containerReach: onHost, secretSource });
      await rig.call(createRole, { RoleName: 'worker', AssumeRolePolicyDocument: trust() });
      await rig.call(putRolePolicy, {
        RoleName: 'worker',
        PolicyName: 'read',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: '*' },
        }),
      });
      await rig.define('d', {
        jobRoleArn: arn,
        executionRoleArn: arn,
        secrets: [{ name, valueFrom: 'p' }],
      });
      const given = variables(rig, rig.attempt(await rig.submit()));
      assert.equal(given[name], 'hush p');
      for (const one of there) assert.ok(given[one], `${name} beside ${one}`);
      for (const one of gone) assert.equal(given[one], undefined, `${name} without ${one}`);
    }
  });

  it('is nothing to jobs without one', async () => {
    const rig = await rigWith({}, { jobRoleArn: undefined });
    const given = variables(rig, rig.attempt(await rig.submit()));
    assert.deepEqual(
      Object.keys(given).filter((name) => /CONTAINER|ENDPOINT/.test(name)),
      [],
    );
    assert.deepEqual(rig.notices, []);
  });

  it('gives way to what the job says itself', async () => {
    const cases: [string, RegExp][] = [
      ['AWS_CONTAINER_CREDENTIALS_FULL_URI', /^AWS_CONTAINER_/],
      ['AWS_ENDPOINT_URL', /^AWS_ENDPOINT_URL/],
      ['AWS_REGION', /^AWS_(DEFAULT_)?REGION$/],
      ['AWS_ACCESS_KEY_ID', /^AWS_(ENDPOINT_URL.*|REGION)$/],
    ];
    for (const [name, gone] of cases) {
      const rig = await rigWith({}, { environment: [{ name, value: 'mine' }] });
      const given = variables(rig, rig.attempt(await rig.submit()));
      assert.equal(given[name], 'mine');
      const left = Object.keys(given).filter((one) => gone.test(one) && one !== name);
      // The platform's own of Fargate stay.
      assert.deepEqual(
        left.filter((one) => !/REGION/.test(one)),
        [],
        name,
      );
    }
  });

  it('must be there and trust ECS: else the attempt fails, in its words', async () => {
    const elsewhere = 'arn:aws:iam::999999999999:role/elsewhere';
    const cases: [string, RigOptions, object, string | undefined][] = [
      ['one that is there', {}, {}, undefined],
      ['none of that name', {}, { jobRoleArn: arn.replace('worker', 'nobody') }, 'nobody'],
      [
        'one of another path',
        {},
        { jobRoleArn: arn.replace('worker', 'team/worker') },
        'team/worker',
      ],
      [
        'one that trusts another',
        {},
        { jobRoleArn: arn.replace('worker', 'ecsInstanceRole') },
        'ecsInstanceRole',
      ],
      [
        'an execution role likewise, where callers are verified',
        { isVerifying: true },
        { executionRoleArn: arn.replace('worker', 'nobody') },
        'nobody',
      ],
      [
        'an execution role where they are not',
        {},
        { executionRoleArn: arn.replace('worker', 'nobody') },
        undefined,
      ],
      ["another account's, which may be anywhere", {}, { jobRoleArn: elsewhere }, undefined],
      [
        "another account's, where all must be here",
        { settings: { references: 'strict' } },
        { jobRoleArn: elsewhere },
        'elsewhere',
      ],
    ];
    for (const [what, options, container, missing] of cases) {
      const rig = await rigWith(options, container);
      const id = await rig.submit();
      const job = rig.job(id);
      if (missing === undefined) {
        assert.equal(job?.status, 'STARTING', what);
        continue;
      }
      const ended = rig.control.reader.jobs.one(scope, id)?.job;
      assert.ok(ended && 'attempts' in ended, what);
      assert.match(
        ended.attempts[0]?.containerReason ?? '',
        new RegExp(`^ECS was unable to assume the role 'arn:.*:role/${missing}' that was provided`),
        what,
      );
    }
  });

  it('that is not there is explained, with what would help', async () => {
    const rig = await rigWith({}, { jobRoleArn: arn.replace('worker', 'nobody') });
    const { remedies } = await rig.call(explainJob, { jobId: await rig.submit() });
    assert.match(remedies[0] ?? '', /aws iam get-role --role-name nobody$/);
    assert.match(remedies[1] ?? '', /ecs-tasks\.amazonaws\.com/);
  });

  it('is judged with the conditions that ECS is asked under', async () => {
    const cases: [object, boolean][] = [
      [{ StringEquals: { 'aws:SourceAccount': account } }, true],
      [{ ArnLike: { 'aws:SourceArn': `arn:aws:ecs:eu-west-1:${account}:*` } }, true],
      [{ StringEquals: { 'aws:SourceAccount': '999999999999' } }, false],
    ];
    for (const [Condition, isTrusted] of cases) {
      const rig = await Rig.open({ containerReach: onHost });
      const AssumeRolePolicyDocument = trust({ Condition });
      await rig.call(createRole, { RoleName: 'worker', AssumeRolePolicyDocument });
      await rig.define('d', { jobRoleArn: arn });
      const id = await rig.submit();
      assert.equal(rig.job(id) !== undefined, isTrusted, JSON.stringify(Condition));
    }
  });

  it('gives no variables where nothing leads to it, and says why', async () => {
    const rig = await rigWith({
      containerReach: { credentials: () => undefined, api: () => undefined },
    });
    const id = await rig.submit();
    const attempt = rig.attempt(id);
    rig.attempt(await rig.submit());
    assert.deepEqual(leading(rig, attempt), []);
    assert.equal(rig.notices.length, 1);
    assert.match(rig.notices[0] ?? '', /gets no credentials of its role: its network/);
    assert.match(rig.app.jobRoles.lackOf(attempt) ?? '', /^its network/);
    const { notes } = await rig.call(explainJob, { jobId: id });
    assert.match(notes?.join() ?? '', /It has no credentials of its role: its network/);
  });
});

describe('the credentials of a job', () => {
  const find = (rig: Rig, got: { AccessKeyId: string; Token: string } | undefined) =>
    rig.depsOf<StsDeps>('sts').sessions.find(got?.AccessKeyId ?? '', got?.Token ?? '');

  it('are those of its role, named after it, as long as it is under way', async () => {
    const rig = await rigWith();
    const id = await rig.submit();
    const attempt = rig.attempt(id);
    const got = await rig.app.jobRoles.credentialsFor(attempt);
    assert.equal(got?.RoleArn, arn);
    assert.match(got.Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const found = find(rig, got);
    assert.equal(found?.principal.arn, `arn:aws:sts::${account}:assumed-role/worker/${id}`);
    assert.equal(found?.principal.session?.jobId, id);
    assert.ok((found?.expiresAtMs ?? 0) > rig.clock.now());
    await rig.started(attempt);
    assert.ok(await rig.app.jobRoles.credentialsFor(attempt));
    await rig.exited(attempt);
    assert.equal(await rig.app.jobRoles.credentialsFor(attempt), undefined);
    assert.equal(find(rig, got)?.expiresAtMs, 0);
  });

  it('are had again after a restart, by the same secret', async () => {
    const rig = await rigWith();
    const attempt = rig.attempt(await rig.submit());
    await rig.started(attempt);
    const secret = variables(rig, attempt)['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '';
    const again = await rig.restart().up();
    assert.ok(again.app.jobRoles.isSecretOf(attempt, secret));
    assert.ok(await again.app.jobRoles.credentialsFor(attempt));
  });

  it("are opened by no other attempt's secret", async () => {
    const rig = await rigWith();
    const [one, other] = [rig.attempt(await rig.submit()), rig.attempt(await rig.submit())];
    const secret = variables(rig, other)['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '';
    for (const wrong of [secret, '', 'x', `${secret}x`, 'ä'.repeat(22)])
      assert.equal(rig.app.jobRoles.isSecretOf(one, wrong), false);
  });

  it('are none once the role is gone', async () => {
    const rig = await rigWith();
    const attempt = rig.attempt(await rig.submit());
    const got = await rig.app.jobRoles.credentialsFor(attempt);
    await rig.call(deleteRole, { RoleName: 'worker' });
    assert.equal(find(rig, got), undefined);
    assert.equal(await rig.app.jobRoles.credentialsFor(attempt), undefined);
  });

  it('are what the operator gives, to those jobs alone, and count as the role', async () => {
    const given = { accessKeyId: 'KEY', secretAccessKey: 'SECRET' };
    const rig = await rigWith({
      operatorCredentials: (role, of) =>
        role === arn && of === account
          ? async () => ({ ...given, sessionToken: undefined, expiresAtMs: undefined })
          : undefined,
    });
    const attempt = rig.attempt(await rig.submit());
    assert.equal(rig.app.jobRoles.findGiven('KEY', undefined), undefined);
    const got = await rig.app.jobRoles.credentialsFor(attempt);
    assert.deepEqual([got?.AccessKeyId, got?.SecretAccessKey, got?.Token], ['KEY', 'SECRET', '']);
    const found = rig.app.jobRoles.findGiven('KEY', undefined);
    assert.equal(found?.principal.session?.roleArn, arn);
    assert.equal(found?.secret.reveal(), 'SECRET');
    assert.equal(rig.app.jobRoles.findGiven('KEY', 'token'), undefined);
  });

  it('name the session after the job, in letters that a name may have', () => {
    const id = '0193a1b2-0000-7000-8000-000000000001';
    assert.equal(sessionNameOf(`${id}:17`), `${id}.17`);
    assert.equal(sessionNameOf(`${id}#3`), `${id}@3`);
  });
});
