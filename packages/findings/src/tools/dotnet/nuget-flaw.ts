// A known flaw of a package as NuGet states it: a severity and a page, whose address ends in the id.
import type { FindingCollector, FindingDraft } from '../../core/finding-collector.ts';
import { toFlawDraft } from '../generic/known-flaw.ts';

export type NugetFlaw = {
  name: string;
  version: string | undefined;
  severityWord: string;
  url: string | undefined;
  /** The project, as the tool wrote it. */
  manifest?: string | undefined;
  isDirect?: boolean;
};

export function toNugetFlawDraft(flaw: NugetFlaw, collector: FindingCollector): FindingDraft {
  const { name, version, severityWord, url, manifest, isDirect } = flaw;
  const id = /\/(?<id>GHSA(?:-[a-z0-9]{4}){3}|CVE-\d{4}-\d{4,10})$/.exec(url ?? '')?.groups?.id;
  return toFlawDraft(
    {
      package: {
        ecosystem: 'NuGet',
        name,
        ...(version === undefined ? {} : { installed: version }),
        ...(isDirect === undefined ? {} : { direct: isDirect }),
      },
      ids: id === undefined ? [] : [id],
      title: id === undefined ? url : undefined,
      severityWord: severityWord.toLowerCase(),
      url,
      source: manifest,
    },
    collector,
  );
}
