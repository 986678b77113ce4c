import { parseGitUrl, type GitUrl } from '@crafting-table/contracts/git-url';
import { refuse, type Refusal } from '../refusal.ts';

/** Which file: remotes may be registered: all, or the one repository that the launcher made for its demo. */
export type FileRemotes = { all: boolean; demo: string | null };

/** Takes a project's git URL apart, or says why it cannot be used, without repeating a password that is in it. */
export function acceptGitUrl(text: string, files: FileRemotes): GitUrl | Refusal {
  const parsed = parseGitUrl(text);
  if ('refused' in parsed) return refuseUrl(parsed.refused);
  const { url } = parsed;
  if (url.scheme !== 'file' || files.all || url.plain === files.demo) return url;
  return refuseUrl(
    'file: URLs are off on this farm; whoever runs it can allow them with CRAFTING_FILE_REMOTES=1',
  );
}

function refuseUrl(why: string): Refusal {
  return refuse('git_url_refused', why, [{ path: 'body.git_url', message: why }]);
}
