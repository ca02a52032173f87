// What the AWS Batch user guide tells its readers to make in a cluster and of it, in its chapter
// "Getting started with AWS Batch on Amazon EKS", as the chapter names and values have it. Only
// what its readers have to fill in is filled in, and rules are in JSON, which kubectl takes too.

const rbac = 'rbac.authorization.k8s.io';

export const guideNamespace = 'my-aws-batch-namespace';

/** Who AWS Batch is to the cluster. */
export const guideUser = 'aws-batch';

/** Step 1: the namespace, as `kubectl create -f -` gets it. */
export const guideNamespaceObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: guideNamespace, labels: { name: guideNamespace } },
};

const look = ['get', 'list', 'watch'];
const rule = (group: string, resources: readonly string[], verbs: readonly string[]) => ({
  apiGroups: [group],
  resources,
  verbs,
});
const bound = (kind: 'ClusterRole' | 'Role', name: string) => ({
  subjects: [{ kind: 'User', name: guideUser, apiGroup: rbac }],
  roleRef: { kind, name, apiGroup: rbac },
});

/** Step 1: what AWS Batch may look at everywhere, once for each cluster. */
export const guideClusterRules = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'aws-batch-cluster-role' },
      rules: [
        rule('', ['namespaces'], ['get']),
        rule('', ['nodes'], look),
        rule('', ['pods'], look),
        rule('', ['configmaps'], look),
        rule('apps', ['daemonsets', 'deployments', 'statefulsets', 'replicasets'], look),
        rule(rbac, ['clusterroles', 'clusterrolebindings'], ['get', 'list']),
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'aws-batch-cluster-role-binding' },
      ...bound('ClusterRole', 'aws-batch-cluster-role'),
    },
  ],
};

/** Step 1: what it may do where its pods are, once for each namespace. */
export const guideNamespaceRules = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: 'aws-batch-compute-environment-role', namespace: guideNamespace },
      rules: [
        rule('', ['pods'], ['create', 'get', 'list', 'watch', 'delete', 'patch']),
        rule('', ['serviceaccounts'], ['get', 'list']),
        rule(rbac, ['roles', 'rolebindings'], ['get', 'list']),
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'aws-batch-compute-environment-role-binding', namespace: guideNamespace },
      ...bound('Role', 'aws-batch-compute-environment-role'),
    },
  ],
};

/** Step 2: batch-eks-compute-environment.json. */
export const guideEnvironment = (eksClusterArn: string, subnet: string, group: string) => ({
  computeEnvironmentName: 'My-Eks-CE1',
  type: 'MANAGED',
  state: 'ENABLED',
  eksConfiguration: { eksClusterArn, kubernetesNamespace: guideNamespace },
  computeResources: {
    type: 'EC2',
    allocationStrategy: 'BEST_FIT_PROGRESSIVE',
    minvCpus: 0,
    maxvCpus: 128,
    instanceTypes: ['m5'],
    subnets: [subnet],
    securityGroupIds: [group],
    instanceRole: 'eksInstanceRole',
  },
});

/** Step 3: batch-eks-job-queue.json. */
export const guideQueue = {
  jobQueueName: 'My-Eks-JQ1',
  priority: 10,
  computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'My-Eks-CE1' }],
};

/** Step 4: batch-eks-job-definition.json. */
export const guideDefinition = {
  jobDefinitionName: 'MyJobOnEks_Sleep',
  type: 'container',
  eksProperties: {
    podProperties: {
      hostNetwork: true,
      containers: [
        {
          image: 'public.ecr.aws/amazonlinux/amazonlinux:2',
          command: ['sleep', '60'],
          resources: { limits: { cpu: '1', memory: '1024Mi' } },
        },
      ],
    },
  },
};

/** The last step: submit-job-override.json. */
export const guideOverride = {
  jobName: 'EksWithOverrides',
  jobQueue: 'My-Eks-JQ1',
  jobDefinition: 'MyJobOnEks_Sleep',
  eksPropertiesOverride: {
    podProperties: {
      containers: [{ command: ['/bin/sh'], args: ['-c', 'echo hello world'] }],
    },
  },
};
