/** Somebody who is told of a run outside of it. */
export interface Notification {
  /** `hooks.slack.com`, `pull request acme/shop#7`; never an address, which is a secret. */
  readonly to: string;
  /** Tells. @throws Error that says what to change */
  send(signal: AbortSignal): Promise<void>;
}
