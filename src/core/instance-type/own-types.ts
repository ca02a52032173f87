// Instance types of the user's own, from the text of a file: one a line (`my-box: 64 vCPUs, 512
// GiB, 4 GPUs`), or a JSON object by name. Pure: somebody else reads the file. Never changes what
// EC2's own names mean.

import type { Catalogue } from './catalogue.ts';
import { bundles } from './choices.ts';
import type { Architecture, InstanceType } from './instance-type.ts';
import { microUsdOf } from './price.ts';

/** The text cannot be understood; `message` says what is wrong and in which line or entry. */
export class OwnTypesError extends Error {
  override name = 'OwnTypesError';
}

/** What a type is said to have, before it is checked as a whole. */
interface Draft {
  vcpus?: number;
  memoryMib?: number;
  gpus?: number;
  architecture?: Architecture;
  storageGb?: number;
  microUsd?: number;
}

const nameForm = /^[a-z][a-z0-9-]{0,62}(\.[a-z0-9-]{1,63})?$/;

/** Bounds that keep all sums of a scheduler exact. */
const most = {
  vcpus: 1_000_000,
  memoryMib: 2 ** 30,
  gpus: 10_000,
  storageGb: 1_000_000_000,
  microUsd: 1_000_000_000_000,
} as const;

/** The types in the order of the file. Throws {@link OwnTypesError}. */
export function parseOwnTypes(text: string, catalogue: Catalogue): readonly InstanceType[] {
  const drafts = text.trimStart().startsWith('{') ? draftsOfJson(text) : draftsOfLines(text);
  const types = new Map<string, InstanceType>();
  for (const { where, name, draft } of drafts) {
    if (types.has(name)) throw new OwnTypesError(`${where}: ${name} was described before`);
    types.set(name, typeOf(where, name, draft, catalogue));
  }
  return [...types.values()];
}

interface Described {
  readonly where: string;
  readonly name: string;
  readonly draft: Draft;
}

function typeOf(where: string, name: string, draft: Draft, catalogue: Catalogue): InstanceType {
  if (!nameForm.test(name))
    throw new OwnTypesError(
      `${where}: '${name}' cannot be a name: lower-case letters, digits and hyphens, at most one dot`,
    );
  const family = name.split('.')[0] as string;
  if (bundles.has(name)) throw new OwnTypesError(`${where}: ${name} is a name that AWS Batch uses`);
  if (catalogue.family(family).length > 0)
    throw new OwnTypesError(`${where}: ${family} is a family of EC2's own; choose another name`);
  const { vcpus, memoryMib, gpus = 0, architecture = 'X86_64', storageGb = 0 } = draft;
  if (vcpus === undefined) throw new OwnTypesError(`${where}: ${name} has no vCPUs`);
  if (memoryMib === undefined) throw new OwnTypesError(`${where}: ${name} has no memory`);
  return {
    name,
    family,
    vcpus,
    memoryMib,
    architecture,
    gpus:
      gpus === 0 ? undefined : { count: gpus, manufacturer: 'NVIDIA', name: 'GPU', memoryMib: 0 },
    storageGb,
    bareMetal: false,
    burstable: false,
    currentGeneration: true,
    spot: true,
    clusterPlacement: true,
    networkInterfaces: 2,
    microUsd: draft.microUsd ?? microUsdOf(family, vcpus, memoryMib, gpus),
  };
}

function set(draft: Draft, where: string, key: keyof typeof most, value: number): void {
  const least = key === 'vcpus' || key === 'memoryMib' ? 1 : 0;
  const what = key === 'microUsd' ? 'the price in millionths of a dollar' : key;
  if (draft[key] !== undefined) throw new OwnTypesError(`${where}: ${what} is said twice`);
  if (!Number.isSafeInteger(value) || value < least || value > most[key])
    throw new OwnTypesError(
      `${where}: ${what} must be a whole number from ${least} to ${most[key]}; it is ${value}`,
    );
  draft[key] = value;
}

