// Security groups: how rules come in, as sets of permissions or as single members, and how they and
// their groups look outside. Longshore keeps the rules and applies none of them: jobs use the
// network of their host.

import type {
  IpPermission,
  SecurityGroup as GroupShape,
  SecurityGroupRule as RuleShape,
} from '@aws-sdk/client-ec2';
import type { Ids } from '../../../port/ids.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { blockText, parseBlock } from '../../../base/ipv4.ts';
import { isBlock6 } from './cidr.ts';
import { arnOf, saidAs } from '../access.ts';
import { newId } from '../deps.ts';
import { invalidParameter, invalidValue, missing, noGroup, notSupported } from '../error.ts';
import { defaultVpc, foundGroup, refuse } from '../found.ts';
import type { Ec2View, SecurityGroup, SecurityGroupRule, TagMap } from '../resources.ts';
import { tagList } from '../tag.ts';

/** How requests name a group: by id, or by the name of one in the default VPC. */
interface Reference {
  readonly GroupId?: string | undefined;
  readonly GroupName?: string | undefined;
}

/** The id in the ARN of what leave is asked for. */
export const groupSaid = ({ GroupId: id, GroupName: name }: Reference): string | undefined =>
  id ?? saidAs(name);

export function groupReferred(
  ec2: Ec2View,
  { GroupId: id, GroupName: name }: Reference,
): SecurityGroup {
  if (id !== undefined) return foundGroup(ec2, id);
  if (name === undefined) throw missing('groupName or groupId');
  return groupNamed(ec2, name, defaultVpc(ec2)?.id);
}

function groupNamed(ec2: Ec2View, name: string, vpcId: string | undefined): SecurityGroup {
  const group = ec2.all('security-group').find((one) => one.vpcId === vpcId && one.name === name);
  if (group === undefined) throw noGroup(name);
  return group;
}

/** The older way to give one rule, without a list of permissions. */
interface SingleRule {
  readonly IpPermissions?: readonly IpPermission[] | undefined;
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
  readonly CidrIp?: string | undefined;
  readonly SourceSecurityGroupName?: string | undefined;
  readonly SourceSecurityGroupOwnerId?: string | undefined;
}

type Direction = { readonly egress: boolean };

/** The rules that a request speaks of, without ids of ours and each once. */
export function rulesOf(
  ec2: Ec2View,
  group: SecurityGroup,
  input: SingleRule,
  { egress }: Direction,
): Omit<SecurityGroupRule, 'id' | 'tags'>[] {
  refuse(input, 'SourceSecurityGroupOwnerId');
  const { IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName: source } = input;
  const single: IpPermission[] =
    IpProtocol === undefined && source === undefined
      ? []
      : [
          {
            IpProtocol: IpProtocol ?? '-1',
            FromPort,
            ToPort,
            IpRanges: CidrIp === undefined ? [] : [{ CidrIp }],
            UserIdGroupPairs: source === undefined ? [] : [{ GroupName: source }],
          },
        ];
  return [...(input.IpPermissions ?? []), ...single].flatMap((permission) => {
    const common = { egress, ...protocolOf(permission) };
    if ((permission.PrefixListIds ?? []).length > 0) throw notSupported('PrefixListIds');
    const rules = [
      ...(permission.IpRanges ?? []).map((range) => ({
        ...common,
        peer: { cidr: cidrOf(range.CidrIp) },
        description: range.Description,
      })),
      ...(permission.Ipv6Ranges ?? []).map((range) => ({
        ...common,
        peer: { cidr6: cidr6Of(range.CidrIpv6) },
        description: range.Description,
      })),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => ({
        ...common,
        peer: {
          groupId: (pair.GroupId === undefined
            ? groupNamed(ec2, pair.GroupName ?? '', group.vpcId)
            : foundGroup(ec2, pair.GroupId)
          ).id,
        },
        description: pair.Description,
      })),
    ];
    if (rules.length === 0) throw missing('cidrIp, cidrIpv6 or groupId');
    return rules;
  });
}

const protocols: Readonly<Record<string, string>> = {
  '-1': '-1',
  all: '-1',
  tcp: 'tcp',
  '6': 'tcp',
  udp: 'udp',
  '17': 'udp',
  icmp: 'icmp',
  '1': 'icmp',
  icmpv6: 'icmpv6',
  '58': 'icmpv6',
};

