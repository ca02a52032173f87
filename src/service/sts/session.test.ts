// Sessions: what a token is worth, and when it is worth nothing any more.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { describe, it } from 'node:test';
import { attemptId } from '../../base/ids.ts';
import { scriptedSealer } from '../../../test/house/scripted-sealer.ts';
import { accountOfAccessKey } from '../../core/access-key.ts';
import type { IamView } from '../iam/resources.ts';
import { Sessions, type RoleSession, type UserSession } from './session.ts';

const account = '123456789012';
const attempt = attemptId('a'.repeat(32));

const session: RoleSession = {
  kind: 'role',
  account,
  partition: 'aws',
  createdAtMs: 1_000,
  expiresAtMs: 9_000,
  role: { name: 'worker', id: 'AROA1', path: '/team/' },
  name: 'me',
};
const ofUser: UserSession = {
  kind: 'user',
  account,
  partition: 'aws',
  createdAtMs: 1_000,
  expiresAtMs: 9_000,
  user: { name: 'ann', id: 'AIDA1' },
  keyId: 'AKIA1',
};

/** Sessions over these rows of IAM, by kind and id. */
function sessionsOver(
  rows: Record<string, object>,
  { isVerifying = true, underWay = new Set<string>() } = {},
): Sessions {
  const view = { get: (kind: string, id: string) => rows[`${kind} ${id}`], all: () => [] };
  return new Sessions({
    // As many as there are rows: each test takes one away at most.
    iam: { current: () => view as unknown as IamView, version: () => Object.keys(rows).length },
    sealer: scriptedSealer(),
    isUnderWay: (id) => underWay.has(id),
    isVerifying,
  });
}

const role = { 'role worker': { name: 'worker', id: 'AROA1', path: '/team/' } };
const user = {
  'user ann': { name: 'ann', id: 'AIDA1', path: '/' },
  'access-key AKIA1': { id: 'AKIA1', status: 'Active' },
};

const found = (sessions: Sessions, facts: RoleSession | UserSession) => {
  const { accessKeyId, sessionToken } = sessions.issue(facts);
  return sessions.find(accessKeyId, sessionToken.reveal());
};

describe('a session', () => {
  it('is who it was made for, with the secret that it was made with', () => {
    const sessions = sessionsOver(role);
    const issued = sessions.issue({ ...session, tags: { team: 'x' }, sourceIdentity: 'ann' });
    assert.match(issued.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
    assert.equal(accountOfAccessKey(issued.accessKeyId), account);
    const known = sessions.find(issued.accessKeyId, issued.sessionToken.reveal());
    assert.equal(known?.secret.reveal(), issued.secretAccessKey.reveal());
    assert.equal(known?.secret.reveal().length, 40);
    assert.equal(known?.expiresAtMs, 9_000);
    assert.deepEqual(known?.principal, {
      kind: 'assumed-role',
      account,
      arn: `arn:aws:sts::${account}:assumed-role/worker/me`,
      userId: 'AROA1:me',
      accessKeyId: issued.accessKeyId,
      session: {
        roleArn: `arn:aws:iam::${account}:role/team/worker`,
        roleId: 'AROA1',
        roleName: 'worker',
        name: 'me',
        createdAtMs: 1_000,
        expiresAtMs: 9_000,
        policies: [],
        tags: { team: 'x' },
        transitiveTagKeys: [],
        sourceIdentity: 'ann',
        jobId: undefined,
      },
    });
  });

  it('is nobody under another key id, with another token, or with none of ours', () => {
    const sessions = sessionsOver(role);
    const [one, other] = [sessions.issue(session), sessions.issue(session)];
    const token = one.sessionToken.reveal();
    assert.equal(sessions.find(other.accessKeyId, token), undefined);
    for (const forged of ['', 'x', token.slice(0, -2), `${token}x`.repeat(100), 'A'.repeat(9_000)])
      assert.equal(sessions.find(one.accessKeyId, forged), undefined);
  });

  it('ends with its role, though another gets the name', () => {
    assert.equal(found(sessionsOver({}), session), undefined);
    const again = { 'role worker': { ...role['role worker'], id: 'AROA2' } };
    assert.equal(found(sessionsOver(again), session), undefined);
  });

  it("ends with its user, and with the user's key", () => {
    assert.equal(found(sessionsOver(user), ofUser)?.principal.userId, 'AIDA1');
    const key = 'access-key AKIA1';
    assert.equal(found(sessionsOver({ ...user, 'user ann': { id: 'AIDA2' } }), ofUser), undefined);
    assert.equal(
      found(sessionsOver({ ...user, [key]: { status: 'Inactive' } }), ofUser),
      undefined,
    );
    assert.equal(found(sessionsOver({ 'user ann': user['user ann'] }), ofUser), undefined);
  });

  it('of a job is over when its attempt is', () => {
    const underWay = new Set<string>([attempt]);
    const sessions = sessionsOver(role, { underWay });
    const facts = { ...session, job: { id: 'job', attemptId: attempt } };
    const { accessKeyId, sessionToken } = sessions.issue(facts);
    const known = sessions.find(accessKeyId, sessionToken.reveal());
    assert.deepEqual([known?.expiresAtMs, known?.principal.session?.jobId], [9_000, 'job']);
    underWay.clear();
    assert.equal(sessions.find(accessKeyId, sessionToken.reveal())?.expiresAtMs, 0);
  });

  it('that nobody verified counts only where nobody is', () => {
    const facts = { ...session, isUnverified: true as const };
    assert.notEqual(found(sessionsOver(role, { isVerifying: false }), facts), undefined);
    assert.equal(found(sessionsOver(role), facts), undefined);
  });

  it('takes managed policies as they are now, and one that is gone for one that allows nothing', () => {
    const arn = `arn:aws:iam::${account}:policy/reads`;
    const rows: Record<string, object> = {
      ...role,
      'policy reads': {
        defaultVersion: 'v2',
        versions: [
          { id: 'v1', document: 'old' },
          { id: 'v2', document: 'new' },
        ],
      },
    };
    const sessions = sessionsOver(rows);
    const issued = sessions.issue({ ...session, policies: ['mine'], policyArns: [arn] });
    const policies = () =>
      sessions.find(issued.accessKeyId, issued.sessionToken.reveal())?.principal.session?.policies;
    assert.deepEqual(policies(), ['mine', 'new']);
    delete rows['policy reads'];
    assert.match(policies()?.[1] ?? '', /NotAction/);
  });

  it('has a token of at least the size that was asked for', () => {
    const sessions = sessionsOver(role);
    const { accessKeyId, sessionToken } = sessions.issue(session, 4_096);
    assert.ok(sessionToken.reveal().length >= 4_096);
    assert.equal(sessions.find(accessKeyId, sessionToken.reveal())?.principal.userId, 'AROA1:me');
  });

  it('shows no secret to whoever prints it', () => {
    const issued = sessionsOver(role).issue(session);
    const shown = inspect(issued, { depth: 9 }) + JSON.stringify(issued);
    for (const secret of [issued.secretAccessKey, issued.sessionToken])
      assert.ok(!shown.includes(secret.reveal()));
  });
});
