// FireLens: one container of a task routes the output of others, by a program that its user chose
// (Fluent Bit or Fluentd). What that program's configuration says, of the options of the log driver
// awsfirelens (Amazon ECS developer guide, chapter Custom log routing; what the ECS agent makes of
// them, amazon-ecs-agent, agent/taskresource/firelens). Pure text: what the options mean only the
// program knows.

import type {
  EcsTaskProperties,
  FirelensConfigurationType,
  Secret,
  TaskContainerProperties,
} from '@aws-sdk/client-batch';
import { refuse, type Refusal } from '../../base/refusal.ts';

const firelensDriver = 'awsfirelens';
/** Where the router listens, in its own file system. */
export const routerSocket = { directory: '/var/run', name: 'fluent.sock' } as const;

/** Which of the task's containers is the router; undefined: there is none. */
export function routerIndexOf({ containers = [] }: EcsTaskProperties): number | undefined {
  const index = containers.findIndex(({ firelensConfiguration }) => firelensConfiguration);
  return index < 0 ? undefined : index;
}

/** What a container's records are tagged with. */
export const routedTag = (containerName: string, taskId: string): string =>
  `${containerName}-firelens-${taskId}`;

/** Whether a container's output goes to the log router of its task. */
export const isRouted = ({ logConfiguration }: TaskContainerProperties): boolean =>
  logConfiguration?.logDriver === firelensDriver;

/** Of the driver, and nothing to the router. */
const bufferLimit = 'log-driver-buffer-limit';
export const bufferLimitOf = (options: Readonly<Record<string, string>> = {}): string | undefined =>
  options[bufferLimit] || undefined;

/** Secret options are variables of the router, which its configuration names. */
const variableOf = (option: string, index: number): string => `${option}_${index}`;

export const routerSecrets = ({ containers = [] }: EcsTaskProperties): Secret[] =>
  containers.flatMap((container, index) =>
    isRouted(container)
      ? (container.logConfiguration?.secretOptions ?? []).map(({ name = '', valueFrom }) => ({
          name: variableOf(name, index),
          valueFrom,
        }))
      : [],
  );

/** Of the task that it routes for. */
export interface RouterFacts {
  readonly cluster: string;
  readonly taskArn: string;
  /** `name:revision`. */
  readonly taskDefinition: string;
  readonly instanceId?: string | undefined;
}

/** What of one container's options is the router's. */
interface Route {
  readonly match: string;
  readonly include?: string | undefined;
  readonly exclude?: string | undefined;
  /** The kind of output; absent: none is said. */
  readonly output?: string | undefined;
  readonly options: readonly (readonly [name: string, value: string])[];
}

/** How a program of that kind is told things. */
interface Dialect {
  /** The option that names the output. */
  readonly outputKey: string;
  readonly path: string;
  readonly input: () => string;
  readonly grep: (match: string, keep: boolean, pattern: string) => string;
  readonly record: (fields: readonly (readonly [string, string])[]) => string;
  readonly include: (path: string) => string;
  readonly output: (match: string, kind: string, options: Route['options']) => string;
  readonly variable: (name: string) => string;
}

const socketPath = `${routerSocket.directory}/${routerSocket.name}`;
const lines = (pairs: readonly (readonly [string, string])[], indent = '    '): string =>
  pairs.map(([name, value]) => `${indent}${name} ${value}\n`).join('');

const dialects: Readonly<Record<FirelensConfigurationType, Dialect>> = {
  fluentbit: {
    outputKey: 'Name',
    path: '/fluent-bit/etc/fluent-bit.conf',
    input: () => `[INPUT]\n    Name forward\n    unix_path ${socketPath}\n`,
    grep: (match, keep, pattern) =>
      `[FILTER]\n    Name grep\n    Match ${match}*\n    ${keep ? 'Regex' : 'Exclude'} log ${pattern}\n`,
    record: (fields) =>
      `[FILTER]\n    Name record_modifier\n    Match *\n${lines(fields, '    Record ')}`,
    include: (path) => `@INCLUDE ${path}\n`,
    output: (match, kind, options) =>
      `[OUTPUT]\n    Name ${kind}\n    Match ${match}*\n${lines(options)}`,
    variable: (name) => `\${${name}}`,
  },
  fluentd: {
    outputKey: '@type',
    path: '/fluentd/etc/fluent.conf',
    input: () => `<source>\n    @type unix\n    path ${socketPath}\n</source>\n`,
    grep: (match, keep, pattern) => {
      const tag = keep ? 'regexp' : 'exclude';
      return `<filter ${match}**>\n    @type grep\n    <${tag}>\n        key log\n        pattern ${pattern}\n    </${tag}>\n</filter>\n`;
    },
    record: (fields) =>
      `<filter **>\n    @type record_transformer\n    <record>\n${lines(fields, '        ')}    </record>\n</filter>\n`,
    include: (path) => `@include ${path}\n`,
    output: (match, kind, options) =>
      `<match ${match}**>\n    @type ${kind}\n${lines(options)}</match>\n`,
    variable: (name) => `"#{ENV['${name}']}"`,
  },
};

