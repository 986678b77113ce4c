import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'craft_';

/** 256 random bits, with a prefix that secret scanners can look for. */
export function newBearer(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/**
 * What is stored of a bearer, and by which it is found. Because the look-up is by the hash of a secret of full entropy,
 * its time tells nothing about any bearer; a slow hash would protect guessable secrets only.
 */
export function hashBearer(bearer: string): Buffer {
  return createHash('sha256').update(bearer).digest();
}
