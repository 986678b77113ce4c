import { readdirSync, readFileSync } from 'node:fs';

/**
 * The process of this machine that a Postgres knows as `pid`. The two differ where the server runs in a container. Where there
 * is no /proc they are the same.
 */
export function serverProcess(pid: number, databaseUrl: string): number {
  if (process.platform !== 'linux') return pid;
  const database = new URL(databaseUrl).pathname.slice(1);
  const found = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name) || !read(name, 'cmdline').includes(` ${database} `)) return false;
    const numbers = /^NSpid:\s*(.+)$/m.exec(read(name, 'status'))?.[1]?.split(/\s+/) ?? [];
    return numbers.at(-1) === String(pid);
  });
  return found === undefined ? pid : Number(found);
}

/** Empty when the process has ended meanwhile. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
