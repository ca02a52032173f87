// The operations of EC2 that are built, by AWS's name: what compute environments name, and what
// tutorials and Terraform make on the way to them.

import type { OperationTable } from '../../wire/operation.ts';
import { allocateAddress } from './network/allocate-address.ts';
import { attachInternetGateway } from './network/attach-internet-gateway.ts';
import {
  authorizeSecurityGroupIngress,
  authorizeSecurityGroupEgress,
} from './network/authorize.ts';
import { createImage } from './image/create-image.ts';
import { createInternetGateway } from './network/create-internet-gateway.ts';
import { createKeyPair } from './instance/create-key-pair.ts';
import { createLaunchTemplateVersion } from './launch-template/create-launch-template-version.ts';
import { createLaunchTemplate } from './launch-template/create-launch-template.ts';
import { createNatGateway } from './network/create-nat-gateway.ts';
import { createPlacementGroup } from './instance/create-placement-group.ts';
import { createRouteTable } from './network/create-route-table.ts';
import { createSecurityGroup } from './network/create-security-group.ts';
import { createSubnet } from './network/create-subnet.ts';
import { createVpc } from './network/create-vpc.ts';
import { deleteInternetGateway } from './network/delete-internet-gateway.ts';
import { deleteKeyPair } from './instance/delete-key-pair.ts';
import { deleteLaunchTemplateVersions } from './launch-template/delete-launch-template-versions.ts';
import { deleteLaunchTemplate } from './launch-template/delete-launch-template.ts';
import { deleteNatGateway } from './network/delete-nat-gateway.ts';
import { deletePlacementGroup } from './instance/delete-placement-group.ts';
import { deleteRouteTable } from './network/delete-route-table.ts';
import { deleteSecurityGroup } from './network/delete-security-group.ts';
import { deleteSubnet } from './network/delete-subnet.ts';
import { deleteVpc } from './network/delete-vpc.ts';
import type { Ec2Deps } from './deps.ts';
import { deregisterImage } from './image/deregister-image.ts';
import { describeAccountAttributes } from './describe-account-attributes.ts';
import { describeAddressesAttribute } from './network/describe-addresses-attribute.ts';
import { describeAddresses } from './network/describe-addresses.ts';
import { describeAvailabilityZones } from './network/describe-availability-zones.ts';
import { describeImages } from './image/describe-images.ts';
import { describeInstanceTypeOfferings } from './instance/describe-instance-type-offerings.ts';
import { describeInstanceTypes } from './instance/describe-instance-types.ts';
import { describeInstanceAttribute } from './instance/describe-instance-attribute.ts';
import { describeInstanceCreditSpecifications } from './instance/describe-instance-credit-specifications.ts';
import { describeVolumes } from './instance/describe-volumes.ts';
import { modifyInstanceAttribute } from './instance/modify-instance-attribute.ts';
import { describeInstanceStatus } from './instance/describe-instance-status.ts';
import { describeInstances } from './instance/describe-instances.ts';
import { describeInternetGateways } from './network/describe-internet-gateways.ts';
import { describeKeyPairs } from './instance/describe-key-pairs.ts';
import { describeLaunchTemplateVersions } from './launch-template/describe-launch-template-versions.ts';
import { describeLaunchTemplates } from './launch-template/describe-launch-templates.ts';
import { describeNatGateways } from './network/describe-nat-gateways.ts';
import { describeNetworkAcls } from './network/describe-network-acls.ts';
import { describeNetworkInterfaces } from './network/describe-network-interfaces.ts';
import { describePlacementGroups } from './instance/describe-placement-groups.ts';
import { describeRegions } from './network/describe-regions.ts';
import { describeRouteTables } from './network/describe-route-tables.ts';
import { describeSecurityGroupRules } from './network/describe-security-group-rules.ts';
import { describeSecurityGroups } from './network/describe-security-groups.ts';
import { describeSubnets } from './network/describe-subnets.ts';
import { describeVpcAttribute } from './network/describe-vpc-attribute.ts';
import { describeVpcs } from './network/describe-vpcs.ts';
import { detachInternetGateway } from './network/detach-internet-gateway.ts';
import { importKeyPair } from './instance/import-key-pair.ts';
import { modifyLaunchTemplate } from './launch-template/modify-launch-template.ts';
import { modifySubnetAttribute } from './network/modify-subnet-attribute.ts';
import { modifyVpcAttribute } from './network/modify-vpc-attribute.ts';
import { registerImage } from './image/register-image.ts';
import { releaseAddress } from './network/release-address.ts';
import { revokeSecurityGroupIngress, revokeSecurityGroupEgress } from './network/revoke.ts';
import {
  associateRouteTable,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from './network/route-table-associations.ts';
import { createRoute, replaceRoute, deleteRoute } from './network/routes.ts';
import { rebootInstances } from './instance/reboot-instances.ts';
import { runInstances } from './instance/run-instances.ts';
import { startInstances } from './instance/start-instances.ts';
import { stopInstances } from './instance/stop-instances.ts';
import { terminateInstances } from './instance/terminate-instances.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';

export const ec2Operations: OperationTable<Ec2Deps> = {
  AllocateAddress: allocateAddress,
  AssociateRouteTable: associateRouteTable,
  AttachInternetGateway: attachInternetGateway,
  AuthorizeSecurityGroupEgress: authorizeSecurityGroupEgress,
  AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
  CreateImage: createImage,
  CreateInternetGateway: createInternetGateway,
  CreateKeyPair: createKeyPair,
  CreateLaunchTemplate: createLaunchTemplate,
  CreateLaunchTemplateVersion: createLaunchTemplateVersion,
  CreateNatGateway: createNatGateway,
  CreatePlacementGroup: createPlacementGroup,
  CreateRoute: createRoute,
  CreateRouteTable: createRouteTable,
  CreateSecurityGroup: createSecurityGroup,
  CreateSubnet: createSubnet,
  CreateTags: createTags,
  CreateVpc: createVpc,
  DeleteInternetGateway: deleteInternetGateway,
  DeleteKeyPair: deleteKeyPair,
  DeleteLaunchTemplate: deleteLaunchTemplate,
  DeleteLaunchTemplateVersions: deleteLaunchTemplateVersions,
  DeleteNatGateway: deleteNatGateway,
  DeletePlacementGroup: deletePlacementGroup,
  DeleteRoute: deleteRoute,
  DeleteRouteTable: deleteRouteTable,
  DeleteSecurityGroup: deleteSecurityGroup,
  DeleteSubnet: deleteSubnet,
  DeleteTags: deleteTags,
  DeleteVpc: deleteVpc,
  DeregisterImage: deregisterImage,
  DescribeAccountAttributes: describeAccountAttributes,
  DescribeAddresses: describeAddresses,
  DescribeAddressesAttribute: describeAddressesAttribute,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeImages: describeImages,
  DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeInstanceAttribute: describeInstanceAttribute,
  DescribeInstanceCreditSpecifications: describeInstanceCreditSpecifications,
  DescribeVolumes: describeVolumes,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstances: describeInstances,
  DescribeInternetGateways: describeInternetGateways,
  DescribeKeyPairs: describeKeyPairs,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeNatGateways: describeNatGateways,
  DescribeNetworkAcls: describeNetworkAcls,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DescribePlacementGroups: describePlacementGroups,
  DescribeRegions: describeRegions,
  DescribeRouteTables: describeRouteTables,
  DescribeSecurityGroupRules: describeSecurityGroupRules,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSubnets: describeSubnets,
  DescribeTags: describeTags,
  DescribeVpcAttribute: describeVpcAttribute,
  DescribeVpcs: describeVpcs,
  DetachInternetGateway: detachInternetGateway,
  DisassociateRouteTable: disassociateRouteTable,
  ImportKeyPair: importKeyPair,
  ModifyLaunchTemplate: modifyLaunchTemplate,
  ModifySubnetAttribute: modifySubnetAttribute,
  ModifyVpcAttribute: modifyVpcAttribute,
  RebootInstances: rebootInstances,
  RegisterImage: registerImage,
  ReleaseAddress: releaseAddress,
  ReplaceRoute: replaceRoute,
  ReplaceRouteTableAssociation: replaceRouteTableAssociation,
  RevokeSecurityGroupEgress: revokeSecurityGroupEgress,
  RevokeSecurityGroupIngress: revokeSecurityGroupIngress,
  RunInstances: runInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
};
