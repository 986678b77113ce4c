#!/usr/bin/env bash
# Does every toolchain of the worker image work, for a recipe? A small program is compiled and run with each, and each tool
# is called to do something, as the recipes' user, in the environment a recipe gets, below the folder of the workspaces.
#
#   smoke.sh                      everything this image should have; on another machine: everything there is
#   smoke.sh --only python,c/lld  only this toolchain and that tool; SMOKE=python,c/lld says the same
#   smoke.sh --list               what there is to check, and which stage of Dockerfile.worker brings it
#   smoke.sh --print-environment  what a recipe's environment consists of
#
# Nothing here needs a network. The last line is "=== ALL TOOLCHAINS GREEN ===" only if every check there is was made, as
# the recipes' user, and passed. The exit code is 1 when a check failed.
#
# The programs that are written here hold dollar signs and backslashes that are theirs:
# shellcheck disable=SC2016,SC2028
set -euo pipefail

# toolchain / tool / stage of Dockerfile.worker that brings it. check_<toolchain>_<tool>, with _ for -, checks it.
readonly CHECKS='
python python3 apt
python pipx apt
python pytest apt
python uv python
python ruff python
python mypy python
python pip-audit python
python semgrep python
node node node
node npm node
node pnpm node-tools
node tsc node-tools
node tsx node-tools
node eslint node-tools
node bun bun
go go go
go staticcheck go-tools
go govulncheck go-tools
rust rustc rust
rust cargo rust
rust clippy rust
rust rustfmt rust
rust cargo-audit rust-tools
rust cargo-deny rust-tools
ruby ruby apt
ruby bundle apt
ruby rubocop apt
ruby bundle-audit ruby
php php apt
php composer apt
php phpunit apt
php phpstan php
jvm java-17 apt
jvm java-21 jdk21
jvm mvn maven
jvm gradle gradle
jvm kotlinc kotlin
dotnet dotnet dotnet
swift swiftc swift
swift swift swift
c clang apt
c lld apt
c cmake apt
c valgrind apt
nix nix apt
shell bash apt
shell shellcheck apt
shell bats apt
shell shfmt apt
shell git apt
shell git-lfs apt
shell jq apt
shell yq apt
shell rg apt
shell fd apt
shell gh apt
shell curl apt
shell wget apt
'
# Which stages went into this image, a word for each; not there on a machine that is no image of ours.
readonly STAGES_FILE=${SMOKE_STAGES_FILE:-/etc/crafting-table/stages}
# The slowest, a first Gradle build, takes half a minute on a small machine.
readonly CHECK_SECS=${SMOKE_CHECK_SECS:-240}
# How a check ends that read something else than it expected; no tool's own code.
readonly UNEXPECTED=99
SELF=$(realpath "${BASH_SOURCE[0]}")
readonly SELF

# --- the checks: in an empty folder, under `set -e`, each in a process of its own ---

check_python_python3() {
  version python3 --version
  echo 'import ssl, sqlite3, lzma; print("hello", "from", "python")' >hello.py
  prints 'hello from python' python3 hello.py
  python3 -m venv venv
  prints 'hello from python' venv/bin/python hello.py
  venv/bin/pip --version
}

check_python_pipx() {
  version pipx --version
  PIPX_HOME=$PWD/pipx prints 'nothing has been installed' pipx list
}

check_python_pytest() {
  version pytest --version
  echo 'def test_sum(): assert 1 + 1 == 2' >test_sum.py
  prints '1 passed' pytest
  echo 'def test_wrong_sum(): assert 1 + 1 == 3' >test_wrong_sum.py
  fails prints '1 failed' pytest
}

check_python_uv() {
  version uv --version
  uv venv --offline --python python3 venv
  echo 'print("hello from uv")' >hello.py
  prints 'hello from uv' uv run --offline --no-project --python venv/bin/python hello.py
}

