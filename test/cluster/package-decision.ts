/** A program or file that the test cluster needs and this machine does not have. */
export interface Missing {
  readonly what: string;
  /** The Debian package that provides it. */
  readonly package: string;
}

/** What decides how missing packages get onto a machine. */
export interface PackageQuestion {
  readonly platform: string;
  /** Undefined where the platform has no user ids. */
  readonly uid: number | undefined;
  /** Whether packages come from apt-get. */
  readonly isDebianLike: boolean;
  /** The variable INSTALL, as the user gave it. */
  readonly install: string | undefined;
  readonly missing: readonly Missing[];
  readonly needsRoot: boolean;
  /** What the user can do without root instead, as the end of a sentence. */
  readonly withoutRoot?: string;
}

/** Whether to go on, to install first, or to stop with a message. */
export type PackageDecision =
  | { readonly kind: 'Continue' }
  | { readonly kind: 'Install'; readonly packages: readonly string[] }
  | { readonly kind: 'Fail'; readonly message: string };

/** The packages that provide what is missing, each once. */
export function packagesOf(missing: readonly Missing[]): readonly string[] {
  return [...new Set(missing.map((each) => each.package))];
}

/** The command line that installs these packages. */
export function installLine(packages: readonly string[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

function fail(...lines: readonly string[]): PackageDecision {
  return { kind: 'Fail', message: lines.join('\n') };
}

function nameMissing({ uid, isDebianLike, missing }: PackageQuestion): readonly string[] {
  if (missing.length === 0) return [];
  const what = missing.map((each) => each.what).join(', ');
  const line = installLine(packagesOf(missing));
  const how = isDebianLike
    ? `To install them, run${uid === 0 ? '' : ' as root'}: ${line}`
    : `Install them with the package manager of this machine. On Debian the command is: ${line}`;
  return [`the test cluster needs programs that are not installed: ${what}.`, how];
}

/** Decides what happens about missing packages. Only root on a Debian-like machine installs them, unless INSTALL=no. */
export function decidePackages(question: PackageQuestion): PackageDecision {
  const { platform, uid, isDebianLike, install = '', missing, needsRoot, withoutRoot } = question;
  if (platform !== 'linux') return fail(`the test cluster needs Linux; this is ${platform}`);
  if (needsRoot && uid !== 0) {
    const instead = withoutRoot === undefined ? '' : `, or ${withoutRoot}`;
    return fail(
      `a cluster with real nodes needs root, for namespaces and mounts. Run the same command as root${instead}.`,
      ...nameMissing(question),
    );
  }
  if (missing.length === 0) return { kind: 'Continue' };
  if (!['', 'yes', 'no'].includes(install)) {
    return fail(`INSTALL=${install} is not supported; use INSTALL=yes or INSTALL=no.`, ...nameMissing(question));
  }
  if (install === 'no' || uid !== 0 || !isDebianLike) return fail(...nameMissing(question));
  return { kind: 'Install', packages: packagesOf(missing) };
}
