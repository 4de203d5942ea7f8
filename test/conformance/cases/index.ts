import type { Case } from '../case.ts';
import { access } from './access.ts';
import { actionCases } from './actions.ts';
import { compaction } from './compaction.ts';
import { controllers } from './controllers.ts';
import { creates } from './creates.ts';
import { deletes } from './deletes.ts';
import { discovery } from './discovery.ts';
import { fields } from './fields.ts';
import { kinds } from './kinds.ts';
import { lists } from './lists.ts';
import { patches } from './patches.ts';
import { plansCases } from './plans.ts';
import { podCases } from './pods.ts';
import { quotas } from './quotas.ts';
import { scales } from './scales.ts';
import { strategic } from './strategic.ts';
import { tables } from './tables.ts';
import { templates } from './templates.ts';
import { updates } from './updates.ts';
import { watches } from './watches.ts';

/** All cases by area. What a server has to answer is in ../expected, one file per area. */
export const AREAS: Readonly<Record<string, readonly Case[]>> = {
  creates,
  updates,
  patches,
  strategic,
  deletes,
  lists,
  watches,
  kinds,
  pods: podCases,
  plans: plansCases,
  controllers,
  access,
  quotas,
  fields,
  templates,
  actions: actionCases,
  discovery,
  tables,
  scales,
  // The last one: it restarts the API server.
  compaction,
};
