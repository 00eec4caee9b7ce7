import type { Hints } from './answer.js';

/** The usual hints, in the names of what the user set. */
export function hintsOf(names: {
  /** What the address is set by. */
  readonly address: string;
  /** What the credentials are set by. */
  readonly credentials: string;
  /** What stands behind the address: `/render`. */
  readonly path: string;
}): Hints {
  const { address, credentials, path } = names;
  return {
    redirect: `redirects are not followed, because credentials would go along: set ${address} to the final address; a login page means that credentials lack`,
    page: `a page for people, such as a login page: check ${address}, and set ${credentials}`,
    notJson: `check ${address}: it is the address in front of ${path}`,
    unauthorized: () => `check ${credentials}`,
    forbidden: `give ${credentials} the right to query, or use others`,
    notFound: `there is no ${path} behind this address: check ${address}`,
    badQuery: 'correct the query',
    timeout: 'raise timeout, or make the query cheaper',
    tooLarge: 'narrow the query down to what was deployed',
    unreachable: `check ${address}, and whether it can be reached from here`,
  };
}
