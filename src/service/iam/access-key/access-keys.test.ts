// Access keys: told once, kept sealed, two a user, and gone when they are deleted.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, context } from '../../../../test/house/caller.ts';
import { Iam, type Answer } from '../../../../test/house/iam.ts';
import { accountOfAccessKey } from '../../../core/access-key.ts';
import { iamScope } from '../deps.ts';

describe('access keys', () => {
  it('are told once, with a secret that is nowhere else', async () => {
    const iam = new Iam();
    await iam.user('ada');
    const { AccessKey: made } = await iam.call('CreateAccessKey', { UserName: 'ada' });
    assert.match(made.AccessKeyId, /^AKIA[A-Z2-7]{16}$/);
    assert.equal(accountOfAccessKey(made.AccessKeyId), account);
    assert.match(made.SecretAccessKey, /^[A-Za-z0-9+/]{40}$/);
    assert.deepEqual([made.UserName, made.Status], ['ada', 'Active']);
    const { AccessKeyMetadata: listed } = await iam.call('ListAccessKeys', { UserName: 'ada' });
    const { SecretAccessKey, ...shown } = made;
    assert.deepEqual(listed, [shown]);
    assert.ok(!JSON.stringify(iam.rig.store.commits).includes(SecretAccessKey));
    const row = iam.rig.store.reader.resource(
      { service: 'iam', scope: iamScope(context) },
      'access-key',
      made.AccessKeyId,
    ) as Answer | undefined;
    assert.ok(row);
    const { sealed } = row['body'] as { sealed: string };
    assert.equal(iam.rig.sealer.open(sealed, `access-key ${made.AccessKeyId}`), SecretAccessKey);
    assert.equal(iam.rig.sealer.open(sealed, 'access-key AKIAOTHER'), undefined);
  });

  it('are two a user, and root’s own are apart', async () => {
    const iam = new Iam();
    const ada = await iam.principal('ada');
    const ids: string[] = [];
    for (let at = 0; at < 2; at++)
      ids.push((await iam.call('CreateAccessKey', {}, ada))['AccessKey'].AccessKeyId);
    await iam.refuses(
      'CreateAccessKey',
      { UserName: 'ada' },
      'LimitExceeded',
      'Cannot exceed quota for AccessKeysPerUser: 2',
    );
    const { AccessKey: own } = await iam.call('CreateAccessKey');
    assert.equal(own.UserName, undefined);
    const listed = async (...of: Parameters<Iam['call']>): Promise<string[]> =>
      (await iam.call(...of))['AccessKeyMetadata'].map((one: Answer) => one['AccessKeyId']);
    assert.deepEqual(await listed('ListAccessKeys'), [own.AccessKeyId]);
    assert.deepEqual(await listed('ListAccessKeys', {}, ada), ids.toSorted());
    assert.equal((await iam.call('GetAccountSummary'))['SummaryMap'].AccountAccessKeysPresent, 1);
  });

  it('are switched off and on, follow their user’s name, and are deleted', async () => {
    const iam = new Iam();
    await iam.user('ada');
    await iam.user('bob');
    const { AccessKey: key } = await iam.call('CreateAccessKey', { UserName: 'ada' });
    const { AccessKeyId } = key;
    await iam.call('UpdateAccessKey', { UserName: 'ada', AccessKeyId, Status: 'Inactive' });
    await iam.call('UpdateUser', { UserName: 'ada', NewUserName: 'eve' });
    const { AccessKeyMetadata: listed } = await iam.call('ListAccessKeys', { UserName: 'eve' });
    assert.deepEqual(
      listed.map((one: Answer) => [one['AccessKeyId'], one['UserName'], one['Status']]),
      [[AccessKeyId, 'eve', 'Inactive']],
    );
    await iam.refuses(
      'UpdateAccessKey',
      { UserName: 'eve', AccessKeyId, Status: 'Off' },
      'ValidationError',
      /status must be one of Active, Inactive/,
    );
    for (const UserName of ['bob', undefined])
      for (const name of ['DeleteAccessKey', 'UpdateAccessKey'])
        await iam.refuses(
          name,
          { UserName, AccessKeyId, Status: 'Active' },
          'NoSuchEntity',
          `The Access Key with id ${AccessKeyId} cannot be found.`,
        );
    await iam.call('DeleteAccessKey', { UserName: 'eve', AccessKeyId });
    assert.deepEqual(
      (await iam.call('ListAccessKeys', { UserName: 'eve' }))['AccessKeyMetadata'],
      [],
    );
    await iam.refuses(
      'GetAccessKeyLastUsed',
      { AccessKeyId },
      'NoSuchEntity',
      `The Access Key with id ${AccessKeyId} cannot be found.`,
    );
    for (const name of ['CreateAccessKey', 'ListAccessKeys'])
      await iam.refuses(
        name,
        { UserName: 'none' },
        'NoSuchEntity',
        'The user with name none cannot be found.',
      );
  });
});
