import { camelName } from '../../src/systems/system.js';
import { groups } from '../../src/inputs/input.js';
import type { Release } from './release-config.js';
import type { WrapperInput } from './wrapper-inputs.js';

/** From the root of the repository. */
export const stepFile = 'templates/jenkins/vars/rollgate.groovy';
export const helpFile = 'templates/jenkins/vars/rollgate.txt';

interface Output {
  readonly id: string;
  readonly description: string;
}

/** The step with the tables at its end made anew. @param step the text of the file */
export function generateStep(
  step: string,
  inputs: readonly WrapperInput[],
  { npmPackage, version }: Release,
): string {
  const names = (chosen: readonly WrapperInput[]): string =>
    chosen.map(({ id }) => `    '${camelName(id)}',`).join('\n');
  const tables = [
    method('Map', 'release', `    npmPackage: '${npmPackage}',\n    version: '${version}',`),
    method('List<String>', 'inputs', names(inputs)),
    method('List<String>', 'secrets', names(inputs.filter(({ secret }) => secret))),
    method('List<String>', 'files', names(inputs.filter(({ file }) => file))),
  ];
  const [before, after, ...more] = step.split(
    /^\/\/ generated:tables\n[^]*?^\/\/ \/generated:tables\n/m,
  );
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${stepFile} needs the markers of its tables, once`);
  return `${before}// generated:tables\n${tables.join('\n')}// /generated:tables\n${after}`;
}

function method(type: string, name: string, lines: string): string {
  return `private ${type} ${name}() {\n  return [\n${lines}\n  ]\n}\n`;
}

/** The help, which Jenkins shows under *Pipeline Syntax*: plain text, as nobody knows which markup a controller has. */
export function generateHelp(
  inputs: readonly WrapperInput[],
  outputs: readonly Output[],
  { repository, version }: Release,
): string {
  const ofGroup = (group: string): string =>
    inputs
      .filter((input) => input.group === group)
      .map(({ id, description, secret, file }) => {
        const how = secret
          ? ' [credentials: secret text]'
          : file
            ? ' [also credentials: file]'
            : '';
        return `  ${camelName(id)}${how}: ${description}`;
      })
      .join('\n');
  const sections = Object.entries(groups)
    .map(([group, title]) => `${title}\n${ofGroup(group as WrapperInput['group'])}`)
    .filter((section) => section.includes('\n  '));
  return `rollgate: watches a fresh deployment and rolls it back when it is bad.

  rollgate(url: 'https://shop.example.com/api/products', rollback: 'ci', credentials: [jenkins: 'rollgate'])

The build fails unless the deployment is healthy. The step returns a map: exitCode, ${outputs.map(({ id }) => camelName(id)).join(', ')}.
More: https://github.com/${repository}/blob/v${version}/docs/jenkins.md

The step itself
  credentials: a map from the name of an argument to the id of its credentials; never give a secret as an argument. \`jenkins\` takes credentials with user name and password, for jenkinsUser and jenkinsToken.
  failBuild: false: the build goes on whatever the exit code; look at the map. Default: true.
  cli: How the program is called, where it is not to come from npm: \`node /opt/rollgate/index.js\`.
  version: The version that is taken from npm. Default: ${version}.
A list may be given as a list, and lines like \`name=value\` as a map.

${sections.join('\n\n')}
`;
}
