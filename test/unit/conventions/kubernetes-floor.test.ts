import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
}

const FLOOR = /^kubeVersion: ">=(?<version>\d+\.\d+)\.0-0"$/m.exec(read('charts/baton/Chart.yaml'))?.groups?.['version'];

it.each([
  ['README.md', (version: string) => `You need Kubernetes ${version} or later`],
  ['charts/baton/README.md', (version: string) => `It needs Kubernetes ${version} or later`],
  ['docs/security.md', (version: string) => `the chart rejects clusters below ${version}`],
  ['docs/adr/0014-supported-kubernetes-versions.md', (version: string) => `the floor: ${version} today`],
  ['CHANGELOG.md', (version: string) => `Kubernetes ${version} is the oldest supported version`],
])('%s names the oldest Kubernetes version that the chart accepts', (path, sentence) => {
  expect(read(path)).toContain(sentence(FLOOR ?? 'kubeVersion is missing'));
});
