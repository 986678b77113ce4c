// Programs that answer smoke.sh as the real ones would, in a few lines of shell each, and no better: so that each of its
// checks can be seen to turn red, in seconds, on a machine that has none of the toolchains.

/** What the scripts are written with. */
const WORDS = `
args=" $* "
is_version() { case $args in *" --version "* | *" -version "* | *" version "*) ;; *) return 1 ;; esac }
# The answer to the question for the version, which ends the program.
says() { if is_version; then echo "$*"; exit; fi; }
# A program that says the rest.
makes() { file=$1; shift; printf '#!/bin/sh\\necho "%s"\\n' "$*" >"$file"; chmod 755 "$file"; }
after() { wanted=$1; shift; while [ "$1" != "$wanted" ]; do shift; done; echo "$2"; }
`;

/** By where they lie in the folder that plays the machine. */
export const STAND_INS: Record<string, string> = {
  'bin/python3': `case $1 in --version) echo Python 3;; -m) mkdir -p venv/bin; makes venv/bin/python hello from python; makes venv/bin/pip pip 1;; *) echo hello from python;; esac`,
  'bin/pipx': `says pipx 1; echo nothing has been installed`,
  'bin/pytest': `says pytest 1; if [ -e test_wrong_sum.py ]; then echo 1 failed; exit 1; fi; echo 1 passed`,
  'bin/uv': `says uv 1; if [ "$1" = run ]; then echo hello from uv; fi`,
  'bin/ruff': `says ruff 1; echo F401; exit 1`,
  'bin/mypy': `says mypy 1; if [ "$1" = -c ]; then echo Success; exit; fi; echo 'typed.py:3: error: Incompatible types'; exit 1`,
  'bin/pip-audit': `says pip-audit 1; echo No known vulnerabilities found`,
  'bin/semgrep': `says 1; echo eval is evil; exit 1`,
  'bin/node': `says v24; case $1 in --print) echo true;; *.mjs) echo hello from node;; *) cat "$1";; esac`,
  'bin/npm': `says 11; echo hello from npm`,
  'bin/pnpm': `says 12; echo hello from pnpm`,
  'bin/tsc': `says Version 7; case $1 in --noEmit) echo TS2322; exit 1;; esac; echo hello from tsc >hello.js`,
  'bin/tsx': `says tsx 4; echo hello from tsx`,
  'bin/eslint': `says v10; echo no-unused-vars; exit 1`,
  'bin/bun': `says 1; if [ "$1" = run ]; then echo hello from bun; fi`,
  'bin/go': `says go version go1; case $1 in build) makes hello hello from go;; test) echo ok;; esac`,
  'bin/staticcheck': `says staticcheck 1; echo U1000; exit 1`,
  'bin/govulncheck': `says Scanner: govulncheck 1; echo fmt is evil; exit 3`,
  'bin/rustc': `says rustc 1; makes hello hello from rust`,
  'bin/cargo': `case $1 in clippy | audit | deny) exec "cargo-$1" "$@";; esac; says cargo 1; case $1 in init) mkdir src;; run) echo Hello, world!;; esac`,
  'bin/cargo-clippy': `says clippy 1; echo eq_op; exit 101`,
  'bin/rustfmt': `says rustfmt 1; echo Diff in hello.rs; exit 1`,
  'bin/cargo-audit': `says cargo-audit 1; echo evil is evil; exit 1`,
  'bin/cargo-deny': `says cargo-deny 1; if [ "$2" = --offline ]; then echo bans ok; fi`,
  'bin/ruby': `says ruby 3; echo hello from ruby`,
  'bin/bundle': `says Bundler 2; if [ "$1" = exec ]; then echo hello from bundle; fi`,
  'bin/rubocop': `says 1; echo Lint/UselessAssignment; exit 1`,
  'bin/bundle-audit': `says bundler-audit 1; echo rack is evil; exit 1`,
  'bin/php': `says PHP 8; echo hello from php1a`,
  'bin/composer': `says Composer 2; if [ "$1" = dump-autoload ]; then mkdir vendor; echo '<?php' >vendor/autoload.php; fi`,
  'bin/phpunit': `says PHPUnit 9; echo 'OK (1 test, 1 assertion)'`,
  'bin/phpstan': `says PHPStan 2; echo should return int but returns string; exit 1`,
  'jdk17/bin/javac': `echo >Hello.class`,
  'jdk17/bin/java': `says openjdk 17; test -e Hello.class && echo hello from java 17`,
  'jdk21/bin/javac': `echo >Hello.class`,
  'jdk21/bin/java': `says openjdk 21; test -e Hello.class && echo hello from java 21`,
  'bin/mvn': `says Apache Maven 3; echo BUILD SUCCESS`,
  'bin/gradle': `says Gradle 8; echo hello from gradle`,
  'bin/kotlinc': `says info: kotlinc 2; echo >hello.jar`,
  'bin/java': `test -e hello.jar && echo hello from kotlin`,
  'bin/dotnet': `says 8; if [ "$1" = run ]; then echo hello from dotnet; fi`,
  'bin/swiftc': `says Swift 6; makes hello hello from swift`,
  'bin/swift': `says Swift 6; case $1 in build) mkdir -p .build/debug; makes .build/debug/hello hello from package;; test) echo Executed 1 test, with 0 failures;; esac`,
  'bin/clang': `says clang 14; case $1 in -fuse-ld=lld) exec ld.lld;; *) makes "$(after -o "$@")" hello from c;; esac`,
  'bin/clang++': `makes hello++ hello from c++`,
  'bin/ld.lld': `says LLD 14; makes hello hello from c`,
  'bin/cmake': `says cmake 3; mkdir out; echo >out/build.ninja`,
  'bin/ninja': `test -e out/build.ninja && makes out/hello hello from c`,
  'bin/ctest': `echo 100% tests passed`,
  'bin/valgrind': `says valgrind 3; echo definitely lost: 8 bytes; exit 9`,
  'bin/nix': `says nix 2; echo accept-flake-config = false`,
  'bin/nix-build': `echo hello from nix >result; echo result`,
  'bin/shellcheck': `says version: 0; echo SC2086; exit 1`,
  'bin/bats': `says Bats 1; echo 1 test, 0 failures`,
  'bin/shfmt': `says 3; echo 'if true; then'; exit 1`,
  'bin/git': `case $1 in lfs) exec git-lfs "$@";; log) echo hello from git;; esac; says git 2`,
  'bin/git-lfs': `says git-lfs 3; if [ "$2" = track ]; then echo '*.bin filter=lfs' >.gitattributes; fi`,
  'bin/jq': `says jq 1; echo '"hello from jq"'`,
  'bin/yq': `says yq 3; echo from`,
  'bin/rg': `says ripgrep 13; echo hello from rg`,
  'bin/fd': `says fd 8; echo hello-from-fd`,
  'bin/gh': `says gh 2; if [ "$1" = hello ]; then echo hello from gh; fi`,
  'bin/curl': `says curl 7; echo hello from curl`,
  'bin/wget': `says GNU Wget 1; echo 'Connecting to 127.0.0.1:9... failed: Connection refused.'; exit 4`,
};

/** How a program can be useless, and what is then left of its script; null for the program itself. */
export const WAYS_TO_FAIL: Record<string, (script: string) => string | null> = {
  'is gone': () => null,
  'ends badly after it said its version': (script) => `if is_version; then ${script}; fi; exit 7`,
  'says nothing after its version': (script) => `if is_version; then ${script}; fi; exit 0`,
  'says nothing at all': () => 'exit 0',
  'says what it should and ends badly': (script) => `(${script}); exit 7`,
};

export function asProgram(script: string): string {
  return `#!/bin/sh${WORDS}${script}\n`;
}

/** The programs a check is about, where they are others than the one that is called like the tool. */
export const PROGRAMS_OF: Record<string, string[]> = {
  clippy: ['bin/cargo-clippy'],
  'java-17': ['jdk17/bin/javac', 'jdk17/bin/java'],
  'java-21': ['jdk21/bin/javac', 'jdk21/bin/java'],
  clang: ['bin/clang', 'bin/clang++'],
  lld: ['bin/ld.lld'],
  cmake: ['bin/cmake', 'bin/ninja', 'bin/ctest'],
  nix: ['bin/nix', 'bin/nix-build'],
};
