// What may happen to one job, as data: a recipe, what is done to it, what must come of it.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { LOG_HEAD_BYTES, LOG_TAIL_BYTES } from '@crafting-table/contracts/log';
import { cancel } from './farm-calls.ts';
import { CANARY } from './farm-under-test.ts';
import { findProcessesCalled } from './process-search.ts';
import type { Outcome, Scenario, Stage } from './run-scenario.ts';
import { until } from './until.ts';

const PASSED = { status: 'passed', reason: 'exit', exit_code: 0 } as const;
const FAILED = { status: 'failed', reason: 'exit' } as const;
const NOT_SET_UP = { status: 'failed', reason: 'setup_failed', exit_code: null } as const;
const CANCELLED = { status: 'cancelled', reason: 'cancelled' } as const;

const HUGE_LINE = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n';
const HUGE_BYTES = 64 * 1_100_000;
const MISSING_COMMIT = '0123456789'.repeat(4);

const ENDINGS: Scenario[] = [
  {
    name: 'a recipe that ends with 0 passes, and its log is what it printed',
    recipe: 'echo to stdout; echo to stderr >&2',
    expected: { ...PASSED, log: 'to stdout\nto stderr\n' },
  },
  {
    name: 'the exit code of a recipe is kept',
    recipe: 'echo no; exit 42',
    expected: { ...FAILED, exit_code: 42, log: 'no\n' },
  },
  {
    name: 'a recipe killed by a signal fails with 128 and its number',
    recipe: 'kill -KILL $$',
    expected: { ...FAILED, exit_code: 137 },
  },
  {
    name: 'a recipe terminated by a signal fails with 128 and its number',
    recipe: 'kill -TERM $$',
    expected: { ...FAILED, exit_code: 143 },
  },
  {
    name: 'a recipe that runs too long is ended, its log kept',
    recipe: 'echo begun; sleep 7001',
    job: { timeout_secs: 1 },
    expected: {
      status: 'failed',
      reason: 'timeout',
      exit_code: 143,
      detail: /^ran longer than its limit of 1 s$/,
      log: 'begun\n[crafting-table] timeout: ran longer than its limit of 1 s\n',
      withinMs: 4_000,
    },
  },
  {
    name: 'a recipe that says nothing for too long is ended',
    recipe: 'echo begun; sleep 7002',
    subproject: { no_output_secs: 1 },
    expected: {
      status: 'failed',
      reason: 'no_output',
      exit_code: 143,
      detail: /^printed nothing for 1 s$/,
      log: 'begun\n[crafting-table] no_output: printed nothing for 1 s\n',
      withinMs: 4_000,
    },
  },
  {
    name: 'a missing tool is named, apart from what the recipe itself got wrong',
    recipe: 'no-such-tool-anywhere --version',
    expected: {
      status: 'failed',
      reason: 'tool_missing',
      exit_code: 127,
      detail: /^no-such-tool-anywhere was not found/,
    },
  },
  {
    name: 'an exit code 127 that nobody explains is the recipe’s own verdict',
    recipe: 'exit 127',
    expected: { ...FAILED, exit_code: 127, log: '' },
  },
];

const CANCELS: Scenario[] = [
  {
    name: 'a running job is cancelled, its processes are gone',
    recipe: 'echo ready; sleep 7003',
    whileRunning: async ({ farm, jobId }) => {
      expect(await cancel(farm.client, jobId)).toMatchObject({ status: 'running' });
    },
    expected: { ...CANCELLED, exit_code: 143, detail: /^cancelled by admin$/, withinMs: 10_000 },
  },
  {
    name: 'a cancelled job that ignores TERM is killed',
    recipe: `trap '' TERM; echo ready; while :; do sleep 0.1; done`,
    whileRunning: async ({ farm, jobId }) => void (await cancel(farm.client, jobId)),
    expected: { ...CANCELLED, exit_code: 137, detail: /^cancelled by admin$/, withinMs: 10_000 },
  },
  {
    name: 'a finished job cannot be cancelled',
    recipe: 'true',
    expected: PASSED,
    afterwards: async ({ farm, jobId }) => {
      await expect(cancel(farm.client, jobId)).rejects.toMatchObject({
        problem: { code: 'already_finished' },
      });
    },
  },
];

