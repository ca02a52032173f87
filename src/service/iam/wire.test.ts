// IAM's users as clients of the SDK see them, over both sides' codecs: what Terraform's and the
// CLI's calls do to a user from its creation to its end by force.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as sdk from '@aws-sdk/client-iam';
import { account } from '../../../test/house/caller.ts';
import { allowAll, type Answer } from '../../../test/house/iam.ts';
import { Rig } from '../../../test/house/rig.ts';
import { sdkClient } from '../../../test/house/sdk-client.ts';

function client() {
  const rig = new Rig();
  const iam = sdkClient(sdk, 'IAMClient', rig.app.pipeline);
  return async (name: string, input: object = {}): Promise<Answer> => {
    const Command = (sdk as unknown as Record<string, new (given: object) => unknown>)[
      `${name}Command`
    ] as new (given: object) => unknown;
    const { $metadata, ...answer } = (await answered(rig, iam.send(new Command(input)))) as Answer;
    assert.equal($metadata['httpStatusCode'], 200);
    return answer;
  };
}

/** The client's answer; the server's time passes while it is awaited. */
async function answered<T>(rig: Rig, answer: Promise<T>): Promise<T> {
  let isThere = false;
  const settled = answer.finally(() => {
    isThere = true;
  });
  settled.catch(() => undefined);
  while (!isThere) {
    await rig.clock.pass();
    await new Promise(setImmediate);
  }
  return settled;
}

it('a user comes and goes as Terraform has it', async () => {
  const call = client();
  const UserName = 'ada';
  const { User: made } = await call('CreateUser', {
    UserName,
    Path: '/lab/',
    Tags: [{ Key: 'team', Value: 'docks' }],
    PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess',
  });
  assert.deepEqual((await call('GetUser', { UserName }))['User'], made);
  assert.equal(made.Arn, `arn:aws:iam::${account}:user/lab/ada`);
  const { AccessKey: key } = await call('CreateAccessKey', { UserName });
  assert.match(key.SecretAccessKey, /^[A-Za-z0-9+/]{40}$/);
  assert.deepEqual(await call('GetAccessKeyLastUsed', { AccessKeyId: key.AccessKeyId }), {
    UserName,
    AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
  });
  await call('PutUserPolicy', { UserName, PolicyName: 'p', PolicyDocument: allowAll });
  await call('CreateGroup', { GroupName: 'crew' });
  await call('AddUserToGroup', { GroupName: 'crew', UserName });
  await call('AttachUserPolicy', {
    UserName,
    PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess',
  });

  // By force: whatever the user has goes first.
  for (const { GroupName } of (await call('ListGroupsForUser', { UserName }))['Groups'])
    await call('RemoveUserFromGroup', { GroupName, UserName });
  for (const { AccessKeyId } of (await call('ListAccessKeys', { UserName }))['AccessKeyMetadata'])
    await call('DeleteAccessKey', { UserName, AccessKeyId });
  const none: [name: string, member: string][] = [
    ['ListSSHPublicKeys', 'SSHPublicKeys'],
    ['ListMFADevices', 'MFADevices'],
    ['ListSigningCertificates', 'Certificates'],
    ['ListServiceSpecificCredentials', 'ServiceSpecificCredentials'],
  ];
  for (const [name, member] of none)
    assert.deepEqual((await call(name, { UserName }))[member] ?? [], [], name);
  const devices = await call('ListVirtualMFADevices', { AssignmentStatus: 'Assigned' });
  assert.deepEqual(devices['VirtualMFADevices'] ?? [], []);
  await assert.rejects(call('DeleteLoginProfile', { UserName }), sdk.NoSuchEntityException);
  await call('DeleteUserPolicy', { UserName, PolicyName: 'p' });
  for (const { PolicyArn } of (await call('ListAttachedUserPolicies', { UserName }))[
    'AttachedPolicies'
  ])
    await call('DetachUserPolicy', { UserName, PolicyArn });
  await call('DeleteUser', { UserName });
  await assert.rejects(call('GetUser', { UserName }), sdk.NoSuchEntityException);
});

it('the root has keys, and is nobody’s user', async () => {
  const call = client();
  const { AccessKey: key } = await call('CreateAccessKey');
  assert.equal(key.UserName, undefined);
  const { AccessKeyMetadata: keys } = await call('ListAccessKeys');
  assert.deepEqual(
    keys.map((one: Answer) => one['AccessKeyId']),
    [key.AccessKeyId],
  );
  assert.equal((await call('GetUser'))['User'].Arn, `arn:aws:iam::${account}:root`);
  const { SummaryMap: counted } = await call('GetAccountSummary');
  assert.equal(counted.AccountAccessKeysPresent, 1);
  const { UserDetailList, RoleDetailList } = await call('GetAccountAuthorizationDetails');
  assert.deepEqual(UserDetailList ?? [], []);
  assert.ok(RoleDetailList.length > 0);
});

it('what cannot be had is refused, not made up', async () => {
  const call = client();
  await call('CreateUser', { UserName: 'ada' });
  for (const [name, input] of [
    ['CreateLoginProfile', { UserName: 'ada', Password: 'secret' }],
    ['CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' }],
    ['UploadSSHPublicKey', { UserName: 'ada', SSHPublicKeyBody: 'ssh-rsa AAAA' }],
    ['UploadSigningCertificate', { UserName: 'ada', CertificateBody: 'x' }],
    ['CreateServiceSpecificCredential', { UserName: 'ada', ServiceName: 'codecommit' }],
  ] as const)
    await assert.rejects(call(name, input), /not (?:built|supported)|yet/i, name);
});
