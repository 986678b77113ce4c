import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createMavenParser } from './parser.ts';

/** Maven with its compiler and test plugins. Surefire's XML is read by the generic JUnit tool. */
export const tool: Tool = {
  name: 'jvm/maven',
  title: 'Apache Maven',
  family: 'maven',
  versions: 'maven 3.8, maven-compiler-plugin 3.13, surefire 3.2',
  evidence: 'captured',
  docs: [
    'https://maven.apache.org/plugins/maven-compiler-plugin/',
    'https://maven.apache.org/surefire/maven-surefire-plugin/',
  ],
  logs: [
    {
      format: 'maven-text',
      hint: /^\[(?:ERROR|WARNING|WARN|FATAL)\] |^\[INFO\] (?:Scanning for projects|BUILD (?:SUCCESS|FAILURE)|\d{1,7} (?:error|warning)s? ?$|\S.{0,200} \.{2,100} SKIPPED|Tests run: \d)|^(?:Tests run: |\S{1,400} {2}Time elapsed: )/,
      createParser: createMavenParser,
    },
    missingCommand(String.raw`mvn|(?:\./)?mvnw`),
  ],
};
