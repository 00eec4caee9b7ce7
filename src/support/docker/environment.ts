type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment for docker and Compose. What would make Compose touch more than it is asked to is taken out: with
 * COMPOSE_REMOVE_ORPHANS it removes every service that a file does not name, and we name only some.
 *
 * Source: docs.docker.com/compose/how-tos/environment-variables/envvars.
 */
export function cleanEnvironment(env: Environment): Environment {
  return {
    ...env,
    COMPOSE_REMOVE_ORPHANS: 'false',
    COMPOSE_IGNORE_ORPHANS: 'true',
    COMPOSE_MENU: 'false',
    COMPOSE_ANSI: 'never',
    COMPOSE_PROGRESS: 'plain',
    DOCKER_CLI_HINTS: 'false',
  };
}

/**
 * For a file of ours, which holds no variables: a `.env` beside the files on disk belongs to the next version, and a mistake
 * in it (or a file of COMPOSE_ENV_FILES that is not here) would keep Compose from taking the old one back.
 */
export const wholeFile: Readonly<Record<string, string>> = {
  COMPOSE_DISABLE_ENV_FILE: 'true',
  COMPOSE_ENV_FILES: '',
};
