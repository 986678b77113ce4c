// Every tool the farm understands: a folder `<ecosystem>/<tool>` with a tool.ts is registered by being there.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tool } from '../core/tool.ts';

/** Sorted by name, so that it never depends on the file system which tool is asked first. */
export const TOOLS: readonly Tool[] = await Promise.all(
  foldersIn(import.meta.dirname)
    .flatMap((ecosystem) =>
      foldersIn(join(import.meta.dirname, ecosystem)).map((tool) => `${ecosystem}/${tool}`),
    )
    .map(loadTool),
);

async function loadTool(name: string): Promise<Tool> {
  const { tool } = await import(pathToFileURL(join(import.meta.dirname, name, 'tool.ts')).href);
  return tool satisfies Tool; // Declared as one in the file; a test walks over all of them.
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}
