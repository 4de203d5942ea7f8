import { describe, expect, it } from '@jest/globals';
import { consolidate } from '../../../src/core/notification/consolidation/consolidate.ts';
import { renderTemplate } from '../../../src/notify/template.ts';
import { aBatch, failed, succeeded } from '../../unit/core/notification/a-batch.ts';

const notification = consolidate({
  batch: aBatch([succeeded('node-1'), failed('node-2', 'JobFailed', 'exit code 3: "no <EFI>"')]),
  reports: [],
  cluster: 'prod-eu-3',
  agent: { node: 'node-1', pod: 'agent-1' },
});

describe('A template', () => {
  it('has the fields of the notification as its variables', () => {
    const template = `{{ cluster }} {{ plan.name }} {{ plan.version }}: {{ counts.succeeded }}/{{ counts.nodes }}
{%- for cause in causes %} {{ cause.count }}x {{ cause.reason }} on {{ cause.nodes }}{% endfor %}`;
    const text = 'prod-eu-3 kernel 6.12.31: 1/2 1x JobFailed on node-2';
    expect(renderTemplate(template, notification)).toEqual({ kind: 'Rendered', text });
  });

  it('converts any text to JSON with the filter json, so that a chat without a sink of its own gets a valid body', () => {
    const rendered = renderTemplate('{"content": {{ text | json }}}', notification);
    if (rendered.kind === 'Failed') throw new Error(rendered.message);
    expect(JSON.parse(rendered.text)).toEqual({ content: notification.text });
  });

  it('renders nothing for a missing field', () => {
    expect(renderTemplate('[{{ batch.step }}{{ no.such.thing }}]', notification)).toEqual({ kind: 'Rendered', text: '[]' });
  });

  it.each([
    ['a tag that is not closed', '{% if outcome %}', /not closed/],
    ['an unknown filter', '{{ text | shout }}', /undefined filter: shout/],
    ['an empty text', '{% comment %}nothing{% endcomment %}', /empty text/],
    ['files', "{% include '/etc/passwd' %}", /ENOENT|not found|Failed to lookup/i],
    ['files by render', "{% render '../../package.json' %}", /ENOENT|not found|Failed to lookup/i],
    ['a loop without an end', '{% for i in (1..100000000) %}{{ i }}{% endfor %}', /limit exceeded/],
    ['nested loops', '{% for i in (1..99999) %}{% for j in (1..99999) %}x{% endfor %}{% endfor %}', /limit exceeded/],
    ['a text that doubles', `{% assign a = text %}${'{% assign a = a | append: a %}'.repeat(20)}{{ a }}`, /limit exceeded|bytes/],
  ])('fails with a sentence for %s', (_title, template, problem) => {
    expect(renderTemplate(template, notification)).toEqual({ kind: 'Failed', message: expect.stringMatching(problem) });
  });

  it('cannot access code', () => {
    expect(renderTemplate('[{{ plan.constructor.name }}{{ text.constructor }}{{ nodes.__proto__ }}]', notification)).toEqual({
      kind: 'Rendered',
      text: '[]',
    });
  });
});
