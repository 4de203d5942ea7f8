import type { ReadFile } from '../api/read-file.ts';
import type { HttpFetcher } from '../net/http-fetcher.ts';
import { alertmanagerSilencer, type Silencer } from './silences/alertmanager-silences.ts';
import { createCredentials, type CredentialBinding } from './credentials.ts';
import type { Probes } from './gates/gate-loops.ts';
import { createHttpProbe } from './gates/http-probe.ts';
import { createJobProbe, type JobProbeDeps } from './gates/job-probe.ts';
import { createObjectProbe, type ObjectProbeDeps } from './gates/object-probe.ts';
import { createPrometheusProbe } from './gates/prometheus-probe.ts';

/** The administrator's settings for gates, and how requests are sent. */
export interface GateSettings {
  /** Sends the requests. */
  readonly http: HttpFetcher;
  /** Reads the credentials' files. */
  readonly readFile: ReadFile;
  readonly credentials: readonly CredentialBinding[];
  /** Directory of the credentials' files. */
  readonly credentialsDirectory: string;
  readonly userAgent: string;
}

/** Maximum size of an answer. A gate needs one number. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** The clients for the servers that plans name. */
export interface GateClients {
  readonly probes: Probes;
  readonly silencer: Silencer;
}

/**
 * Creates the probes for all kinds of gates, and the client that creates silences. Both send requests to addresses that plans name, with the
 * administrator's credentials.
 */
export function createGateClients(deps: JobProbeDeps & ObjectProbeDeps, settings: GateSettings): GateClients {
  const credentials = createCredentials(settings.credentials, settings.credentialsDirectory, settings.readFile);
  const httpDeps = { http: settings.http, credentials, userAgent: settings.userAgent };
  return {
    probes: {
      prometheus: createPrometheusProbe(httpDeps),
      http: createHttpProbe(httpDeps),
      object: createObjectProbe(deps),
      job: createJobProbe(deps),
    },
    silencer: alertmanagerSilencer(httpDeps),
  };
}
