import { parseAllDocuments } from 'yaml';
import { asObject, type Json } from '../../core/json.ts';

/** The objects in texts of YAML, each with one or more documents. JSON is read as such, which is many times as fast. */
export function readDocuments(texts: readonly string[]): readonly Json[] {
  return texts.flatMap((text) =>
    text.startsWith('{') ? [asObject(JSON.parse(text))] : parseAllDocuments(text).map((document) => asObject(document.toJS())),
  );
}