check_python_ruff() {
  version ruff --version
  echo 'import os' >unused.py
  fails prints F401 ruff check --isolated --no-cache --output-format concise unused.py
}

check_python_mypy() {
  version mypy --version
  # The stubs of two packages that nearly every project has; without them mypy asks for them by name.
  printf 'import requests, yaml\n\nx: int = "no"\n' >typed.py
  fails prints 'typed.py:3: error: Incompatible types' mypy --ignore-missing-imports typed.py
  prints 'Success' mypy -c 'import requests, yaml'
}

check_python_pip_audit() {
  version pip-audit --version
  : >requirements.txt
  prints 'No known vulnerabilities found' pip-audit --disable-pip --no-deps --requirement requirements.txt
}

check_python_semgrep() {
  version semgrep --version
  printf 'rules: [{id: no-eval, pattern: eval(...), message: eval is evil, languages: [python], severity: ERROR}]\n' >rules.yml
  echo 'eval("1")' >evil.py
  fails prints 'eval is evil' semgrep scan --error --metrics off --disable-version-check --config rules.yml evil.py
}

check_node_node() {
  version node --version
  echo 'console.log(["hello", "from", "node"].join(" "))' >hello.mjs
  prints 'hello from node' node hello.mjs
  prints 'true' node --print 'Number(process.versions.node.split(".")[0]) >= 22'
}

check_node_npm() {
  version npm --version
  echo '{"scripts": {"hello": "echo hello from npm"}}' >package.json
  prints 'hello from npm' npm run --silent hello
}

check_node_pnpm() {
  version pnpm --version
  echo '{"scripts": {"hello": "echo hello from pnpm"}}' >package.json
  prints 'hello from pnpm' pnpm --silent run hello
}

check_node_tsc() {
  version tsc --version
  echo 'const words: string[] = ["hello", "from", "tsc"]; console.log(words.join(" "));' >hello.ts
  tsc --target es2022 --lib es2022,dom --types '' hello.ts
  prints 'hello from tsc' node hello.js
  echo 'const one: number = "two";' >wrong.ts
  fails prints TS2322 tsc --noEmit --types '' wrong.ts
}

check_node_tsx() {
  version tsx --version
  echo 'enum Word { Hello = "hello from tsx" } console.log(Word.Hello);' >hello.ts
  prints 'hello from tsx' tsx hello.ts
}

check_node_eslint() {
  version eslint --version
  echo 'export default [{rules: {"no-unused-vars": "error"}}];' >eslint.config.mjs
  echo 'const unused = 1;' >unused.mjs
  fails prints no-unused-vars eslint unused.mjs
}

check_node_bun() {
  version bun --version
  echo 'const words: string[] = ["hello", "from", "bun"]; console.log(words.join(" "));' >hello.ts
  prints 'hello from bun' bun run hello.ts
  echo 'import { expect, test } from "bun:test"; test("sum", () => { expect(1 + 1).toBe(2); });' >sum.test.ts
  bun test
}

write_go_module() {
  export GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off
  printf 'module smoke\n\ngo 1.22\n' >go.mod
  printf 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello", "from", "go") }\n' >main.go
}

check_go_go() {
  version go version
  write_go_module
  go build -o hello .
  prints 'hello from go' ./hello
  go vet ./...
  printf 'package main\n\nimport "testing"\n\nfunc TestIt(t *testing.T) {}\n' >main_test.go
  prints 'ok' go test ./...
}

check_go_staticcheck() {
  version staticcheck -version
  write_go_module
  printf 'package main\n\nfunc unused() {}\n' >unused.go
  fails prints U1000 staticcheck ./...
}

