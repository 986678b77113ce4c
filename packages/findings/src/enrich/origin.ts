import type { Finding } from '@crafting-table/contracts/finding';
import type { FindingOrigin } from '@crafting-table/contracts/finding-life';

/** Folders that package managers fill. */
const DEPENDENCY =
  /(?:^|\/)(?:node_modules|vendor|third_party|site-packages|\.venv|venv|\.cargo|Pods|bower_components)\//;
/** Folders that builds fill, and names that generators give. */
const GENERATED =
  /(?:^|\/)(?:target|build|dist|out|obj|\.gradle|__generated__|generated|gen)\/|[._](?:pb|generated|g)\.[a-z]{1,5}$|_pb2(?:_grpc)?\.py$/;

/** Whose code a finding is about, by where it lies. A finding about a package belongs to the manifest that asks for it. */
export function originOf({ path, path_raw, package: named }: Finding): FindingOrigin {
  if (path === undefined) return path_raw === undefined || named !== undefined ? 'source' : 'external';
  if (DEPENDENCY.test(path)) return 'dependency';
  return GENERATED.test(path) ? 'generated' : 'source';
}
