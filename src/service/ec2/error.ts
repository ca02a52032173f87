// The errors of EC2 by AWS's codes (EC2 API reference, Error codes), and their texts, once.
// Terraform, waiters and scripts match on the codes.

import { never } from '../../base/assert.ts';
import type { Refusal } from '../../base/refusal.ts';
import { AwsError } from '../../wire/aws-error.ts';

const error = (code: string, message: string, status = 400): AwsError =>
  new AwsError(code, status, message);

/** A core refusal as EC2 answers it. */
export function fromRefusal(refusal: Refusal): AwsError {
  switch (refusal.refusal) {
    case 'not-found':
    case 'invalid':
    case 'conflict':
      return error('InvalidParameterValue', refusal.message);
    case 'limit':
      return error('InstanceLimitExceeded', refusal.message);
    case 'busy':
      return error('RequestLimitExceeded', refusal.message, 503);
    default:
      return never(refusal.refusal);
  }
}

export const invalidValue = (message: string): AwsError => error('InvalidParameterValue', message);
/** A value that is wrong in itself, in AWS's words. */
export const invalidParameter = (name: string, value: string | number, why: string): AwsError =>
  invalidValue(`Value (${value}) for parameter ${name} is invalid. ${why}`);
export const invalidCombination = (message: string): AwsError =>
  error('InvalidParameterCombination', message);
export const parameterMismatch = (): AwsError =>
  error(
    'IdempotentParameterMismatch',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  );
export const missing = (name: string): AwsError =>
  error('MissingParameter', `The request must contain the parameter ${name}`);
/** A member that is known and cannot be honoured: refused rather than forgotten. */
export const notSupported = (name: string): AwsError =>
  error('UnsupportedOperation', `${name} is not supported by Longshore yet`);
