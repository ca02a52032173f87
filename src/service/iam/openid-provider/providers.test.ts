// OpenID Connect providers: what is kept of them, and every refusal.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account } from '../../../../test/house/caller.ts';
import { Iam } from '../../../../test/house/iam.ts';

const Url = 'https://token.actions.githubusercontent.com';
const arn = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
const thumbprint = '6938FD4D98BAB03FAADB97B34396831E3780AEA1';

describe('OpenID Connect providers', () => {
  it('are created, shown, changed, listed and deleted', async () => {
    const iam = new Iam();
    const OpenIDConnectProviderArn = arn;
    const one = { OpenIDConnectProviderArn };
    const made = await iam.call('CreateOpenIDConnectProvider', {
      Url,
      ClientIDList: ['sts.amazonaws.com', 'sts.amazonaws.com'],
      ThumbprintList: [thumbprint],
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    assert.equal(made['OpenIDConnectProviderArn'], arn);
    assert.deepEqual((await iam.call('ListOpenIDConnectProviders'))['OpenIDConnectProviderList'], [
      { Arn: arn },
    ]);
    await iam.call('AddClientIDToOpenIDConnectProvider', { ...one, ClientID: 'mine' });
    await iam.call('AddClientIDToOpenIDConnectProvider', { ...one, ClientID: 'mine' });
    await iam.call('RemoveClientIDFromOpenIDConnectProvider', {
      ...one,
      ClientID: 'sts.amazonaws.com',
    });
    await iam.call('UpdateOpenIDConnectProviderThumbprint', {
      ...one,
      ThumbprintList: ['a'.repeat(40)],
    });
    await iam.call('TagOpenIDConnectProvider', { ...one, Tags: [{ Key: 'c', Value: 'd' }] });
    await iam.call('UntagOpenIDConnectProvider', { ...one, TagKeys: ['a'] });
    const { CreateDate, ...shown } = await iam.call('GetOpenIDConnectProvider', one);
    assert.ok(CreateDate instanceof Date);
    assert.deepEqual(shown, {
      Url: 'token.actions.githubusercontent.com',
      ClientIDList: ['mine'],
      ThumbprintList: ['a'.repeat(40)],
      Tags: [{ Key: 'c', Value: 'd' }],
    });
    assert.deepEqual((await iam.call('ListOpenIDConnectProviderTags', one))['Tags'], shown['Tags']);
    await iam.call('DeleteOpenIDConnectProvider', one);
    await iam.call('DeleteOpenIDConnectProvider', one);
    await iam.refuses(
      'GetOpenIDConnectProvider',
      one,
      'NoSuchEntity',
      `OpenIDConnect Provider not found for arn ${arn}`,
    );
  });

  it('are refused by IAM’s rules', async () => {
    const iam = new Iam();
    await iam.call('CreateOpenIDConnectProvider', { Url });
    const cases: [name: string, input: object, code: string, text: string | RegExp][] = [
      [
        'CreateOpenIDConnectProvider',
        { Url: `${Url}/` },
        'EntityAlreadyExists',
        `Provider with url ${Url} already exists.`,
      ],
      [
        'CreateOpenIDConnectProvider',
        { Url: 'http://example.com' },
        'InvalidInput',
        'Invalid Open ID Connect Provider URL',
      ],
      [
        'CreateOpenIDConnectProvider',
        { Url: 'https://example.com', ThumbprintList: ['x'] },
        'ValidationError',
        /thumbprint/,
      ],
      [
        'UpdateOpenIDConnectProviderThumbprint',
        { OpenIDConnectProviderArn: arn, ThumbprintList: Array(6).fill(thumbprint) },
        'InvalidInput',
        'Thumbprint list must contain fewer than 6 entries.',
      ],
      [
        'TagOpenIDConnectProvider',
        { OpenIDConnectProviderArn: arn.replace(account, '999999999999'), Tags: [] },
        'NoSuchEntity',
        /not found/,
      ],
    ];
    for (const [name, input, code, text] of cases) await iam.refuses(name, input, code, text);
  });
});
