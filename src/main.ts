// The entry: `serve`, `up` and `demo` start a server; every other verb is the command line's, which talks HTTP only.

import { runCli } from './cli/main.ts';
import { demo } from './server/command/demo.ts';
import { serve } from './server/command/serve.ts';
import { up } from './server/command/up.ts';

const [verb, ...rest] = process.argv.slice(2);

async function run(): Promise<number> {
  switch (verb) {
    case 'serve':
      return serve(rest);
    case 'up':
      return up(rest);
    case 'demo':
      return demo(rest);
    default:
      return runCli(process.argv.slice(2));
  }
}

process.exitCode = await run();
