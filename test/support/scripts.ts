/** What the upgrade containers of the tests run, for `sh -c`. `baton` is in their image. */

/** Works for some seconds and leaves its last words as the termination message. */
export function work(seconds: number, lastWords = 'done'): string {
  return `sleep ${seconds}; echo "${lastWords}" | tee /dev/termination-log`;
}

/** Reports how it starts, gets on and ends, and works for some seconds meanwhile. */
export function workAndReport(seconds: number): string {
  return [
    'set -e',
    'baton report started --note "unpacking $BATON_VERSION"',
    `sleep ${seconds / 2}`,
    'baton report progressing --progress 50 --task install --note "installing"',
    `sleep ${seconds / 2}`,
    'baton report succeeded --note "now at $BATON_VERSION"',
    'echo "now at $BATON_VERSION" > /dev/termination-log',
  ].join('\n');
}

/** Says that the host reboots now, and waits to be ended by that. */
export function announceReboot(): string {
  return 'set -e\nbaton report rebooting --note "new kernel is in place"\nsleep 600';
}
