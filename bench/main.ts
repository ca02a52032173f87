// `npm run bench [NAME…] [--jobs N]`: runs the benchmarks one after the other and prints a table
// with the machine's description. `--jobs` makes those smaller that are about a million waiting
// jobs.

import { parseArgs } from 'node:util';
import { eventsBench } from './events.bench.ts';
import { fakeEngineBench } from './whole-jobs.bench.ts';
import { machine, table, type BenchOptions, type Figure } from './report.ts';
import { accessBench } from './access.bench.ts';
import { signedBench } from './signed.bench.ts';
import { submitBench } from './submit.bench.ts';
import { deliveriesBench } from './deliveries.bench.ts';
import { dispatchBench } from './dispatch.bench.ts';
import { dockerBench } from './docker.bench.ts';
import { processBench } from './process.bench.ts';
import { containersBench } from './containers.bench.ts';
import { cycleBench } from './cycle.bench.ts';
import { dagBench } from './dag.bench.ts';
import { nodesBench } from './nodes.bench.ts';
import { patternBench } from './pattern.bench.ts';
import { rulesBench } from './rules.bench.ts';
import { policyBench } from './policy.bench.ts';
import { httpBench } from './http.bench.ts';
import { givenHostsBench } from './given-hosts.bench.ts';
import { hostsBench } from './hosts.bench.ts';
import { kubernetesBench } from './kubernetes.bench.ts';
import { podsBench } from './pods.bench.ts';
import { podsKeptBench } from './pods-kept.bench.ts';
import { listsBench } from './lists.bench.ts';
import { restartBench } from './restart.bench.ts';
import { scaleBench } from './scale.bench.ts';

const benches: Record<string, (options: BenchOptions) => Promise<Figure[]>> = {
  submit: submitBench,
  access: accessBench,
  signed: signedBench,
  fake: fakeEngineBench,
  containers: containersBench,
  events: eventsBench,
  dag: dagBench,
  process: processBench,
  docker: dockerBench,
  hosts: hostsBench,
  given: givenHostsBench,
  scale: scaleBench,
  cycle: cycleBench,
  nodes: nodesBench,
  dispatch: dispatchBench,
  restart: restartBench,
  lists: listsBench,
  kubernetes: kubernetesBench,
  pods: podsBench,
  kept: podsKeptBench,
  policy: policyBench,
  pattern: patternBench,
  http: httpBench,
  rules: rulesBench,
  deliveries: deliveriesBench,
};

const { values, positionals: wanted } = parseArgs({
  options: { jobs: { type: 'string' } },
  allowPositionals: true,
});
const options: BenchOptions = { jobs: values.jobs === undefined ? undefined : Number(values.jobs) };
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(
    `no benchmark is called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`,
  );
  process.exit(2);
}
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`running ${name} …`);
  figures.push(...(await bench(options)));
}
console.log(`${machine()}\n\n${table(figures)}`);
