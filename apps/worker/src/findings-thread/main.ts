// The thread that parses output and report files, so that no pattern and no document can hold up the worker.
import { parentPort } from 'node:worker_threads';
import { runFindingsThread } from './run-findings-thread.ts';

runFindingsThread(parentPort!); // This file is only ever started as a thread.
