import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import { previewText, type Preview } from '../../../src/cli/notify/preview-text.ts';
import { aBatch, succeeded } from '../../unit/core/notification/a-batch.ts';

const PLAN = `
apiVersion: baton.dev/v1alpha1
kind: UpgradePlan
metadata: {name: kernel, namespace: fleet}
spec:
  version: "6.12.31"
  processes: [{name: kernel}]
  notify: {sinks: [{name: ops, webhook: {url: "https://hooks.example/"}}, {name: chat, webhook: {url: "https://chat.example/"}}]}
`;
const batches = [2, 1].map((index) => aBatch([succeeded(`node-${index}`)], { name: `kernel-7f3c-${index}`, spec: { index } }));

/** What kubectl prints for several objects. */
function listOf(objects: readonly UpgradeBatch[]): string {
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })}\n`;
}

function preview(text: string, { batch, sink }: { batch?: string; sink?: string } = {}): Preview {
  return previewText({
    sources: [{ name: 'plan.yaml', text }],
    batch,
    sink,
    now: Date.parse('2026-11-21T22:54:00Z'),
    previewSink: (_plan, name, of) => ({ contentType: 'text/plain', body: `${of.metadata.name} for ${name}, naïve` }),
  });
}

describe('baton notify preview', () => {
  it('shows what each sink would receive for the last batch, with its size in bytes', () => {
    expect(preview(PLAN + listOf(batches))).toEqual({
      kind: 'Previewed',
      text: [
        '# sink ops, kernel-7f3c-2: text/plain, 29 bytes\nkernel-7f3c-2 for ops, naïve\n',
        '# sink chat, kernel-7f3c-2: text/plain, 30 bytes\nkernel-7f3c-2 for chat, naïve\n',
      ].join('\n'),
    });
  });

  it('shows only the named batch and sink', () => {
    const shown = preview(PLAN + listOf(batches), { batch: 'kernel-7f3c-1', sink: 'chat' });
    expect(shown).toMatchObject({ kind: 'Previewed', text: expect.stringMatching(/^# sink chat, kernel-7f3c-1:/) });
  });

  it('uses a sample batch for a plan that has none', () => {
    expect(preview(PLAN)).toMatchObject({ kind: 'Previewed', text: expect.stringContaining('sink ops, a sample batch') });
  });

  it('shows the sinks of the ConfigMaps in the files and names the missing ConfigMaps', () => {
    const plan = PLAN.replace('{sinks:', '{sinksFrom: [{configMapRef: {name: shared}}, {configMapRef: {name: gone}}], sinks:');
    const data = { 'sinks.yaml': '[{name: mail, webhook: {url: "https://mail.example/"}}]' };
    const configMap = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data });
    const shown = preview(`${plan}---\n${configMap}`, { sink: 'mail' });
    expect(shown).toMatchObject({ text: expect.stringContaining('# sink mail, a sample batch') });
    expect(shown).toMatchObject({
      text: expect.stringContaining('# The files do not contain the ConfigMap gone, key sinks.yaml'),
    });
    const wrong = configMap.replace('sinks.yaml', 'other.yaml');
    expect(preview(`${plan}---\n${wrong}`)).toMatchObject({
      kind: 'Rejected',
      problems: ['plan.yaml, document 2, shared: the ConfigMap shared, key sinks.yaml: the key is missing.'],
    });
  });

  it.each([
    ['no plan', listOf(batches), {}, /no UpgradePlan/],
    ['two plans', `${PLAN}---${PLAN}`, {}, /several UpgradePlans: pass only one/],
    ['a batch that does not exist', PLAN, { batch: 'kernel-7f3c-9' }, /no UpgradeBatch kernel-7f3c-9/],
    ['a sink that does not exist', PLAN, { sink: 'opps' }, /no sink opps: its sinks are ops, chat/],
    ['a plan without processes', PLAN.replace(/processes.*/, ''), {}, /plan\.yaml, kernel: metadata\.name, .* are required/],
    ['a plan without sinks', PLAN.replace(/notify.*/, ''), {}, /no sinks: add one to spec\.notify\.sinks/],
    ['invalid YAML', `${PLAN}\n : [`, {}, /plan\.yaml:\d+:\d+: invalid YAML/],
  ])('rejects %s and says what to do', (_title, text, options, problem) => {
    expect(preview(text, options)).toMatchObject({ kind: 'Rejected', problems: [expect.stringMatching(problem)] });
  });
});