const COMMITS: Scenario[] = [
  {
    name: 'a branch that does not exist is named in the detail',
    recipe: 'true',
    job: { ref: 'no/such-branch' },
    expected: { ...NOT_SET_UP, detail: /no branch, tag or commit named no\/such-branch/ },
  },
  {
    name: 'a commit that does not exist is named in the detail',
    recipe: 'true',
    job: { sha: MISSING_COMMIT },
    expected: { ...NOT_SET_UP, detail: new RegExp(`no commit ${MISSING_COMMIT}`) },
  },
  {
    name: 'a branch runs at its tip, which the job says',
    recipe: 'git rev-parse HEAD; cat README.md',
    expected: { ...PASSED, log: /^[0-9a-f]{40}\nA repository of a test\.\n$/ },
    afterwards: ({ repository }, { job, log }) => {
      expect(job.sha).toBe(repository.git('rev-parse', 'main'));
      expect(log.toString()).toContain(job.sha);
    },
  },
  {
    name: 'a subproject that the commit does not have is a fault of the set-up',
    recipe: 'true',
    subproject: { path: 'sdks/python' },
    expected: { ...NOT_SET_UP, detail: /has no folder sdks\/python$/ },
  },
  {
    name: 'a subproject that is a link out of the repository is refused',
    recipe: 'cat passwd',
    subproject: { path: 'outside' },
    files: { outside: { link: '/etc' } },
    expected: { ...NOT_SET_UP, detail: /has no folder outside$/, log: /^(?!.*root:)/s },
  },
  {
    name: 'a subproject that is a broken link is refused',
    recipe: 'true',
    subproject: { path: 'nowhere' },
    files: { nowhere: { link: 'gone' } },
    expected: { ...NOT_SET_UP, detail: /has no folder nowhere$/ },
  },
  {
    name: 'a subproject that is a file is refused',
    recipe: 'true',
    subproject: { path: 'README.md' },
    expected: { ...NOT_SET_UP, detail: /has no folder README.md$/ },
  },
  {
    name: 'a recipe works in the folder of its subproject',
    recipe: 'basename "$PWD"; cat here',
    subproject: { path: 'sdks/python' },
    files: { 'sdks/python/here': 'yes\n' },
    expected: { ...PASSED, log: 'python\nyes\n' },
  },
];

const PROCESSES: Scenario[] = [
  {
    name: 'a child in a session of its own ends with the recipe',
    recipe: 'setsid sleep 7101 & echo done',
    expected: { ...PASSED, log: 'done\n', withinMs: 5_000 },
    afterwards: () => isGone('sleep 7101'),
  },
  {
    name: 'a child without an environment, in a session of its own, ends with the recipe',
    recipe: 'env -i /usr/bin/setsid /bin/sleep 7102 & echo done',
    expected: { ...PASSED, log: 'done\n', withinMs: 5_000 },
    afterwards: () => isGone('sleep 7102'),
  },
  {
    name: 'a child that holds the output open does not hold the job up',
    recipe: 'sleep 7103 & echo done',
    expected: { ...PASSED, log: 'done\n', withinMs: 5_000 },
    afterwards: () => isGone('sleep 7103'),
  },
  {
    name: 'a grandchild that was left behind and ignores TERM ends with the recipe',
    recipe: `(setsid sh -c "trap '' TERM HUP; sleep 7104; sleep 7104" >/dev/null 2>&1 &) ; echo left`,
    expected: { ...PASSED, log: 'left\n', withinMs: 5_000 },
    afterwards: () => isGone('sleep 7104'),
  },
  {
    name: 'a fork bomb of sleepers ends with its timeout',
    recipe: 'i=0; while [ $i -lt 100 ]; do (setsid sleep 7105 &); i=$((i+1)); done; echo forked; sleep 7105',
    job: { timeout_secs: 2 },
    expected: {
      status: 'failed',
      reason: 'timeout',
      exit_code: 143,
      detail: /limit of 2 s/,
      log: /^forked\n/,
    },
    afterwards: () => isGone('sleep 7105'),
  },
];

