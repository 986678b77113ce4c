import type { Route } from '@crafting-table/contracts/routes';

export type UrlParts = {
  params?: Record<string, unknown> | undefined;
  query?: Record<string, unknown> | undefined;
};

/** Where a route is asked. The farm may stand below a path of its host, behind a proxy. */
export function urlOf(baseUrl: string, route: Route, { params, query }: UrlParts): URL {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params?.[name])),
  );
  const url = new URL(`.${path}`, baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
