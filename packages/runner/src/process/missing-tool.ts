/** The last part of a log that is looked at; the message is among the last lines. */
const TAIL_CHARS = 16 * 1024;

// Each anchored at the line's start, one unbounded part at most, so that no log can make them slow.
const WORDINGS = [
  // dash, busybox: `sh: 1: foo: not found`, `/bin/sh: foo: not found`, `./build.sh: 3: foo: not found`.
  /^[^\s:]{1,200}: (?:line )?(?:\d{1,9}: )?([^\s:]{1,200}): not found$/,
  // bash, ksh: `bash: line 1: foo: command not found`, and without a shell before it `foo: command not found`.
  /^(?:[^\s:]{1,200}: )?(?:line )?(?:\d{1,9}: )?([^\s:]{1,200}): command not found$/,
  // zsh: `zsh:1: command not found: foo`.
  /^[^\s:]{1,200}:(?:\d{1,9}:)? command not found: ([^\s:]{1,200})$/,
  // coreutils env, in quotes of either kind; also for a script whose first line names a missing interpreter.
  /^(?:[^\s:]{1,200}\/)?env: ['‘`"]?([^\s:'’"]{1,200})['’"]?: No such file or directory$/,
  // busybox env: `env: can't execute 'foo': No such file or directory`.
  /^env: can't execute ['‘]([^'’]{1,200})['’]: No such file or directory$/,
  // setpriv, nohup and the like: `setpriv: failed to execute foo: No such file or directory`.
  /^[^\s:]{1,200}: failed to (?:execute|run command) ['‘]?([^\s:'’]{1,200})['’]?: No such file or directory$/,
  // bash, of a path that does not exist: `./build.sh: line 3: ./gradlew: No such file or directory`.
  /^[^\s:]{1,200}: line \d{1,9}: ([^\s:]{1,200}): No such file or directory$/,
];

/**
 * The name of the program a recipe could not find. Only for exit code 127, the shell's own for that (126 is a program
 * that was found and could not be run), and only when one of the last lines of the log says so.
 */
export function findMissingTool(exitCode: number, logTail: string): string | null {
  if (exitCode !== 127) return null;
  const lines = logTail.slice(-TAIL_CHARS).split(/\r?\n/).toReversed();
  for (const line of lines) {
    for (const wording of WORDINGS) {
      const tool = wording.exec(line.trim())?.[1];
      if (tool !== undefined) return tool;
    }
  }
  return null;
}
