// Lets a server be told, by SIGUSR2, to collect what it does not hold any more: what a benchmark
// reads of its memory then is what it needs, not what it was given. Imported before the program.

process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
