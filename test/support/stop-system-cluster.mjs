import { stopCluster } from '../cluster/cluster.ts';
import { systemClusterName } from './system-cluster-name.ts';

/** jest runs this after the last file of the project `cluster`; it takes the default export, which only this kind of file may have. */
export default async function stopSystemCluster() {
  await stopCluster(systemClusterName);
}
