// The task of a job with several containers, in definitions and in overrides: forms, ranges and
// what only one platform has (the API's documentation of EcsTaskProperties, TaskContainerProperties
// and their overrides). How its containers depend on each other is core's question
// (core/job/task.ts).

import type {
  EcsProperties,
  EcsPropertiesOverride,
  EcsTaskProperties,
  FirelensConfiguration,
  PlatformCapability,
  TaskContainerProperties,
} from '@aws-sdk/client-batch';
import { FirelensConfigurationType } from '@aws-sdk/client-batch';
import { isRefusal } from '../../../base/refusal.ts';
import { containerPropertiesOf, taskNeeds } from '../../../core/job/task.ts';
import { limit } from '../../../core/limit.ts';
import { given, integerIn, lengthIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { checkContainerOverrides } from './container-overrides.ts';
import { checkContainer } from './container-properties.ts';
import { checkRole } from './name.ts';
import { checkPlatform } from './platform.ts';
import { checkFargateSize } from './resource-requirements.ts';
import { refuseNul } from './text.ts';
import { checkVolumes } from './volumes.ts';

/** "Up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens", says ECS. */
const nameForm = /^[A-Za-z0-9_-]{1,255}$/;

/** `where`: the member that it is, as messages name it. */
export function checkEcsProperties(
  { taskProperties }: EcsProperties,
  where: string,
  platform: PlatformCapability,
): void {
  const tasks = given(taskProperties, `${where}.taskProperties`);
  lengthIn(tasks, 1, limit.task.tasks, `${where}.taskProperties`);
  tasks.forEach((task, index) => checkTask(task, `${where}.taskProperties[${index}]`, platform));
}

function checkTask(task: EcsTaskProperties, where: string, platform: PlatformCapability): void {
  const fargate = platform === 'FARGATE';
  const containers = given(task.containers, `${where}.containers`);
  lengthIn(containers, 1, limit.task.containers, `${where}.containers`);
  refuseNul(task, where);
  checkRole(task.taskRoleArn, `${where}.taskRoleArn`);
  checkRole(task.executionRoleArn, `${where}.executionRoleArn`);
  checkVolumes(task.volumes, where, {
    roleArn: task.taskRoleArn,
    isFargate: fargate,
    platformVersion: task.platformVersion,
  });
  checkSharing(task, where, platform);
  checkNames(
    containers.map(({ name }) => name),
    `${where}.containers`,
  );
  containers.forEach((container, index) => {
    const at = `${where}.containers[${index}]`;
    checkContainer(containerPropertiesOf(task, index), at, fargate, true);
    checkOrder(container, at, fargate);
    checkRouter(container.firelensConfiguration, `${at}.firelensConfiguration`);
  });
  if (containers.filter((container) => container.firelensConfiguration).length > 1)
    throw invalid(`${where}.containers: only one of them can have a firelensConfiguration`);
  const resourceRequirements = sumOf(task);
  for (const index of containers.keys()) {
    const container = { ...containerPropertiesOf(task, index), resourceRequirements };
    // The router of a task is there on every platform.
    if (container.logConfiguration?.logDriver === 'awsfirelens') delete container.logConfiguration;
    checkPlatform(container, where, platform);
  }
}

/** What a platform has sizes of is the whole task. */
function sumOf(task: EcsTaskProperties): TaskContainerProperties['resourceRequirements'] {
  const needs = taskNeeds(task);
  if (isRefusal(needs)) throw invalid(needs.message);
  return [
    { type: 'VCPU', value: String(needs.milliVcpu / 1000) },
    { type: 'MEMORY', value: String(needs.memoryMib) },
  ];
}

/** Each has one of its own; of nothing else can a container be told from another. */
function checkNames(names: readonly (string | undefined)[], where: string): void {
  const seen = new Set<string>();
  names.forEach((each, index) => {
    const name = given(each || undefined, `${where}[${index}].name`);
    matches(
      name,
      nameForm,
      `${where}[${index}].name`,
      '1 to 255 letters, digits, hyphens and underscores',
    );
    if (seen.has(name)) throw invalid(`${where}: two containers have the name ${name}`);
    seen.add(name);
  });
}

const ipcModes = { host: 'host', task: 'task', none: 'none' } as const;
const pidModes = { host: 'host', task: 'task' } as const;

/** "Valid values: host. When not specified, the default is host." */
const networkModes = { host: 'host' } as const;

function checkSharing(task: EcsTaskProperties, where: string, platform: PlatformCapability): void {
  const fargate = platform === 'FARGATE';
  const ipcMode = oneOf(ipcModes, task.ipcMode || undefined, `${where}.ipcMode`);
  const pidMode = oneOf(pidModes, task.pidMode || undefined, `${where}.pidMode`);
  if (fargate && ipcMode !== undefined)
    throw invalid(`${where}.ipcMode is not applicable to jobs on Fargate resources`);
  if (fargate && pidMode === 'host')
    throw invalid(`${where}.pidMode host is not applicable to jobs on Fargate resources`);
  if (!fargate && task.platformVersion)
    throw invalid(`${where}.platformVersion is only for jobs on Fargate resources`);
  if (platform === 'MANAGED_INSTANCES')
    oneOf(networkModes, task.networkMode || undefined, `${where}.networkMode`);
  else if (task.networkMode)
    throw invalid(`${where}.networkMode is only for jobs on Amazon ECS Managed Instances`);
}

const conditions = { START: 'START', COMPLETE: 'COMPLETE', SUCCESS: 'SUCCESS' } as const;

function checkOrder(
  { dependsOn, startTimeout, stopTimeout }: TaskContainerProperties,
  where: string,
  fargate: boolean,
): void {
  dependsOn?.forEach(({ containerName, condition }, index) => {
    const at = `${where}.dependsOn[${index}]`;
    given(containerName || undefined, `${at}.containerName`);
    oneOf(conditions, given(condition || undefined, `${at}.condition`), `${at}.condition`);
  });
  const { timeoutSecondsMin: least, timeoutSecondsMax, fargateTimeoutSecondsMax } = limit.task;
  const most = fargate ? fargateTimeoutSecondsMax : timeoutSecondsMax;
  integerIn(startTimeout, least, most, `${where}.startTimeout`);
  integerIn(stopTimeout, least, most, `${where}.stopTimeout`);
}

/** What FireLens knows (Amazon ECS developer guide, chapter Custom log routing). */
const routerOptions: ReadonlyMap<string, RegExp> = new Map([
  ['enable-ecs-log-metadata', /^(true|false)$/],
  ['config-file-type', /^(s3|file)$/],
  ['config-file-value', /^./],
]);

function checkRouter(router: FirelensConfiguration | undefined, where: string): void {
  if (router === undefined) return;
  oneOf(FirelensConfigurationType, given(router.type, `${where}.type`), `${where}.type`);
  for (const [name, value] of Object.entries(router.options ?? {}))
    if (!(routerOptions.get(name)?.test(value) ?? false))
      throw invalid(
        `${where}.options: ${name} is no option of a log router, or cannot have this value`,
      );
}

/** `where`: the member that it is, as messages name it. */
export function checkEcsOverrides(
  { taskProperties = [] }: EcsPropertiesOverride,
  where: string,
  fargate: boolean,
): void {
  lengthIn(taskProperties, 0, limit.task.tasks, `${where}.taskProperties`);
  taskProperties.forEach(({ containers = [] }, index) => {
    const at = `${where}.taskProperties[${index}].containers`;
    lengthIn(containers, 0, limit.task.containers, at);
    checkNames(
      containers.map(({ name }) => name),
      at,
    );
    containers.forEach((overrides, container) => {
      checkContainerOverrides(overrides, `${at}[${container}]`, fargate);
    });
  });
}

/** That a task, as a submission makes it, has a size that Fargate has. */
export const checkFargateTask = (task: EcsTaskProperties, where: string): void => {
  checkFargateSize(sumOf(task), where);
};
