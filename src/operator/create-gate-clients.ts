import { createAddressPolicy } from '../net/address-policy.ts';
import { createHttpFetcher } from '../net/http-fetcher.ts';
import { alertmanagerSilencer, type Silencer } from './silences/alertmanager-silences.ts';
import { createCredentials, type CredentialBinding } from './credentials.ts';
import type { Probes } from './gates/gate-loops.ts';
import { createHttpProbe } from './gates/http-probe.ts';
import { createJobProbe, type JobProbeDeps } from './gates/job-probe.ts';
import { createObjectProbe, type ObjectProbeDeps } from './gates/object-probe.ts';
import { createPrometheusProbe } from './gates/prometheus-probe.ts';

/** The administrator's settings for gates. */
export interface GateSettings {
  /** Addresses that gates may send requests to (BATON_GATE_ALLOW); empty for the default. */
  readonly allow: string;
  /** Address of the API server. Gates may not send requests to it unless `allow` names it. */
  readonly apiServer: string;
  readonly credentials: readonly CredentialBinding[];
  /** Directory of the credentials' files. */
  readonly credentialsDirectory: string;
  readonly userAgent: string;
}

/** Maximum size of an answer. A gate needs one number. */
const MAX_BODY_BYTES = 256 * 1024;

/** The clients for the servers that plans name. */
export interface GateClients {
  readonly probes: Probes;
  readonly silencer: Silencer;
}

/**
 * Creates the probes for all kinds of gates, and the client that creates silences. Both send requests to addresses that plans name, with the
 * administrator's credentials.
 *
 * @throws Error that names the invalid entry of `allow`.
 */
export function createGateClients(deps: JobProbeDeps & ObjectProbeDeps, settings: GateSettings): GateClients {
  const policy = createAddressPolicy({ allow: settings.allow, apiServer: [settings.apiServer] });
  const http = createHttpFetcher({ policy, maxBodyBytes: MAX_BODY_BYTES });
  const credentials = createCredentials(settings.credentials, settings.credentialsDirectory);
  const httpDeps = { http, credentials, userAgent: settings.userAgent };
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
