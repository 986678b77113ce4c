import type { Tool } from '@crafting-table/findings/core/tool';
import { TOOLS } from '@crafting-table/findings/tools/registry';

/** Folder of the tools of a language, by the words that people use for it. */
export const ECOSYSTEM_OF: Readonly<Record<string, string>> = {
  python: 'python',
  javascript: 'node',
  typescript: 'node',
  node: 'node',
  go: 'go',
  rust: 'rust',
  ruby: 'ruby',
  php: 'php',
  java: 'jvm',
  kotlin: 'jvm',
  scala: 'jvm',
  groovy: 'jvm',
  jvm: 'jvm',
  csharp: 'dotnet',
  'c#': 'dotnet',
  fsharp: 'dotnet',
  'f#': 'dotnet',
  dotnet: 'dotnet',
  swift: 'swift',
  c: 'c',
  'c++': 'c',
  cpp: 'c',
  shell: 'shell',
  sh: 'shell',
  bash: 'shell',
  nix: 'nix',
};

/** Tools that belong to no language, for all of them. */
const GENERIC = 'generic';

/** Those of the language and of none; all there are when no language is given. */
export function toolsOf(language: string | undefined): readonly Tool[] {
  if (language === undefined) return TOOLS;
  const ecosystems = new Set([GENERIC, ECOSYSTEM_OF[language.toLowerCase()]]);
  return TOOLS.filter(({ name }) => ecosystems.has(name.slice(0, name.indexOf('/'))));
}
