import packageFile from '../../package.json' with { type: 'json' };

/** Baton's version. */
export const VERSION: string = packageFile.version;
