// Quantities of Kubernetes, as nodes say what they have: `4`, `3920m`, `15842964Ki`, `1e3`. Pure.

const scales: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** 0: it is none, or none that anything could have. */
export function quantityOf(said: unknown): number {
  if (typeof said !== 'string' && typeof said !== 'number') return 0;
  const [, digits = '', scale = ''] =
    /^(\d{1,18}(?:\.\d{1,9})?(?:[eE][+-]?\d{1,2})?)([a-zA-Z]{0,2})$/.exec(String(said)) ?? [];
  const factor = Object.hasOwn(scales, scale) ? scales[scale] : undefined;
  if (digits === '' || factor === undefined) return 0;
  const value = Number(digits) * factor;
  return value <= 2 ** 60 ? value : 0;
}
