/**
 * The first file that runs. It is plain JavaScript, and `main.ts` is a link to it: Node follows the link before it looks at the
 * extension, so a Node that cannot run TypeScript gets as far as this check instead of ERR_UNKNOWN_FILE_EXTENSION.
 */
import process from 'node:process';

// The same as `engines` in package.json, which the bundle does not have beside it.
const MAJOR = 24;
const MINOR = 9;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MAJOR || (major === MAJOR && minor < MINOR)) {
  process.stderr.write(
    `Baton needs Node ${MAJOR}.${MINOR} or later; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'In a checkout, run `npm ci`, which installs that Node, then `npm run baton -- <command>`, which uses it.\n' +
      'Elsewhere, get it from https://nodejs.org/.\n',
  );
  process.exit(1);
}
const { run } = await import('./commands.ts');
process.exit(await run(process.argv.slice(2)));
