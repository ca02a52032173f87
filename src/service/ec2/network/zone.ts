// Regions and their availability zones. One machine has no zones: they are names that clients
// choose among, as on AWS.

import { partitionOf, partitionOfRegion } from '../../../base/partition.ts';
import type { Ec2View } from '../resources.ts';

/** AWS's regions that need no opting in, which clients list. */
const regions = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'cn-north-1',
  'cn-northwest-1',
  'eusc-de-east-1',
  'us-gov-east-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'us-iso-west-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-east-1',
  'us-isof-south-1',
] as const;

/** Those of the caller's partition. Its own region is always among them, whatever its name. */
export const regionsBeside = (own: string): string[] =>
  [
    ...new Set([...regions.filter((region) => partitionOf(region) === partitionOf(own)), own]),
  ].sort();

export const endpointOf = (region: string): string =>
  `ec2.${region}.${partitionOfRegion(region).dnsSuffix}`;

export interface Zone {
  /** `us-east-1a` */
  readonly name: string;
  /** `use1-az1` */
  readonly id: string;
}

/** The zones of a region: three, but six in the largest. */
export function zonesOf(region: string): readonly Zone[] {
  const short = shortName(region);
  return [...(region === 'us-east-1' ? 'abcdef' : 'abc')].map((letter, index) => ({
    name: region + letter,
    id: `${short}-az${index + 1}`,
  }));
}

/** The zone of a subnet; one that is of elsewhere counts to the first zone. */
export const zoneOfSubnet = (ec2: Ec2View, subnetId: string | undefined, region: string): string =>
  (subnetId === undefined ? undefined : ec2.get('subnet', subnetId)?.zone) ?? `${region}a`;

/** `ap-southeast-2` is `apse2`. */
function shortName(region: string): string {
  const parts = region.split('-');
  const number = parts.at(-1) ?? '';
  const [area = '', ...directions] = parts.slice(0, -1);
  const short = directions.map((direction) =>
    (/^(north|south)(east|west)$/.exec(direction)?.slice(1) ?? [direction])
      .map((word) => word.charAt(0))
      .join(''),
  );
  return area + short.join('') + number;
}
