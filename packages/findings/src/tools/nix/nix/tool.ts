import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createNixParser } from './parser.ts';

/** Nix: builders that failed, hashes that do not match, errors of evaluation with their place. */
export const tool: Tool = {
  name: 'nix/nix',
  title: 'Nix',
  family: 'nix',
  versions: 'Nix 2.8',
  evidence: 'captured',
  docs: ['https://nix.dev/manual/nix/latest/command-ref/nix-build.html'],
  logs: [
    { format: 'nix-text', hint: /^error: |^building '\/nix\/store\//, createParser: createNixParser },
    missingCommand('nix|nix-build|nix-shell|nix-instantiate'),
  ],
};
