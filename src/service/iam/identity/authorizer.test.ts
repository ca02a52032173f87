// What the authorizer gathers for policies, and what it says to who is denied. Which policies allow
// what is core/policy's, and tried there.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal } from '../../../base/principal.ts';
import { account, context } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { scriptedSealer } from '../../../../test/house/scripted-sealer.ts';
import { batchDialect } from '../../../wire/error-catalogue.ts';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { iamScope, type IamDeps } from '../deps.ts';
import { createRole } from '../role/create-role.ts';
import { attachUserPolicy } from '../user/attach-user-policy.ts';
import { createUser } from '../user/create-user.ts';
import { deleteUserPolicy } from '../user/delete-user-policy.ts';
import { deleteUser } from '../user/delete-user.ts';
import { putUserPolicy } from '../user/put-user-policy.ts';
import { policyAuthorizer } from './authorizer.ts';
import { decodeDenial } from './encoded-denial.ts';

const queue = `arn:aws:batch:eu-west-1:${account}:job-queue/q`;
const submit: Access = { action: 'batch:SubmitJob', resources: [queue] };
const sealer = scriptedSealer();

/** A user with one policy, and how requests of hers are judged. */
class Ann {
  readonly rig: Rig;
  principal: Principal;
  /** By ARN, of resources that have one of their own. */
  readonly resourcePolicies = new Map<string, string>();
  readonly #authorizer;

  private constructor(rig: Rig, principal: Principal) {
    this.rig = rig;
    this.principal = principal;
    const { space } = rig.depsOf<IamDeps>('iam');
    const { policies } = rig.app.identity;
    this.#authorizer = policyAuthorizer({ iam: space, policies, sealer, clock: rig.clock });
  }

  static async with(...statements: object[]): Promise<Ann> {
    const rig = await Rig.bare();
    await rig.call(createUser, { UserName: 'ann', Tags: [{ Key: 'team', Value: 'docks' }] });
    const { space } = rig.depsOf<IamDeps>('iam');
    const ann = new Ann(rig, {
      kind: 'user',
      account,
      arn: `arn:aws:iam::${account}:user/ann`,
      userId: space.current(iamScope(context)).get('user', 'ann')?.id ?? '',
      accessKeyId: 'AKIAANN',
    });
    await ann.may(...statements);
    return ann;
  }

  async may(...statements: object[]): Promise<void> {
    const whole = statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one }));
    await this.rig.call(putUserPolicy, {
      UserName: 'ann',
      PolicyName: 'p',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: whole }),
    });
  }

  /** `allowed`, or what she is told. */
  async asks(
    access: Access,
    tags: Record<string, Record<string, string>> = {},
    more: Partial<RequestContext> = {},
  ): Promise<string> {
    try {
      await this.#authorizer.authorize({
        access: [access],
        context: { ...context, principal: this.principal, ...more },
        dialect: batchDialect,
        tagsOf: (arn) => tags[arn],
        policyOf: (arn) => this.resourcePolicies.get(arn),
      });
      return 'allowed';
    } catch (error) {
      return (error as Error).message;
    }
  }
}

