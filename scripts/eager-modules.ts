import { type Expression, parse } from 'acorn';

/**
 * Puts parentheses around the functions that webpack makes of the modules of a chunk. V8 reads a function that it does not
 * expect to be called only for its mistakes, and all of it once more when it is called; one in parentheses it compiles at
 * once (https://v8.dev/blog/preparser). All modules of a chunk are called as soon as it is there, and minifiers take the
 * parentheses away that webpack wrote. A file that is no chunk stays as it is.
 *
 * @throws Error when a module of a chunk is none of the two kinds of function that webpack writes
 */
export function eagerModules(code: string): string {
  const modules = modulesOf(code);
  if (modules === undefined) return code;
  let eager = '';
  let at = 0;
  for (const { start, end } of modules) {
    eager += `${code.slice(at, start)}(${code.slice(start, end)})`;
    at = end;
  }
  return eager + code.slice(at);
}

function modulesOf(code: string): readonly Expression[] | undefined {
  const { body } = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  for (const statement of body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    if (statement.declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of statement.declaration.declarations) {
      if (id.type !== 'Identifier' || id.name !== 'modules' || init?.type !== 'ObjectExpression')
        continue;
      return init.properties.map((property) => {
        if (property.type === 'Property' && !property.method) {
          const { value } = property;
          if (value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression')
            return value;
        }
        throw new Error(
          `a module is no function: ${code.slice(property.start, property.start + 60)}`,
        );
      });
    }
  }
  return undefined;
}
