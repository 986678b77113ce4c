// `npm run format`: writes every file the way the format check wants it.
import { runProgram } from './run-program.ts';

process.exitCode = (await runProgram('oxfmt', ['--write', '.'])) ? 0 : 1;
