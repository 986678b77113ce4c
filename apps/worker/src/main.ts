// Starts one worker process: it takes deliveries, runs attempts, keeps their leases and takes part in the sweep.
import { work } from './work.ts';

await work();
