// Where a digest leads: jobs, its own page, and what it has no line for.
import type { Digest, DigestSectionName } from '@crafting-table/contracts/digest';

export type DigestLinks = {
  job(id: string): string;
  /** The digest of that day as a page. */
  page(date: string): string;
  /** Those of a section that have no line. */
  rest(section: DigestSectionName): string;
};

type Shown = Pick<Digest, 'project' | 'date'>;

/** A mail leaves lines out that its page has. */
export function mailLinks(publicUrl: string, { project, date }: Shown): DigestLinks {
  const links = pageLinks(publicUrl, { project, date });
  const rest = (section: DigestSectionName) => (isOpen(section) ? links.rest(section) : links.page(date));
  return { ...links, rest };
}

/** What its page has no line for is in the lists of the API. */
export function pageLinks(publicUrl: string, { project }: Shown): DigestLinks {
  const name = encodeURIComponent(project);
  return {
    job: (id) => `${publicUrl}/jobs/${id}`,
    page: (date) => `${publicUrl}/digests/${date}/${name}.html`,
    rest(section) {
      if (isOpen(section)) return `${publicUrl}/projects/${name}/findings`;
      return `${publicUrl}/jobs?project=${name}${section === 'lost' ? '&status=failed' : ''}`;
    },
  };
}

function isOpen(section: DigestSectionName): boolean {
  return section === 'new' || section === 'open' || section === 'flaky';
}
