// Who calls, as policies with principals name callers, and what a service of AWS's says of itself
// that acts for a resource of somebody's. It judges nobody.

import { partitionOfRegion } from '../../../base/partition.ts';
import type { Principal } from '../../../base/principal.ts';
import type { Asker } from '../../../core/policy/principal.ts';
import type { Conditions } from '../../../wire/operation.ts';

export const askerOf = (principal: Principal, region: string): Asker =>
  principal.kind === 'service'
    ? { kind: 'service', names: serviceNames(principal.arn, region) }
    : {
        kind: 'aws',
        account: principal.account,
        arn: principal.arn,
        roleArn: principal.session?.roleArn,
      };

/** A service's names: in some partitions it has another one besides. */
export const serviceNames = (name: string, region: string): readonly string[] => [
  ...new Set([name, name.replace(/amazonaws\.com$/, partitionOfRegion(region).dnsSuffix)]),
];

/** A service that acts for a resource. */
interface Acting {
  /** E.g. `events.amazonaws.com`. */
  readonly name: string;
  readonly sourceArn: string | undefined;
  /** The resource's. */
  readonly account: string;
}

export const serviceConditions = (
  { name, sourceArn, account }: Acting,
  region: string,
): Conditions => ({
  'aws:SourceAccount': account,
  ...(sourceArn !== undefined && { 'aws:SourceArn': sourceArn }),
  'aws:PrincipalIsAWSService': 'true',
  'aws:PrincipalServiceName': name,
  'aws:PrincipalServiceNamesList': serviceNames(name, region),
});
