// What definitions and submissions say of containers, in condition keys of AWS Batch: a container
// at a time, for so AWS evaluates them. A policy that allows one image and one user must find both
// in the same container. It says only what a request says, and grants nothing.

import type {
  ContainerProperties,
  EcsProperties,
  EksContainer,
  EksContainerOverride,
  EksPodProperties,
  EksProperties,
  EksPropertiesOverride,
  LogConfiguration,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { limit } from '../../core/limit.ts';
import type { Conditions } from '../../wire/operation.ts';

/** Condition keys that one of several containers gives values, worked out only when asked for. */
type Said = () => Conditions;

/** More containers than a task or a pod may have are refused, and need no leave. */
const mostContainers = 10;

/** A definition for all nodes, or for a range of them. */
interface Part {
  readonly container?: ContainerProperties | undefined;
  readonly ecsProperties?: EcsProperties | undefined;
  readonly eksProperties?: EksProperties | undefined;
}

/** More ranges than there may be are refused as well. */
const partsOf = ({
  containerProperties: container,
  ecsProperties,
  eksProperties,
  nodeProperties,
}: RegisterJobDefinitionCommandInput): Part[] => [
  { container, ecsProperties, eksProperties },
  ...(nodeProperties?.nodeRangeProperties ?? []).slice(0, limit.nodeRanges),
];

/** Of a definition: leave is needed for each container, or for one that says nothing. */
export function definedContainers(input: RegisterJobDefinitionCommandInput): readonly Said[] {
  const said = partsOf(input).flatMap(({ container, ecsProperties, eksProperties }) => [
    ...[
      container,
      ...tasksOf(ecsProperties).flatMap(({ containers }) => first(containers)),
    ].flatMap((each) => (each === undefined ? [] : [() => ofContainer(each)])),
    ...inPod(eksProperties?.podProperties, ofPodContainer),
  ]);
  return said.length === 0 ? [() => ({})] : said;
}

/** The roles that the containers of a definition, and what starts them, get. */
export const definedRoles = (input: RegisterJobDefinitionCommandInput): (string | undefined)[] =>
  partsOf(input).flatMap(({ container, ecsProperties }) => [
    container?.jobRoleArn,
    container?.executionRoleArn,
    ...tasksOf(ecsProperties).flatMap((task) => [task.taskRoleArn, task.executionRoleArn]),
  ]);

/** Where the output of each container of a definition goes, as far as it is said. */
export const definedLogs = (
  input: RegisterJobDefinitionCommandInput,
): (LogConfiguration | undefined)[] =>
  partsOf(input).flatMap(({ container, ecsProperties }) => [
    container?.logConfiguration,
    ...tasksOf(ecsProperties).flatMap(({ containers }) =>
      first(containers).map(({ logConfiguration }) => logConfiguration),
    ),
  ]);

/** Of a submission, whose share goes with each container that it changes. */
export function submittedContainers({
  shareIdentifier,
  eksPropertiesOverride,
  nodeOverrides,
}: SubmitJobCommandInput): readonly Said[] {
  const share = given({ 'batch:ShareIdentifier': shareIdentifier });
  const overrides: readonly { eksPropertiesOverride?: EksPropertiesOverride | undefined }[] = [
    { eksPropertiesOverride },
    ...(nodeOverrides?.nodePropertyOverrides ?? []).slice(0, limit.nodeRanges),
  ];
  const said = overrides.flatMap(({ eksPropertiesOverride: change }) =>
    inPod(change?.podProperties, ({ image }: EksContainerOverride) => ({
      'batch:EKSImage': image,
    })),
  );
  return said.length === 0 ? [() => share] : said.map((each) => () => ({ ...each(), ...share }));
}

const first = <T>(list: readonly T[] | undefined): readonly T[] =>
  (list ?? []).slice(0, mostContainers);

const tasksOf = (properties: EcsProperties | undefined) => first(properties?.taskProperties);

type Values = Readonly<Record<string, string | undefined>>;

/** What says nothing has no condition key. */
const given = (values: Values): Conditions =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value ? [[key, value]] : [])),
  );

/** Whether it is privileged is said of every container: the guide's policies ask for `false`. */
function ofContainer({
  image,
  user,
  privileged = false,
  logConfiguration,
}: Pick<ContainerProperties, 'image' | 'user' | 'privileged' | 'logConfiguration'>): Conditions {
  const { logDriver, options = {} } = logConfiguration ?? {};
  return given({
    'batch:Image': image,
    'batch:User': user,
    'batch:Privileged': String(privileged),
    'batch:LogDriver': logDriver,
    'batch:AWSLogsGroup': options['awslogs-group'],
    'batch:AWSLogsCreateGroup': options['awslogs-create-group'],
    'batch:AWSLogsRegion': options['awslogs-region'],
    'batch:AWSLogsStreamPrefix': options['awslogs-stream-prefix'],
  });
}

const ofPodContainer = ({ image, securityContext }: EksContainer): Values => ({
  'batch:EKSImage': image,
  'batch:EKSPrivileged': String(securityContext?.privileged ?? false),
  'batch:EKSRunAsUser': securityContext?.runAsUser?.toString(),
  'batch:EKSRunAsGroup': securityContext?.runAsGroup?.toString(),
});

interface Pod<Container> extends Pick<EksPodProperties, 'metadata' | 'serviceAccountName'> {
  readonly containers?: readonly Container[] | undefined;
  readonly initContainers?: readonly Container[] | undefined;
}

/** Of each container of a pod, with what is said of the pod; of the pod alone if it has none. */
function inPod<Container>(
  pod: Pod<Container> | undefined,
  ofOne: (container: Container) => Values,
): readonly Said[] {
  if (pod === undefined) return [];
  const ofPod = {
    'batch:EKSNamespace': pod.metadata?.namespace,
    'batch:EKSServiceAccountName': pod.serviceAccountName,
  };
  const containers = [...first(pod.containers), ...first(pod.initContainers)];
  return containers.length === 0
    ? [() => given(ofPod)]
    : containers.map((container) => () => given({ ...ofOne(container), ...ofPod }));
}
