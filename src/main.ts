// The entry: `serve`, `up` and `demo` start a server, and `restore` makes its data directory; every
// other verb is the command line's, which talks HTTP only. Each is loaded when it is wanted, so
// that a quick verb does not wait for a server's modules.

const argv = process.argv.slice(2);
// `help serve` is `serve --help`.
const [verb, ...rest] = argv[0] === 'help' && argv[1] !== undefined ? [argv[1], '--help'] : argv;

async function run(): Promise<number> {
  switch (verb) {
    case 'serve':
      return (await import('./server/command/serve.ts')).serve(rest);
    case 'up':
      return (await import('./server/command/up.ts')).up(rest);
    case 'demo':
      return (await import('./server/command/demo.ts')).demo(rest);
    case 'restore':
      return (await import('./server/command/restore.ts')).restore(rest);
    default:
      return (await import('./cli/main.ts')).runCli(argv);
  }
}

process.exitCode = await run();
