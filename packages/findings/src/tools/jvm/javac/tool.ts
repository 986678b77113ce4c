import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createJavacParser } from './parser.ts';

/** The compiler of the JDK, on its own or below Gradle and Ant, which pass its lines on. */
export const tool: Tool = {
  name: 'jvm/javac',
  title: 'javac',
  family: 'javac',
  versions: 'javac 17',
  evidence: 'captured',
  docs: ['https://docs.oracle.com/en/java/javase/17/docs/specs/man/javac.html'],
  logs: [
    {
      format: 'javac-text',
      hint: /\.java:\d{1,7}: (?:error|warning): |^(?:only showing the first )?\d{1,7} (?:errors?|warnings?)\b|^error: (?:warnings found and -Werror|file not found: |invalid flag: |invalid source release|release version )|^Note: .{1,400} (?:a deprecated API|unchecked or unsafe operations)\.$|^Usage: javac /,
      createParser: createJavacParser,
    },
    missingCommand('javac'),
  ],
};
