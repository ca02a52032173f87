// Networks as they come into being: a VPC with its default security group, main route table and
// network ACL; and what a new account and region has of itself, as on AWS: a default VPC with a
// subnet in each zone and a way out.

import { scopeParts, type Scope } from '../../../base/ids.ts';
import type { Ids } from '../../../port/ids.ts';
import { blockText } from '../../../base/ipv4.ts';
import { idOf, newId } from '../deps.ts';
import type { Ec2Draft, SecurityGroup, SecurityGroupRule, Vpc } from '../resources.ts';
import { zonesOf } from './zone.ts';

/** What ids are made of. */
type SeedIds = Pick<Ids, 'random'>;

export function makeVpc(
  draft: Ec2Draft,
  ids: SeedIds,
  facts: Pick<Vpc, 'cidr' | 'isDefault' | 'tenancy' | 'dnsHostnames' | 'tags'>,
): Vpc {
  const vpc: Vpc = {
    ...facts,
    id: idOf(ids, 'vpc'),
    dnsSupport: true,
    addressUsageMetrics: false,
    aclId: newId(ids, 'acl'),
  };
  draft.put('vpc', vpc.id, vpc);
  const groupId = idOf(ids, 'security-group');
  const group: SecurityGroup = {
    id: groupId,
    vpcId: vpc.id,
    name: 'default',
    description: 'default VPC security group',
    rules: [
      { id: newId(ids, 'sgr'), egress: false, protocol: '-1', peer: { groupId }, tags: {} },
      everythingOut(ids),
    ],
    tags: {},
  };
  draft.put('security-group', groupId, group);
  const tableId = idOf(ids, 'route-table');
  draft.put('route-table', tableId, {
    id: tableId,
    vpcId: vpc.id,
    mainAssociationId: newId(ids, 'rtbassoc'),
    associations: [],
    routes: [],
    tags: {},
  });
  return vpc;
}

/** The rule that every new group begins with. */
export const everythingOut = (ids: SeedIds): SecurityGroupRule => ({
  id: newId(ids, 'sgr'),
  egress: true,
  protocol: '-1',
  peer: { cidr: '0.0.0.0/0' },
  tags: {},
});

export function ec2Seed(draft: Ec2Draft, scope: Scope, ids: SeedIds): void {
  const vpc = makeVpc(draft, ids, {
    cidr: '172.31.0.0/16',
    isDefault: true,
    tenancy: 'default',
    dnsHostnames: true,
    tags: {},
  });
  const gatewayId = idOf(ids, 'internet-gateway');
  draft.put('internet-gateway', gatewayId, { id: gatewayId, vpcId: vpc.id, tags: {} });
  for (const table of draft.all('route-table'))
    draft.put('route-table', table.id, {
      ...table,
      routes: [{ cidr: '0.0.0.0/0', target: { gatewayId } }],
    });
  zonesOf(scopeParts(scope).region).forEach(({ name }, index) => {
    const cidr = blockText({ base: (172 * 256 + 31) * 2 ** 16 + index * 16 * 256, bits: 20 });
    const id = idOf(ids, 'subnet');
    draft.put('subnet', id, {
      id,
      vpcId: vpc.id,
      cidr,
      zone: name,
      isDefault: true,
      mapPublicIp: true,
      aclAssociationId: newId(ids, 'aclassoc'),
      tags: {},
    });
  });
}
