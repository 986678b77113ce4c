import type { LogCollector, ToolRunDraft } from '../../../core/tool.ts';

/** Packages of one invocation. */
export type TestRun = {
  add: (result: { failures: number; hadTests: boolean }) => void;
  hasPackages: () => boolean;
  /** Closes the run, unless there was none. */
  close: (draft: Pick<ToolRunDraft, 'completeness' | 'note'>) => void;
};

export function createTestRun(collector: LogCollector): TestRun {
  let packages = 0;
  let failures = 0;
  let isEmpty = true;
  return {
    add: (result) => {
      packages += 1;
      failures += result.failures;
      if (result.hadTests) isEmpty = false;
    },
    hasPackages: () => packages > 0,
    close: (draft) => {
      if (packages === 0) return;
      const counts = { packages, failures };
      collector.closeRun(
        isEmpty
          ? {
              ...draft,
              claimed: { tests: 0 },
              parsed: { packages, tests: 0 },
              note: draft.note ?? 'no test ran',
            }
          : { ...draft, parsed: counts },
      );
      packages = 0;
      failures = 0;
      isEmpty = true;
    },
  };
}
