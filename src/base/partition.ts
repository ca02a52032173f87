// AWS's partitions: which one a region belongs to, and what that says in ARNs and DNS names. The
// table is the SDKs' own, which its test compares; nothing else may spell a partition out. A region
// that no partition knows, one of the user's own, counts to the first.

interface Partition {
  /** The second part of its ARNs. */
  readonly id: string;
  /** The end of its DNS names and of some service principals. */
  readonly dnsSuffix: string;
  readonly regions: RegExp;
}

const standard: Partition = {
  id: 'aws',
  dnsSuffix: 'amazonaws.com',
  regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/,
};

/** The standard one first. */
const partitions: readonly Partition[] = [
  standard,
  { id: 'aws-cn', dnsSuffix: 'amazonaws.com.cn', regions: /^cn-\w+-\d+$/ },
  { id: 'aws-eusc', dnsSuffix: 'amazonaws.eu', regions: /^eusc-(de)-\w+-\d+$/ },
  { id: 'aws-iso', dnsSuffix: 'c2s.ic.gov', regions: /^us-iso-\w+-\d+$/ },
  { id: 'aws-iso-b', dnsSuffix: 'sc2s.sgov.gov', regions: /^us-isob-\w+-\d+$/ },
  { id: 'aws-iso-e', dnsSuffix: 'cloud.adc-e.uk', regions: /^eu-isoe-\w+-\d+$/ },
  { id: 'aws-iso-f', dnsSuffix: 'csp.hci.ic.gov', regions: /^us-isof-\w+-\d+$/ },
  { id: 'aws-us-gov', dnsSuffix: 'amazonaws.com', regions: /^us-gov-\w+-\d+$/ },
];

const known = new Map<string, Partition>();
/** Callers choose the names: no more than these are remembered. */
const mostKnown = 1_000;

export function partitionOfRegion(region: string): Partition {
  const remembered = known.get(region);
  if (remembered !== undefined) return remembered;
  const found = partitions.find(({ regions }) => regions.test(region)) ?? standard;
  if (known.size < mostKnown) known.set(region, found);
  return found;
}

/** Its id: clients split ARNs and compare this part. */
export const partitionOf = (region: string): string => partitionOfRegion(region).id;

/** A pattern's text for the partition of an ARN, for those who read ARNs. */
export const partitionPattern = partitions.map(({ id }) => id).join('|');

/**
 * Whether a text can be the name of a region: letters, digits and hyphens. Which regions there are,
 * only AWS knows; users have names of their own.
 */
export const isRegion = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(text);