check_go_govulncheck() {
  version_line 'Scanner: ' govulncheck -version
  write_go_module
  # A database of one vulnerability; the real one is on the network.
  mkdir -p db/index db/ID
  echo '{"modified": "2000-01-01T00:00:00Z"}' >db/index/db.json
  echo '[{"path": "stdlib", "vulns": [{"id": "GO-2000-0001", "modified": "2000-01-01T00:00:00Z"}]}]' >db/index/modules.json
  cat >db/ID/GO-2000-0001.json <<'END'
{"schema_version": "1.3.1", "id": "GO-2000-0001", "modified": "2000-01-01T00:00:00Z", "details": "fmt is evil",
 "affected": [{"package": {"name": "stdlib", "ecosystem": "Go"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
   "ecosystem_specific": {"imports": [{"path": "fmt", "symbols": ["Println"]}]}}],
 "database_specific": {"url": "https://example.com"}}
END
  fails prints 'fmt is evil' govulncheck -db "file://$PWD/db" ./...
}

check_rust_rustc() {
  version rustc --version
  echo 'fn main() { println!("hello from {}", "rust"); }' >hello.rs
  rustc hello.rs
  prints 'hello from rust' ./hello
}

check_rust_cargo() {
  version cargo --version
  cargo init --quiet --vcs none --name hello .
  prints 'Hello, world!' cargo run --offline --quiet
  cargo test --offline --quiet
}

check_rust_clippy() {
  version cargo clippy --version
  cargo init --quiet --vcs none --name hello .
  echo 'fn main() { let one = 1; let _ = one == one; }' >src/main.rs
  fails prints 'eq_op' cargo clippy --offline --quiet
}

check_rust_rustfmt() {
  version rustfmt --version
  echo 'fn main(){}' >hello.rs
  fails prints 'Diff in' rustfmt --check hello.rs
}

check_rust_cargo_audit() {
  version cargo audit --version
  # A database of one vulnerability; the real one is on the network.
  mkdir -p db/crates/evil
  printf '%s\n' '```toml' '[advisory]' 'id = "RUSTSEC-2000-0001"' 'package = "evil"' 'date = "2000-01-01"' '[versions]' \
    'patched = []' '```' '# evil is evil' >db/crates/evil/RUSTSEC-2000-0001.md
  printf '%s\n' 'version = 3' '[[package]]' 'name = "evil"' 'version = "1.0.0"' \
    'source = "registry+https://github.com/rust-lang/crates.io-index"' >Cargo.lock
  fails prints 'evil is evil' cargo audit --no-fetch --db db
}

check_rust_cargo_deny() {
  version cargo deny --version
  cargo init --quiet --vcs none --name hello .
  cargo deny init
  prints 'bans ok' cargo deny --offline check bans
}

check_ruby_ruby() {
  version ruby --version
  echo 'require "openssl"; require "json"; puts %w[hello from ruby].join(" ")' >hello.rb
  prints 'hello from ruby' ruby hello.rb
}

check_ruby_bundle() {
  version bundle --version
  echo 'source "https://rubygems.org"' >Gemfile
  bundle install --local
  prints 'hello from bundle' bundle exec ruby -e 'puts "hello from bundle"'
}

check_ruby_rubocop() {
  version rubocop --version
  printf 'if true then\nend\nx = 1\n' >bad.rb
  fails prints 'Lint/UselessAssignment' rubocop --format emacs --cache false bad.rb
}

check_ruby_bundle_audit() {
  version bundle-audit --version
  # A database of one vulnerability; the real one is on the network.
  mkdir -p db/gems/rack
  printf '%s\n' --- 'gem: rack' 'cve: 2000-0001' 'date: 2000-01-01' 'url: https://example.com' 'title: rack is evil' \
    'description: Very.' "patched_versions: ['>= 2']" >db/gems/rack/CVE-2000-0001.yml
  printf '%s\n' 'source "https://rubygems.org"' 'gem "rack"' >Gemfile
  printf 'GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (1.0.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rack\n' >Gemfile.lock
  fails prints 'rack is evil' bundle-audit check --database db
}

check_php_php() {
  version php --version
  echo '<?php echo implode(" ", ["hello", "from", "php"]), mb_strlen("é"), simplexml_load_string("<a/>")->getName(), "\n";' >hello.php
  prints 'hello from php1a' php hello.php
}

check_php_composer() {
  version composer --version
  echo '{"name": "smoke/hello", "description": "", "license": "MIT", "autoload": {"psr-4": {"Smoke\\": "src/"}}}' >composer.json
  composer validate --no-check-publish
  composer dump-autoload
  test -s vendor/autoload.php
}

check_php_phpunit() {
  version phpunit --version
  printf '<?php\nclass SumTest extends PHPUnit\\Framework\\TestCase { function testSum(): void { $this->assertSame(2, 1 + 1); } }\n' >SumTest.php
  prints 'OK (1 test' phpunit SumTest.php
}

check_php_phpstan() {
  version phpstan --version
  printf '<?php\nfunction half(int $n): int { return "no"; }\n' >half.php
  fails prints 'should return int' phpstan analyse --no-progress --level 5 half.php
}

compile_java() {
  echo 'public class Hello { public static void main(String[] a) { System.out.println("hello from java " + Runtime.version().feature()); } }' >Hello.java
  "$1/bin/javac" Hello.java
  prints "hello from java $2" "$1/bin/java" Hello
}

check_jvm_java_17() {
  version "$JAVA_HOME_17/bin/java" --version
  compile_java "$JAVA_HOME_17" 17
}

check_jvm_java_21() {
  version "$JAVA_HOME_21/bin/java" --version
  compile_java "$JAVA_HOME_21" 21
}

check_jvm_mvn() {
  version mvn --version
  echo '<project><modelVersion>4.0.0</modelVersion><groupId>s</groupId><artifactId>smoke</artifactId><version>1</version><packaging>pom</packaging></project>' >pom.xml
  prints 'BUILD SUCCESS' mvn --offline validate
}

check_jvm_gradle() {
  version_line 'Gradle ' gradle --version --offline
  mkdir -p src/main/java
  echo 'public class Hello { public static void main(String[] a) { System.out.println("hello from gradle"); } }' >src/main/java/Hello.java
  echo 'rootProject.name = "smoke"' >settings.gradle
  printf 'plugins { id "java"; id "application" }\napplication { mainClass = "Hello" }\n' >build.gradle
  prints 'hello from gradle' gradle --offline --no-daemon --console plain --quiet run
}

check_jvm_kotlinc() {
  version_line 'info: kotlinc' kotlinc -version
  echo 'fun main() = println(listOf("hello", "from", "kotlin").joinToString(" "))' >hello.kt
  kotlinc hello.kt -include-runtime -d hello.jar
  prints 'hello from kotlin' java -jar hello.jar
}

check_dotnet_dotnet() {
  version dotnet --version
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
  dotnet new console --name hello --output . --no-restore
  echo 'System.Console.WriteLine("hello from dotnet");' >Program.cs
  dotnet restore --ignore-failed-sources
  prints 'hello from dotnet' dotnet run --no-restore
}

check_swift_swiftc() {
  version swiftc --version
  echo 'import Foundation
print(["hello", "from", "swift"].joined(separator: " "))' >hello.swift
  swiftc hello.swift -o hello
  prints 'hello from swift' ./hello
}

# A package with a test: what recipes build, by SwiftPM.
check_swift_swift() {
  version swift --version
  mkdir -p Sources/Greeting Sources/hello Tests/GreetingTests
  echo '// swift-tools-version:5.9
import PackageDescription
let package = Package(name: "Greeting", targets: [
  .target(name: "Greeting"),
  .executableTarget(name: "hello", dependencies: ["Greeting"]),
  .testTarget(name: "GreetingTests", dependencies: ["Greeting"]),
])' >Package.swift
  echo 'public func greeting() -> String { ["hello", "from", "package"].joined(separator: " ") }' >Sources/Greeting/Greeting.swift
  echo 'import Greeting
print(greeting())' >Sources/hello/main.swift
  echo 'import XCTest
import Greeting
final class GreetingTests: XCTestCase {
  func testGreeting() { XCTAssertEqual(greeting(), "hello from package") }
}' >Tests/GreetingTests/GreetingTests.swift
  swift build
  prints 'hello from package' .build/debug/hello
  prints 'Executed 1 test, with 0 failures' swift test
}

write_c_program() {
  printf '#include <stdio.h>\nint main(void) { puts("hello from c"); return 0; }\n' >hello.c
}

check_c_clang() {
  version clang --version
  write_c_program
  clang -Wall -Werror -o hello hello.c
  prints 'hello from c' ./hello
  printf '#include <iostream>\n#include <vector>\nint main() { for (auto w : std::vector<const char*>{"hello ", "from ", "c++"}) std::cout << w; }\n' >hello.cc
  clang++ -std=c++20 -o hello++ hello.cc
  prints 'hello from c++' ./hello++
}

check_c_lld() {
  version ld.lld --version
  write_c_program
  clang -fuse-ld=lld -o hello hello.c
  prints 'hello from c' ./hello
}

check_c_cmake() {
  version cmake --version
  write_c_program
  printf 'cmake_minimum_required(VERSION 3.20)\nproject(hello C)\nadd_executable(hello hello.c)\nenable_testing()\nadd_test(NAME it COMMAND hello)\n' >CMakeLists.txt
  cmake -G Ninja -B out .
  ninja -C out
  prints 'hello from c' out/hello
  prints '100% tests passed' ctest --test-dir out
}

check_c_valgrind() {
  version valgrind --version
  printf '#include <stdlib.h>\nint main(void) { return malloc(8) == 0; }\n' >leak.c
  clang -g -o leak leak.c
  fails prints 'definitely lost' valgrind --error-exitcode=9 --leak-check=full ./leak
}

check_nix_nix() {
  version nix --version
  prints 'accept-flake-config = false' nix --extra-experimental-features nix-command show-config
  # A store of its own, as a recipe without a writable /nix would use it.
  export NIX_STORE_DIR=$PWD/store NIX_STATE_DIR=$PWD/state NIX_LOG_DIR=$PWD/log
  echo 'derivation { name = "hello"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo hello from nix > $out" ]; }' >hello.nix
  local built
  built=$(nix-build --no-out-link hello.nix)
  prints 'hello from nix' cat "$built"
}

check_shell_bash() {
  version bash --version
  prints 'hello from bash' bash -c 'words=(hello from bash); echo "${words[*]}"'
}

check_shell_shellcheck() {
  version_line 'version:' shellcheck --version
  echo 'echo $1' >unquoted.sh
  fails prints SC2086 shellcheck --shell sh unquoted.sh
}

check_shell_bats() {
  version bats --version
  printf '@test "sum" { [ $((1 + 1)) -eq 2 ]; }\n' >sum.bats
  prints '1 test' bats --pretty sum.bats
}

check_shell_shfmt() {
  version shfmt --version
  printf 'if true;then\necho hello\nfi\n' >ugly.sh
  fails prints 'if true; then' shfmt -d ugly.sh
}

check_shell_git() {
  version git --version
  git init --quiet .
  git -c user.name=smoke -c user.email=smoke@localhost commit --quiet --allow-empty --message 'hello from git'
  prints 'hello from git' git log --oneline
}

check_shell_git_lfs() {
  version git lfs version
  git init --quiet .
  git lfs install --local
  git lfs track '*.bin'
  prints 'filter=lfs' cat .gitattributes
}

check_shell_jq() {
  version jq --version
  prints '"hello from jq"' jq --null-input '["hello", "from", "jq"] | join(" ")'
}

check_shell_yq() {
  version yq --version
  echo 'words: [hello, from, yq]' >words.yml
  prints 'from' yq '.words[1]' words.yml
}

check_shell_rg() {
  version rg --version
  echo 'hello from rg' >words.txt
  prints 'hello from rg' rg --no-filename 'from r.' .
}

check_shell_fd() {
  version fd --version
  : >hello-from-fd
  prints 'hello-from-fd' fd '^hello-'
}

check_shell_gh() {
  version gh --version
  gh alias set hello '!echo hello from gh'
  prints 'hello from gh' gh hello
}

check_shell_curl() {
  version curl --version
  echo 'hello from curl' >words.txt
  prints 'hello from curl' curl --silent --fail "file://$PWD/words.txt"
}

check_shell_wget() {
  version wget --version
  # It speaks to servers only, and nobody is one at this port.
  fails prints '127.0.0.1:9... failed' wget --tries 1 http://127.0.0.1:9/
}

# --- what the checks are written with ---

# Remembers the first line that a tool says of itself.
version() { version_line '' "$@"; }

version_line() {
  local beginning=$1 said
  shift
  said=$("$@" 2>&1) || {
    echo "$said" >&2
    return 1
  }
  # Maven colours even this.
  # shellcheck disable=SC2001
  sed 's/\x1b\[[0-9;]*m//g' <<<"$said" | grep --max-count 1 -e "^$beginning." >version
}

# Passes when the command passes and its output holds the text.
prints() {
  local expected=$1 said code=0
  shift
  said=$("$@" 2>&1) || code=$?
  printf '%s\n' "$said"
  if [[ $said != *"$expected"* ]]; then
    echo "smoke: expected to read: $expected" >&2
    exit "$UNEXPECTED"
  fi
  return "$code"
}

# Passes when the command fails: a linter that says nothing of a fault is as good as none. A command that is not there, or
# did not say what was expected, is no such failure.
fails() {
  local code=0
  ("$@") || code=$?
  case $code in
  0)
    echo "smoke: expected to fail: $*" >&2
    exit "$UNEXPECTED"
    ;;
  "$UNEXPECTED" | 126 | 127) exit "$code" ;;
  esac
}

