// ImportKeyPair: a public key of the caller's.

import type { ImportKeyPairCommandInput, ImportKeyPairCommandOutput } from '@aws-sdk/client-ec2';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { invalidParameter, keyPairExists } from '../error.ts';
import { given } from '../found.ts';
import { isKeyName, readPublicKey } from './key-pair.ts';
import type { KeyPair } from '../resources.ts';
import { tagList, tagsFor } from '../tag.ts';

export const importKeyPair: Ec2Operation<ImportKeyPairCommandInput, ImportKeyPairCommandOutput> = {
  authorizes: (input, context) =>
    creation('ImportKeyPair', context, input, [arnOf(context, 'key-pair', input.KeyName)]),

  async handle(deps, input, context) {
    const name = given(input.KeyName, 'keyName');
    if (!isKeyName(name))
      throw invalidParameter('keyName', name.slice(0, 64), 'Up to 255 ASCII characters.');
    const { type, text, fingerprint } = readPublicKey(
      given(input.PublicKeyMaterial, 'publicKeyMaterial'),
    );
    const pair: KeyPair = {
      id: idOf(deps.ids, 'key-pair'),
      name,
      type,
      fingerprint,
      publicKey: text,
      createdAtMs: deps.clock.now(),
      tags: tagsFor('key-pair', input.TagSpecifications),
    };
    await change(deps, context, input, (draft) => {
      if (draft.all('key-pair').some((one) => one.name === name)) throw keyPairExists(name);
      draft.put('key-pair', pair.id, pair);
    });
    return {
      KeyName: name,
      KeyPairId: pair.id,
      KeyFingerprint: fingerprint,
      Tags: tagList(pair.tags),
    };
  },
};
