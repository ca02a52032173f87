// What the server does for rules and schedules in its own services: as whom, what that may, and
// what is on record of it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as iam from '@aws-sdk/client-iam';
import { limit } from '../core/limit.ts';
import type { OwnServices, ServiceCaller } from '../port/own-services.ts';
import { account, scope } from '../../test/house/caller.ts';
import { CheckedServer, policyOf } from '../../test/house/checked-server.ts';
import { Rig } from '../../test/house/rig.ts';

const rule = `arn:aws:events:eu-west-1:${account}:rule/nightly`;
const role = `arn:aws:iam::${account}:role/invoke`;
const queue = `arn:aws:batch:eu-west-1:${account}:job-queue/q`;
const ofRole: ServiceCaller = {
  service: 'events.amazonaws.com',
  sourceArn: rule,
  scope,
  role: { arn: role, session: 'run' },
};
const ofService: ServiceCaller = { service: 'events.amazonaws.com', sourceArn: rule, scope };
const submit = {
  service: 'batch',
  operation: 'SubmitJob',
  region: 'eu-west-1',
  input: { JobName: 'n', JobQueue: queue, JobDefinition: 'd' },
};

const trusts = (...statements: object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sts:AssumeRole',
      ...one,
    })),
  });

/** A server that verifies, with a role. */
async function checked(trust: string, ...statements: object[]): Promise<CheckedServer> {
  const server = await CheckedServer.open({ audit: 'changes' });
  await server.root(
    iam,
    new iam.CreateRoleCommand({ RoleName: 'invoke', AssumeRolePolicyDocument: trust }),
  );
  const PolicyDocument = policyOf(...statements);
  const RoleName = 'invoke';
  await server.root(
    iam,
    new iam.PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }),
  );
  return server;
}

const told = (answer: Awaited<ReturnType<OwnServices['call']>>): string =>
  'error' in answer ? `${answer.error.code}: ${answer.error.message}` : 'done';

describe('a call as a role', () => {
  it('is what the role may, and is on record as the service’s', async () => {
    const server = await checked(trusts({ Condition: { ArnLike: { 'aws:SourceArn': rule } } }), {
      Action: 'batch:SubmitJob',
      Resource: [queue, queue.replace('job-queue/q', 'job-def*')],
    });
    const { rig } = server;
    const answer = await rig.answered(rig.app.ownServices.call(submit, ofRole));
    assert.ok('output' in answer, told(answer));
    const { jobId } = answer.output as { jobId: string };
    assert.equal(rig.job(jobId as never)?.scope, scope);
    await rig.clock.pass(limit.recordsWithinMs);
    const { Events } = await server.root(
      cloudtrail,
      new cloudtrail.LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'SubmitJob' }],
      }),
    );
    const record = JSON.parse((Events as cloudtrail.Event[])[0]?.CloudTrailEvent ?? '{}') as Record<
      string,
      Record<string, unknown>
    >;
    assert.equal(record['sourceIPAddress'], 'events.amazonaws.com');
    assert.equal(record['userAgent'], 'events.amazonaws.com');
    assert.equal(record['requestParameters']?.['jobName'], 'n');
    const { type, arn, invokedBy } = record['userIdentity'] ?? {};
    assert.deepEqual(
      [type, arn, invokedBy],
      ['AssumedRole', `arn:aws:sts::${account}:assumed-role/invoke/run`, 'events.amazonaws.com'],
    );
  });

  it('is denied what the role may not', async () => {
    const { rig } = await checked(trusts({}), { Action: 'batch:ListJobs' });
    assert.equal(
      told(await rig.answered(rig.app.ownServices.call(submit, ofRole))).split('. Encoded')[0],
      `AccessDeniedException: User: arn:aws:sts::${account}:assumed-role/invoke/run is not authorized to perform: batch:SubmitJob on resource: ${queue.replace('job-queue/q', 'job-definition/d')} because no identity-based policy allows the batch:SubmitJob action`,
    );
  });

  it('is for nobody whom the role does not trust', async () => {
    for (const trust of [
      trusts({ Principal: { Service: 'scheduler.amazonaws.com' } }),
      trusts({ Condition: { ArnLike: { 'aws:SourceArn': `${rule}2` } } }),
      trusts({ Condition: { StringEquals: { 'aws:SourceAccount': '999999999999' } } }),
    ]) {
      const { rig } = await checked(trust, { Action: '*' });
      const answer = await rig.app.ownServices.call(submit, ofRole);
      assert.equal(
        told(answer),
        `AccessDenied: User: events.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${role}`,
      );
      assert.ok('error' in answer && answer.error.isOfRole);
    }
  });

  it('needs no role that is there where nobody’s rights are asked, unless all must be', async () => {
    const lenient = await Rig.open();
    assert.equal(told(await lenient.settled(lenient.app.ownServices.call(submit, ofRole))), 'done');
    const strict = await Rig.open({ settings: { references: 'strict' } });
    assert.match(
      told(await strict.settled(strict.app.ownServices.call(submit, ofRole))),
      /AssumeRole/,
    );
  });
});

describe('a call in a service’s own name', () => {
  it('is allowed by nothing but a policy of the resource', async () => {
    const { rig } = await CheckedServer.open();
    assert.match(
      told(await rig.answered(rig.app.ownServices.call(submit, ofService))),
      /User: events.amazonaws.com is not authorized .* because no resource-based policy allows/,
    );
  });

  it('is open where nobody’s rights are asked', async () => {
    const rig = await Rig.open();
    assert.equal(told(await rig.settled(rig.app.ownServices.call(submit, ofService))), 'done');
  });
});

it('operations are found by the SDK’s names of services', () => {
  const { ownServices } = new Rig().app;
  assert.deepEqual(ownServices.named('batch', 'submitJob'), {
    service: 'batch',
    operation: 'SubmitJob',
  });
  assert.deepEqual(ownServices.named('cloudwatchlogs', 'putLogEvents'), {
    service: 'logs',
    operation: 'PutLogEvents',
  });
  for (const [service, action] of [
    ['batch', 'fly'],
    ['batch', 'constructor'],
    ['sqs', 'sendMessage'],
    ['longshore', 'backUp'],
  ] as const)
    assert.equal(ownServices.named(service, action), undefined);
});
