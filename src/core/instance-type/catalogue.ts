// Every instance type that this server knows: EC2's from the generated table, and the user's own.
// The one place that knows names, families and architectures; it never guesses one from the form of
// a name.

import { microUsdOf } from './price.ts';
import type { Architecture, Gpus, InstanceType } from './instance-type.ts';
import { table } from './table.ts';

export class Catalogue {
  readonly #types = new Map<string, InstanceType>();
  readonly #families = new Map<string, InstanceType[]>();

  constructor(types: Iterable<InstanceType>) {
    for (const type of types) {
      this.#types.set(type.name, type);
      const family = this.#families.get(type.family);
      if (family === undefined) this.#families.set(type.family, [type]);
      else family.push(type);
    }
  }

  type(name: string): InstanceType | undefined {
    return this.#types.get(name);
  }

  /** The types of a family from small to large; empty where there is none. */
  family(name: string): readonly InstanceType[] {
    return this.#families.get(name) ?? [];
  }

  types(): IterableIterator<InstanceType> {
    return this.#types.values();
  }

  /** This catalogue and more. The caller has checked that no name is taken. */
  with(types: Iterable<InstanceType>): Catalogue {
    return new Catalogue([...this.#types.values(), ...types]);
  }
}

/** EC2's own types. */
export const ec2Catalogue = new Catalogue(readTable(table));

function* readTable(text: string): Generator<InstanceType> {
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [head = '', ...sizes] = line.split(' | ');
    const [family = '', architecture, generation] = head.split(' ');
    for (const size of sizes)
      yield readSize(
        size,
        family,
        architecture === 'arm64' ? 'ARM_64' : 'X86_64',
        generation === 'current',
      );
  }
}

function readSize(
  text: string,
  family: string,
  architecture: Architecture,
  currentGeneration: boolean,
): InstanceType {
  const [size, vcpuText, memoryText, interfaceText, ...more] = text.split(' ');
  const valueOf = (key: string): string | undefined =>
    more.find((word) => word.startsWith(key))?.slice(key.length);
  const vcpus = Number(vcpuText);
  const memoryMib = Number(memoryText);
  const gpus = readGpus(valueOf('gpu='));
  return {
    name: `${family}.${size}`,
    family,
    vcpus,
    memoryMib,
    architecture,
    gpus,
    storageGb: Number(valueOf('disk=') ?? 0),
    bareMetal: more.includes('metal'),
    burstable: /^t[2-9]/.test(family),
    currentGeneration,
    spot: !more.includes('no-spot'),
    clusterPlacement: !more.includes('no-cluster'),
    networkInterfaces: Number(interfaceText),
    microUsd: microUsdOf(family, vcpus, memoryMib, gpus?.count ?? 0),
  };
}

function readGpus(text: string | undefined): Gpus | undefined {
  if (text === undefined) return undefined;
  const [count, manufacturer = '', name = '', memoryMib] = text.split(':');
  return {
    count: Number(count),
    manufacturer,
    name: name.replaceAll('_', ' '),
    memoryMib: Number(memoryMib),
  };
}
