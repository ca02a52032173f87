// A job definition for a bare image: found again or registered. Everything that differs from job to
// job goes into the submission's overrides, so that one revision serves them all.

import type {
  ContainerProperties,
  EksProperties,
  JobDefinition,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import type { Api } from './api.ts';

const nameLength = 128;

/**
 * `docker.io/library/busybox:1.36` becomes `docker-io-library-busybox-1-36`: what a definition's
 * name may hold.
 */
export function definitionName(image: string): string {
  const name = image
    .replace(/@sha256:([0-9a-f]{12})[0-9a-f]*$/, '-$1')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '');
  return name.slice(0, nameLength).replace(/-+$/, '') || 'image';
}

const imageProperties = (image: string) =>
  ({
    image,
    resourceRequirements: [
      { type: 'VCPU', value: '1' },
      { type: 'MEMORY', value: '512' },
    ],
  }) satisfies ContainerProperties;

/** The same for a queue of Amazon EKS, whose jobs are pods. */
const podProperties = (image: string) =>
  ({
    podProperties: {
      hostNetwork: false,
      containers: [{ image, resources: { limits: { cpu: '1', memory: '512Mi' } } }],
    },
  }) satisfies EksProperties;

/**
 * Resolves to the ARN of an ACTIVE revision, the newest where several are the same; `isPod`: for a
 * queue of Amazon EKS.
 */
export async function definitionOfImage(api: Api, image: string, isPod = false): Promise<string> {
  const jobDefinitionName = definitionName(image);
  const isSame = isPod ? isSamePod : isSameContainer;
  const same = (await api.activeJobDefinitions(jobDefinitionName)).filter(
    (definition) => isPlain(definition) && isSame(definition, image),
  );
  const newest = same.sort((a, b) => (b.revision ?? 0) - (a.revision ?? 0))[0];
  return (
    newest?.jobDefinitionArn ??
    api.registerJobDefinition({
      jobDefinitionName,
      type: 'container',
      ...(isPod
        ? { eksProperties: podProperties(image) }
        : { containerProperties: imageProperties(image) }),
    })
  );
}

const isPlain = ({ retryStrategy, timeout, parameters }: JobDefinition): boolean =>
  !retryStrategy && !timeout && Object.keys(parameters ?? {}).length === 0;

function isSameContainer({ containerProperties }: JobDefinition, image: string): boolean {
  const given = meaningful(containerProperties ?? {});
  const wanted = meaningful(imageProperties(image));
  return JSON.stringify(given) === JSON.stringify(wanted);
}

function isSamePod({ eksProperties }: JobDefinition, image: string): boolean {
  const { podProperties: given = {} } = eksProperties ?? {};
  const { containers = [], ...pod } = given;
  const [{ image: its, resources, ...container } = {}, ...others] = containers;
  const { cpu, memory, ...more } = resources?.limits ?? {};
  return (
    [its, cpu, memory, pod.hostNetwork].join() === [image, '1', '512Mi', false].join() &&
    others.length + entries(more).length + entries(resources?.requests ?? {}).length === 0 &&
    entries(container).every(([name]) => name === 'name') &&
    entries(pod).every(([name]) => name === 'hostNetwork')
  );
}

/**
 * What is asked of the container of {@link definitionOfImage}, in the words of pods. The command is
 * what the image's entry point is given, as everywhere else.
 */
export function asPod({
  containerOverrides,
  ...request
}: SubmitJobCommandInput): SubmitJobCommandInput {
  if (containerOverrides === undefined) return request;
  const { command, environment, resourceRequirements = [] } = containerOverrides;
  const limits = Object.fromEntries(
    resourceRequirements.map(({ type, value = '' }) =>
      type === 'MEMORY'
        ? ['memory', `${value}Mi`]
        : [type === 'GPU' ? 'nvidia.com/gpu' : 'cpu', value],
    ),
  );
  return {
    ...request,
    eksPropertiesOverride: {
      podProperties: {
        containers: [
          {
            ...(command && { args: command }),
            ...(environment && {
              env: environment.map(({ name = '', value }) => ({ name, value })),
            }),
            ...(resourceRequirements.length > 0 && { resources: { limits } }),
          },
        ],
      },
    },
  };
}

/** Members in a fixed order, without the empty lists that a server may add. */
function meaningful(properties: ContainerProperties): unknown[] {
  const { resourceRequirements, ...rest } = properties;
  const needs = (resourceRequirements ?? []).map(({ type, value }) => `${type} ${value}`).sort();
  return [needs, ...entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))];
}

const entries = (of: object): [string, unknown][] =>
  Object.entries(of).filter(
    ([, value]: [string, unknown]) =>
      value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
