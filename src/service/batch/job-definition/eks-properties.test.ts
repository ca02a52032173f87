// Definitions of jobs on Amazon EKS: what is taken and comes back as it was given, and what AWS's
// rules for pods refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  EksContainer,
  EksPodProperties,
  RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import { Rig } from '../../../../test/house/rig.ts';
import { describeJobDefinitions } from './describe-job-definitions.ts';
import { registerJobDefinition } from './register-job-definition.ts';

const container = (more: Partial<EksContainer> = {}): EksContainer => ({
  image: 'public.ecr.aws/amazonlinux/amazonlinux:2',
  resources: { limits: { cpu: '1', memory: '1024Mi' } },
  ...more,
});

const definition = (
  pod: Partial<EksPodProperties> = {},
  more: Partial<RegisterJobDefinitionCommandInput> = {},
): RegisterJobDefinitionCommandInput => ({
  jobDefinitionName: 'd',
  type: 'container',
  eksProperties: { podProperties: { containers: [container()], ...pod } },
  ...more,
});
const one = (more: Partial<EksContainer>) => definition({ containers: [container(more)] });
const asking = (limits?: Record<string, string>, requests?: Record<string, string>) =>
  one({ resources: { ...(limits && { limits }), ...(requests && { requests }) } });

const nodes = (...pods: Partial<EksPodProperties>[]): RegisterJobDefinitionCommandInput => ({
  jobDefinitionName: 'd',
  type: 'multinode',
  nodeProperties: {
    numNodes: pods.length,
    mainNode: 0,
    nodeRangeProperties: pods.map((pod, index) => ({
      targetNodes: String(index),
      eksProperties: { podProperties: { containers: [container()], ...pod } },
    })),
  },
});

