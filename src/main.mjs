/**
 * The entry point. It is plain JavaScript, and `main.ts` is a symbolic link to it. Node resolves the link before it checks the file
 * extension, so a Node that cannot run TypeScript reaches this version check instead of failing with ERR_UNKNOWN_FILE_EXTENSION.
 */
import process from 'node:process';

// The same version as `engines` in package.json. The image contains the bundle without package.json.
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