function setArchitecture(draft: Draft, where: string, text: string): void {
  if (text !== 'x86_64' && text !== 'arm64')
    throw new OwnTypesError(`${where}: '${text}' is neither x86_64 nor arm64`);
  if (draft.architecture !== undefined)
    throw new OwnTypesError(`${where}: architecture is said twice`);
  draft.architecture = text === 'arm64' ? 'ARM_64' : 'X86_64';
}

// ---- lines ----

const mibOf: Readonly<Record<string, number>> = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 };
const gbOf: Readonly<Record<string, number>> = { GB: 1, TB: 1000 };

function* draftsOfLines(text: string): Generator<Described> {
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.replace(/#.*/, '').trim();
    if (line === '') continue;
    const where = `line ${index + 1}`;
    const colon = line.indexOf(':');
    if (colon < 0)
      throw new OwnTypesError(
        `${where}: no colon after the name; a line reads 'my-box: 64 vCPUs, 512 GiB, 4 GPUs'`,
      );
    const draft: Draft = {};
    for (const part of line.slice(colon + 1).split(',')) readPart(draft, where, part.trim());
    yield { where, name: line.slice(0, colon).trim(), draft };
  }
}

function readPart(draft: Draft, where: string, part: string): void {
  if (part === 'x86_64' || part === 'arm64') return setArchitecture(draft, where, part);
  const memory = /^(\d+(?:\.\d+)?) ?(MiB|GiB|TiB)$/.exec(part);
  if (memory !== null)
    return set(
      draft,
      where,
      'memoryMib',
      Number(memory[1]) * (mibOf[memory[2] as string] as number),
    );
  const disk = /^(\d+) ?(GB|TB)(?: disk)?$/.exec(part);
  if (disk !== null)
    return set(draft, where, 'storageGb', Number(disk[1]) * (gbOf[disk[2] as string] as number));
  const price = /^(\d+(?:\.\d{1,6})?) ?USD(?: ?\/ ?(?:hour|h))?$/.exec(part);
  if (price !== null)
    return set(draft, where, 'microUsd', Math.round(Number(price[1]) * 1_000_000));
  const count = /^(\d+) ?(vCPU|GPU)s?$/i.exec(part);
  if (count !== null)
    return set(
      draft,
      where,
      (count[2] as string).toLowerCase() === 'gpu' ? 'gpus' : 'vcpus',
      Number(count[1]),
    );
  throw new OwnTypesError(
    `${where}: '${part}' is not understood; there are '64 vCPUs', '512 GiB', '4 GPUs', 'arm64', '900 GB disk' and '0.50 USD/hour'`,
  );
}

// ---- JSON ----

function* draftsOfJson(text: string): Generator<Described> {
  for (const [name, value] of Object.entries(parseJson(text))) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new OwnTypesError(
        `${name}: must be an object, such as {"vcpus": 64, "memoryMib": 524288}`,
      );
    const draft: Draft = {};
    for (const [key, given] of Object.entries(value)) readMember(draft, name, key, given);
    yield { where: name, name, draft };
  }
}

function parseJson(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    // The place is said by line, as for the other form; the engine's message holds it as an offset.
    const offset = /position (\d+)/.exec((error as Error).message)?.[1];
    const line =
      offset === undefined
        ? text.split('\n').length
        : text.slice(0, Number(offset)).split('\n').length;
    throw new OwnTypesError(`line ${line}: not JSON`, { cause: error });
  }
}

function readMember(draft: Draft, where: string, key: string, given: unknown): void {
  if (key === 'architecture') return setArchitecture(draft, where, String(given));
  if (key === 'usdPerHour')
    return set(draft, where, 'microUsd', Math.round(Number(given) * 1_000_000));
  if (key !== 'vcpus' && key !== 'memoryMib' && key !== 'gpus' && key !== 'storageGb') {
    throw new OwnTypesError(
      `${where}: '${key}' is none of vcpus, memoryMib, gpus, architecture, storageGb, usdPerHour`,
    );
  }
  if (typeof given !== 'number') throw new OwnTypesError(`${where}: ${key} must be a number`);
  set(draft, where, key, given);
}
