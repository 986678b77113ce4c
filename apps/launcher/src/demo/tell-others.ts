import { TOOLCHAINS, type ToolchainName } from '@crafting-table/dev-services/toolchains';
import { BUILT_FIRST, DEMO_SUBPROJECTS } from './demo-project.ts';

/** What else the demo has, and which of it cannot end well on this machine. */
export function tellOthers(missing: readonly ToolchainName[]): string[] {
  const others = DEMO_SUBPROJECTS.filter(({ path }) => !BUILT_FIRST.includes(path));
  const lacking = (needs: readonly ToolchainName[]) => needs.filter((name) => missing.includes(name));
  const ready = others.filter(({ needs }) => lacking(needs).length === 0);
  return [
    'In the demo as well, and built when you ask for it:',
    `  ${ready.map(({ path, language }) => `${path} (${language})`).join(', ') || 'nothing'}`,
    ...others
      .filter(({ needs }) => lacking(needs).length > 0)
      .map(
        ({ path, language, needs }) =>
          `  ${path} (${language}) lacks its toolchain here, so that its jobs end as tool_missing; Debian has it as ${debian(lacking(needs))}`,
      ),
    '',
  ];
}

function debian(names: readonly ToolchainName[]): string {
  return names.map((name) => TOOLCHAINS[name].debian).join(' ');
}
