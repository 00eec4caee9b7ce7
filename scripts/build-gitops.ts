import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  argoCdFolder,
  argoCdSource,
  CRDS,
  flaggerFolder,
  flaggerSource,
  fluxControllers,
  fluxFolder,
  fluxRecipe,
  ROLLOUTS,
  rolloutsFolder,
  rolloutsSource,
} from '../__tests__/e2e/gitops/components.js';
import { download, go, makeFolder, ready } from './go.js';

// Makes sure that Flux, Argo Rollouts and the kinds of Argo CD and Flagger for the e2e tests are in the cache: node --import tsx scripts/build-gitops.ts

/** A checkout that belongs to somebody else is none that git speaks of. */
const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];

function buildFlux(): void {
  makeFolder(fluxFolder(), (temporary) => {
    for (const [name, module] of Object.entries(fluxControllers)) {
      console.log(`Building the ${name} of Flux`);
      go(['build', ...flags, '-o', join(temporary, name), module], fluxRecipe);
      const folder = go(['list', '-m', '-f', '{{.Dir}}', module], fluxRecipe).trim();
      copyKinds(join(folder, 'config/crd/bases'), temporary);
    }
  });
}

function buildRollouts(): void {
  makeFolder(rolloutsFolder(), (temporary) => {
    const folder = download(rolloutsSource);
    console.log(`Building Argo Rollouts ${rolloutsSource.version}`);
    // The versions that its own go.mod replaces count in its own folder only.
    go(['build', ...flags, '-o', join(temporary, ROLLOUTS), `./cmd/${ROLLOUTS}`], folder);
    copyKinds(join(folder, 'manifests/crds'), temporary);
  });
}

function getArgoCdKinds(): void {
  makeFolder(argoCdFolder(), (temporary) => {
    copyKinds(join(download(argoCdSource), 'manifests/crds'), temporary);
  });
}

/** Only its kind: nothing is built. */
function getFlagger(): void {
  makeFolder(flaggerFolder(), (temporary) => {
    copyKinds(join(download(flaggerSource), 'charts/flagger/crds'), temporary);
  });
}

/** A kustomization.yaml among them is no kind. */
function copyKinds(from: string, to: string): void {
  mkdirSync(join(to, CRDS), { recursive: true });
  for (const name of readdirSync(from))
    if (name !== 'kustomization.yaml') cpSync(join(from, name), join(to, CRDS, name));
}

ready('Flux', fluxFolder(), () => {
  if (!existsSync(fluxFolder())) buildFlux();
});
ready(`Argo Rollouts ${rolloutsSource.version}`, rolloutsFolder(), () => {
  if (!existsSync(rolloutsFolder())) buildRollouts();
});
ready(`Kinds of Argo CD ${argoCdSource.version}`, argoCdFolder(), () => {
  if (!existsSync(argoCdFolder())) getArgoCdKinds();
});
ready(`Flagger ${flaggerSource.version}`, flaggerFolder(), () => {
  if (!existsSync(flaggerFolder())) getFlagger();
});
