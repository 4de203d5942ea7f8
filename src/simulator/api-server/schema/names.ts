/** Rules for names, labels and annotations. Each function returns the problems of a text. Source: apimachinery, pkg/api/validate/content. */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const VALUE = `(${KEY})?`;

const KEY_CHARACTERS =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const KEY_MESSAGE = regexMessage(KEY_CHARACTERS, KEY, 'MyName', 'my.name', '123-abc');

/** A DNS subdomain, as most names of objects have to be. */
export function subdomainProblems(name: string): readonly string[] {
  return subdomainProblemsIn(name, 'characters');
}

/** Kubernetes has two texts for this rule: prefixes of keys are measured in bytes. */
function subdomainProblemsIn(name: string, unit: 'characters' | 'bytes'): readonly string[] {
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [
    ...(name.length > 253 ? [`must be no more than 253 ${unit}`] : []),
    ...(matches(SUBDOMAIN, name) ? [] : [regexMessage(message, SUBDOMAIN, 'example.com')]),
  ];
}

/** A DNS label, as names of namespaces have to be. */
export function labelProblems(name: string): readonly string[] {
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  const pattern = matches(SUBDOMAIN, name) ? 'must not contain dots' : regexMessage(message, LABEL, 'my-name', '123-abc');
  return [...(name.length > 63 ? ['must be no more than 63 characters'] : []), ...(matches(LABEL, name) ? [] : [pattern])];
}

/** A name that can be a segment of a path. */
export function pathSegmentProblems(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((illegal) => name.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
}

/** The key of a label, and the name of a finalizer. */
export function qualifiedNameProblems(key: string): readonly string[] {
  const [first = '', second, ...more] = key.split('/');
  if (more.length > 0)
    return [`a valid label key ${KEY_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = second ?? first;
  return [
    ...(second === undefined ? [] : prefixProblems(first)),
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(name.length > 63 ? ['name part must be no more than 63 bytes'] : []),
    ...(matches(KEY, name) ? [] : [`name part ${KEY_MESSAGE}`]),
  ];
}

/** The value of a label. */
export function labelValueProblems(value: string): readonly string[] {
  const message = `a valid label must be an empty string or consist of ${KEY_CHARACTERS.slice('must consist of '.length)}`;
  return [
    ...(value.length > 63 ? ['must be no more than 63 bytes'] : []),
    ...(matches(VALUE, value) ? [] : [regexMessage(message, VALUE, 'MyValue', 'my_value', '12345')]),
  ];
}

function prefixProblems(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return subdomainProblemsIn(prefix, 'bytes').map((problem) => `prefix part ${problem}`);
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern}$`).test(text);
}

function regexMessage(message: string, pattern: string, ...examples: readonly string[]): string {
  return `${message} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`;
}
