// The ARNs of resources that a request names by something else than their ids, for who judges it:
// each as its operation finds it. It judges nothing, and refuses nothing that is not there.

import type { RequestContext } from '../../wire/operation.ts';
import { arnOf } from './access.ts';
import type { Ec2Deps } from './deps.ts';
import { defaultVpc } from './found.ts';
import type { Ec2View } from './resources.ts';

/** By kind: the id in the ARN of what is said to be this. */
const finders: Readonly<Record<string, (ec2: Ec2View, said: string) => string | undefined>> = {
  'launch-template': (ec2, said) =>
    ec2.all('launch-template').find(({ name }) => name === said)?.id,
  'security-group'(ec2, said) {
    const vpcId = defaultVpc(ec2)?.id;
    return ec2.all('security-group').find((one) => one.vpcId === vpcId && one.name === said)?.id;
  },
  'key-pair': (ec2, said) => ec2.all('key-pair').find(({ id }) => id === said)?.name,
  'elastic-ip': (ec2, said) => ec2.all('elastic-ip').find(({ publicIp }) => publicIp === said)?.id,
  'route-table': (ec2, said) =>
    ec2
      .all('route-table')
      .find(
        ({ mainAssociationId, associations }) =>
          mainAssociationId === said || associations.some(({ id }) => id === said),
      )?.id,
};

/** Of what is not there: any of its kind. */
export async function wholeArn(
  { space }: Pick<Ec2Deps, 'space'>,
  arn: string,
  context: RequestContext,
): Promise<string> {
  const [, kind = '', said = ''] = /^arn:[^/]*:([\w-]+)\/\*(.+)$/s.exec(arn) ?? [];
  const find = Object.hasOwn(finders, kind) ? finders[kind] : undefined;
  return find === undefined
    ? arn
    : arnOf(context, kind, find(await space.view(context.scope), said));
}
