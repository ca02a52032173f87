// CreateSecurityGroup: in a VPC, or in the default one; it lets everything out and nothing in.

import type {
  CreateSecurityGroupCommandInput,
  CreateSecurityGroupCommandOutput,
} from '@aws-sdk/client-ec2';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { groupExists, invalidParameter, missing } from '../error.ts';
import { defaultVpc, foundVpc, given } from '../found.ts';
import { everythingOut } from './make.ts';
import { tagList, tagsFor } from '../tag.ts';

const textForm = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/;

export const createSecurityGroup: Ec2Operation<
  CreateSecurityGroupCommandInput,
  CreateSecurityGroupCommandOutput
> = {
  authorizes: (input, context) =>
    creation(
      'CreateSecurityGroup',
      context,
      input,
      [arnOf(context, 'security-group')],
      input.VpcId === undefined ? [] : [arnOf(context, 'vpc', input.VpcId)],
    ),

  async handle(deps, input, context) {
    const name = text(input.GroupName, 'groupName');
    const description = text(input.Description, 'groupDescription');
    if (name.startsWith('sg-'))
      throw invalidParameter('groupName', name, 'Group names may not be in the format sg-*.');
    if (name === 'default')
      throw invalidParameter('groupName', name, 'The name default is reserved.');
    const tags = tagsFor('security-group', input.TagSpecifications);
    const id = await change(deps, context, input, (draft) => {
      const vpcId =
        input.VpcId === undefined ? defaultVpc(draft)?.id : foundVpc(draft, input.VpcId).id;
      if (vpcId === undefined) throw missing('vpcId');
      if (draft.all('security-group').some((group) => group.vpcId === vpcId && group.name === name))
        throw groupExists(name, vpcId);
      const made = idOf(deps.ids, 'security-group');
      draft.put('security-group', made, {
        id: made,
        vpcId,
        name,
        description,
        rules: [everythingOut(deps.ids)],
        tags,
      });
      return made;
    });
    return {
      GroupId: id,
      SecurityGroupArn: arnOf(context, 'security-group', id),
      Tags: tagList(tags),
    };
  },
};

function text(value: string | undefined, member: string): string {
  const known = given(value, member);
  if (known.length > 255 || !textForm.test(known))
    throw invalidParameter(
      member,
      known.slice(0, 64),
      'Character sets beyond ASCII are not supported, and at most 255 characters.',
    );
  return known;
}
