const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIMES = new Set(['creationTimestamp', 'deletionTimestamp', 'lastTransitionTime']);
const DROPPED = new Set(['managedFields', 'selfLink', 'storageVersionHash']);

/**
 * What two servers answer never alike: UIDs, times, versions, tokens, managed fields and the descriptions of columns, which nothing
 * shows. Everything else has to be equal.
 */
export function normalize(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return normalizeText(value, key);
  if (Array.isArray(value)) return value.map((item) => normalize(item));
  if (typeof value !== 'object' || value === null) return value;
  const disrupted = key === 'disruptedPods';
  const entries = Object.entries(value).filter(([name]) => !DROPPED.has(name));
  return Object.fromEntries(entries.map(([name, item]) => [name, disrupted ? '<time>' : normalize(item, name)]));
}

function normalizeText(text: string, key: string): string {
  if (key === 'resourceVersion') return '<version>';
  if (key === 'continue') return text === '' ? '' : '<token>';
  if (TIMES.has(key)) return '<time>';
  return (
    text
      .replace(UID, '<uid>')
      // Go's own view of a template, and of a difference between two pods.
      .replace(/(patch: )?Invalid value: "\{(?:[^"\\]|\\.)*"/g, '$1Invalid value: <object>')
      .replace(/Invalid value: \{.*\}: field is immutable/gs, 'Invalid value: <object>: field is immutable')
      .replace(/\n@@ .*/s, '')
      .replace(/too old resource version: \d+ \(\d+/g, 'too old resource version: <version> (<version>')
      .replace(/(current: |ResourceVersion in record \()\d+/g, '$1<version>')
  );
}
