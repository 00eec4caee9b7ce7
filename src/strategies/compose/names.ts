import { createHash } from 'node:crypto';

/** Labels of what we keep on the engine. */
export const labelPrefix = 'rollgate.';

export const labels = {
  role: 'rollgate.role',
  project: 'rollgate.project',
  service: 'rollgate.service',
  image: 'rollgate.image',
  imageName: 'rollgate.image-name',
  digest: 'rollgate.digest',
  config: 'rollgate.config',
  at: 'rollgate.at',
  by: 'rollgate.by',
  run: 'rollgate.run',
  runUrl: 'rollgate.run-url',
  completed: 'rollgate.completed',
  returnedImage: 'rollgate.returned-image',
  returnedConfig: 'rollgate.returned-config',
  holder: 'rollgate.holder',
  seconds: 'rollgate.seconds',
} as const;

/** `good`: a healthy verdict. `before`: what ran before a deploy. */
export const slots = ['good', 'before'] as const;
export type Slot = (typeof slots)[number];

export type Role = Slot | 'rejected' | 'lock';

/** An image without content, for containers that are notes and must not hold any image of the project. */
export const noteImage = 'rollgate-note:1';

/** What images are kept under. */
export const keptRepository = 'rollgate-kept:';

/** Longest tag of an image (distribution/reference: `[\w][\w.-]{0,127}`). */
const LONGEST_TAG = 128;

/** Projects have no dot in their names, so that no two services share a tag. */
export function keptTag(project: string, slot: Slot, service: string): string {
  return `${keptRepository}${shortened(`${project}.${slot}.${service}`, LONGEST_TAG)}`;
}

/** @param unique letters and digits */
export function noteName(project: string, role: Role, service: string, unique: string): string {
  return shortened(`rollgate-${role}-${project}.${service}`, LONGEST_TAG) + `-${unique}`;
}

export function lockName(project: string): string {
  return `rollgate-lock-${project}`;
}

function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${text.slice(0, max - 13)}-${digest}`;
}
