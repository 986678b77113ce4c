import { SETTINGS } from './settings.ts';

/** The text of `.env.example`: every setting with its help, commented out where the farm runs without it. */
export function renderEnvExample(): string {
  const settings = Object.entries(SETTINGS).map(([name, { help, example, readBy }]) =>
    [`# ${help}`, `# Read by: ${readBy.join(', ')}.`, `#${name}=${example}`, ''].join('\n'),
  );
  return [
    '# Settings of crafting-table. Each line shows its default, or an example where there is none.',
    '',
    ...settings,
  ].join('\n');
}