const ENVIRONMENTS: Scenario[] = [
  {
    name: 'shell metacharacters reach the shell as they were written',
    recipe: `printf '%s\\n' "a;b" 'c|d' "$(echo e)" \`echo f\` '$HOME' "g'h" '"' \\\\ "*" > out && cat < out # done`,
    expected: { ...PASSED, log: `a;b\nc|d\ne\nf\n$HOME\ng'h\n"\n\\\n*\n` },
  },
  {
    name: 'a recipe of several lines stops where it says so',
    recipe: 'set -e\necho one\nfalse\necho two\n',
    expected: { ...FAILED, exit_code: 1, log: 'one\n' },
  },
  {
    name: 'the environment of a recipe is built from nothing',
    recipe: 'env',
    subproject: { env: { DECLARED: 'by the recipe' } },
    expected: PASSED,
    afterwards: ({ jobId, project }, { log, job }) => {
      const variables = new Map(log.toString().split('\n').map(splitAtEquals));
      expect(Object.fromEntries(variables)).toMatchObject({
        CI: 'true',
        NO_COLOR: '1',
        TERM: 'dumb',
        LC_ALL: 'C.UTF-8',
        DECLARED: 'by the recipe',
        CRAFTING_JOB_ID: jobId,
        CRAFTING_PROJECT: project,
        CRAFTING_RECIPE: 'test',
        CRAFTING_COMMIT: job.sha,
      });
      const foreign = [CANARY.name, 'DATABASE_URL', 'REDIS_URL', 'CRAFTING_DATA_DIR', 'FORCE_COLOR'];
      expect(foreign.filter((name) => variables.has(name))).toEqual([]);
      expect(log.toString()).not.toContain(CANARY.value);
    },
  },
  {
    name: 'HOME and TMPDIR are empty folders of the workspace',
    recipe: 'ls -A "$HOME" "$TMPDIR" | grep -v : ; test -w "$HOME" && test -w "$TMPDIR" && echo writable',
    expected: { ...PASSED, log: '\nwritable\n' },
  },
  {
    name: 'what one attempt leaves in its workspace is not seen by the next',
    recipe:
      'ls; cat "$HOME/.config" 2>/dev/null; echo dirty > README.md; echo x > left; echo y > "$HOME/.config"',
    expected: { ...PASSED, log: 'README.md\n' },
    afterwards: async ({ farm, jobId }) => {
      await farm.client.call('retryJob', { params: { id: jobId } });
      const second = () => farm.client.call('getJob', { params: { id: jobId } });
      await until('the second attempt passed', async () => {
        const { job } = await second();
        return job.attempt === 2 && job.status === 'passed';
      });
      expect(await farm.client.readLog(jobId)).toBe('README.md\n');
    },
  },
  {
    name: 'a declared secret does not stand in the log',
    recipe: 'echo "token: $UPLOAD_TOKEN"; printf "%s" "$UPLOAD_TOKEN" | base64',
    subproject: { env: { UPLOAD_TOKEN: 'a-secret-of-the-recipe' } },
    expected: { ...PASSED, log: /^token: / },
    afterwards: (_stage, { log }) => {
      expect(log.toString()).not.toContain('a-secret-of-the-recipe');
      expect(log.toString()).not.toContain(
        Buffer.from('a-secret-of-the-recipe').toString('base64').slice(0, 24),
      );
    },
  },
];

const LOGS: Scenario[] = [
  {
    name: 'a log without a line feed at its end gets none',
    recipe: 'printf the-end',
    expected: { ...PASSED, log: 'the-end' },
    afterwards: (_stage, { attempts }) => {
      expect(attempts[0]?.log).toMatchObject({ bytes: 7, stored_bytes: 7, omitted_bytes: 0 });
    },
  },
  {
    name: 'bytes that are no text come back as they were printed',
    recipe: String.raw`printf 'a\377\376b\303\n\000\r\303'`,
    expected: { ...PASSED, log: 'a\u00ff\u00feb\u00c3\n\u0000\r\u00c3' },
  },
  {
    name: 'a recipe that prints nothing has an empty log',
    recipe: ':',
    expected: { ...PASSED, log: '' },
    afterwards: (_stage, { attempts }) => expect(attempts[0]?.log).toMatchObject({ bytes: 0, lines: 0 }),
  },
  {
    name: 'of a huge log the first and the last part are kept, and the rest is counted to the byte',
    recipe: `yes ${HUGE_LINE.trim()} | head -c ${HUGE_BYTES}`,
    expected: PASSED,
    afterwards: (_stage, outcome) => expectHugeLog(outcome),
  },
];

