import type { Owner } from '@crafting-table/database/projects';

/** Who asks. */
export type Caller = { tokenId: string; name: string; isAdmin: boolean };

/** Whose things this caller may see: its own, or everybody's for an admin. */
export function visibleTo(caller: Caller): Owner {
  return caller.isAdmin ? null : caller.name;
}
