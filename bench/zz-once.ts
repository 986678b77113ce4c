import { mkdtemp } from 'node:fs/promises';
import { manyDigests } from './figures/many-digests.ts';
import { startStores } from './stores.ts';
await using stack = new AsyncDisposableStack();
const folder = await mkdtemp('/tmp/ops-once-');
const stores = stack.use(await startStores(folder));
const rows = await manyDigests.measure({ folder, stores, isQuick: false, tellsCpu: false, tell: (line) => console.log(new Date().toISOString(), line), own: (thing) => stack.use(thing) });
console.log(rows);