/** The router's configuration, and where the program looks for it. */
interface RouterFile {
  readonly path: string;
  readonly text: string;
}

/** `task`: one that has a router, as {@link firelensRefusal} lets it be. */
export function routerFile(task: EcsTaskProperties, facts: RouterFacts): RouterFile {
  const { type = 'fluentbit', options = {} } = routerOf(task) ?? {};
  const dialect = dialects[type];
  const routes = (task.containers ?? []).flatMap((container, index) =>
    isRouted(container) ? routeOf(container, index, dialect) : [],
  );
  const external = options['config-file-value'];
  return {
    path: dialect.path,
    text: [
      dialect.input(),
      ...routes.flatMap(({ match, include, exclude }) => [
        ...(include ? [dialect.grep(match, true, include)] : []),
        ...(exclude ? [dialect.grep(match, false, exclude)] : []),
      ]),
      ...(options['enable-ecs-log-metadata'] === 'false' ? [] : [dialect.record(fieldsOf(facts))]),
      ...(external ? [dialect.include(external)] : []),
      ...routes.flatMap(({ match, output, options: own }) =>
        output === undefined ? [] : [dialect.output(match, output, own)],
      ),
    ].join('\n'),
  };
}

const routerOf = (task: EcsTaskProperties): TaskContainerProperties['firelensConfiguration'] =>
  task.containers?.[routerIndexOf(task) ?? -1]?.firelensConfiguration;

const fieldsOf = ({ cluster, taskArn, taskDefinition, instanceId }: RouterFacts) =>
  [
    ...(instanceId === undefined ? [] : [['ec2_instance_id', instanceId] as const]),
    ['ecs_cluster', cluster],
    ['ecs_task_arn', taskArn],
    ['ecs_task_definition', taskDefinition],
  ] as const;

function routeOf(
  { name = '', logConfiguration }: TaskContainerProperties,
  index: number,
  { outputKey, variable }: Dialect,
): Route {
  const {
    [outputKey]: output,
    'include-pattern': include,
    'exclude-pattern': exclude,
    [bufferLimit]: _bufferLimit,
    ...plain
  } = logConfiguration?.options ?? {};
  const secret = (logConfiguration?.secretOptions ?? []).map(
    ({ name: option = '' }) => [option, variable(variableOf(option, index))] as const,
  );
  return {
    match: `${name}-firelens`,
    include,
    exclude,
    output,
    options: [...Object.entries(plain), ...secret].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** What is one line in a configuration must be one in the request. */
const isLine = (text: string): boolean => !/\p{Cc}/u.test(text);

/** Whether a task's router can do what its containers say; without a router nothing is said. */
export function firelensRefusal(task: EcsTaskProperties): Refusal | undefined {
  const router = routerOf(task);
  if (router === undefined) return undefined;
  for (const container of task.containers ?? []) {
    if (!isRouted(container)) continue;
    const { name } = container;
    if (container.firelensConfiguration)
      return refuse('invalid', `Container ${name} cannot route its own output`);
    const { options = {}, secretOptions = [] } = container.logConfiguration ?? {};
    const { [bufferLimit]: _, ...own } = options;
    const { outputKey } = dialects[router.type ?? 'fluentbit'];
    const says = [...Object.entries(own).flat(), ...secretOptions.map((each) => each.name ?? '')];
    if (!says.every(isLine))
      return refuse('invalid', `Container ${name}: an option of ${firelensDriver} is not one line`);
    if (says.length > 0 && !own[outputKey])
      return refuse(
        'invalid',
        `Container ${name}: missing output option ${outputKey} which is required for firelens configuration of type ${router.type}`,
      );
  }
  const { options = {} } = router;
  if (options['config-file-type'] === 's3')
    return refuse(
      'invalid',
      'firelensConfiguration: config-file-type s3 is not supported by Longshore: put the file into the image of the router, and say file',
    );
  if ((options['config-file-type'] === undefined) !== (options['config-file-value'] === undefined))
    return refuse(
      'invalid',
      'firelensConfiguration: config-file-type and config-file-value must be given together',
    );
  return isLine(options['config-file-value'] ?? '')
    ? undefined
    : refuse('invalid', 'firelensConfiguration: config-file-value is not one line');
}
