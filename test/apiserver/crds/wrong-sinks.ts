import { plan, set, type Tree } from './objects.ts';

/** Plans that tell people in a wrong way: what is wrong, the plan, and what the API server has to say about it. */
export const WRONG_SINKS: readonly (readonly [string, object, string])[] = [
  [
    'a relative sink URL',
    plan('w', set({ notify: { sinks: [{ name: 'ops', webhook: { url: 'hooks.example/x' } }] } })),
    "must be an absolute URL that begins with 'https://' or 'http://'",
  ],
  [
    'a password in a sink URL',
    plan('w', set({ notify: { sinks: [{ name: 'ops', webhook: { url: 'https://a:b@hooks.example/x' } }] } })),
    'must not carry a user name, a password or a fragment',
  ],
  [
    'a runbook that is no page',
    plan('w', set({ notify: { runbookUrl: 'javascript:alert(1)' } })),
    "must be an absolute URL that begins with 'https://' or 'http://'",
  ],
  ['a sink of no kind', plan('w', set({ notify: { sinks: [{ name: 'ops' }] } })), 'must have exactly one of `webhook`'],
  [
    'a sink of two kinds',
    plan(
      'w',
      set({
        notify: {
          sinks: [{ name: 'ops', webhook: { url: 'https://a.example/x' }, alertmanager: { url: 'http://b.example' } }],
        },
      }),
    ),
    'must have exactly one of `webhook`',
  ],
  [
    'a Slack app without a channel',
    sink({ slack: { tokenSecretRef: { name: 'slack', key: 'token' } } }),
    '`channel` and `tokenSecretRef` go together',
  ],
  [
    'a Slack app that is an incoming webhook too',
    sink({
      slack: {
        channel: '#upgrades',
        tokenSecretRef: { name: 'slack', key: 'token' },
        webhookUrlSecretRef: { name: 'slack', key: 'url' },
      },
    }),
    'needs exactly one of `tokenSecretRef` (with `channel`) and `webhookUrlSecretRef`',
  ],
  ['a sink of Teams without its webhook', sink({ teams: {} }), 'webhookUrlSecretRef: Required value'],
  ['a webhook without a URL', sink({ webhook: {} }), 'needs exactly one of `url` and `urlSecretRef`'],
  [
    'a webhook with two URLs',
    sink({ webhook: { url: 'https://hooks.example/', urlSecretRef: { name: 'ops', key: 'url' } } }),
    'needs exactly one of `url` and `urlSecretRef`',
  ],
  [
    'a previous signing secret alone',
    sink({ webhook: { url: 'https://hooks.example/', previousSigningSecretRef: { name: 'ops', key: 'old' } } }),
    '`previousSigningSecretRef` needs `signingSecretRef`',
  ],
  [
    'a proxy with a password in the plan',
    sink({ webhook: { url: 'https://hooks.example/' }, connection: { proxyUrl: 'http://anna:secret@proxy.example:3128' } }),
    'must not carry a user name, a password or a fragment',
  ],
  [
    'a content type without a template that could make it',
    plan(
      'w',
      set({ notify: { sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example/', contentType: 'text/plain' } }] } }),
    ),
    '`webhook.contentType` needs a `template`',
  ],
  [
    'silences that would mute more than the node',
    plan(
      'w',
      set({ notify: { silences: { alertmanager: { url: 'http://am:9093' }, matchers: [{ name: 'job', value: 'x' }] } } }),
    ),
    'one of the matchers must have $(BATON_NODE) in its value',
  ],
  [
    'a connection of a mail sink',
    plan(
      'w',
      set({
        notify: {
          sinks: [
            {
              name: 'mail',
              connection: { timeoutSeconds: 5 },
              email: { to: ['a@b.example'], from: 'c@d.example', smtpSecretRef: { name: 's' } },
            },
          ],
        },
      }),
    ),
    '`connection` is for sinks that speak HTTP',
  ],
  [
    'a mail to two addresses in one',
    plan(
      'w',
      set({
        notify: {
          sinks: [
            { name: 'mail', email: { to: ['a@b.example, x@y.example'], from: 'c@d.example', smtpSecretRef: { name: 's' } } },
          ],
        },
      }),
    ),
    'spec.notify.sinks[0].email.to[0] in body should match',
  ],
  [
    'two sinks of one name',
    plan(
      'w',
      set({ notify: { sinks: ['a', 'b'].map((path) => ({ name: 'ops', webhook: { url: `https://hooks.example/${path}` } })) } }),
    ),
    'spec.notify.sinks[1]: Duplicate value: {"name":"ops"}',
  ],
];

/** A plan with one sink. */
function sink(spec: Tree): Tree {
  return plan('w', set({ notify: { sinks: [{ name: 'ops', ...spec }] } }));
}
