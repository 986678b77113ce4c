// What a Dockerfile says, stage by stage, for tests that judge it without an engine.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Instruction, DockerfileParser } from 'dockerfile-ast';

export const ROOT = join(import.meta.dirname, '../../../..');

export type Stage = {
  /** Its own name, or the number of a stage without one. */
  name: string;
  base: string;
  instructions: { keyword: string; text: string }[];
};

export type Dockerfile = { text: string; arguments: Map<string, string>; stages: Stage[] };

export function readDockerfile(name: string): Dockerfile {
  const text = readFileSync(join(ROOT, name), 'utf8');
  const parsed = DockerfileParser.parse(text);
  const stages: Stage[] = [];
  const defaults = new Map<string, string>();
  for (const instruction of parsed.getInstructions()) {
    const keyword = instruction.getKeyword();
    const words = textOf(text, instruction);
    if (keyword === 'FROM') {
      const [base = '', , name = String(stages.length)] = words.split(/\s+/);
      stages.push({ name, base, instructions: [] });
    } else if (stages.length === 0) {
      const [variable = '', value = ''] = words.split(/=(.*)/s);
      defaults.set(variable, value);
    } else stages.at(-1)?.instructions.push({ keyword, text: words });
  }
  return { text, arguments: defaults, stages };
}

/** The words after the keyword with their flags, comments left out, on one line. */
function textOf(text: string, instruction: Instruction): string {
  const { start, end } = instruction.getRange();
  const lines = text.split('\n').slice(start.line, end.line + 1);
  return lines
    .filter((line) => !line.trimStart().startsWith('#'))
    .map((line) => line.replace(/\\$/, ''))
    .join(' ')
    .replace(/^\s*\w+\s+/, '')
    .trim();
}

export function lastStage({ stages }: Dockerfile): Stage {
  return stages.at(-1)!; // Every Dockerfile has one.
}

/** What the stage and all those it stands on say with this keyword, its own last. */
export function saidBy(file: Dockerfile, stage: Stage, keyword: string): string[] {
  const below = file.stages.find(({ name }) => name === stage.base);
  const own = stage.instructions.filter((each) => each.keyword === keyword).map(({ text }) => text);
  return [...(below ? saidBy(file, below, keyword) : []), ...own];
}

/** Where the `.ssh` of the worker's user leads. */
export function sshFolder(): string | undefined {
  return /ln -s (\S+) \/home\/worker\/\.ssh /.exec(readDockerfile('Dockerfile.worker').text)?.[1];
}
