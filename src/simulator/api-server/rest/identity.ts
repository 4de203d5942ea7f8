import type { ResourceType } from '../resources/resource-type.ts';

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_GENERATED_LENGTH = 63;

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const MAX_SUBDOMAIN_LENGTH = 253;

/** A name from a prefix, as `generateName` makes it. */
export function withSuffix(prefix: string, random: () => number): string {
  const letters = Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_LETTERS[Math.floor(random() * SUFFIX_LETTERS.length)]);
  return prefix.slice(0, MAX_GENERATED_LENGTH - SUFFIX_LENGTH) + letters.join('');
}

/** A UUID of version 4. */
export function uniqueId(random: () => number): string {
  const digits = Array.from({ length: 32 }, (_, index) => {
    if (index === 12) return '4';
    const digit = Math.floor(random() * 16);
    return (index === 16 ? (digit % 4) + 8 : digit).toString(16);
  }).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
}

/** RFC 3339 with whole seconds, as `metadata` has it. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Why a name is not valid; undefined when it is. */
export function objectName(name: string, type: Pick<ResourceType, 'kind' | 'group'>): string | undefined {
  if (type.group === 'rbac.authorization.k8s.io') return /[%/]/.test(name) ? 'may not contain / or %' : undefined;
  if (type.kind === 'Namespace') {
    if (name.length <= MAX_GENERATED_LENGTH && new RegExp(`^${LABEL}$`).test(name)) return undefined;
    return (
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
      `alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`
    );
  }
  if (name.length > MAX_SUBDOMAIN_LENGTH) return `must be no more than ${MAX_SUBDOMAIN_LENGTH} characters`;
  if (new RegExp(`^${SUBDOMAIN}$`).test(name)) return undefined;
  return (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with " +
    `an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`
  );
}