const taken: readonly [string, RegisterJobDefinitionCommandInput][] = [
  ['the least', definition()],
  [
    'the guide’s soft limit of CPUs',
    asking({ memory: '2048Mi' }, { cpu: '0.25', memory: '2048Mi' }),
  ],
  ['more CPUs than asked for', asking({ cpu: '2.50' }, { cpu: '0.5', memory: '4Mi' })],
  ['GPUs', asking({ cpu: '4', memory: '16Mi', 'nvidia.com/gpu': '2' })],
  [
    'everything of a container',
    definition({
      containers: [
        container({
          name: 'main',
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c'],
          args: ['echo $(NAME) $$(OTHER) Ref::input'],
          env: [{ name: 'NAME', value: 'x' }, { name: 'EMPTY', value: '' }, { name: 'NONE' }],
          volumeMounts: [
            { name: 'scratch', mountPath: '/scratch', subPath: 'a/b', readOnly: true },
            { name: 'scratch', mountPath: '/other' },
          ],
          securityContext: {
            runAsUser: 1000,
            runAsGroup: 3000,
            privileged: false,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
            seccompProfile: { type: 'Localhost', localhostProfile: 'profiles/mine.json' },
          },
        }),
        container({ name: 'side' }),
      ],
      initContainers: [
        container({ name: 'first' }),
        { name: 'second', image: 'busybox', command: ['true'] },
      ],
      volumes: [
        { name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '512Mi' } },
        { name: 'disk', emptyDir: {} },
        { name: 'host', hostPath: { path: '/data' } },
        { name: 'key', secret: { secretName: 'key.pem', optional: true } },
        { name: 'claim', persistentVolumeClaim: { claimName: 'claim', readOnly: true } },
      ],
    }),
  ],
  [
    'everything of a pod',
    definition(
      {
        serviceAccountName: 'batch',
        hostNetwork: false,
        dnsPolicy: 'ClusterFirst',
        imagePullSecrets: [{ name: 'registry' }],
        shareProcessNamespace: true,
        metadata: {
          labels: { 'example.com/team': 'blue', empty: '' },
          annotations: { 'example.com/why': 'because of «this»' },
          namespace: 'others',
        },
        securityContext: {
          runAsUser: 0,
          runAsGroup: 0,
          runAsNonRoot: false,
          fsGroup: 2_147_483_647,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
      { parameters: { input: 'a' }, schedulingPriority: 3 },
    ),
  ],
  ['nodes', nodes({}, { metadata: { labels: { a: 'b' } } })],
];

for (const [title, input] of taken)
  test(`RegisterJobDefinition takes ${title}, and it comes back verbatim`, async () => {
    const rig = await Rig.bare();
    await rig.call(registerJobDefinition, input);
    const { jobDefinitions } = await rig.call(describeJobDefinitions, { jobDefinitionName: 'd' });
    const [shown] = jobDefinitions ?? [];
    assert.deepEqual(shown?.eksProperties, input.eksProperties);
    assert.deepEqual(
      shown?.nodeProperties?.nodeRangeProperties?.map((range) => range.eksProperties),
      input.nodeProperties?.nodeRangeProperties?.map((range) => range.eksProperties),
    );
    assert.equal(shown?.containerOrchestrationType, 'EKS');
    assert.equal(shown?.platformCapabilities, undefined);
    assert.equal(shown?.containerProperties, undefined);
  });

const seccomp = (type: string, localhostProfile?: string) =>
  one({ securityContext: { seccompProfile: { type, localhostProfile } } });
const labelled = (labels: Record<string, string>) => definition({ metadata: { labels } });
const annotated = (annotations: Record<string, string>) =>
  definition({ metadata: { annotations } });
const eleven = Array.from({ length: 11 }, (_, index) => container({ name: `c${index}` }));

const wrong: readonly [string, RegisterJobDefinitionCommandInput, RegExp][] = [
  [
    'no pod',
    definition({}, { eksProperties: {} }),
    /eksProperties\.podProperties must be provided/,
  ],
  ['no containers', definition({ containers: undefined }), /containers must be provided/],
  ['an empty list of containers', definition({ containers: [] }), /must have 1 to 10 entries/],
  ['eleven containers', definition({ containers: eleven }), /containers must have 1 to 10 entries/],
  [
    'eleven init containers',
    definition({ initContainers: eleven }),
    /initContainers must have 0 to 10 entries/,
  ],
  [
    'capabilities of a platform',
    definition({}, { platformCapabilities: ['EC2'] }),
    /platformCapabilities must not be specified for a job definition that runs on Amazon EKS/,
  ],
  [
    'tags to propagate',
    definition({}, { propagateTags: true }),
    /propagateTags must not be specified/,
  ],
  [
    'nodes beside the pod',
    definition({}, { type: 'multinode', nodeProperties: nodes({}).nodeProperties }),
    /eksProperties is only for a job definition of type container/,
  ],
  [
    'two containers without a name',
    definition({ containers: [container(), container()] }),
    /unique name; two are called default/,
  ],
  [
    'an init container called as another',
    definition({ initContainers: [container({ name: 'default' })] }),
    /unique name; two are called default/,
  ],
  ['a name in capitals', one({ name: 'Main' }), /containers\[0\]\.name must be/],
  ['a name of 64 characters', one({ name: 'a'.repeat(64) }), /containers\[0\]\.name must be/],
  ['no image', one({ image: '' }), /containers\[0\]\.image must be provided/],
  ['another pull policy', one({ imagePullPolicy: 'Sometimes' }), /imagePullPolicy must be one of/],
  ['a reserved variable', one({ env: [{ name: 'AWS_BATCH_X' }] }), /reserved for variables/],
  ['a variable without a name', one({ env: [{ name: '' }] }), /is not a name of a variable/],
  ['NUL', one({ args: ['\0'] }), /NUL/],
  ['no resources', one({ resources: undefined }), /Container default: resources must specify cpu/],
  ['no memory', asking({ cpu: '1' }), /resources must specify memory in limits or requests/],
  ['no CPU', asking({ memory: '4Mi' }), /resources must specify cpu/],
  ...['100m', '0.1', '0', '1.3', '-1', '1e3', ''].map(
    (cpu): [string, RegisterJobDefinitionCommandInput, RegExp] => [
      `${cpu || 'nothing'} of a CPU`,
      asking({ cpu, memory: '4Mi' }),
      /limits\.cpu must be a multiple of 0\.25/,
    ],
  ),
  ...['1024', '1Gi', '3Mi', '1.5Mi', '1024M'].map(
    (memory): [string, RegisterJobDefinitionCommandInput, RegExp] => [
      `${memory} of memory`,
      asking({ cpu: '1' }, { memory }),
      /requests\.memory must be a whole number of MiB of at least 4/,
    ],
  ),
  [
    'half a GPU',
    asking({ cpu: '1', memory: '4Mi', 'nvidia.com/gpu': '0.5' }),
    /gpu must be a whole/,
  ],
  [
    'another resource',
    asking({ cpu: '1', memory: '4Mi', 'ephemeral-storage': '1Gi' }),
    /none of the resources cpu, memory, nvidia\.com\/gpu/,
  ],
  [
    'a request of CPUs above the limit',
    asking({ cpu: '1', memory: '4Mi' }, { cpu: '2' }),
    /limit of cpu \(1\) must be at least as large as the request \(2\)/,
  ],
  [
    'a request of memory below the limit',
    asking({ cpu: '1', memory: '8Mi' }, { memory: '4Mi' }),
    /limit of memory \(8Mi\) must be equal to the request \(4Mi\)/,
  ],
  [
    'a request of GPUs below the limit',
    asking({ cpu: '1', memory: '8Mi', 'nvidia.com/gpu': '2' }, { 'nvidia.com/gpu': '1' }),
    /limit of nvidia\.com\/gpu \(2\) must be equal/,
  ],
  ['another DNS policy', definition({ dnsPolicy: 'None' }), /dnsPolicy must be one of/],
  ['a pull secret without a name', definition({ imagePullSecrets: [{ name: '' }] }), /\[0\]\.name/],
  ['an account in capitals', definition({ serviceAccountName: 'Batch' }), /serviceAccountName/],
  [
    'a mount of no volume',
    one({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
    /the volume mount v is not the name of one of the pod's volumes/,
  ],
  ['a volume of no kind', definition({ volumes: [{ name: 'v' }] }), /exactly one of .* has none/],
  [
    'a volume of two kinds',
    definition({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] }),
    /it has hostPath and emptyDir/,
  ],
  [
    'two volumes of one name',
    definition({
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    }),
    /two volumes have the name v/,
  ],
  [
    'another medium',
    definition({ volumes: [{ name: 'v', emptyDir: { medium: 'Disk' } }] }),
    /emptyDir\.medium must be one of Memory/,
  ],
  [
    'a size in words',
    definition({ volumes: [{ name: 'v', emptyDir: { sizeLimit: 'large' } }] }),
    /emptyDir\.sizeLimit must be a size/,
  ],
  [
    'a relative path of the host',
    definition({ volumes: [{ name: 'v', hostPath: { path: 'data' } }] }),
    /hostPath\.path must be an absolute path/,
  ],
  [
    'a sub-path that leaves its volume',
    definition({
      containers: [
        container({ volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a/../..' }] }),
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
    }),
    /subPath must be a relative path without '\.\.'/,
  ],
  ['a negative user', one({ securityContext: { runAsUser: -1 } }), /runAsUser must be a whole/],
  [
    'a group that is too large',
    definition({ securityContext: { fsGroup: 2_147_483_648 } }),
    /fsGroup must be a whole number from 0 to 2147483647/,
  ],
  [
    'a capability with its prefix',
    one({ securityContext: { capabilities: { drop: ['CAP_NET_RAW'] } } }),
    /named without CAP_/,
  ],
  ['another profile', seccomp('Strict'), /seccompProfile\.type must be one of/],
  ['a path of no profile', seccomp('Localhost'), /localhostProfile must be provided/],
  [
    'a path of another profile',
    seccomp('RuntimeDefault', 'a'),
    /only for a profile of type Localhost/,
  ],
  ['a path out of the profiles', seccomp('Localhost', '../a'), /a relative path without/],
  [
    'a label that is too long',
    labelled({ a: 'a'.repeat(64) }),
    /the value of a must have up to 63/,
  ],
  ['a label’s key with a space', labelled({ 'a b': '' }), /is not a key such as team/],
  ['a label of AWS Batch', labelled({ 'batch.amazonaws.com/job-id': 'x' }), /is reserved/],
  ['an annotation that is too long', annotated({ a: 'x'.repeat(256) }), /255 characters or less/],
  ['an annotation’s key without a name', annotated({ 'example.com/': '' }), /is not a key/],
  ['an annotation’s long prefix', annotated({ [`${'a'.repeat(254)}/b`]: '' }), /is not a key/],
  [
    'a namespace of the system',
    definition({ metadata: { namespace: 'kube-system' } }),
    /namespace/,
  ],
  [
    'nodes of which some are no pods',
    {
      ...nodes({}, {}),
      nodeProperties: {
        numNodes: 2,
        mainNode: 0,
        nodeRangeProperties: [
          { targetNodes: '0', eksProperties: { podProperties: { containers: [container()] } } },
          { targetNodes: '1', container: { image: 'busybox', vcpus: 1, memory: 64 } },
        ],
      },
    },
    /all node ranges of a multi-node parallel job have eksProperties, or none/,
  ],
  [
    'nodes in two namespaces',
    nodes({ metadata: { namespace: 'a' } }, { metadata: { namespace: 'b' } }),
    /must have the same namespace/,
  ],
];

for (const [title, input, message] of wrong)
  test(`RegisterJobDefinition refuses ${title}`, async () => {
    const rig = await Rig.bare();
    await assert.rejects(rig.call(registerJobDefinition, input), message);
  });
