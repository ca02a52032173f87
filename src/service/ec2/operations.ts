// The operations of EC2 that are built, by AWS's name: what compute environments name, and what
// tutorials and Terraform make on the way to them.

import type { OperationTable } from '../../wire/operation.ts';
import { allocateAddress } from './allocate-address.ts';
import { attachInternetGateway } from './attach-internet-gateway.ts';
import { authorizeSecurityGroupIngress, authorizeSecurityGroupEgress } from './authorize.ts';
import { createImage } from './create-image.ts';
import { createInternetGateway } from './create-internet-gateway.ts';
import { createKeyPair } from './create-key-pair.ts';
import { createLaunchTemplateVersion } from './create-launch-template-version.ts';
import { createLaunchTemplate } from './create-launch-template.ts';
import { createNatGateway } from './create-nat-gateway.ts';
import { createPlacementGroup } from './create-placement-group.ts';
import { createRouteTable } from './create-route-table.ts';
import { createSecurityGroup } from './create-security-group.ts';
import { createSubnet } from './create-subnet.ts';
import { createVpc } from './create-vpc.ts';
import { deleteInternetGateway } from './delete-internet-gateway.ts';
import { deleteKeyPair } from './delete-key-pair.ts';
import { deleteLaunchTemplateVersions } from './delete-launch-template-versions.ts';
import { deleteLaunchTemplate } from './delete-launch-template.ts';
import { deleteNatGateway } from './delete-nat-gateway.ts';
import { deletePlacementGroup } from './delete-placement-group.ts';
import { deleteRouteTable } from './delete-route-table.ts';
import { deleteSecurityGroup } from './delete-security-group.ts';
import { deleteSubnet } from './delete-subnet.ts';
import { deleteVpc } from './delete-vpc.ts';
import type { Ec2Deps } from './deps.ts';
import { deregisterImage } from './deregister-image.ts';
import { describeAccountAttributes } from './describe-account-attributes.ts';
import { describeAddressesAttribute } from './describe-addresses-attribute.ts';
import { describeAddresses } from './describe-addresses.ts';
import { describeAvailabilityZones } from './describe-availability-zones.ts';
import { describeImages } from './describe-images.ts';
import { describeInstanceTypeOfferings } from './describe-instance-type-offerings.ts';
import { describeInstanceTypes } from './describe-instance-types.ts';
import { describeInstanceAttribute } from './describe-instance-attribute.ts';
import { describeInstanceCreditSpecifications } from './describe-instance-credit-specifications.ts';
import { describeVolumes } from './describe-volumes.ts';
import { modifyInstanceAttribute } from './modify-instance-attribute.ts';
import { describeInstanceStatus } from './describe-instance-status.ts';
import { describeInstances } from './describe-instances.ts';
import { describeInternetGateways } from './describe-internet-gateways.ts';
import { describeKeyPairs } from './describe-key-pairs.ts';
import { describeLaunchTemplateVersions } from './describe-launch-template-versions.ts';
import { describeLaunchTemplates } from './describe-launch-templates.ts';
import { describeNatGateways } from './describe-nat-gateways.ts';
import { describeNetworkAcls } from './describe-network-acls.ts';
import { describeNetworkInterfaces } from './describe-network-interfaces.ts';
import { describePlacementGroups } from './describe-placement-groups.ts';
import { describeRegions } from './describe-regions.ts';
import { describeRouteTables } from './describe-route-tables.ts';
import { describeSecurityGroupRules } from './describe-security-group-rules.ts';
import { describeSecurityGroups } from './describe-security-groups.ts';
import { describeSubnets } from './describe-subnets.ts';
import { describeVpcAttribute } from './describe-vpc-attribute.ts';
import { describeVpcs } from './describe-vpcs.ts';
import { detachInternetGateway } from './detach-internet-gateway.ts';
import { importKeyPair } from './import-key-pair.ts';
import { modifyLaunchTemplate } from './modify-launch-template.ts';
import { modifySubnetAttribute } from './modify-subnet-attribute.ts';
import { modifyVpcAttribute } from './modify-vpc-attribute.ts';
import { registerImage } from './register-image.ts';
import { releaseAddress } from './release-address.ts';
import { revokeSecurityGroupIngress, revokeSecurityGroupEgress } from './revoke.ts';
import {
  associateRouteTable,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from './route-table-associations.ts';
import { createRoute, replaceRoute, deleteRoute } from './routes.ts';
import { rebootInstances } from './reboot-instances.ts';
import { runInstances } from './run-instances.ts';
import { startInstances } from './start-instances.ts';
import { stopInstances } from './stop-instances.ts';
import { terminateInstances } from './terminate-instances.ts';
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
