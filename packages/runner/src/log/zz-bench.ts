// @ts-nocheck
import { createSecretMask } from './mask-secrets.ts';
import { countLineFeeds } from './count-line-feeds.ts';
import { createLogPump } from './log-pump.ts';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { open, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
const which = process.argv[2];
const words =
  'compiling src/module.ts error warning [INFO] done in 3.2s PASS test/foo.test.ts at Object.<anonymous> (node:internal/modules) --> 0123456789 abcdef => token=x'.split(
    ' ',
  );
let seed = 7;
const rnd = (n) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
let text = '';
while (text.length < 8 << 20) {
  let l = '';
  const n = 3 + rnd(8);
  for (let i = 0; i < n; i++) l += words[rnd(words.length)] + ' ' + rnd(1000) + ' ';
  text += l + '\n';
}
const big = Buffer.from(text);
const blocks = [];
for (let i = 0; i + 65536 <= big.length; i += 65536) blocks.push(Buffer.from(big.subarray(i, i + 65536)));
const mb = (bytes, ms) => (bytes / 1e6 / (ms / 1e3)).toFixed(0) + ' MB/s';
if (which === 'mask') {
  for (const [name, secrets] of [
    ['1 token40', [randomBytes(20).toString('hex')]],
    ['10 token40', Array.from({ length: 10 }, () => randomBytes(20).toString('hex'))],
    ['10 pw8', Array.from({ length: 10 }, () => randomBytes(6).toString('base64'))],
    ['1 of 4', ['zq7x']],
    [
      'PEM',
      [
        '-----BEGIN PRIVATE KEY-----\n' +
          randomBytes(1200).toString('base64').replace(/.{64}/g, '$&\n') +
          '\n-----END PRIVATE KEY-----\n',
      ],
    ],
    [
      'PEM+10',
      [
        '-----BEGIN PRIVATE KEY-----\n' +
          randomBytes(1200).toString('base64').replace(/.{64}/g, '$&\n') +
          '\n-----END PRIVATE KEY-----\n',
        ...Array.from({ length: 10 }, () => randomBytes(20).toString('hex')),
      ],
    ],
  ]) {
    for (const size of [65536, 4096, 80]) {
      const m = createSecretMask(secrets);
      const cs =
        size === 65536
          ? blocks
          : blocks.slice(0, 32).flatMap((b) => {
              const r = [];
              for (let i = 0; i < b.length; i += size) r.push(b.subarray(i, i + size));
              return r;
            });
      let out = 0;
      for (let k = 0; k < 2; k++) for (const c of cs) out += m.push(c).length;
      const t = performance.now();
      let n = 0;
      while (performance.now() - t < 500) {
        for (const c of cs) {
          n += c.length;
          m.push(c);
        }
      }
      console.log(name, 'chunk', size, mb(n, performance.now() - t));
    }
  }
}
if (which === 'count') {
  for (const line of [2, 40, 60000]) {
    const b = Buffer.alloc(65536, 'x'.repeat(line - 1) + '\n');
    let n = 0;
    const t = performance.now();
    for (let i = 0; i < 20000; i++) n += countLineFeeds(b);
    console.log('count', line, mb(20000 * 65536, performance.now() - t));
  }
}
if (which === 'pump') {
  const total = Number(process.argv[3]) * 1e6;
  const mode = process.argv[4];
  const nsec = Number(process.argv[5] ?? 10);
  const paceMs = Number(process.argv[6] ?? 0);
  const bsize = Number(process.argv[7] ?? 65536);
  const small =
    bsize === 65536
      ? blocks
      : blocks.flatMap((b) => {
          const r = [];
          for (let i = 0; i < b.length; i += bsize) r.push(b.subarray(i, i + bsize));
          return r;
        });
  if (mode === 'file') {
    const f = await open('/tmp/logwork/plain', 'w');
    const c0 = process.cpuUsage();
    const t = performance.now();
    let n = 0,
      i = 0;
    while (n < total) {
      const b = blocks[i++ % blocks.length];
      await f.write(b);
      n += b.length;
    }
    await f.close();
    const c = process.cpuUsage(c0);
    console.log(
      'plain file',
      mb(n, performance.now() - t),
      'cpu ms/MB',
      ((c.user + c.system) / 1e3 / (n / 1e6)).toFixed(2),
    );
    await rm('/tmp/logwork/plain');
  } else {
    let ships = 0,
      chunks = 0,
      open_ = Promise.withResolvers();
    if (mode === 'fast') open_.resolve();
    const h = monitorEventLoopDelay({ resolution: 5 });
    globalThis.gc?.();
    const base = process.memoryUsage().rss;
    let peak = base;
    const sampler = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 50);
    const pump = createLogPump({
      spoolDir: '/tmp/logwork/spool',
      secrets: Array.from({ length: nsec }, () => randomBytes(20).toString('hex')),
      onRefused() {},
      async ship(b) {
        ships++;
        chunks += b.length;
        await open_.promise;
        if (mode === 'slow') await new Promise((r) => setTimeout(r, 10));
        return 'accepted';
      },
    });
    if (mode === 'slow') open_.resolve();
    h.enable();
    const c0 = process.cpuUsage();
    const t = performance.now();
    let n = 0,
      i = 0,
      lastYield = performance.now();
    const start = performance.now();
    while (n < total) {
      const b = Buffer.from(small[i++ % small.length]);
      const p = pump.write(b);
      n += b.length;
      if (p) await p;
      else if (bsize === 65536 || i % 100 === 0) await new Promise(setImmediate);
      if (paceMs) {
        const due = start + (n / total) * paceMs;
        const w = due - performance.now();
        if (w > 5) await new Promise((r) => setTimeout(r, w));
      }
    }
    const tw = performance.now() - t;
    open_.resolve();
    const f = await pump.finish();
    const te = performance.now() - t;
    const c = process.cpuUsage(c0);
    h.disable();
    clearInterval(sampler);
    console.log(
      'pump',
      mode,
      'secrets',
      nsec,
      'write size',
      bsize,
      'write',
      mb(n, tw),
      'to finish',
      mb(n, te),
      'finish ms',
      (te - tw).toFixed(0),
      'ships',
      ships,
      'chunks',
      chunks,
      'cpu ms/MB',
      ((c.user + c.system) / 1e3 / (n / 1e6)).toFixed(2),
      'rss +MB',
      ((peak - base) / 1e6).toFixed(0),
      'loop delay p99/max ms',
      (h.percentile(99) / 1e6).toFixed(1),
      (h.max / 1e6).toFixed(1),
      JSON.stringify(f.summary),
    );
    await pump[Symbol.asyncDispose]();
  }
}
if (which === 'live') {
  const gap = Number(process.argv[3]),
    lines = Number(process.argv[4]);
  const sent = [];
  const delays = [];
  let off = 0;
  let chunks = 0;
  const pump = createLogPump({
    spoolDir: '/tmp/logwork/spool',
    secrets: ['abcdefgh12345678'],
    onRefused() {},
    async ship(b) {
      const at = performance.now();
      for (const c of b) {
        chunks++;
        while (sent.length && sent[0][0] < c.byte_offset + c.byte_length) delays.push(at - sent.shift()[1]);
      }
      await new Promise((r) => setTimeout(r, 3));
      return 'accepted';
    },
  });
  for (let i = 0; i < lines; i++) {
    const l = Buffer.from(`line ${i} of output\n`);
    sent.push([off, performance.now()]);
    off += l.length;
    pump.write(l);
    await new Promise((r) => setTimeout(r, gap * (0.5 + Math.random())));
  }
  await new Promise((r) => setTimeout(r, 400));
  delays.sort((a, b) => a - b);
  console.log(
    'live gap',
    gap,
    'n',
    delays.length,
    'chunks',
    chunks,
    'p50',
    delays[delays.length >> 1].toFixed(1),
    'p95',
    delays[Math.floor(delays.length * 0.95)].toFixed(1),
    'max',
    delays.at(-1).toFixed(1),
  );
  await pump.finish();
  await pump[Symbol.asyncDispose]();
}
