import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createGradleParser } from './parser.ts';

/** Gradle's own words: failed tests, failed tasks, what went wrong. The compilers below it have their own parsers. */
export const tool: Tool = {
  name: 'jvm/gradle',
  title: 'Gradle',
  family: 'gradle',
  versions: 'gradle 4.4',
  evidence: 'captured',
  docs: ['https://docs.gradle.org/current/userguide/java_testing.html'],
  logs: [
    {
      format: 'gradle-text',
      hint: / FAILED$|^\d{1,7} tests? completed, |^\* (?:What went wrong|Where):$|^BUILD (?:FAILED|SUCCESSFUL) in \d/,
      createParser: createGradleParser,
    },
    missingCommand(String.raw`gradle|(?:\./)?gradlew`),
  ],
};