describe('the authorizer', () => {
  it('goes by the policies of this moment', async () => {
    const ann = await Ann.with({ Action: 'batch:SubmitJob', Resource: queue });
    assert.equal(await ann.asks(submit), 'allowed');
    await ann.may({ Action: 'batch:ListJobs' });
    assert.match(await ann.asks(submit), /because no identity-based policy allows/);
    await ann.may({ Action: '*' });
    assert.equal(await ann.asks(submit), 'allowed');
    await ann.rig.call(deleteUserPolicy, { UserName: 'ann', PolicyName: 'p' });
    await ann.rig.call(deleteUser, { UserName: 'ann' });
    await ann.rig.call(createUser, { UserName: 'ann' });
    await ann.may({ Action: '*' });
    assert.match(await ann.asks(submit), /is not authorized/, 'another has her name now');
  });

  it('says in AWS’s sentence what decided, and more to who may decode it', async () => {
    const ann = await Ann.with(
      { Action: '*' },
      { Sid: 'Never', Effect: 'Deny', Action: 'batch:S*' },
    );
    const said = await ann.asks({
      ...submit,
      conditions: () => ({ 'batch:ShareIdentifier': 's' }),
    });
    const [sentence, encoded = ''] = said.split(' Encoded authorization failure message: ');
    assert.equal(
      sentence,
      `User: arn:aws:iam::${account}:user/ann is not authorized to perform: batch:SubmitJob on resource: ${queue} with an explicit deny in an identity-based policy.`,
    );
    const decoded = JSON.parse(decodeDenial(sealer, account, encoded) ?? '{}') as {
      explicitDeny: boolean;
      context: { action: string; conditions: { items: { key: string }[] } };
      decidedBy: object;
    };
    assert.equal(decoded.explicitDeny, true);
    assert.equal(decoded.context.action, 'batch:SubmitJob');
    assert.deepEqual(decoded.decidedBy, { layer: 'identity', policy: 'p', statement: 'Never' });
    const keys = decoded.context.conditions.items.map(({ key }) => key);
    for (const key of ['batch:ShareIdentifier', 'aws:username', 'aws:PrincipalTag/team'])
      assert.ok(keys.includes(key), key);
  });

  it('has a session’s tag in place of its holder’s, whatever the case of its key', async () => {
    const ann = await Ann.with({
      Action: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/team': 'decks' } },
    });
    assert.match(await ann.asks(submit), /because no identity-based policy allows/);
    ann.principal = { ...ann.principal, session: { createdAtMs: 0, tags: { Team: 'decks' } } };
    assert.equal(await ann.asks(submit), 'allowed');
  });

  it('denies all by AWS’s own policy for that', async () => {
    const ann = await Ann.with({ Action: '*' });
    assert.equal(await ann.asks(submit), 'allowed');
    await ann.rig.call(attachUserPolicy, {
      UserName: 'ann',
      PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll',
    });
    assert.match(await ann.asks(submit), /explicit deny/);
  });

  it('says that nothing came by way of a service', async () => {
    const ann = await Ann.with(
      { Action: '*' },
      {
        Effect: 'Deny',
        Action: '*',
        Condition: {
          NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' },
          Bool: { 'aws:ViaAWSService': 'false' },
        },
      },
    );
    assert.match(await ann.asks(submit), /explicit deny/);
  });

  it('knows nobody but root without policies, and bounds sessions by theirs', async () => {
    const ann = await Ann.with({ Action: '*' });
    const session = {
      createdAtMs: 0,
      policies: [
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"batch:ListJobs","Resource":"*"}}',
      ],
    };
    ann.principal = { ...ann.principal, session };
    assert.match(await ann.asks(submit), /because no session policy allows/);
    const root: Principal = { ...ann.principal, kind: 'root', arn: `arn:aws:iam::${account}:root` };
    ann.principal = root;
    assert.match(await ann.asks(submit), /no/, 'a session of root that was given policies');
    ann.principal = { ...root, session: undefined };
    assert.equal(await ann.asks(submit), 'allowed');
    const nobody = 'anonymous';
    ann.principal = { kind: nobody, account: nobody, arn: nobody, userId: nobody, accessKeyId: '' };
    assert.match(await ann.asks(submit), /is not authorized/);
  });

  it('keeps IAM and most of STS from sessions of users, unless MFA was used for IAM', async () => {
    const ann = await Ann.with({ Action: '*' });
    const whoami = { service: 'sts', operation: 'GetCallerIdentity' };
    const decode = { service: 'sts', operation: 'DecodeAuthorizationMessage' };
    const list = { service: 'iam', operation: 'ListRoles' };
    const answers = async (): Promise<string[]> => {
      const asked = [whoami, decode, list].map((call) => ann.asks(submit, {}, call));
      return (await Promise.all(asked)).map((one) => one.split(' ', 2).join(' '));
    };
    const [free, unknown, no] = ['allowed', 'The security', 'Cannot call'];
    assert.deepEqual(await answers(), [free, free, free]);
    const { principal } = ann;
    ann.principal = { ...principal, session: { createdAtMs: 0 } };
    assert.deepEqual(await answers(), [free, no, unknown]);
    ann.principal = { ...principal, session: { createdAtMs: 0, isMfaAuthenticated: true } };
    assert.deepEqual(await answers(), [free, no, free]);
    ann.principal = { ...ann.principal, kind: 'root', session: { createdAtMs: 0 } };
    assert.deepEqual(await answers(), [free, no, unknown]);
  });

  it('tells policies the tags of resources, of the caller and of the request', async () => {
    const ann = await Ann.with({
      Action: 'batch:*',
      Condition: {
        StringEquals: {
          'aws:ResourceTag/team': '${aws:PrincipalTag/team}',
          'aws:RequestTag/cost': '7',
        },
      },
    });
    const asked = (cost: string): Access => ({
      ...submit,
      conditions: () => ({ 'aws:RequestTag/cost': cost }),
    });
    assert.equal(await ann.asks(asked('7'), { [queue]: { team: 'docks' } }), 'allowed');
    assert.match(await ann.asks(asked('8'), { [queue]: { team: 'docks' } }), /not authorized/);
    assert.match(await ann.asks(asked('7'), { [queue]: { team: 'cranes' } }), /not authorized/);
    assert.match(await ann.asks(asked('7')), /not authorized/);
  });

  it('tells whether the request came over TLS', async () => {
    const ann = await Ann.with({
      Action: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    });
    assert.match(await ann.asks(submit), /not authorized/);
    assert.equal(await ann.asks(submit, {}, { isEncrypted: true }), 'allowed');
  });

  it('passes a role to whoever gets it, by either name that policies know', async () => {
    const role = `arn:aws:iam::${account}:role/worker`;
    const pass: Access = {
      action: 'iam:PassRole',
      resources: [role],
      conditions: () => ({
        'iam:PassedToService': ['ecs-tasks.amazonaws.com', 'batch.amazonaws.com'],
      }),
    };
    const to = (service: string, Effect = 'Allow'): object => ({
      Effect,
      Action: 'iam:PassRole',
      Condition: { StringEquals: { 'iam:PassedToService': service } },
    });
    const ann = await Ann.with(to('batch.amazonaws.com'));
    assert.equal(await ann.asks(pass), 'allowed');
    await ann.may(to('ecs-tasks.amazonaws.com'));
    assert.equal(await ann.asks(pass), 'allowed');
    await ann.may(to('ec2.amazonaws.com'));
    assert.match(await ann.asks(pass), /not authorized/);
    await ann.may(to('batch.amazonaws.com'), to('ecs-tasks.amazonaws.com', 'Deny'));
    assert.match(await ann.asks(pass), /explicit deny/);
    // Who may pass to all but one does not pass to that one by its other name; and who must not
    // pass to any but one may pass to that one.
    const toOther = (service: string, Effect = 'Allow'): object => ({
      Effect,
      Action: 'iam:PassRole',
      Condition: { StringNotEquals: { 'iam:PassedToService': service } },
    });
    for (const service of ['batch.amazonaws.com', 'ecs-tasks.amazonaws.com']) {
      await ann.may(toOther(service));
      assert.match(await ann.asks(pass), /not authorized/);
      await ann.may({ Action: '*' }, toOther(service, 'Deny'));
      assert.equal(await ann.asks(pass), 'allowed');
    }
    await ann.may(toOther('ec2.amazonaws.com'));
    assert.equal(await ann.asks(pass), 'allowed');
    await ann.may({ Action: '*' }, toOther('ec2.amazonaws.com', 'Deny'));
    assert.match(await ann.asks(pass), /explicit deny/);
  });

  it('finds a role by its name, and asks its trust policy who may assume it', async () => {
    const ann = await Ann.with({
      Action: ['iam:GetRole', 'sts:AssumeRole'],
      Resource: `arn:aws:iam::${account}:role/team/worker`,
    });
    const trusting = (who: string): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: who }, Action: 'sts:AssumeRole' },
      });
    await ann.rig.call(createRole, {
      RoleName: 'worker',
      Path: '/team/',
      AssumeRolePolicyDocument: trusting(account),
    });
    await ann.rig.call(createRole, {
      RoleName: 'other',
      AssumeRolePolicyDocument: trusting(ann.principal.arn),
    });
    const on = (action: string, name: string): Access => ({
      action,
      resources: [`arn:aws:iam::${account}:role/${name}`],
    });
    assert.equal(await ann.asks(on('iam:GetRole', 'worker')), 'allowed');
    assert.match(await ann.asks(on('iam:GetRole', 'other')), /not authorized/);
    assert.equal(await ann.asks(on('sts:AssumeRole', 'team/worker')), 'allowed');
    assert.equal(await ann.asks(on('sts:AssumeRole', 'other')), 'allowed', 'it names her');
    assert.match(await ann.asks(on('sts:AssumeRole', 'none')), /not authorized/);
  });

  it('asks the policy of a resource that has one, of root too', async () => {
    const ann = await Ann.with({ Action: 'sns:Publish' });
    const publish = (of: string): Access => ({
      action: 'sns:Publish',
      resources: [`arn:aws:sns:eu-west-1:${of}:t`],
    });
    const [own, others] = [publish(account), publish('999999999999')];
    const lets = (statement: object, { resources: [Resource = ''] }: Access): void =>
      void ann.resourcePolicies.set(
        Resource,
        JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource, ...statement } }),
      );
    lets({ Principal: { AWS: '888888888888' } }, own);
    lets({ Principal: { AWS: '888888888888' } }, others);
    const root = { principal: context.principal };
    assert.equal(await ann.asks(own), 'allowed');
    assert.equal(await ann.asks(own, {}, root), 'allowed');
    for (const who of [{}, root])
      assert.match(await ann.asks(others, {}, who), /no resource-based policy allows/);
    lets({ Principal: { AWS: account } }, others);
    for (const who of [{}, root]) assert.equal(await ann.asks(others, {}, who), 'allowed');
    lets({ Principal: '*', Effect: 'Deny' }, own);
    for (const who of [{}, root])
      assert.match(await ann.asks(own, {}, who), /explicit deny in a resource-based policy/);
    const tagged = { StringEquals: { 'aws:ResourceTag/team': 'docks' } };
    lets({ Principal: { AWS: ann.principal.arn }, Condition: tagged }, own);
    await ann.may({ Action: 'sns:Nothing' });
    assert.match(await ann.asks(own), /no identity-based policy allows/);
    assert.equal(await ann.asks(own, { [own.resources[0] ?? '']: { team: 'docks' } }), 'allowed');
  });
});
