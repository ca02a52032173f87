// What a job needs of a host. Jobs of the same needs in the same queue share one class in the
// backlog.

/** Whole numbers with their units; no floats reach a decision. */
export interface Needs {
  readonly milliVcpu: number;
  readonly memoryMib: number;
  readonly gpus: number;
}

export const needsKey = (needs: Needs): string =>
  `${needs.milliVcpu}/${needs.memoryMib}/${needs.gpus}`;

export const sameNeeds = (a: Needs, b: Needs): boolean =>
  a.milliVcpu === b.milliVcpu && a.memoryMib === b.memoryMib && a.gpus === b.gpus;

export const noNeeds: Needs = { milliVcpu: 0, memoryMib: 0, gpus: 0 };

export const addNeeds = (a: Needs, b: Needs): Needs => ({
  milliVcpu: a.milliVcpu + b.milliVcpu,
  memoryMib: a.memoryMib + b.memoryMib,
  gpus: a.gpus + b.gpus,
});

/** What is left when the needs of so many are taken. */
export const subtractNeeds = (a: Needs, b: Needs, times = 1): Needs => ({
  milliVcpu: a.milliVcpu - b.milliVcpu * times,
  memoryMib: a.memoryMib - b.memoryMib * times,
  gpus: a.gpus - b.gpus * times,
});

export const timesNeeds = ({ milliVcpu, memoryMib, gpus }: Needs, count: number): Needs => ({
  milliVcpu: milliVcpu * count,
  memoryMib: memoryMib * count,
  gpus: gpus * count,
});

/** The most that any of them asks for, amount by amount. */
export const mostOfEach = (all: readonly Needs[]): Needs =>
  all.reduce(
    (most, needs) => ({
      milliVcpu: Math.max(most.milliVcpu, needs.milliVcpu),
      memoryMib: Math.max(most.memoryMib, needs.memoryMib),
      gpus: Math.max(most.gpus, needs.gpus),
    }),
    noNeeds,
  );

/** The needs as people read them. */
export function needsText(needs: Needs): string {
  const parts = [`${needs.milliVcpu / 1000} vCPU`, `${needs.memoryMib} MiB`];
  if (needs.gpus > 0) parts.push(`${needs.gpus} GPU`);
  return parts.join(', ');
}
