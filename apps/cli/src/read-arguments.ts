import { parseArgs } from 'node:util';
import { nearestName } from '@crafting-table/contracts/nearest-name';
import { RECIPES, type Recipe } from '@crafting-table/contracts/words';
import type { Tool } from '@crafting-table/findings/core/tool';
import { TOOLS } from '@crafting-table/findings/tools/registry';
import { ECOSYSTEM_OF, toolsOf } from './choose-tools.ts';

export const OUTPUT_FORMATS = ['jsonl', 'json', 'sarif', 'table'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export type ParseRequest = {
  /** `-` is standard input. */
  files: string[];
  /** Undefined: whichever recognise what they see. */
  tools: readonly Tool[];
  /** Those were asked for by name, so their silence is told as well. */
  isNamed: boolean;
  recipe: Recipe | null;
  /** The worktree that the output is about; null: it is not here. */
  root: string | null;
  /** A JSON file of problem matchers. */
  matchers: string | null;
  format: OutputFormat;
};

export type Asked =
  | { kind: 'parse'; request: ParseRequest }
  | { kind: 'help' }
  | { kind: 'refused'; why: string };

export const HELP = `craft parse [FILE…] [flags]

Reads the output of tools, logs and report files alike, and prints what they found. Without a FILE, or for -, it reads
standard input. What a file is, its content says.

  --tool NAME       only this tool: python/ruff, ruff, or a family; auto (the default) takes whoever recognises it
  --language NAME   only the tools of this language, and those of no language
  --recipe NAME     ${RECIPES.join(', ')}: what the output is of
  --root FOLDER     the worktree it is about: findings then name its files, and carry the lines around them
  --matchers FILE   problem matchers to try on each line of a log as well, in the JSON of VS Code and of GitHub
  --format NAME     ${OUTPUT_FORMATS.join(', ')}; jsonl is the default
  --help            show this

It ends with 0 whatever the tools said, and with 2 when a file is missing or a flag is wrong.`;

const OPTIONS = {
  tool: { type: 'string', default: 'auto' },
  language: { type: 'string' },
  recipe: { type: 'string' },
  root: { type: 'string' },
  matchers: { type: 'string' },
  format: { type: 'string', default: 'jsonl' },
  help: { type: 'boolean', default: false },
} as const;

export function readArguments(args: readonly string[]): Asked {
  const [word, ...rest] = args;
  if (word === undefined || word === '--help' || word === 'help') return { kind: 'help' };
  if (word !== 'parse') return { kind: 'refused', why: `there is no word ${word}; there is: parse` };
  try {
    const { values, positionals } = parseArgs({ args: rest, options: OPTIONS, allowPositionals: true });
    return values.help ? { kind: 'help' } : readFlags(values, positionals);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { kind: 'refused', why: error.message }; // Its words for an unknown flag, or one without a value.
  }
}

/** Of more names than a person likes to read only the nearest is told. */
const NAMES_LISTED_MAX = 8;

type Flags = {
  tool: string;
  language?: string;
  recipe?: string;
  root?: string;
  matchers?: string;
  format: string;
};

function readFlags(flags: Flags, positionals: string[]): Asked {
  const { tool, language, recipe, root, matchers, format } = flags;
  const isAuto = tool === 'auto';
  const tools = isAuto ? toolsOf(language) : findTools(tool);
  if (tools.length === 0) return refuse('tool', tool, [...new Set(TOOLS.flatMap(namesOf))]);
  if (language !== undefined && !Object.hasOwn(ECOSYSTEM_OF, language.toLowerCase())) {
    return refuse('language', language, Object.keys(ECOSYSTEM_OF));
  }
  const knownRecipe = RECIPES.find((each) => each === recipe);
  if (recipe !== undefined && knownRecipe === undefined) return refuse('recipe', recipe, RECIPES);
  const knownFormat = OUTPUT_FORMATS.find((each) => each === format);
  if (knownFormat === undefined) return refuse('format', format, OUTPUT_FORMATS);
  return {
    kind: 'parse',
    request: {
      files: positionals.length === 0 ? ['-'] : positionals,
      tools,
      isNamed: !isAuto,
      recipe: knownRecipe ?? null,
      root: root ?? null,
      matchers: matchers ?? null,
      format: knownFormat,
    },
  };
}

function findTools(name: string): Tool[] {
  return TOOLS.filter((tool) => namesOf(tool).includes(name));
}

function namesOf({ name, family }: Tool): string[] {
  return [name, name.slice(name.lastIndexOf('/') + 1), family];
}

function refuse(flag: string, given: string, names: readonly string[]): Asked {
  const hint =
    names.length > NAMES_LISTED_MAX
      ? `did you mean ${nearestName(given, names)}?`
      : `use ${names.join(', ')}`;
  return { kind: 'refused', why: `there is no ${flag} ${given}; ${hint}` };
}
