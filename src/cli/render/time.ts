// Times and durations as people read them.

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;

/** Two units at most: `40 ms`, `0.4 s`, `12 s`, `3 min 4 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 95) return `${Math.round(whole)} ms`;
  if (whole < 9_950) return `${(whole / 1000).toFixed(1)} s`;
  const rounded = Math.round(whole / 1000) * 1000;
  const at = units.findIndex((unit) => rounded >= unit.ms);
  const [large, small] = [units[at], units[at + 1]];
  if (large === undefined) return '0 s';
  const rest = small === undefined ? 0 : Math.floor((rounded % large.ms) / small.ms);
  return `${Math.floor(rounded / large.ms)} ${large.name}${rest > 0 ? ` ${rest} ${small?.name}` : ''}`;
}

/** The same for a narrow column: `40ms`, `0.4s`, `12s`, `3min4s`. */
export const shortDuration = (ms: number): string => durationText(ms).replaceAll(' ', '');

/** How old something is, in one unit: `0s`, `12s`, `11m`, `2h`, `3d`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** `2026-10-01T09:30:00.000Z`; empty where there is no time. */
export const timeText = (ms: number | undefined): string =>
  ms === undefined ? '' : new Date(ms).toISOString();
