/** The cluster that all system tests share. */
export const systemClusterName = 'system';
