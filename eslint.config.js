import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Which folders of src a folder may import, beside its own. The order is the architecture: see docs/architecture.md. */
const directions = {
  api: [],
  core: ['api'],
  kube: ['api'],
  net: ['api'],
  runtime: ['api'],
  notify: ['api', 'core', 'net'],
  operator: ['api', 'core', 'kube', 'net', 'runtime'],
  agent: ['api', 'core', 'kube', 'net', 'notify', 'runtime'],
  reporter: ['api', 'core', 'kube', 'runtime'],
  cli: ['api', 'core', 'kube', 'notify', 'runtime'],
};
const folders = Object.keys(directions);

function forbidden(folder) {
  return folders.filter((other) => other !== folder && !directions[folder].includes(other));
}

const purity = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Take the time as an argument.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take the time as an argument.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Take randomness as an argument.',
  },
  { selector: 'AwaitExpression', message: 'The core is synchronous.' },
];

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', 'src/api/generated'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: tseslint.configs.strictTypeChecked,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
      'max-depth': ['error', 4],
      'max-params': ['error', 5],
      complexity: ['error', 20],
    },
  },
  ...folders.map((folder) => ({
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: forbidden(folder).map((other) => ({
            regex: `^(\\.\\./)+${other}/`,
            message: `src/${folder} must not import src/${other}: see docs/architecture.md.`,
          })),
        },
      ],
    },
  })),
  {
    files: ['src/core/**/*.ts', 'src/api/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(node:|[^./])', message: 'The core and the API are pure: import from src/core and src/api only.' },
            ...forbidden('core').map((other) => ({
              regex: `^(\\.\\./)+${other}/`,
              message: `The core must not import src/${other}.`,
            })),
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        'process',
        'fetch',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'console',
        'crypto',
        'performance',
      ],
      'no-restricted-syntax': ['error', ...purity],
    },
  },
  {
    files: ['src/runtime/**/*.ts'],
    rules: {},
  },
  {
    files: ['src/{operator,agent,reporter,cli}/**/*.ts'],
    ignores: ['src/**/main.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value=/\\/runtime\\//][importKind!='type']",
          message: 'Only main files join the runtime to the rest: take the clock, the log and the configuration as arguments.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'max-params': 'off' },
  },
  {
    // Programs that run by themselves print to the console.
    files: ['test/**/*.ts'],
    ignores: ['test/run.ts', 'test/bench/*.ts', 'test/support/receiver.ts'],
    rules: { 'no-console': 'error' },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { require: 'readonly', module: 'writable', process: 'readonly' } } },
  {
    files: ['**/*.mjs', '*.config.js'],
    languageOptions: { globals: { URL: 'readonly', console: 'readonly', process: 'readonly' } },
  },
  prettier,
);
