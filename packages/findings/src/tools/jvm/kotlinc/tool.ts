import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createKotlincParser } from './parser.ts';

/** The Kotlin compiler on its own, and the two layouts (`e: …`, `w: …`) in which its Gradle plugin prints the same. */
export const tool: Tool = {
  name: 'jvm/kotlinc',
  title: 'Kotlin compiler',
  family: 'kotlinc',
  versions: 'kotlinc 1.3, 2.0',
  evidence: 'captured',
  docs: [
    'https://kotlinlang.org/docs/command-line.html',
    'https://kotlinlang.org/docs/gradle-compilation-and-caches.html',
  ],
  logs: [
    {
      format: 'kotlinc-text',
      hint: /^[^\s:][^:]{0,400}\.kts?:\d{1,7}:\d{1,7}: (?:error|warning|exception): |^[ew]: (?:file:\/\/)?\/?\S{0,400}\.kts?:|^error: (?:source file or directory not found: |warnings found and -Werror)|^error: invalid argument: /,
      createParser: createKotlincParser,
    },
    missingCommand('kotlinc'),
  ],
};
