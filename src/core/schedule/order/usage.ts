// The arithmetic of fair share in whole numbers: how usage decays and grows over whole seconds.
// Pure; the same everywhere, for it uses no floating point. Usage is counted in milliVcpu-seconds.

/** Fractions are 64 bits behind the point. */
const bits = 64n;
const one = 1n << bits;

/**
 * `halvings[k]` is 2^(-1 / 2^(k+1)): 1/√2, its root, and so on, as fine as a second is of a week's
 * half-life.
 */
const halvings: readonly bigint[] = tableOfRoots(30);

function tableOfRoots(steps: number): bigint[] {
  const table: bigint[] = [];
  for (let step = 0, value = one / 2n; step < steps; step++)
    table.push((value = squareRoot(value << bits)));
  return table;
}

/** Rounded down (Newton's method, from above). */
function squareRoot(of: bigint): bigint {
  let guess = 1n << bits;
  for (;;) {
    const better = (guess + of / guess) >> 1n;
    if (better >= guess) return guess;
    guess = better;
  }
}

/** 2^(-2 seconds / window), for the half-life is half the window, as a fraction of `one`. */
function decay(seconds: number, windowSeconds: number): bigint {
  const whole = Math.floor((2 * seconds) / windowSeconds);
  if (whole >= 64) return 0n;
  // The rest as a binary fraction of the half-life; each bit stands for a root of a half.
  const fraction = Math.floor(
    (((2 * seconds) % windowSeconds) * 2 ** halvings.length) / windowSeconds,
  );
  let left = one >> BigInt(whole);
  for (let step = 0; step < halvings.length; step++) {
    if (fraction & (1 << (halvings.length - 1 - step)))
      left = (left * (halvings[step] as bigint)) >> bits;
  }
  return left;
}

/** 1 / ln 2: what a constant unit of usage adds up to over all time, in half-lives. */
const perHalfLife = (1_442_695_041n << bits) / 1_000_000_000n;

/**
 * Usage after `seconds` more, in which `milliVcpu` were held throughout: what was there decays by
 * half every half window, and so does what is added from the moment it is added.
 */
export function usageAfter(
  usage: bigint,
  milliVcpu: number,
  seconds: number,
  windowSeconds: number,
): bigint {
  if (seconds <= 0) return usage;
  const left = decay(seconds, windowSeconds);
  const held =
    milliVcpu === 0
      ? 0n
      : (BigInt(milliVcpu) * BigInt(windowSeconds) * perHalfLife * (one - left)) >>
        (bits + bits + 1n);
  return ((usage * left) >> bits) + held;
}
