import { urlOf } from './addresses.ts';

export type ReadyFarm = {
  host: string;
  port: number;
  bearerFile: string;
  database: string;
  queue: string;
  workers: number;
  dataDir: string;
};

/** The first line is what programs wait for; it never changes its form. */
export function readyLines(farm: ReadyFarm): string[] {
  return [
    `crafting-table ready on ${urlOf(farm.host, farm.port)}`,
    `  admin bearer: ${farm.bearerFile}`,
    `  ${farm.database}`,
    `  ${farm.queue}`,
    `  workers: ${farm.workers}`,
    `  data: ${farm.dataDir}`,
  ];
}