function protocolOf({
  IpProtocol: given,
  FromPort: from,
  ToPort: to,
}: IpPermission): Pick<SecurityGroupRule, 'protocol' | 'from' | 'to'> {
  if (given === undefined) throw missing('ipProtocol');
  const number = /^\d{1,3}$/.test(given) && Number(given) <= 255 ? given : undefined;
  const protocol = Object.hasOwn(protocols, given.toLowerCase())
    ? protocols[given.toLowerCase()]
    : number;
  if (protocol === undefined)
    throw invalidParameter('ipProtocol', given.slice(0, 64), 'Unknown protocol.');
  switch (protocol) {
    case 'tcp':
    case 'udp': {
      if (from === undefined || to === undefined) throw missing('fromPort and toPort');
      const isPort = (port: number): boolean =>
        Number.isInteger(port) && port >= 0 && port <= 65_535;
      if (!isPort(from) || !isPort(to) || from > to)
        throw invalidValue(
          `Invalid value '${from}-${to}' for portRange: it must be from 0 to 65535, the lower end first`,
        );
      return { protocol, from, to };
    }
    case 'icmp':
    case 'icmpv6':
      return { protocol, from: from ?? -1, to: to ?? -1 };
    default:
      // Ports mean nothing to the others, and AWS forgets them.
      return { protocol };
  }
}

function cidrOf(text: string | undefined): string {
  const block = text === undefined ? undefined : parseBlock(text);
  if (block === undefined) throw invalidValue(`CIDR block ${text ?? ''} is malformed`);
  return blockText(block);
}

function cidr6Of(text: string | undefined): string {
  if (text === undefined || !isBlock6(text))
    throw invalidValue(`IPv6 CIDR block ${text ?? ''} is malformed`);
  return text.toLowerCase();
}

/** Two rules are one where this is equal: a description does not tell them apart. */
export const ruleKey = ({
  egress,
  protocol,
  from,
  to,
  peer,
}: Omit<SecurityGroupRule, 'id' | 'tags'>): string =>
  JSON.stringify([egress, protocol, from ?? null, to ?? null, Object.values(peer)[0]]);

/** A rule as AWS's errors tell it. */
export function ruleText({
  protocol,
  from,
  to,
  peer,
}: Omit<SecurityGroupRule, 'id' | 'tags'>): string {
  const ports = from === undefined ? '' : `, from port: ${from}, to port: ${to}`;
  return `peer: ${Object.values(peer)[0]}, ${protocol === '-1' ? 'ALL' : protocol.toUpperCase()}${ports}, ALLOW`;
}

export const newRule = (
  ids: Ids,
  rule: Omit<SecurityGroupRule, 'id' | 'tags'>,
  tags: TagMap,
): SecurityGroupRule => ({ ...rule, id: newId(ids, 'sgr'), tags });

export const shownRule = (
  rule: SecurityGroupRule,
  group: SecurityGroup,
  context: RequestContext,
): RuleShape => ({
  SecurityGroupRuleId: rule.id,
  SecurityGroupRuleArn: arnOf(context, 'security-group-rule', rule.id),
  GroupId: group.id,
  GroupOwnerId: context.account,
  IsEgress: rule.egress,
  IpProtocol: rule.protocol,
  FromPort: rule.from ?? -1,
  ToPort: rule.to ?? -1,
  CidrIpv4: 'cidr' in rule.peer ? rule.peer.cidr : undefined,
  CidrIpv6: 'cidr6' in rule.peer ? rule.peer.cidr6 : undefined,
  ReferencedGroupInfo:
    'groupId' in rule.peer ? { GroupId: rule.peer.groupId, UserId: context.account } : undefined,
  Description: rule.description,
  Tags: tagList(rule.tags),
});

export const shownGroup = (group: SecurityGroup, context: RequestContext): GroupShape => ({
  GroupId: group.id,
  GroupName: group.name,
  Description: group.description,
  VpcId: group.vpcId,
  OwnerId: context.account,
  SecurityGroupArn: arnOf(context, 'security-group', group.id),
  IpPermissions: permissions(
    group.rules.filter(({ egress }) => !egress),
    context,
  ),
  IpPermissionsEgress: permissions(
    group.rules.filter(({ egress }) => egress),
    context,
  ),
  Tags: tagList(group.tags),
});

/** Rules of the same protocol and ports stand together, as AWS shows them. */
function permissions(
  rules: readonly SecurityGroupRule[],
  { account: UserId }: RequestContext,
): IpPermission[] {
  const sets = Map.groupBy(rules, ({ protocol, from, to }) =>
    JSON.stringify([protocol, from ?? null, to ?? null]),
  );
  return [...sets.values()].map((set) => ({
    IpProtocol: set[0]?.protocol,
    FromPort: set[0]?.from,
    ToPort: set[0]?.to,
    IpRanges: set.flatMap(({ peer, description: Description }) =>
      'cidr' in peer ? [{ CidrIp: peer.cidr, Description }] : [],
    ),
    Ipv6Ranges: set.flatMap(({ peer, description: Description }) =>
      'cidr6' in peer ? [{ CidrIpv6: peer.cidr6, Description }] : [],
    ),
    UserIdGroupPairs: set.flatMap(({ peer, description: Description }) =>
      'groupId' in peer ? [{ GroupId: peer.groupId, UserId, Description }] : [],
    ),
    PrefixListIds: [],
  }));
}