const FINDINGS: Scenario[] = [
  {
    name: 'a compiler’s line becomes a finding',
    recipe: `printf '%s\\n' 'src/a.c:3:5: error: boom [-Wx]' 'src/a.c:4:1: warning: hm [-Wy]'; exit 1`,
    files: { 'src/a.c': 'int a;\n' },
    expected: { ...FAILED, exit_code: 1 },
    afterwards: async (stage, { job }) => {
      expect(job.findings_count).toBe(2);
      expect(await findingsOf(stage)).toMatchObject(
        [
          { path: 'src/a.c', region: { line: 3, col: 5 }, level: 'error', message: /^boom/ },
          { path: 'src/a.c', region: { line: 4, col: 1 }, level: 'warning', message: /^hm/ },
        ].map(asMatchers),
      );
    },
  },
  {
    name: 'report files in JUnit and SARIF become findings, relative to the repository',
    recipe: 'cp junit.xml.in junit.xml; cp lint.sarif.in lint.sarif; exit 1',
    subproject: { path: 'sub' },
    files: { 'sub/junit.xml.in': junit('fresh'), 'sub/lint.sarif.in': sarif(), 'sub/main.js': 'x\n' },
    expected: { ...FAILED, exit_code: 1 },
    afterwards: async (stage, { job }) => {
      expect(job.findings_count).toBe(2);
      const findings = await findingsOf(stage);
      expect(findings).toContainEqual(
        expect.objectContaining({ kind: 'test_failure', test: expect.objectContaining({ name: 'fresh' }) }),
      );
      expect(findings).toContainEqual(
        expect.objectContaining({ rule_id: 'no-x', path: 'sub/main.js', subproject: 'sub' }),
      );
    },
  },
  {
    name: 'a report that came with the commit is not taken for one of the recipe',
    recipe: 'cp fresh.xml.in fresh-junit.xml',
    files: { 'old-junit.xml': junit('committed'), 'fresh.xml.in': junit('fresh') },
    expected: PASSED,
    afterwards: async (stage) => {
      const findings = await findingsOf(stage);
      expect(findings.map((finding) => finding.test?.name)).toEqual(['fresh']);
    },
  },
  {
    name: 'a report older than the job is not taken',
    recipe: 'cp old.xml.in junit.xml; touch -d "1 hour ago" junit.xml',
    files: { 'old.xml.in': junit('old') },
    expected: PASSED,
    afterwards: async (stage) => expect(await findingsOf(stage)).toEqual([]),
  },
  {
    name: 'a report that is a link out of the workspace is not read',
    recipe: 'cp outside.xml.in "$OUTSIDE/junit.xml"; ln -s "$OUTSIDE/junit.xml" junit.xml',
    files: { 'outside.xml.in': junit('outside') },
    expected: PASSED,
    afterwards: async (stage) => expect(await findingsOf(stage)).toEqual([]),
  },
];

export const SCENARIOS: Scenario[] = [
  ...ENDINGS,
  ...CANCELS,
  ...COMMITS,
  ...PROCESSES,
  ...ENVIRONMENTS,
  ...LOGS,
  ...FINDINGS,
];

async function isGone(command: string): Promise<void> {
  await until(`"${command}" is gone`, () => findProcessesCalled(command).length === 0, 5_000);
}

function splitAtEquals(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

/** The whole output is known, so every number can be computed, and what is stored can be hashed. */
function expectHugeLog({ attempts, log }: Outcome): void {
  const printed = Buffer.alloc(HUGE_BYTES, HUGE_LINE);
  const summary = attempts[0]?.log;
  const omitted = summary?.omitted_bytes ?? 0;
  expect(summary).toMatchObject({ bytes: HUGE_BYTES, lines: HUGE_BYTES / HUGE_LINE.length });
  expect(summary?.stored_bytes).toBe(HUGE_BYTES - omitted);
  expect(Math.abs(HUGE_BYTES - omitted - LOG_HEAD_BYTES - LOG_TAIL_BYTES)).toBeLessThan(1024 ** 2);
  const gap = Buffer.from(`\n[crafting-table] ${omitted} bytes of output left out here\n`);
  const at = log.indexOf(gap);
  const [head, tail] = [log.subarray(0, at), log.subarray(at + gap.length)];
  expect(at).toBe(LOG_HEAD_BYTES);
  expect(head.equals(printed.subarray(0, head.length))).toBe(true);
  expect(tail.equals(printed.subarray(HUGE_BYTES - tail.length))).toBe(true);
  expect(head.length + tail.length + omitted).toBe(HUGE_BYTES);
  expect(createHash('sha256').update(head).update(tail).digest('hex')).toBe(summary?.stored_sha256);
}

async function findingsOf({ farm, jobId }: Stage) {
  return (await farm.client.call('listFindings', { params: { id: jobId } })).findings;
}

function asMatchers({ message, ...rest }: { message: RegExp }) {
  return { ...rest, message: expect.stringMatching(message) };
}

function junit(test: string): string {
  return `<?xml version="1.0"?>
<testsuites><testsuite name="suite" tests="1" failures="1">
<testcase classname="suite" name="${test}"><failure message="expected 1">at main.js:1</failure></testcase>
</testsuite></testsuites>
`;
}

function sarif(): string {
  const place = { physicalLocation: { artifactLocation: { uri: 'main.js' }, region: { startLine: 1 } } };
  const result = {
    ruleId: 'no-x',
    level: 'error',
    message: { text: 'x is not allowed' },
    locations: [place],
  };
  return JSON.stringify({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'linter', rules: [{ id: 'no-x' }] } }, results: [result] }],
  });
}
