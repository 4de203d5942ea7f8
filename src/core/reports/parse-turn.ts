import type { Turn } from '../../api/marks.ts';
import { isJsonObject } from '../json.ts';

/** Parses the annotation that a claim writes on a Node; undefined when it is not a valid turn. Never throws. */
export function parseTurn(annotation: string): Turn | undefined {
  const json = parseJson(annotation);
  if (!isJsonObject(json) || !isJsonObject(json['before'])) return undefined;
  const {
    namespace,
    plan,
    batch,
    batchUid,
    processes,
    attempt,
    openedTime,
    cordoned,
    before,
    retried,
    fromVersion,
    checkpoints,
  } = json;
  const { unschedulable, bootId, kept } = before;
  if (!isText(namespace) || !isText(plan) || !isText(batch) || !isText(batchUid) || !isText(openedTime)) return undefined;
  if (typeof cordoned !== 'boolean') return undefined;
  if (!isTexts(processes) || typeof attempt !== 'number' || typeof unschedulable !== 'boolean') return undefined;
  if (typeof bootId !== 'string' || !isTexts(kept)) return undefined;
  return {
    ...{ namespace, plan, batch, batchUid, processes, attempt, openedTime, cordoned },
    ...(isText(retried) ? { retried } : {}),
    ...(isText(fromVersion) ? { fromVersion } : {}),
    ...(isTextMap(checkpoints) ? { checkpoints } : {}),
    before: { unschedulable, bootId, kept },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Invalid JSON is not a turn; the caller logs that.
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every(isText);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
