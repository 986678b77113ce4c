import { HELP, readArguments, type ParseRequest } from './read-arguments.ts';
import { parseInputs } from './parse-inputs.ts';
import { MissingInput } from './read-input.ts';
import { render } from './render.ts';

export type Surroundings = {
  /** Where relative paths begin. */
  folder: string;
  input: AsyncIterable<Uint8Array>;
  print: (text: string) => unknown;
  complain: (text: string) => unknown;
};

/** What was asked for cannot be done; whatever the output of a tool looks like is no such fault. */
const USAGE_FAULT = 2;

/** Answers the exit code. */
export async function runCraft(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, complain } = surroundings;
  const asked = readArguments(args);
  switch (asked.kind) {
    case 'help':
      print(`${HELP}\n`);
      return 0;
    case 'refused':
      complain(`craft: ${asked.why}\n`);
      return USAGE_FAULT;
    case 'parse':
      return parse(asked.request, surroundings);
  }
}

async function parse(request: ParseRequest, surroundings: Surroundings): Promise<number> {
  try {
    const parsed = await parseInputs(request, surroundings);
    for (const piece of render(request, parsed)) surroundings.print(piece);
    return 0;
  } catch (error) {
    if (!(error instanceof MissingInput)) throw error;
    surroundings.complain(`craft: ${error.message}\n`);
    return USAGE_FAULT;
  }
}
