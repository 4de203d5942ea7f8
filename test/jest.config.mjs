import { fileURLToPath } from 'node:url';

/**
 * Six projects: `unit` (no I/O), `adapter` (loopback and nock), `apiserver` (a real kube-apiserver, no root), `conformance` (the embedded
 * API server beside a real one, no root), `kwok` (a real control plane with simulated nodes, root) and `cluster` (real kubelets, root).
 * @type {import('jest').Config}
 */
const base = {
  // Absolute: jest takes a relative one from the folder in which it was started.
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
};

/** Folders of `unit` whose tests start operators in virtual time. */
const STARTS_OPERATORS = ['<rootDir>/test/unit/simulator/programs/', '<rootDir>/test/unit/simulator/runs/'];

export default {
  maxWorkers: 2,
  projects: [
    {
      ...base,
      displayName: 'unit',
      roots: ['<rootDir>/test/unit'],
      testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
      testPathIgnorePatterns: STARTS_OPERATORS,
    },
    {
      // It belongs to `unit`, too: loading the client would double the time of all other tests.
      ...base,
      displayName: 'unit',
      roots: STARTS_OPERATORS,
      testMatch: STARTS_OPERATORS.map((folder) => `${folder}**/*.test.ts`),
      setupFilesAfterEnv: ['<rootDir>/test/support/setup-client.ts'],
    },
    {
      ...base,
      displayName: 'adapter',
      roots: ['<rootDir>/test/adapter'],
      testMatch: ['<rootDir>/test/adapter/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/setup-network.ts'],
    },
    {
      ...base,
      displayName: 'apiserver',
      roots: ['<rootDir>/test/apiserver'],
      testMatch: ['<rootDir>/test/apiserver/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/setup-client.ts'],
    },
    {
      ...base,
      displayName: 'conformance',
      roots: ['<rootDir>/test/conformance'],
      testMatch: ['<rootDir>/test/conformance/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/setup-client.ts'],
    },
    {
      ...base,
      displayName: 'kwok',
      roots: ['<rootDir>/test/kwok'],
      testMatch: ['<rootDir>/test/kwok/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/setup-client.ts'],
    },
    {
      ...base,
      displayName: 'cluster',
      roots: ['<rootDir>/test/system'],
      testMatch: ['<rootDir>/test/system/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/setup-client.ts'],
      globalTeardown: '<rootDir>/test/support/stop-system-cluster.mjs',
    },
  ],
};
