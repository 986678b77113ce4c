// Programs in C and Go that nobody would want to maintain, grown from a grammar and then edited as people edit: with many
// lines that are equal, which is what makes telling findings apart hard.
import { createDice, type Dice } from './dice.ts';

export type Language = 'c' | 'go';

export type Statement = { text: string; block?: Statement[] };
export type SourceFunction = { name: string; body: Statement[] };
export type SourceFile = { path: string; style: SourceStyle; functions: SourceFunction[] };
export type SourceStyle = { indent: string; bracesOnOwnLine: boolean };
export type Program = { language: Language; files: SourceFile[] };

const FILES = 16;
const FUNCTIONS = 14;
const STATEMENTS = 12;
const NAMES =
  'buffer count total name index length result value item next state flags offset limit path key entry header node token user group page cache block frame'.split(
    ' ',
  );
const VERBS =
  'read write parse check open close copy merge find reset load store send match split join'.split(' ');

export function growProgram(language: Language, seed: number): Program {
  const dice = createDice(seed);
  const files = Array.from({ length: FILES }, (_, index) => growFile(language, dice, index));
  return { language, files };
}

export function growFile(language: Language, dice: Dice, number: number): SourceFile {
  const style = { indent: language === 'c' ? '  ' : '\t', bracesOnOwnLine: false };
  const functions = Array.from({ length: FUNCTIONS }, () => growFunction(language, dice));
  return { path: `src/${dice.pick(VERBS)}_${number}.${language}`, style, functions };
}

export function growFunction(language: Language, dice: Dice): SourceFunction {
  const body = Array.from({ length: STATEMENTS }, () => growStatement(language, dice, 0));
  return { name: growName(dice), body };
}

export function growName(dice: Dice): string {
  return `${dice.pick(VERBS)}_${dice.pick(NAMES)}_${dice.below(1000)}`;
}

export function growStatement(language: Language, dice: Dice, depth: number): Statement {
  if (depth < 4 && dice.below(5) === 0) {
    const block = Array.from({ length: 1 + dice.below(4) }, () => growStatement(language, dice, depth + 1));
    return { text: dice.pick(language === 'c' ? C_HEADS : GO_HEADS)(dice), block };
  }
  return { text: dice.pick(language === 'c' ? C_LINES : GO_LINES)(dice) };
}

type Template = (dice: Dice) => string;
const name = (dice: Dice) => dice.pick(NAMES);
const number = (dice: Dice) => dice.pick(['0', '1', '2', '10', '16', '64', '255', '1024']);
const call = (dice: Dice) => `${dice.pick(VERBS)}_${name(dice)}`;

const C_HEADS: readonly Template[] = [
  (dice) => `if (${name(dice)} == NULL)`,
  (dice) => `if (!${name(dice)})`,
  (dice) => `for (int i = 0; i < ${number(dice)}; i++)`,
  (dice) => `while (${name(dice)} > ${number(dice)})`,
];
const C_LINES: readonly Template[] = [
  (dice) => `char ${name(dice)}[${number(dice)}];`,
  (dice) => `strcpy(${name(dice)}, ${name(dice)});`,
  (dice) => `${name(dice)}->${name(dice)} = ${name(dice)};`,
  (dice) => `${name(dice)} = ${call(dice)}(&${name(dice)}, ${name(dice)});`,
  (dice) => `memcpy(${name(dice)}, ${name(dice)} + ${number(dice)}, ${name(dice)});`,
  (dice) => `int ${name(dice)} = ${call(dice)}(${name(dice)}, ${number(dice)});`,
  (dice) => `(void)${call(dice)}(${name(dice)});`,
  (dice) => `void *${name(dice)} = malloc(${number(dice)});`,
  (dice) => `/* TODO: ${dice.pick(VERBS)} the ${name(dice)} */`,
  (dice) =>
    `fprintf(stderr, "could not ${dice.pick(VERBS)} the ${name(dice)} of this thing: %s", ${name(dice)});`,
  () => 'goto fail;',
  () => 'return -1;',
  () => 'return 0;',
];
const GO_HEADS: readonly Template[] = [
  () => 'if err != nil',
  (dice) => `if !${name(dice)}`,
  (dice) => `for i := 0; i < ${number(dice)}; i++`,
  (dice) => `for ${name(dice)} > ${number(dice)}`,
];
const GO_LINES: readonly Template[] = [
  (dice) => `${name(dice)} := ${number(dice)}`,
  (dice) => `${name(dice)}.${name(dice)} = ${name(dice)}`,
  (dice) => `${name(dice)} = append(${name(dice)}, ${call(dice)}(${name(dice)}))`,
  (dice) => `${name(dice)}[${number(dice)}] = ${name(dice)}`,
  (dice) => `_ = ${call(dice)}(${name(dice)})`,
  (dice) => `${name(dice)}, err := ${call(dice)}(${name(dice)}, ${number(dice)})`,
  (dice) => `var ${name(dice)} interface{} = ${name(dice)}`,
  (dice) => `panic("could not ${dice.pick(VERBS)} the ${name(dice)}")`,
  (dice) => `// TODO: ${dice.pick(VERBS)} the ${name(dice)}`,
  (dice) => `log.Printf("could not ${dice.pick(VERBS)} the ${name(dice)} of this thing: %v", ${name(dice)})`,
  () => 'return err',
  () => 'return nil',
  () => 'return false',
];
