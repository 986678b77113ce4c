// Starts one API process. It keeps no state: run as many as you like in front of one Postgres.
import { serve } from './serve.ts';

await serve();
