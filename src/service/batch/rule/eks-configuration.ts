// `eksConfiguration` of compute environments: the forms of its members (the model's documentation
// of EksConfiguration and EksAccessEntry). Whether there is such a cluster is core's question.

import type { EksAccessEntry, EksConfiguration } from '@aws-sdk/client-batch';
import { clusterArnForm } from '../../../core/arn.ts';
import { given, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const where = 'eksConfiguration';

const namespaceForm = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** `member`: what it is called. */
export function checkNamespace(namespace: string, member: string): void {
  if (namespace === 'default' || namespace.startsWith('kube') || namespace.length > 63)
    throw invalid(
      `${member} must have fewer than 64 characters, must not be default and must not start with kube; it is ${JSON.stringify(namespace.slice(0, 64))}`,
    );
  matches(namespace, namespaceForm, member, `a DNS label: ${namespaceForm.source}`);
}

export function checkEksConfiguration({
  eksClusterArn,
  kubernetesNamespace,
  accessEntry,
}: EksConfiguration): void {
  matches(
    given(eksClusterArn, `${where}.eksClusterArn`),
    clusterArnForm,
    `${where}.eksClusterArn`,
    'the ARN of an EKS cluster, such as arn:aws:eks:us-east-1:123456789012:cluster/ClusterForBatch',
  );
  const namespace = given(kubernetesNamespace, `${where}.kubernetesNamespace`);
  checkNamespace(namespace, `${where}.kubernetesNamespace`);
  checkAccessEntry(accessEntry);
}

const states = {
  ENABLED: 'ENABLED',
  DISABLED: 'DISABLED',
  INHERIT_FROM_CLUSTER: 'INHERIT_FROM_CLUSTER',
} as const;

export function checkAccessEntry(entry: EksAccessEntry | undefined): void {
  oneOf(states, entry?.desiredState || undefined, `${where}.accessEntry.desiredState`);
}
