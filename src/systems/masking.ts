import { minSecretLength } from '../support/redact.js';

/** The lines of a secret that a CI system may be asked to hide: one that is too short would take the log with it. */
export function maskableLines(secret: string): readonly string[] {
  return secret
    .split(/\r\n?|\n/)
    .map((part) => part.trim())
    .filter((part) => part.length >= minSecretLength);
}
