/** jest runs this after the last file of the project `cluster`; it takes the default export, which only this kind of file may have. */
export { stopSystemCluster as default } from './shared-cluster.ts';
