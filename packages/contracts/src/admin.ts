// Tokens and the audit log: what admins see and do.
import { z } from 'zod';

export const TokenName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/,
    'use 1 to 100 letters, digits, dots, dashes, @ or underscores',
  );

export const Cidr = z.union([z.cidrv4(), z.cidrv6()]).describe('A network like 192.168.1.0/24 or fd00::/8');

export const TokenBody = z.strictObject({
  name: TokenName,
  is_admin: z.boolean().default(false),
  /** The bearer works from these networks only; empty means wherever the LAN allow-list lets in. */
  ip_cidrs: z.array(Cidr).max(50).default([]),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
export type TokenBody = z.infer<typeof TokenBody>;

export const Token = z.object({
  name: z.string(),
  is_admin: z.boolean(),
  ip_cidrs: z.array(z.string()),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  last_used_at: z.iso.datetime().nullable(),
});
export type Token = z.infer<typeof Token>;

/** The only answer that ever carries a bearer. */
export const MintedToken = Token.extend({ bearer: z.string() });
export type MintedToken = z.infer<typeof MintedToken>;

export const AuditEntry = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(200).optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditPage = z.object({ entries: z.array(AuditEntry), next_cursor: z.string().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;
