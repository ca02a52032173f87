// What a container may ask for: types, whole numbers, and the sizes that Fargate has (the model's
// documentation of ResourceRequirement). Whether vCPUs and memory are given at all is core's
// question.

import type { ResourceRequirement } from '@aws-sdk/client-batch';
import { ResourceType } from '@aws-sdk/client-batch';
import { integerIn, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { limit } from '../../../core/limit.ts';

/** Members that say how much, in the old form and the new. */
interface Amounts {
  readonly vcpus?: number | undefined;
  readonly memory?: number | undefined;
  readonly resourceRequirements?: readonly ResourceRequirement[] | undefined;
}

const wholeNumber = /^[1-9]\d{0,8}$/;

/** `fargate`: fractions of a vCPU exist there, and GPUs do not. */
export function checkAmounts(amounts: Amounts, where: string, fargate: boolean): void {
  const seen = new Set<string>();
  for (const { type, value = '' } of amounts.resourceRequirements ?? []) {
    oneOf(ResourceType, type, `${where}.resourceRequirements.type`);
    if (seen.has(type as string))
      throw invalid(`${where}.resourceRequirements holds ${type} twice`);
    seen.add(type as string);
    checkValue(type as string, value, where, fargate);
  }
  if (amounts.vcpus && seen.has('VCPU'))
    throw invalid(`${where}: vCPUs cannot be specified by both vcpus and resourceRequirements`);
  if (amounts.memory && seen.has('MEMORY'))
    throw invalid(`${where}: memory cannot be specified by both memory and resourceRequirements`);
  if (fargate && (amounts.vcpus || amounts.memory))
    throw invalid(
      `${where}: vcpus and memory are not supported on Fargate; use resourceRequirements`,
    );
  integerIn(amounts.vcpus, 0, 1_000_000, `${where}.vcpus`);
  if (amounts.memory)
    integerIn(amounts.memory, limit.memoryMibMin, 1_000_000_000, `${where}.memory`);
}

function checkValue(type: string, value: string, where: string, fargate: boolean): void {
  if (fargate && type === 'GPU') throw invalid(`${where}: GPUs are not available on Fargate`);
  if (fargate && type === 'VCPU') return;
  if (!wholeNumber.test(value))
    throw invalid(
      `${where}.resourceRequirements: the value of ${type} must be a whole number of at least 1; it is '${value}'`,
    );
  if (type === 'MEMORY' && Number(value) < limit.memoryMibMin)
    throw invalid(
      `${where}.resourceRequirements: the value of MEMORY must be at least ${limit.memoryMibMin}`,
    );
}

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

/**
 * Fargate's vCPU values, each with the memory in MiB that goes with it (the API's documentation of
 * ResourceRequirement).
 */
const fargateSizes: ReadonlyMap<string, readonly number[]> = new Map([
  ['0.25', [512, 1024, 2048]],
  ['0.5', range(1024, 4096, 1024)],
  ['1', range(2048, 8192, 1024)],
  ['2', range(4096, 16_384, 1024)],
  ['4', range(8192, 30_720, 1024)],
  ['8', range(16_384, 61_440, 4096)],
  ['16', range(32_768, 122_880, 8192)],
  ['32', [61_440, 122_880, 249_856]],
]);

/** That the two values are a size that Fargate has. */
export function checkFargateSize(
  requirements: readonly ResourceRequirement[] | undefined,
  where: string,
): void {
  const valueOf = (type: string): string | undefined =>
    requirements?.find((entry) => entry.type === type)?.value;
  const vcpu = valueOf('VCPU');
  const memory = valueOf('MEMORY');
  if (vcpu === undefined || memory === undefined)
    throw invalid(`${where}.resourceRequirements must specify VCPU and MEMORY for Fargate`);
  const sizes = fargateSizes.get(String(Number(vcpu)));
  if (sizes === undefined)
    throw invalid(
      `${where}: Fargate has no size of ${vcpu} vCPU; it has ${[...fargateSizes.keys()].join(', ')}`,
    );
  if (!sizes.includes(Number(memory)))
    throw invalid(
      `${where}: Fargate has no size of ${vcpu} vCPU with ${memory} MiB; with it go ${sizes.join(', ')} MiB`,
    );
}
