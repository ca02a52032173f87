// Which processor architecture EC2 instance types have. A compute environment has one, and so has a job queue (spec 4.2, 4.3).

/** ARM_64 is AWS Graviton: `a1`, and every family with a `g` behind its generation (`m6gd`, `c7gn`, `x2gd`, `im4gn`). */
export type Architecture = 'X86_64' | 'ARM_64';

const graviton = /^(a1|[a-z]+\d+g[a-z]*)(\.|$)/;

/** Of an instance type, a family, or one of the bundles `optimal`, `default_x86_64` and `default_arm64`. */
export function architectureOf(instanceType: string): Architecture {
  return instanceType === 'default_arm64' || graviton.test(instanceType) ? 'ARM_64' : 'X86_64';
}

/** What the types have in common; undefined where they differ, or where there are none. */
export function commonArchitecture(instanceTypes: readonly string[]): Architecture | undefined {
  const found = new Set(instanceTypes.map(architectureOf));
  return found.size === 1 ? [...found][0] : undefined;
}
