// Groups: who is in them, what they hold, and every refusal in IAM's words.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account } from '../../../../test/house/caller.ts';
import { allowAll, Iam, type Answer } from '../../../../test/house/iam.ts';

const managed = 'arn:aws:iam::aws:policy/AdministratorAccess';
const names = (list: Answer[], member: string): unknown[] => list.map((one) => one[member]);

describe('groups', () => {
  it('are created, shown with their users, renamed and deleted', async () => {
    const iam = new Iam();
    const { Group: made } = await iam.call('CreateGroup', { GroupName: 'crew', Path: '/port/' });
    assert.equal(made.Arn, `arn:aws:iam::${account}:group/port/crew`);
    assert.match(made.GroupId, /^AGPA[0-9A-Z]{17}$/);
    for (const name of ['bob', 'ada']) {
      await iam.user(name);
      await iam.call('AddUserToGroup', { GroupName: 'crew', UserName: name });
    }
    await iam.call('AddUserToGroup', { GroupName: 'crew', UserName: 'ada' });
    const first = await iam.call('GetGroup', { GroupName: 'crew', MaxItems: 1 });
    assert.deepEqual(
      [first['Group'], names(first['Users'], 'UserName'), first['IsTruncated']],
      [made, ['ada'], true],
    );
    const { Marker } = first;
    const second = await iam.call('GetGroup', { GroupName: 'crew', MaxItems: 1, Marker });
    assert.deepEqual([names(second['Users'], 'UserName'), second['IsTruncated']], [['bob'], false]);

    await iam.call('UpdateGroup', { GroupName: 'crew', NewGroupName: 'gang', NewPath: '/' });
    const { Groups } = await iam.call('ListGroupsForUser', { UserName: 'ada' });
    assert.deepEqual(Groups, [
      { ...made, Path: '/', GroupName: 'gang', Arn: `arn:aws:iam::${account}:group/gang` },
    ]);
    assert.deepEqual((await iam.call('ListGroups', { PathPrefix: '/port/' }))['Groups'], []);
    assert.deepEqual(names((await iam.call('ListGroups'))['Groups'], 'GroupName'), ['gang']);

    await iam.refuses(
      'DeleteGroup',
      { GroupName: 'gang' },
      'DeleteConflict',
      'Cannot delete entity, must remove users from group first.',
    );
    for (const UserName of ['ada', 'bob', 'ada'])
      await iam.call('RemoveUserFromGroup', { GroupName: 'gang', UserName });
    await iam.call('DeleteGroup', { GroupName: 'gang' });
    await iam.refuses(
      'GetGroup',
      { GroupName: 'gang' },
      'NoSuchEntity',
      'The group with name gang cannot be found.',
    );
  });

  it('hold policies, inline and managed', async () => {
    const iam = new Iam();
    const GroupName = 'crew';
    await iam.call('CreateGroup', { GroupName });
    const one = { GroupName, PolicyName: 'p' };
    await iam.call('PutGroupPolicy', { ...one, PolicyDocument: allowAll });
    await iam.call('AttachGroupPolicy', { GroupName, PolicyArn: managed });
    assert.deepEqual((await iam.call('ListGroupPolicies', { GroupName }))['PolicyNames'], ['p']);
    const { PolicyDocument } = await iam.call('GetGroupPolicy', one);
    assert.equal(decodeURIComponent(PolicyDocument), allowAll);
    assert.deepEqual(
      (await iam.call('ListAttachedGroupPolicies', { GroupName }))['AttachedPolicies'],
      [{ PolicyArn: managed, PolicyName: 'AdministratorAccess' }],
    );
    const conflict = (first: string): Promise<void> =>
      iam.refuses(
        'DeleteGroup',
        { GroupName },
        'DeleteConflict',
        `Cannot delete entity, must ${first} first.`,
      );
    await conflict('detach all policies');
    await iam.call('DetachGroupPolicy', { GroupName, PolicyArn: managed });
    await conflict('delete policies');
    await iam.call('DeleteGroupPolicy', one);
    await iam.refuses(
      'GetGroupPolicy',
      one,
      'NoSuchEntity',
      'The group policy with name p cannot be found.',
    );
    await iam.call('DeleteGroup', { GroupName });
  });

  it('are refused by IAM’s rules', async () => {
    const iam = new Iam();
    await iam.user('ada');
    for (let at = 0; at < 11; at++) await iam.call('CreateGroup', { GroupName: `g${at}` });
    for (let at = 0; at < 10; at++)
      await iam.call('AddUserToGroup', { GroupName: `g${at}`, UserName: 'ada' });
    const cases: [name: string, input: object, code: string, text: string | RegExp][] = [
      [
        'AddUserToGroup',
        { GroupName: 'g10', UserName: 'ada' },
        'LimitExceeded',
        'Cannot exceed quota for GroupsPerUser: 10',
      ],
      [
        'CreateGroup',
        { GroupName: 'G1' },
        'EntityAlreadyExists',
        'Group with name G1 already exists.',
      ],
      [
        'UpdateGroup',
        { GroupName: 'g1', NewGroupName: 'g2' },
        'EntityAlreadyExists',
        'Group with name g2 already exists.',
      ],
      ['CreateGroup', { GroupName: 'x'.repeat(129) }, 'ValidationError', /groupName/],
      [
        'AddUserToGroup',
        { GroupName: 'g1', UserName: 'none' },
        'NoSuchEntity',
        'The user with name none cannot be found.',
      ],
      [
        'PutGroupPolicy',
        {
          GroupName: 'g1',
          PolicyName: 'p',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: '*', Resource: `arn:aws:s3:::${'x'.repeat(5120)}` },
            ],
          }),
        },
        'LimitExceeded',
        'Maximum policy size of 5120 bytes exceeded for group g1',
      ],
    ];
    for (const [name, input, code, text] of cases) await iam.refuses(name, input, code, text);
  });
});
