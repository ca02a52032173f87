// The entry: `serve`, `up` and `demo` start a server; every other verb is the command line's, which talks HTTP only. Each is
// loaded when it is wanted, so that a quick verb does not wait for a server's modules.

const [verb, ...rest] = process.argv.slice(2);

async function run(): Promise<number> {
  switch (verb) {
    case 'serve':
      return (await import('./server/command/serve.ts')).serve(rest);
    case 'up':
      return (await import('./server/command/up.ts')).up(rest);
    case 'demo':
      return (await import('./server/command/demo.ts')).demo(rest);
    default:
      return (await import('./cli/main.ts')).runCli(process.argv.slice(2));
  }
}

process.exitCode = await run();
