import { open, readFile, rename } from 'node:fs/promises';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { countAdminTokens, findTokenByHash, insertToken } from '@crafting-table/database/tokens';
import { newId } from '../new-id.ts';
import { hashBearer, newBearer } from './bearer.ts';

const NAME = 'admin';

/**
 * On the very first boot there is nobody who could mint a token: writes a bearer to `file` (mode 600) and makes it an
 * admin's. The file comes first, so that a crash in between leaves a bearer that the next boot takes up, never a token
 * that nobody knows. Returns whether a token was made.
 */
export async function ensureFirstAdmin(db: Database, file: string): Promise<boolean> {
  if ((await countAdminTokens(db)) > 0) return false;
  const bearer = (await readBearer(file)) ?? (await writeBearer(file, newBearer()));
  const hash = hashBearer(bearer);
  const made = await insertToken(db, {
    id: newId(),
    name: NAME,
    hash,
    is_admin: true,
    ip_cidrs: [],
    expires_at: null,
  });
  if (!made) return (await findTokenByHash(db, hash)) !== null; // Another API process was quicker.
  await insertAudit(db, {
    actor: 'first boot',
    action: 'token.mint',
    subject: NAME,
    detail: { is_admin: true },
  });
  return true;
}

async function readBearer(file: string): Promise<string | null> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return text === '' ? null : text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function writeBearer(file: string, bearer: string): Promise<string> {
  const temporary = `${file}.${process.pid}`;
  await using handle = await open(temporary, 'w', 0o600);
  await handle.writeFile(`${bearer}\n`);
  await handle.sync();
  await rename(temporary, file);
  return bearer;
}
