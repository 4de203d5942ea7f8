import { renderApiReference } from './api-reference.ts';
import { renderArchitecture } from './architecture.ts';
import { renderBuiltinFields } from './builtin-fields.ts';
import { renderChartCrd, renderPlainCrd } from './crd-copies.ts';
import { readCrds } from './crd.ts';
import { renderInstalledObjects } from './installed-objects.ts';
import { renderNamesReference } from './names-reference.ts';
import { renderTypes } from './types.ts';

/** Renders every generated file. Returns the content by path from the repository's root. */
export async function renderAll(root: string): Promise<ReadonlyMap<string, string>> {
  const files = readCrds(root);
  const outputs = new Map<string, string>();
  for (const file of files) {
    outputs.set(`src/api/generated/${file.crd.spec.names.singular}.ts`, await renderTypes(file));
    outputs.set(`charts/baton/templates/crds/${file.file}`, renderChartCrd(file));
    outputs.set(`deploy/base/crds/${file.file}`, renderPlainCrd(file));
  }
  outputs.set('src/api/generated/installed-objects.ts', renderInstalledObjects(root));
  outputs.set('src/simulator/api-server/builtin/fields.ts', renderBuiltinFields());
  outputs.set('docs/reference/api.md', renderApiReference(files));
  outputs.set('docs/reference/names.md', renderNamesReference(root));
  outputs.set('docs/architecture.md', renderArchitecture(root));
  return outputs;
}
