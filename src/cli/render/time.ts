// Times and durations as people read them.

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;

/** Two units at most: `0.4 s`, `12 s`, `3 min 4 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 9_950) return `${(whole / 1000).toFixed(1)} s`;
  const rounded = Math.round(whole / 1000) * 1000;
  const at = units.findIndex((unit) => rounded >= unit.ms);
  const [large, small] = [units[at], units[at + 1]];
  if (large === undefined) return '0 s';
  const rest = small === undefined ? 0 : Math.floor((rounded % large.ms) / small.ms);
  return `${Math.floor(rounded / large.ms)} ${large.name}${rest > 0 ? ` ${rest} ${small?.name}` : ''}`;
}

/** `2026-10-01T09:30:00.000Z`; empty where there is no time. */
export const timeText = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString());
