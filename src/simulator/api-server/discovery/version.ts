/** The version of Kubernetes that the server answers like. The conformance tests compare it with this one. */
const MINOR = 37;

/** The answer to `/version`. */
export const VERSION = {
  major: '1',
  minor: String(MINOR),
  emulationMajor: '1',
  emulationMinor: String(MINOR),
  minCompatibilityMajor: '1',
  minCompatibilityMinor: String(MINOR - 1),
  gitVersion: `v1.${MINOR}.0+baton-simulation`,
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
} as const;
