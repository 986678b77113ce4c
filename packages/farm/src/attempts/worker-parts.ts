import type { Containment } from '@crafting-table/contracts/words';
import type { Database } from '@crafting-table/database/connect';
import type { Mirrors } from '@crafting-table/runner/git/mirror';
import type { Workspaces } from '@crafting-table/runner/git/workspaces';
import type { UnixUser } from '@crafting-table/runner/process/contain-command';
import type { Spawner } from '@crafting-table/runner/process/spawner';
import type { FileClock } from './file-clock.ts';
import type { FindingsReader } from './findings-reader.ts';
import type { Leases } from './leases.ts';

/** What a worker process brings to each attempt. */
export type WorkerParts = {
  db: Database;
  mirrors: Mirrors;
  workspaces: Workspaces;
  leases: Leases;
  findings: FindingsReader;
  /** Of the file system that holds the workspaces. */
  clock: FileClock;
  /** Starts the recipes' processes. */
  spawner: Spawner;
  worker: { id: string; name: string; containment: Containment };
  /** Folders of this host. */
  cacheDir: string;
  /** Each worker's spools are in a folder of it that is named by the worker's id. */
  spoolDir: string;
  /** What recipes see only their own parts of; empty where that cannot be. */
  hiddenFolders: readonly string[];
  /** Whom recipes run as; undefined: as the worker. */
  recipeUser: UnixUser | undefined;
  recipePath: string;
  toolchainVariables: Record<string, string>;
  limits: {
    leaseSecs: number;
    setupSecs: number;
    noOutputSecs: number;
    killGraceSecs: number;
    logFloodBytes: number;
  };
  /** Faults that end no attempt and that an operator should know of. */
  onTrouble: (message: string, fields: Record<string, unknown>) => void;
  /** That an attempt began and how it ended, with the trace of the request that asked for it. */
  onStep: (message: string, fields: Record<string, unknown>) => void;
  /** What dead workers left and is gone now. */
  onTidied: (message: string, fields: Record<string, unknown>) => void;
};
