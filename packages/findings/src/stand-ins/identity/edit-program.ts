// What people do to programs between two commits, drawn at random.
import type { Dice } from './dice.ts';
import { growFile, growFunction, growName, growStatement } from './grow-sources.ts';
import type { Program, SourceFile, Statement } from './grow-sources.ts';

type Edit = (program: Program, dice: Dice) => void;

/** In place. */
export function editProgram(program: Program, dice: Dice, edits: number): void {
  for (let count = 0; count < edits; count++) dice.pick(EDITS)(program, dice);
}

const insertStatement: Edit = (program, dice) => {
  const body = pickBody(program, dice);
  body.splice(dice.below(body.length + 1), 0, growStatement(program.language, dice, 2));
};

const removeStatement: Edit = (program, dice) => {
  const body = pickBody(program, dice);
  if (body.length > 1) body.splice(dice.below(body.length), 1);
};

const duplicateLine: Edit = (program, dice) => {
  const body = pickBody(program, dice);
  const index = dice.below(body.length);
  body.splice(index, 0, structuredClone(body[index]!)); // Bodies are never empty.
};

const editLine: Edit = (program, dice) => {
  const statement = dice.pick(pickBody(program, dice));
  const other = growName(dice);
  statement.text = statement.text.replace(
    /(?:buffer|count|total|name|index|value|item|state|path|key)\b/,
    other,
  );
};

const moveWithinFunction: Edit = (program, dice) => {
  const body = pickBody(program, dice);
  const moved = body.splice(dice.below(body.length), 3);
  body.splice(dice.below(body.length + 1), 0, ...moved);
};

const insertFunctionAbove: Edit = (program, dice) => {
  pickFile(program, dice).functions.unshift(growFunction(program.language, dice));
};

const moveFunction: Edit = (program, dice) => {
  const { functions } = pickFile(program, dice);
  const moved = functions.splice(dice.below(functions.length), 1);
  functions.splice(dice.below(functions.length + 1), 0, ...moved);
};

const moveToOtherFile: Edit = (program, dice) => {
  const from = pickFile(program, dice).functions;
  if (from.length < 2) return;
  const moved = from.splice(dice.below(from.length), 1);
  pickFile(program, dice).functions.push(...moved);
};

const renameFunction: Edit = (program, dice) => {
  dice.pick(pickFile(program, dice).functions).name = growName(dice);
};

const renameFile: Edit = (program, dice) => {
  const file = pickFile(program, dice);
  const folder = dice.pick(['src', 'src/core', 'lib']);
  const path = `${folder}/${growName(dice)}.${program.language}`;
  if (program.files.every((each) => each.path !== path)) file.path = path;
};

const addFile: Edit = (program, dice) => {
  program.files.push(growFile(program.language, dice, 100_000 + dice.below(900_000)));
};

const reformat: Edit = (program, dice) => {
  const indent = dice.pick(['  ', '    ', '\t']);
  // Go has its braces where they are.
  const bracesOnOwnLine = program.language === 'c' && dice.below(2) === 0;
  pickFile(program, dice).style = { indent, bracesOnOwnLine };
};

/** Small edits are more frequent than large ones. */
const EDITS: readonly Edit[] = [
  ...[insertStatement, removeStatement, duplicateLine, editLine, moveWithinFunction].flatMap((edit) =>
    Array.from({ length: 6 }, () => edit),
  ),
  insertFunctionAbove,
  moveFunction,
  moveToOtherFile,
  renameFunction,
  renameFunction,
  renameFile,
  reformat,
  addFile,
];

function pickFile({ files }: Program, dice: Dice): SourceFile {
  return dice.pick(files.filter(({ functions }) => functions.length > 0));
}

/** Of a function, or of a block in it. */
function pickBody(program: Program, dice: Dice): Statement[] {
  let { body } = dice.pick(pickFile(program, dice).functions);
  while (dice.below(2) === 0) {
    const blocks = body.flatMap(({ block }) => (block ? [block] : []));
    if (blocks.length === 0) break;
    body = dice.pick(blocks);
  }
  return body;
}
