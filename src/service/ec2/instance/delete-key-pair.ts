// DeleteKeyPair. One that is not there is no error, as on AWS.

import type { DeleteKeyPairCommandInput, DeleteKeyPairCommandOutput } from '@aws-sdk/client-ec2';
import { on, saidAs } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { missing } from '../error.ts';

export const deleteKeyPair: Ec2Operation<DeleteKeyPairCommandInput, DeleteKeyPairCommandOutput> = {
  authorizes: ({ KeyName: name, KeyPairId: id }, context) =>
    on('DeleteKeyPair', context, 'key-pair', saidAs(id) ?? name),

  async handle(deps, input, context) {
    const { KeyName: name, KeyPairId: id } = input;
    if (name === undefined && id === undefined) throw missing('keyName');
    const KeyPairId = await change(deps, context, input, (draft) => {
      const pair = draft
        .all('key-pair')
        .find((one) => (id === undefined ? one.name === name : one.id === id));
      if (pair !== undefined) draft.remove('key-pair', pair.id);
      return pair?.id;
    });
    return { Return: true, KeyPairId };
  },
};
