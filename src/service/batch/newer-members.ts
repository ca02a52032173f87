// Members of AWS Batch's API that AWS's models have by now (botocore 1.44.8) and the schemas of the
// JavaScript SDK have not yet: put into the SDK's schemas, in its own form, where it lacks them.
// They are asked of every server by clients of other languages, and what is not described would be
// dropped: a job that gives up capabilities would keep them. Their types are
// core/newer-members.ts. It describes nothing that the SDK describes itself.

import {
  EksConfiguration$,
  EksContainerSecurityContext$,
  EksPodProperties$,
  EksPodPropertiesDetail$,
  UpdateComputeEnvironmentRequest$,
} from '@aws-sdk/client-batch';
import type {} from '../../core/newer-members.ts';
import type { SchemaRef } from '../../wire/schema.ts';

const namespace = 'com.amazonaws.batch';
const text = 0;
const number = 1;
const boolean = 2;
const texts = 64;

/** A structure in the SDK's form; those members that are required come first. */
const structure = (
  name: string,
  members: Readonly<Record<string, SchemaRef>>,
  required = 0,
): SchemaRef =>
  [
    3,
    namespace,
    name,
    0,
    Object.keys(members),
    Object.values(members),
    required,
  ] as unknown as SchemaRef;

const accessEntry = structure('EksAccessEntry', { desiredState: text, status: text }, 1);
const seccompProfile = structure('EksSeccompProfile', { type: text, localhostProfile: text }, 1);
const capabilities = structure('EksContainerLinuxCapabilities', { add: texts, drop: texts });
const podSecurity = structure('EksPodSecurityContext', {
  runAsUser: number,
  runAsGroup: number,
  runAsNonRoot: boolean,
  seccompProfile,
  fsGroup: number,
});

const additions: readonly (readonly [SchemaRef, string, SchemaRef])[] = [
  [EksConfiguration$, 'accessEntry', accessEntry],
  [
    UpdateComputeEnvironmentRequest$,
    'eksConfiguration',
    structure('EksConfigurationUpdate', { accessEntry }),
  ],
  [EksContainerSecurityContext$, 'capabilities', capabilities],
  [EksContainerSecurityContext$, 'seccompProfile', seccompProfile],
  [EksPodProperties$, 'securityContext', podSecurity],
  [EksPodPropertiesDetail$, 'securityContext', podSecurity],
];

/** Once for the process, before its first request is read; again it changes nothing. */
export function addNewerMembers(): void {
  for (const [schema, member, ref] of additions) {
    const [, , , , names, refs] = schema as unknown as [
      ...[unknown, unknown, unknown, unknown],
      string[],
      SchemaRef[],
    ];
    if (names.includes(member)) continue;
    names.push(member);
    refs.push(ref);
  }
}
