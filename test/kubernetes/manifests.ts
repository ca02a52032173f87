// `npm run manifests`: renders the chart of deploy/helm into the plain manifests of
// deploy/kubernetes, by the Helm that `npm run kubernetes` has built. A test holds one against the
// other.

import { writeFileSync } from 'node:fs';
import { manifestsPath, plainManifests } from './chart.ts';

writeFileSync(manifestsPath, plainManifests());