# --- running them ---

# The same variables as packages/runner/src/process/recipe-environment.ts gives a recipe; a test compares the two.
recipe_environment() {
  local root=$1 caches=$1/caches
  cat <<END
CI=true
NO_COLOR=1
TERM=dumb
COLUMNS=500
LC_ALL=C.UTF-8
DOTNET_CLI_UI_LANGUAGE=en
CARGO_TERM_COLOR=never
CARGO_TERM_PROGRESS_WHEN=never
MSBUILDTERMINALLOGGER=off
npm_config_progress=false
CTEST_OUTPUT_ON_FAILURE=1
SEMGREP_ENABLE_VERSION_CHECK=0
XDG_CACHE_HOME=$caches/xdg
CARGO_HOME=$caches/cargo
npm_config_cache=$caches/npm
PNPM_HOME=$caches/pnpm
YARN_GLOBAL_FOLDER=$caches/yarn
BUN_INSTALL_CACHE_DIR=$caches/bun
PIP_CACHE_DIR=$caches/pip
UV_CACHE_DIR=$caches/uv
GOPATH=$caches/go
GOMODCACHE=$caches/go/pkg/mod
GOCACHE=$caches/go-build
GRADLE_USER_HOME=$caches/gradle
MAVEN_ARGS=-B -ntp -Dstyle.color=never -Dmaven.repo.local=$caches/maven
COMPOSER_CACHE_DIR=$caches/composer
BUNDLE_USER_CACHE=$caches/bundler
BUNDLE_GLOBAL_GEM_CACHE=true
NUGET_PACKAGES=$caches/nuget/packages
NUGET_HTTP_CACHE_PATH=$caches/nuget/http
PATH=${CRAFTING_RECIPE_PATH:-$(without_own_tools "$PATH")}
HOME=$root/home
TMPDIR=$root/tmp
CRAFTING_JOB_ID=smoke
CRAFTING_PROJECT=smoke
CRAFTING_RECIPE=test
CRAFTING_COMMIT=smoke
END
  toolchain_variables
  if [[ -n $HOOKS ]]; then hook_variables "$root"; fi
}

