// Preloaded into a process (`node --import`): its clock is ahead of this machine's by what
// CLOCK_AHEAD_MS says, in milliseconds. What it waits for, it waits for as long as ever.

const aheadMs = Number(process.env['CLOCK_AHEAD_MS']);
const { now } = Date;
const later = (): number => now() + aheadMs;

globalThis.Date = new Proxy(Date, {
  get: (date, name) => (name === 'now' ? later : (Reflect.get(date, name) as unknown)),
  construct: (date, args, target) =>
    Reflect.construct(date, args.length === 0 ? [later()] : args, target) as Date,
});
