// CreateKeyPair: makes a pair and gives its private half out, this once.

import type { CreateKeyPairCommandInput, CreateKeyPairCommandOutput } from '@aws-sdk/client-ec2';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { invalidParameter, keyPairExists } from '../error.ts';
import { given, refuse } from '../found.ts';
import { fingerprintOfMade, fingerprintOfSsh, isKeyName } from './key-pair.ts';
import type { KeyPair } from '../resources.ts';
import { tagList, tagsFor } from '../tag.ts';

export const createKeyPair: Ec2Operation<CreateKeyPairCommandInput, CreateKeyPairCommandOutput> = {
  authorizes: (input, context) =>
    creation('CreateKeyPair', context, input, [arnOf(context, 'key-pair', input.KeyName)]),

  async handle(deps, input, context) {
    const name = given(input.KeyName, 'keyName');
    if (!isKeyName(name))
      throw invalidParameter('keyName', name.slice(0, 64), 'Up to 255 ASCII characters.');
    const type = input.KeyType ?? 'rsa';
    if (type !== 'rsa' && type !== 'ed25519')
      throw invalidParameter('keyType', String(type).slice(0, 64), 'It is rsa or ed25519.');
    if (input.KeyFormat !== 'pem') refuse(input, 'KeyFormat');
    const tags = tagsFor('key-pair', input.TagSpecifications);
    // Decided before the key is made, which costs, and again when it is kept.
    const isFree = (draft: { all(kind: 'key-pair'): readonly KeyPair[] }): void => {
      if (draft.all('key-pair').some((pair) => pair.name === name)) throw keyPairExists(name);
    };
    await change(deps, context, input, isFree);
    const made = await deps.keys.make(type);
    const pair: KeyPair = {
      id: idOf(deps.ids, 'key-pair'),
      name,
      type,
      fingerprint:
        type === 'rsa' ? fingerprintOfMade(made.privateDer) : fingerprintOfSsh(made.publicBlob),
      publicKey: `${type === 'rsa' ? 'ssh-rsa' : 'ssh-ed25519'} ${Buffer.from(made.publicBlob).toString('base64')} ${name}`,
      createdAtMs: deps.clock.now(),
      tags,
    };
    await change(deps, context, input, (draft) => {
      isFree(draft);
      draft.put('key-pair', pair.id, pair);
    });
    return {
      KeyName: name,
      KeyPairId: pair.id,
      KeyFingerprint: pair.fingerprint,
      KeyMaterial: made.privatePem,
      Tags: tagList(tags),
    };
  },
};