# What apps/worker/src/config.ts leaves of the worker's PATH for recipes.
without_own_tools() {
  local folder path=
  while IFS= read -r -d : folder; do
    if [[ $folder != */node_modules/* ]]; then path+=:$folder; fi
  done <<<"$1:"
  echo "${path#:}"
}

# As packages/runner/src/process/toolchain-variables.ts finds them.
toolchain_variables() {
  local name folder path
  for name in JAVA_HOME JAVA_HOME_17 JAVA_HOME_21 JAVA_HOME_25; do
    if [[ -e ${!name:-} ]]; then echo "$name=${!name}"; fi
  done
  while read -r name folder; do
    path=${!name:-${HOME:-}/$folder}
    if [[ -e $path ]]; then echo "$name=$path"; fi
  done <<'END'
RUSTUP_HOME .rustup
PYENV_ROOT .pyenv
RBENV_ROOT .rbenv
NODENV_ROOT .nodenv
NVM_DIR .nvm
VOLTA_HOME .volta
SDKMAN_DIR .sdkman
ASDF_DATA_DIR .asdf
MISE_DATA_DIR .local/share/mise
DOTNET_ROOT .dotnet
END
}

# As packages/runner/src/report-hooks/report-hooks.ts says them, for a recipe that has none of these itself.
hook_variables() {
  cat <<END
CRAFTING_REPORTS=$1/reports
PYTHONPATH=$1/hooks/python
RUBYLIB=$1/hooks/ruby
SPEC_OPTS=--require $1/hooks/ruby/crafting_table_rspec.rb
END
}

# The folder of the hooks' files: the farm lies beside this script or, in an image, in /app. Alone it has none.
find_hooks() {
  local farm
  for farm in "${SELF%/*}" /app; do
    if [[ -d $farm/packages/runner/src/report-hooks/hooks ]]; then
      echo "$farm/packages/runner/src/report-hooks/hooks"
      return
    fi
  done
}

# One check in a process of its own: there `set -e` holds, which it would not behind `||`.
run_one() {
  local name=$1
  cd "$2"
  "check_${name//-/_}"
}

run_checks() {
  local toolchain tool stage name folder code started said state
  local passed=0 failed=0 left_out=0
  local -a environment
  mkdir -p "$WORK/home" "$WORK/tmp" "$WORK/caches" "$WORK/reports"
  if [[ -n $HOOKS ]]; then cp -R "$HOOKS" "$WORK/hooks"; fi
  mapfile -t environment < <(recipe_environment "$WORK")
  printf '%-8s %-13s %-7s %6s  %s\n' toolchain tool result secs version
  while read -r toolchain tool stage; do
    [[ -n $toolchain ]] || continue
    if ! is_wanted "$toolchain" "$tool" "$stage"; then
      left_out=$((left_out + 1))
      continue
    fi
    name=${toolchain}_$tool folder=$WORK/$toolchain-$tool code=0 started=$EPOCHREALTIME
    mkdir "$folder"
    env --ignore-environment "${environment[@]}" \
      timeout --kill-after=5 "$CHECK_SECS" bash "$SELF" --one "$name" "$folder" >"$folder.log" 2>&1 </dev/null || code=$?
    said=
    if [[ -s $folder/version ]]; then said=$(head -c 90 "$folder/version"); fi
    if [[ $code == 0 && -n $said ]]; then
      state=ok passed=$((passed + 1))
    else
      state=FAILED failed=$((failed + 1))
      said=$(explain "$code" "$folder.log")
    fi
    printf '%-8s %-13s %-7s %6s  %s\n' "$toolchain" "$tool" "$state" "$(seconds_since "$started")" "$said"
  done <<<"$CHECKS"
  conclude "$passed" "$failed" "$left_out"
}

is_wanted() {
  [[ -z $ONLY || ,$ONLY, == *",$1,"* || ,$ONLY, == *",$1/$2,"* ]] || return 1
  [[ ! -e $STAGES_FILE ]] || grep --quiet --line-regexp --fixed-strings "$3" "$STAGES_FILE"
}

explain() {
  local missing
  missing=$(grep --only-matching --max-count 1 -E '[^ :]+: (command not found|unbound variable)|No such file or directory' "$2" || true)
  case $1 in
  0) echo 'it said nothing where it should say its version' ;;
  124 | 137) echo "took longer than $CHECK_SECS s" ;;
  *) echo "${missing:-exit code $1: $(grep . "$2" | tail -n 1 | head -c 160)}" ;;
  esac
}

seconds_since() {
  local micros=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
  printf '%d.%d' $((micros / 1000000)) $((micros / 100000 % 10))
}

conclude() {
  local passed=$1 failed=$2 left_out=$3
  echo
  if ((failed > 0)); then
    echo "=== $failed OF $((passed + failed)) FAILED, $left_out LEFT OUT ==="
    return 1
  elif ((passed == 0)); then
    echo '=== NOTHING WAS CHECKED ==='
    return 1
  elif ((left_out > 0)); then
    echo "=== GREEN IN PART: $passed passed, $left_out left out ==="
  elif ! is_recipe_user; then
    echo "=== GREEN, BUT NOT AS THE RECIPES' USER ==="
  else
    echo '=== ALL TOOLCHAINS GREEN ==='
  fi
}

# Where no other user is said, recipes run as whoever runs the worker.
is_recipe_user() { [[ -z ${CRAFTING_RECIPE_USER:-} || ${CRAFTING_RECIPE_USER%%:*} == "$(id -u)" ]]; }

# Takes the rights of the recipes' user, where that is allowed, and gives it the folder to work in.
become_recipe_user() {
  local uid=${CRAFTING_RECIPE_USER%%:*} gid=${CRAFTING_RECIPE_USER##*:}
  local -a switch=(setpriv "--reuid=$uid" "--regid=$gid" --clear-groups --inh-caps=-all --ambient-caps=-all --no-new-privs)
  "${switch[@]}" true 2>/dev/null || return 0
  chown "$uid:$gid" "$WORK"
  SMOKE_WORK=$WORK "${switch[@]}" bash "$SELF" "--only=$ONLY"
  exit
}

check_names() {
  local word
  for word in ${ONLY//,/ }; do
    grep --quiet "^${word/\// } " <<<"$CHECKS" || {
      echo "smoke.sh: there is no toolchain or tool $word; --list shows them" >&2
      exit 2
    }
  done
}

main() {
  ONLY=${SMOKE:-}
  HOOKS=$(find_hooks)
  while (($# > 0)); do
    case $1 in
    --only)
      ONLY=${2:?--only takes a list of toolchains and toolchain/tools}
      shift
      ;;
    --only=*) ONLY=${1#*=} ;;
    --list)
      grep . <<<"$CHECKS"
      exit
      ;;
    --print-environment)
      recipe_environment "${2:-/workspace/smoke}"
      exit
      ;;
    --one) # Alone on its line: behind `&&` or `||` bash would forget `set -e` in all of it.
      run_one "$2" "$3"
      exit
      ;;
    *)
      echo "smoke.sh: $1 is not known; the head of $SELF says what is" >&2
      exit 2
      ;;
    esac
    shift
  done
  check_names
  if [[ -n ${SMOKE_WORK:-} ]]; then
    WORK=$SMOKE_WORK
  else
    local parent=${CRAFTING_WORKSPACE_DIR:-${TMPDIR:-/tmp}}
    [[ -w $parent ]] || parent=/tmp
    WORK=$(mktemp --directory "$parent/smoke-XXXXXX")
    trap 'rm -rf "$WORK"' EXIT
    is_recipe_user || become_recipe_user
  fi
  echo "as $(id -un) ($(id -u)), in $WORK"
  run_checks
}

main "$@"
