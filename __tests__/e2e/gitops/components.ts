import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder, lacking as lackingPlane } from '../kubernetes/binaries.js';

/** The Go module whose `go.mod` names every version of Flux and of what it is made of. */
export const fluxRecipe = resolve('__tests__/e2e/gitops/build/flux');

/** The controllers of Flux, and the folders with the kinds that they know, inside of the modules they are built from. */
export const fluxControllers = {
  'source-controller': 'github.com/fluxcd/source-controller',
  'kustomize-controller': 'github.com/fluxcd/kustomize-controller',
} as const;
export type FluxController = keyof typeof fluxControllers;

/** The module that Argo Rollouts is built from, and its checksum in the database of Go (sum.golang.org). */
export const rolloutsSource = {
  module: 'github.com/argoproj/argo-rollouts',
  version: 'v1.10.1',
  sum: 'h1:6oyVPGiHHxu3ixkT6mngemh88HLPDoTX1IwO6KNR1Y4=',
} as const;

/** The module whose definition of an Application is used; Argo CD itself is played (`argo-cd.ts`). */
export const argoCdSource = {
  module: 'github.com/argoproj/argo-cd/v3',
  version: 'v3.5.7',
  sum: 'h1:Xm1BF+I5OgDKUG3SDK49vn2/Y5AMyaNVko+/JT08gj0=',
} as const;

/** The module that has the kind of Flagger. */
export const flaggerSource = {
  module: 'github.com/fluxcd/flagger',
  version: 'v1.36.1',
  sum: 'h1:X2PumtNwZz9YSGaOtZLFm2zAKLgHhFkbNv8beg7ifyc=',
} as const;

/** The kinds that the clusters learn. */
export const CRDS = 'crds';

/** Where Flux is put. Another recipe has another folder: no binary is ever replaced by another version. */
export function fluxFolder(env: NodeJS.ProcessEnv = process.env): string {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) hash.update(readFileSync(join(fluxRecipe, name)));
  return join(cacheFolder(env), 'flux', hash.digest('hex').slice(0, 12));
}

/** Where Argo Rollouts is put. Another version has another folder. */
export function rolloutsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `argo-rollouts-${rolloutsSource.version.slice(1)}`);
}

/** Where the definition of an Application is put. */
export function argoCdFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `argo-cd-${argoCdSource.version.slice(1)}`);
}

/** Where the kind of Flagger is put, without its controller. */
export function flaggerFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `flagger-${flaggerSource.version.slice(1)}`);
}

export const ROLLOUTS = 'rollouts-controller';

/** A sentence for people when Flux, or the control plane that it acts on, cannot be started. */
export function lackingFlux(): string | undefined {
  return lackingPlane() ?? lackingOf('Flux', fluxFolder(), Object.keys(fluxControllers));
}

/** The same for Argo Rollouts. */
export function lackingRollouts(): string | undefined {
  return lackingPlane() ?? lackingOf('Argo Rollouts', rolloutsFolder(), [ROLLOUTS]);
}

/** The same for the kinds of Argo CD. */
export function lackingArgoCd(): string | undefined {
  return lackingPlane() ?? lackingOf('The kinds of Argo CD', argoCdFolder(), []);
}

/** The same for the kind of Flagger. */
export function lackingFlagger(): string | undefined {
  return lackingPlane() ?? lackingOf('Flagger', flaggerFolder(), []);
}

function lackingOf(name: string, folder: string, binaries: readonly string[]): string | undefined {
  return [...binaries, CRDS].every((one) => existsSync(join(folder, one)))
    ? undefined
    : `${name} not found: run "npm run e2e:gitops", which gets it (Go 1.26 or newer is needed).`;
}
