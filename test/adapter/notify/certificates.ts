import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its private key, in PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority for a test. */
export interface Authority {
  /** Its certificate. */
  readonly ca: string;
  /** Signs a certificate for a server or a client; `names` as openssl writes them (`IP:127.0.0.1,DNS:hooks.example`). */
  issue(names: string): CertificatePair;
}

const MAKE = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** Creates an authority. */
export function makeAuthority(): Authority {
  const authority = makeCertificate('/CN=test authority', ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign']);
  return {
    ca: authority.cert,
    issue: (names) => makeCertificate('/CN=test', [`subjectAltName=${names}`, 'basicConstraints=critical,CA:FALSE'], authority),
  };
}

function makeCertificate(subject: string, extensions: readonly string[], issuer?: CertificatePair): CertificatePair {
  const directory = mkdtempSync(join(tmpdir(), 'baton-certificates-'));
  const file = (name: string): string => join(directory, name);
  try {
    // The system's openssl.cnf would add extensions of its own.
    writeFileSync(file('openssl.cnf'), '[req]\ndistinguished_name = subject\n[subject]\n');
    const signed = issuer === undefined ? [] : ['-CA', file('ca.crt'), '-CAkey', file('ca.key')];
    writeFileSync(file('ca.crt'), issuer?.cert ?? '');
    writeFileSync(file('ca.key'), issuer?.key ?? '');
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    const output = ['-keyout', file('out.key'), '-out', file('out.crt')];
    execFileSync('openssl', [...MAKE, '-config', file('openssl.cnf'), '-subj', subject, ...added, ...signed, ...output], {
      stdio: 'ignore',
    });
    return { cert: readFileSync(file('out.crt'), 'utf8'), key: readFileSync(file('out.key'), 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
