import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src/, and what each may import, types included. Rooms at the same height meet in contract/, and are wired
 * by commands/. What no rule of ESLint can say is in __tests__/house/structure.test.ts.
 */
const rooms = {
  commands: [
    'inputs',
    'systems',
    'sources',
    'gate',
    'strategies',
    'pipelines',
    'report',
    'notify',
    'support',
    'contract',
  ],
  inputs: ['support', 'contract'],
  systems: ['support', 'contract'],
  sources: ['support', 'contract'],
  gate: ['support', 'contract'],
  strategies: ['support', 'contract'],
  pipelines: ['support', 'contract'],
  report: ['support', 'contract'],
  notify: ['support', 'contract'],
  support: ['contract'],
  contract: [],
};

const ambient = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'The environment comes in from the entry, as a parameter.',
  },
  {
    selector:
      "MemberExpression[object.name='process'][property.name=/^(stdout|stderr|stdin|exit|argv)$/]",
    message: 'Only the entry reads from and writes to the process.',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Time comes from the clock that is passed in.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time comes from the clock that is passed in.',
  },
  {
    selector: "CallExpression[callee.object.name='AbortSignal'][callee.property.name='timeout']",
    message: 'Deadlines come from the clock that is passed in: support/abort.ts.',
  },
  {
    selector: "CallExpression[callee.property.name='addEventListener'][arguments.0.value='abort']",
    message: 'Wait for an abort by whenAborted in support/abort.ts, which many may do.',
  },
];
const costly = [
  {
    // Measured with Node 20: ten times the time to make, and two to three times the memory.
    selector: "ObjectExpression > Property[kind='get']",
    message:
      'V8 gives each object with a getter of its own a layout of its own, and there may be hundreds of targets: a field, a method or a class.',
  },
  {
    selector:
      'SpreadElement:matches([argument.name=/^(settings|origins)$/], [argument.property.name=/^(settings|origins)$/])',
    message:
      'A target inherits what is said for all, and a spread would lose it: inherit in support/objects.ts.',
  },
];
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'console', 'performance', 'fetch'].map(
  (name) => ({
    name,
    message: 'Time, output and the network come in as parameters.',
  }),
);

function layer(room) {
  const allowed = rooms[room];
  const forbidden = Object.keys(rooms).filter(
    (other) => other !== room && !allowed.includes(other),
  );
  const patterns = forbidden.map((other) => ({
    regex: `^(\\.\\./)+${other}/`,
    message: `${room}/ may not import from ${other}/, types included.`,
  }));
  patterns.push({ regex: '(^|/)index\\.js$', message: 'Nothing imports the entry.' });
  if (room === 'gate')
    patterns.push({
      regex: '^node:|^@?[a-z]|support/(http|exec|retry|tls)',
      allowTypeImports: true,
      message: 'gate/ is pure: no I/O.',
    });
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist/', 'lib/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: false }],
      eqeqeq: 'error',
    },
  },
  {
    // Below the entry nothing is ambient.
    files: ['src/**/*.ts'],
    ignores: ['src/index.ts', 'src/support/clock.ts', 'src/support/exec.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...ambient, ...costly],
      'no-restricted-globals': ['error', ...timers],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 80 }] },
  },
  ...Object.keys(rooms).map(layer),
  {
    files: ['__tests__/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
);
