// A job definition for a bare image: found again or registered. Everything that differs from job to
// job goes into the submission's overrides, so that one revision serves them all.

import type { ContainerProperties, JobDefinition } from '@aws-sdk/client-batch';
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

/** Resolves to the ARN of an ACTIVE revision, the newest where several are the same. */
export async function definitionOfImage(api: Api, image: string): Promise<string> {
  const jobDefinitionName = definitionName(image);
  const same = (await api.activeJobDefinitions(jobDefinitionName)).filter((definition) =>
    isSame(definition, image),
  );
  const newest = same.sort((a, b) => (b.revision ?? 0) - (a.revision ?? 0))[0];
  return (
    newest?.jobDefinitionArn ??
    api.registerJobDefinition({
      jobDefinitionName,
      type: 'container',
      containerProperties: imageProperties(image),
    })
  );
}

function isSame(definition: JobDefinition, image: string): boolean {
  const given = meaningful(definition.containerProperties ?? {});
  const wanted = meaningful(imageProperties(image));
  const plain =
    !definition.retryStrategy &&
    !definition.timeout &&
    Object.keys(definition.parameters ?? {}).length === 0;
  return plain && JSON.stringify(given) === JSON.stringify(wanted);
}

/** Members in a fixed order, without the empty lists that a server may add. */
function meaningful(properties: ContainerProperties): unknown[] {
  const { resourceRequirements, ...rest } = properties;
  const needs = (resourceRequirements ?? []).map(({ type, value }) => `${type} ${value}`).sort();
  const others = Object.entries(rest).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return [needs, ...others.sort(([a], [b]) => (a < b ? -1 : 1))];
}