export const dryRun = (): AwsError =>
  error('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
export const dependency = (what: string, id: string): AwsError =>
  error('DependencyViolation', `The ${what} '${id}' has dependencies and cannot be deleted.`);
export const dependentObject = (id: string): AwsError =>
  error('DependencyViolation', `resource ${id} has a dependent object`);

export const noVpc = (id: string): AwsError =>
  error('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
export const noSubnet = (id: string): AwsError =>
  error('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
export const noGroup = (idOrName: string): AwsError =>
  error('InvalidGroup.NotFound', `The security group '${idOrName}' does not exist`);
export const noRule = (id: string): AwsError =>
  error('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`);
export const noInternetGateway = (id: string): AwsError =>
  error('InvalidInternetGatewayID.NotFound', `The internetGateway ID '${id}' does not exist`);
export const noGateway = (id: string): AwsError =>
  error('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`);
export const noNatGateway = (id: string): AwsError =>
  error('NatGatewayNotFound', `NAT gateway ${id} was not found`);
export const noAllocation = (id: string): AwsError =>
  error('InvalidAllocationID.NotFound', `The allocation ID '${id}' does not exist`);
export const noAddress = (ip: string): AwsError =>
  error('InvalidAddress.NotFound', `Address '${ip}' not found.`);
export const noRouteTable = (id: string): AwsError =>
  error('InvalidRouteTableID.NotFound', `The routeTable ID '${id}' does not exist`);
export const noAssociation = (id: string): AwsError =>
  error('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);
export const noRoute = (cidr: string, table: string): AwsError =>
  error(
    'InvalidRoute.NotFound',
    `no route with destination-cidr-block ${cidr} in route table ${table}`,
  );
export const instanceLimitExceeded = (more: number, limit: number): AwsError =>
  error(
    'InstanceLimitExceeded',
    `You have requested more instances (${more}) than your current instance limit of ${limit} allows for the specified instance type. Start the server with a larger --instance-limit.`,
  );
export const noKeyPair = (name: string): AwsError =>
  error('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
export const noPlacementGroup = (name: string): AwsError =>
  error('InvalidPlacementGroup.Unknown', `The Placement Group '${name}' is unknown.`);
export const insufficientAddresses = (id: string): AwsError =>
  error(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${id}' to satisfy the requested number of instances.`,
  );
export const noNetworkInterface = (id: string): AwsError =>
  error('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`);
export const noNetworkAcl = (id: string): AwsError =>
  error('InvalidNetworkAclID.NotFound', `The networkAcl ID '${id}' does not exist`);
export const noResource = (id: string): AwsError =>
  error('InvalidID', `The ID '${id}' is not valid`);

export const noTemplateId = (id: string): AwsError =>
  error(
    'InvalidLaunchTemplateId.NotFound',
    `The specified launch template, with template ID ${id}, does not exist.`,
  );
export const noTemplateName = (name: string): AwsError =>
  error(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );
export const noTemplateVersion = (version: string, id: string): AwsError =>
  error(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template with ID ${id}.`,
  );

export const noInstanceTypes = (names: readonly string[]): AwsError =>
  error(
    'InvalidInstanceType',
    `The following supplied instance types do not exist: [${names.join(', ')}]`,
  );
export const noVolume = (id: string): AwsError =>
  error('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
export const noInstance = (id: string): AwsError =>
  error('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
export const instanceIdMalformed = (id: string): AwsError =>
  error('InvalidInstanceID.Malformed', `Invalid id: "${id.slice(0, 64)}" (expecting "i-...")`);
export const incorrectInstanceState = (id: string, what: string): AwsError =>
  error(
    'IncorrectInstanceState',
    `The instance '${id}' is not in a state from which it can be ${what}.`,
  );
export const notYourInstance = (id: string): AwsError =>
  error(
    'UnsupportedOperation',
    `Instance ${id} was launched by a compute environment: images are made of instances of RunInstances`,
  );
export const managedTags = (id: string): AwsError =>
  error(
    'UnsupportedOperation',
    `Instance ${id} was not launched by RunInstances: those of a compute environment have the tags of its computeResources`,
  );
export const spotCannotStop = (id: string): AwsError =>
  error(
    'UnsupportedOperation',
    `You can't stop the Spot Instance '${id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
  );
export const noImage = (id: string): AwsError =>
  error('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
export const imageIdMalformed = (id: string): AwsError =>
  error('InvalidAMIID.Malformed', `Invalid id: "${id.slice(0, 64)}" (expecting "ami-...")`);
export const imageNotYours = (id: string): AwsError =>
  error('AuthFailure', `Not authorized for image:${id}`, 403);
export const imageNameMalformed = (name: string): AwsError =>
  error(
    'InvalidAMIName.Malformed',
    `AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_': ${name.slice(0, 64)}`,
  );
export const imageNameTaken = (name: string, id: string): AwsError =>
  error('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${id}`);
export const noSnapshot = (id: string): AwsError =>
  error('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
export const invalidDevice = (why: string): AwsError => error('InvalidBlockDeviceMapping', why);
export const malformedTemplateId = (id: string): AwsError =>
  error(
    'InvalidLaunchTemplateId.Malformed',
    `Invalid id: "${id.slice(0, 64)}" (expecting "lt-...")`,
  );
export const malformedTemplateName = (name: string): AwsError =>
  error(
    'InvalidLaunchTemplateName.MalformedException',
    `The launch template name '${name.slice(0, 64)}' is not valid: 3 to 128 letters, digits and ().-/_`,
  );
export const launchTemplateExists = (): AwsError =>
  error('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.');
export const invalidUserData = (message: string): AwsError =>
  error('InvalidUserData.Malformed', message);
export const versionLimit = (most: number): AwsError =>
  error('VersionLimitExceeded', `A launch template has at most ${most} versions`);
export const groupExists = (name: string, vpc: string): AwsError =>
  error('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpc}'`);
export const keyPairExists = (name: string): AwsError =>
  error('InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`);
export const placementGroupExists = (name: string): AwsError =>
  error('InvalidPlacementGroup.Duplicate', `The Placement Group '${name}' already exists.`);
export const defaultGroupStays = (id: string): AwsError =>
  error('CannotDelete', `the specified group: "${id}" name: "default" cannot be deleted by a user`);
export const rangeInvalid = (what: 'Vpc' | 'Subnet', cidr: string): AwsError =>
  error(`Invalid${what}.Range`, `The CIDR '${cidr}' is invalid.`);
export const subnetConflict = (cidr: string): AwsError =>
  error('InvalidSubnet.Conflict', `The CIDR '${cidr}' conflicts with another subnet`);
export const ruleExists = (rule: string): AwsError =>
  error('InvalidPermission.Duplicate', `the specified rule "${rule}" already exists`);
export const ruleNotThere = (): AwsError =>
  error('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
export const ruleLimit = (most: number): AwsError =>
  error(
    'RulesPerSecurityGroupLimitExceeded',
    `The maximum number of rules per security group has been reached: ${most}`,
  );
export const alreadyAttached = (gateway: string, vpc: string): AwsError =>
  error('Resource.AlreadyAssociated', `resource ${gateway} is already attached to network ${vpc}`);
export const vpcHasGateway = (vpc: string): AwsError =>
  error('InvalidParameterValue', `Network ${vpc} already has an internet gateway attached`);
export const notAttached = (gateway: string, vpc: string): AwsError =>
  error('Gateway.NotAttached', `resource ${gateway} is not attached to network ${vpc}`);
export const mappedAddresses = (vpc: string): AwsError =>
  error(
    'DependencyViolation',
    `Network ${vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
  );
export const addressInUse = (ip: string): AwsError =>
  error('InvalidIPAddress.InUse', `Address ${ip} is in use.`);
export const addressAssociated = (id: string): AwsError =>
  error('Resource.AlreadyAssociated', `Elastic IP address [${id}] is already associated`);
export const addressesUsedUp = (): AwsError =>
  error('InsufficientAddressCapacity', 'There is no address left to allocate.');
export const subnetAssociated = (id: string): AwsError =>
  error(
    'Resource.AlreadyAssociated',
    `the specified association for subnet ${id} conflicts with an existing association`,
  );
export const routeExists = (cidr: string): AwsError =>
  error('RouteAlreadyExists', `The route identified by ${cidr} already exists.`);
export const tagLimit = (): AwsError =>
  error('TagLimitExceeded', 'Your tag set size exceeds 50 tags for the resource');
export const invalidKey = (why: string): AwsError => error('InvalidKey.Format', why);
