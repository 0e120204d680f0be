import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', '**/*.fixture.{ts,js}', 'test/**/*.ts', 'packages/event-store/src/contract/**'];
const plainJavaScript = ['**/*.js', '**/*.cjs', '**/*.mjs'];
const pureSources = ['packages/money/src/**/*.ts', 'packages/balance/src/**/*.ts'];

const nodeGlobals = [...Object.getOwnPropertyNames(globalThis), 'require', 'module', '__dirname', '__filename'];

export default defineConfig(
  globalIgnores(['**/dist/', '**/.cache/', '**/.turbo/', 'data/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    rules: {
      complexity: ['error', 10],
      eqeqeq: 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 70],
      'max-params': ['error', 3],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Our ports are records of closures: there is no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: plainJavaScript,
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])) },
  },
  { files: ['**/*.js', '**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: pureSources,
    ignores: tests,
    rules: {
      'no-restricted-globals': [
        'error',
        ...['parseFloat', 'parseInt', 'process', 'performance', 'crypto', 'setTimeout'],
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The clock is an argument.' },
        { object: 'Math', property: 'random', message: 'Randomness is an argument.' },
        { object: 'Number', property: 'parseFloat', message: 'An amount is never a float.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'CallExpression[callee.name="Number"]', message: 'An amount is never a float.' },
        { selector: 'UnaryExpression[operator="+"]', message: 'An amount is never a float.' },
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'The clock is an argument.' },
        { selector: 'CallExpression[callee.name="Date"]', message: 'The clock is an argument.' },
      ],
    },
  },
  { files: tests, rules: { 'max-lines-per-function': 'off' } },
);
