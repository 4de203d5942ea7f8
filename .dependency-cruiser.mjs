import { importRules, knownRoomRule } from './src/generate/import-rules.ts';
import { SRC } from './src/generate/rooms.ts';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: importRules(SRC),
  required: [knownRoomRule(SRC)],
  options: {
    // Sees `import type` too: types follow the same directions.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
