import { createAddressPolicy } from '../net/address-policy.ts';
import { createHttpReader } from '../net/http-get.ts';
import { alertmanagerSilencer, type Silencer } from './silences/alertmanager-silences.ts';
import { createCredentials, type CredentialBinding } from './credentials.ts';
import type { Probes } from './gates/gate-loops.ts';
import { createHttpProbe } from './gates/http-probe.ts';
import { createJobProbe, type JobProbeDeps } from './gates/job-probe.ts';
import { createObjectProbe, type ObjectProbeDeps } from './gates/object-probe.ts';
import { createPrometheusProbe } from './gates/prometheus-probe.ts';

/** What the administrator says of gates. */
export interface GateSettings {
  /** Addresses that gates may ask (BATON_GATE_ALLOW); empty for the default. */
  readonly allow: string;
  /** Address of the API server, which gates may not ask unless an address of `allow` opens it. */
  readonly apiServer: string;
  readonly credentials: readonly CredentialBinding[];
  /** Where the credentials' files are. */
  readonly credentialsDirectory: string;
  readonly userAgent: string;
}

/** Of an answer more than this is not read: a gate asks for one number. */
const MOST_BODY_BYTES = 256 * 1024;

/** What asks other servers for plans. */
export interface GateClients {
  readonly probes: Probes;
  readonly silencer: Silencer;
}

/**
 * Makes the probes of all kinds of gates, and what keeps silences: both ask where plans say, with the credentials of the administrator.
 *
 * @throws Error that names the entry of `allow` which is wrong.
 */
export function createGateClients(deps: JobProbeDeps & ObjectProbeDeps, settings: GateSettings): GateClients {
  const policy = createAddressPolicy({ allow: settings.allow, apiServer: [settings.apiServer] });
  const http = createHttpReader({ policy, maxBodyBytes: MOST_BODY_BYTES });
  const credentials = createCredentials(settings.credentials, settings.credentialsDirectory);
  const asking = { http, credentials, userAgent: settings.userAgent };
  return {
    probes: {
      prometheus: createPrometheusProbe(asking),
      http: createHttpProbe(asking),
      object: createObjectProbe(deps),
      job: createJobProbe(deps),
    },
    silencer: alertmanagerSilencer(asking),
  };
}
