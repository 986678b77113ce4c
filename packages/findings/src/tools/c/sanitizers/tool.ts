import type { Tool } from '../../../core/tool.ts';
import { createSanitizerParser } from './parser.ts';

/** Address, leak, memory, thread and undefined behaviour sanitizer, as gcc and clang build them in. */
export const tool: Tool = {
  name: 'c/sanitizers',
  title: 'Sanitizers',
  family: 'sanitizer',
  versions: 'gcc 12.2, clang 14.0',
  evidence: 'captured',
  docs: [
    'https://clang.llvm.org/docs/AddressSanitizer.html',
    'https://clang.llvm.org/docs/UndefinedBehaviorSanitizer.html',
    'https://clang.llvm.org/docs/ThreadSanitizer.html',
  ],
  logs: [
    {
      format: 'sanitizer-text',
      hint: /^(?:==\d{1,9}==)?(?:ERROR|WARNING|FATAL): [A-Z][A-Za-z]{1,20}Sanitizer: |: runtime error: |^SUMMARY: [A-Z][A-Za-z]{1,30}(?:Sanitizer|Behavior)|^(?:Direct|Indirect) leak of /,
      createParser: createSanitizerParser,
    },
  ],
};
