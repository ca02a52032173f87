// Jobs of five containers beside jobs of one, on the fake engine: how many start and end in a
// second, from 10,000 submitted at once.

import { BenchServer, submission } from './bench-server.ts';
import { median } from './load-client.ts';
import type { Figure } from './report.ts';
import { wholeJobs } from './whole-jobs.bench.ts';

/** The main container waits for one that has done its work, beside three that serve. */
const containers = ['main', 'init', 'one', 'two', 'three'].map((name) => ({
  name,
  image: 'busybox',
  command: name === 'main' || name === 'init' ? ['true'] : ['sleep', '3600'],
  essential: name === 'main',
  ...(name === 'main' && { dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }] }),
  resourceRequirements: [
    { type: 'VCPU', value: '1' },
    { type: 'MEMORY', value: '16' },
  ],
}));

const rounds = 3;

export async function containersBench({
  jobs = 10_000,
}: {
  jobs?: number | undefined;
}): Promise<Figure[]> {
  await using server = await BenchServer.start('fake');
  await server.prepare();
  await server.call('RegisterJobDefinition', {
    jobDefinitionName: 'five',
    type: 'container',
    ecsProperties: { taskProperties: [{ containers }] },
  });
  const five = submission({ jobDefinition: 'five' });
  await wholeJobs(server, 2_000, 64);
  await wholeJobs(server, 1_000, 64, { body: five });
  const rates: { readonly one: number; readonly five: number }[] = [];
  for (let round = 0; round < rounds; round++)
    rates.push({
      one: await wholeJobs(server, jobs, 64),
      five: await wholeJobs(server, jobs, 64, { body: five }),
    });
  const share = median(rates.map((rate) => rate.five / rate.one)) * 100;
  return [
    {
      what: 'jobs of five containers, fake engine',
      value: median(rates.map((rate) => rate.five)),
      unit: 'jobs/s',
      note: `median of ${rounds} rounds of ${jobs.toLocaleString('en')}, beside as many of one`,
    },
    {
      what: 'of the rate of jobs of one container',
      value: share,
      unit: '%',
      target: { bound: 'at least', value: 50 },
      note: 'in turns',
    },
  ];
}
