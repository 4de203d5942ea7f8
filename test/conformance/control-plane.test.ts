import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PlaneCase } from './control-plane/case.ts';
import { clusterCases, nodeCases } from './control-plane/cluster-cases.ts';
import { jobCases } from './control-plane/job-cases.ts';
import { createNodes } from './control-plane/nodes.ts';
import { startEmbeddedPlane, startRealPlane, type ControlPlane } from './control-plane/planes.ts';
import { normalize } from './normalize.ts';

const EXPECTED = fileURLToPath(new URL('expected/control-plane.json', import.meta.url));
/** As in conformance.test.ts. */
const RECORD = process.env['RECORD_CONFORMANCE'] === '1';
const TOGETHER = [...clusterCases, ...jobCases];
const CASES = [...TOGETHER, ...nodeCases];

function namespaceOf(name: string): string {
  return `plane-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** What controllers make up on top of what servers do: the suffixes of names, hashes of templates, and more times. */
function comparable(value: unknown): unknown {
  const text = JSON.stringify(normalize(value))
    .replace(/\b([jdr])-[a-z0-9]{5}\b/g, '$1-<suffix>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replace(/"controller-revision-hash":"\w+"/g, '"controller-revision-hash":"<hash>"');
  return JSON.parse(text) as unknown;
}

describe.each([
  { plane: 'kube-controller-manager and kube-scheduler', start: startRealPlane, recorded: RECORD },
  { plane: 'the controllers of the simulator', start: startEmbeddedPlane, recorded: false },
])('$plane', ({ start, recorded }) => {
  const seen = new Map<string, unknown>();
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await start();
    const stop = await createNodes(plane.api);
    const play = async ({ name, run }: PlaneCase): Promise<void> => {
      const namespace = namespaceOf(name);
      await plane.createNamespace(namespace);
      const result = await run(plane.api, namespace).catch((error: unknown) => ({ error: String(error) }));
      seen.set(name, comparable(result));
    };
    await Promise.all(TOGETHER.map(play));
    for (const each of nodeCases) await play(each);
    stop();
  }, 240_000);

  afterAll(async () => {
    await plane.close();
    if (!recorded) return;
    mkdirSync(fileURLToPath(new URL('expected', import.meta.url)), { recursive: true });
    const inOrder = CASES.map(({ name }) => [name, seen.get(name)]);
    writeFileSync(EXPECTED, `${JSON.stringify(Object.fromEntries(inOrder), undefined, 2)}\n`);
  }, 60_000);

  it.each(CASES)('$name', ({ name }) => {
    const expected = JSON.parse(readFileSync(EXPECTED, 'utf8')) as Readonly<Record<string, unknown>>;
    if (!recorded) expect(seen.get(name)).toEqual(expected[name]);
  });
});
