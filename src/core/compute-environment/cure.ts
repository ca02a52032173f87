// What makes an INVALID compute environment VALID again, as commands to paste. Words for people; no
// state rests on it.

import { roleArnForm } from '../arn.ts';
import {
  clusterArnOf,
  fixedBecause,
  isManagedInstances,
  type ComputeEnvironment,
} from './compute-environment.ts';
import { clusterProblem } from './eks.ts';
import { launchedResources } from './managed-instances.ts';
import {
  absentProblem,
  assumeRoleProblem,
  fleetRoleProblem,
  infrastructureRoleProblem,
  namedIn,
} from './references.ts';

export function cureOf(environment: ComputeEnvironment): string[] {
  const { name, serviceRole, computeResources, problem, statusReason } = environment;
  const update = `aws batch update-compute-environment --compute-environment ${name}`;
  const lookAgain = `${update} --state ENABLED`;
  // It was to be deleted, and is in use.
  if (problem === undefined)
    return [
      `keep compute environment ${name}: ${lookAgain}`,
      'or end what uses it, and delete it again',
    ];
  const clusterArn = clusterArnOf(environment);
  if (clusterArn !== undefined && problem === clusterProblem(clusterArn, []))
    return [
      `start the server with --cluster ${clusterArn}=CONTEXT, a context of the kubeconfig, and have the environment looked at again: ${lookAgain}`,
    ];
  if (problem.startsWith(assumeRoleProblem))
    return [
      `name a service role that AWS Batch may assume, in place of ${serviceRole}: ${update} --service-role ROLE`,
      ...createRole(serviceRole, 'batch.amazonaws.com', lookAgain),
    ];
  if (problem.startsWith(fleetRoleProblem)) {
    const role = computeResources?.spotIamFleetRole ?? '';
    const created = createRole(role, 'spotfleet.amazonaws.com', lookAgain).map((text) =>
      text.slice('or '.length),
    );
    return [
      ...created,
      `${created.length > 0 ? 'or ' : ''}make compute environment ${name} anew with another spotIamFleetRole than ${role}: no update can change it`,
    ];
  }
  const infrastructure = computeResources?.managedInstancesProvider?.infrastructureRoleArn;
  if (infrastructure !== undefined && problem === infrastructureRoleProblem(infrastructure))
    return [
      `name another infrastructureRoleArn than ${infrastructure}, of a role that ecs.amazonaws.com may assume: ${update} --compute-resources ${provider}`,
      ...createRole(infrastructure, 'ecs.amazonaws.com', lookAgain),
    ];
  for (const { what, member, names } of computeResources === undefined
    ? []
    : namedIn(launchedResources(computeResources))) {
    for (const absent of names)
      if (problem === absentProblem(what, absent))
        return absentCures(environment, what, member, absent, update);
  }
  return [
    `update compute environment ${name}: ${statusReason ?? problem}`,
    `when what it names is there, have it looked at again: ${lookAgain}`,
  ];
}

/** What it is launched with stands in one member. */
const provider = `'{"managedInstancesProvider": …}'`;

/** Where the ARN is none, no role can be made that it names. */
const createRole = (role: string, service: string, lookAgain: string): string[] =>
  roleArnForm.test(role)
    ? [
        `or create role ${role.slice(role.lastIndexOf('/') + 1)} so that ${service} may assume it (aws iam create-role), and have it looked at again: ${lookAgain}`,
      ]
    : [];

function absentCures(
  environment: ComputeEnvironment,
  what: string,
  member: string,
  absent: string,
  update: string,
): string[] {
  const fixed = fixedBecause(environment);
  const change = isManagedInstances(environment) ? provider : `${member}=NAME`;
  const another =
    fixed === undefined
      ? `name another ${what} than ${absent}: ${update} --compute-resources ${change}`
      : `make compute environment ${environment.name} anew with another ${what} than ${absent}: no update can change it, for ${fixed}`;
  return [another, `or create ${absent}, and have it looked at again: ${update} --state ENABLED`];
}
