import { readCrds } from './crd.ts';
import { renderTypes } from './types.ts';

/** Renders every generated file: path from the repository's root to content. */
export async function renderAll(root: string): Promise<ReadonlyMap<string, string>> {
  const outputs = new Map<string, string>();
  for (const file of readCrds(root)) {
    outputs.set(`src/api/generated/${file.crd.spec.names.singular}.ts`, await renderTypes(file));
  }
  return outputs;
}
