import type {
  Language,
  Program,
  SourceFile,
  SourceFunction,
  SourceStyle,
  Statement,
} from './grow-sources.ts';

const HEADS: Record<Language, readonly string[]> = {
  c: ['#include <stdio.h>', '#include <stdlib.h>', '#include <string.h>', ''],
  go: ['package src', '', 'import "log"', ''],
};

/** Text of each file by its path. */
export function renderProgram({ language, files }: Program): Map<string, string> {
  return new Map(files.map((file) => [file.path, renderFile(language, file)]));
}

function renderFile(language: Language, { style, functions }: SourceFile): string {
  const lines = functions.flatMap((each) => [...renderFunction(language, style, each), '']);
  return [...HEADS[language], ...lines].join('\n');
}

function renderFunction(language: Language, style: SourceStyle, { name, body }: SourceFunction): string[] {
  const head =
    language === 'c'
      ? `static int ${name}(char *path, int count)`
      : `func ${name}(path string, count int) error`;
  return renderBlock({ text: head, block: body }, style, '');
}

function renderBlock({ text, block }: Statement, style: SourceStyle, indent: string): string[] {
  if (block === undefined) return [indent + text];
  const inner = block.flatMap((each) => renderBlock(each, style, indent + style.indent));
  const head = style.bracesOnOwnLine ? [indent + text, `${indent}{`] : [`${indent}${text} {`];
  return [...head, ...inner, `${indent}}`];
}
