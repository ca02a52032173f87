// DescribeKeyPairs: all at once, as on AWS.

import type {
  DescribeKeyPairsCommandInput,
  DescribeKeyPairsCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { noKeyPair } from '../error.ts';
import { filtered } from '../filter.ts';
import { shownKeyPair } from './key-pair.ts';

export const describeKeyPairs: Ec2Operation<
  DescribeKeyPairsCommandInput,
  DescribeKeyPairsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeKeyPairs', context),

  async handle(deps, input, context) {
    const pairs = (await view(deps, context, input)).all('key-pair');
    const { KeyNames: names = [], KeyPairIds: ids = [] } = input;
    for (const name of names) if (!pairs.some((pair) => pair.name === name)) throw noKeyPair(name);
    for (const id of ids) if (!pairs.some((pair) => pair.id === id)) throw noKeyPair(id);
    const asked =
      names.length + ids.length === 0
        ? pairs
        : pairs.filter(({ id, name }) => ids.includes(id) || names.includes(name));
    const filters = {
      'key-name': ({ name }: { name: string }) => name,
      'key-pair-id': ({ id }: { id: string }) => id,
      fingerprint: ({ fingerprint }: { fingerprint: string }) => fingerprint,
    };
    return {
      KeyPairs: filtered(asked, input.Filters, filters, ({ tags }) => tags).map((pair) =>
        shownKeyPair(pair, input.IncludePublicKey === true),
      ),
    };
  },
};
