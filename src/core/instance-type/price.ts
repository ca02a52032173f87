// What instances cost: one list price per family (Linux, on demand, us-east-1, as AWS publishes
// it), the same for every size. Prices rank instance types against each other; nobody is billed by
// them.

/** Millionths of a US dollar per vCPU and hour. */
const perVcpu: Readonly<Record<string, number>> = {
  a1: 25_500,
  m3: 66_500,
  m4: 50_000,
  m5: 48_000,
  m5a: 43_000,
  m5ad: 51_500,
  m5d: 56_500,
  m5n: 59_500,
  m5dn: 68_000,
  m5zn: 82_600,
  m6i: 48_000,
  m6a: 43_200,
  m6id: 59_325,
  m6in: 69_615,
  m6idn: 79_560,
  m6g: 38_500,
  m6gd: 45_200,
  m7i: 50_400,
  'm7i-flex': 47_880,
  m7a: 57_960,
  m7g: 40_800,
  m7gd: 53_400,
  m8g: 44_880,
  c3: 52_500,
  c4: 50_000,
  c5: 42_500,
  c5a: 38_500,
  c5ad: 43_000,
  c5d: 48_000,
  c5n: 54_000,
  c6i: 42_500,
  c6a: 38_250,
  c6id: 50_400,
  c6in: 56_700,
  c6g: 34_000,
  c6gd: 38_400,
  c6gn: 43_200,
  c7i: 44_625,
  'c7i-flex': 42_394,
  c7a: 51_320,
  c7g: 36_250,
  c7gd: 45_350,
  c7gn: 62_400,
  c8g: 39_880,
  r3: 83_000,
  r4: 66_500,
  r5: 63_000,
  r5a: 56_500,
  r5ad: 65_500,
  r5b: 74_500,
  r5d: 72_000,
  r5n: 74_500,
  r5dn: 83_500,
  r6i: 63_000,
  r6a: 56_700,
  r6id: 75_600,
  r6in: 87_165,
  r6idn: 97_700,
  r6g: 50_400,
  r6gd: 57_600,
  r7i: 66_150,
  r7iz: 93_000,
  r7a: 76_075,
  r7g: 53_550,
  r7gd: 68_050,
  r8g: 58_920,
  d2: 172_500,
  d3: 124_750,
  h1: 58_500,
  i3: 78_000,
  i3en: 113_000,
  i4i: 86_000,
  i4g: 77_200,
  im4gn: 90_970,
  is4gen: 144_080,
  x1: 104_200,
  x1e: 208_500,
  x2gd: 83_500,
  x2idn: 104_200,
  x2iedn: 208_400,
  x2iezn: 208_500,
  z1d: 93_000,
  hpc6a: 30_000,
  hpc6id: 89_060,
  hpc7a: 37_500,
  hpc7g: 26_300,
  inf1: 57_000,
  inf2: 67_600,
  trn1: 167_970,
  trn1n: 193_590,
  vt1: 54_170,
  p2: 225_000,
  p3: 382_500,
  p3dn: 325_125,
  p4d: 228_720,
  p4de: 285_940,
  p5: 286_670,
  p5en: 329_690,
  g3: 71_250,
};

/**
 * Where the GPUs are charged beside the vCPUs, because sizes have more vCPUs to a GPU: per vCPU,
 * and per GPU.
 */
const perVcpuAndGpu: Readonly<Record<string, readonly [number, number]>> = {
  g4ad: [40_660, 215_890],
  g4dn: [56_500, 300_000],
  g5: [51_500, 800_000],
  g5g: [34_000, 284_000],
  g6: [43_200, 632_000],
  g6e: [95_270, 1_479_920],
  gr6: [56_690, 632_000],
};

/** Burstable sizes differ in memory more than in vCPUs: per GiB. */
const perGib: Readonly<Record<string, number>> = {
  t1: 32_600,
  t2: 11_600,
  t3: 10_400,
  t3a: 9_400,
  t4g: 8_400,
};

/**
 * What a family without a list price here is taken to cost: close to what m, c and r of the seventh
 * generation do.
 */
const estimate = { vcpu: 36_000, gib: 3_400, gpu: 800_000 };

/** Millionths of a US dollar per hour, on demand. */
export function microUsdOf(family: string, vcpus: number, memoryMib: number, gpus: number): number {
  const charged = perVcpuAndGpu[family];
  if (charged !== undefined) return vcpus * charged[0] + gpus * charged[1];
  const vcpu = perVcpu[family];
  if (vcpu !== undefined) return vcpus * vcpu;
  const gib = perGib[family];
  if (gib !== undefined) return Math.ceil((memoryMib * gib) / 1024);
  return vcpus * estimate.vcpu + Math.ceil((memoryMib * estimate.gib) / 1024) + gpus * estimate.gpu;
}
