// The manifests of examples/kubernetes, before the schemas of Kubernetes and of KEDA, and before what the images need.
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { SETTINGS } from '@crafting-table/contracts/settings';
import { lastStage, readDockerfile, ROOT, saidBy, sshFolder } from './dockerfile.ts';
import { unknownFields } from './unknown-fields.ts';

type Manifest = { apiVersion: string; kind: string; metadata: { name: string } };
type Container = {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string }[];
  resources: { limits: Record<string, string> };
  readinessProbe?: { exec?: { command: string[] } };
  securityContext: {
    readOnlyRootFilesystem?: boolean;
    capabilities: { drop: string[]; add?: string[] };
  };
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
};
type Claim = { metadata: { name: string }; spec: { resources: { requests: { storage: string } } } };
type Volume = {
  name: string;
  emptyDir?: { medium?: string; sizeLimit: string };
  secret?: object;
};
type Workload = Manifest & {
  spec: {
    replicas?: number;
    volumeClaimTemplates?: Claim[];
    template: {
      spec: {
        containers: Container[];
        volumes: Volume[];
        securityContext: { fsGroup?: number };
        nodeSelector?: Record<string, string>;
      };
    };
  };
};

const MODELS = {
  ScaledObject,
  TriggerAuthentication,
  Deployment,
  StatefulSet,
  NetworkPolicy,
  ConfigMap,
  PersistentVolumeClaim,
  Service,
};
type Kind = keyof typeof MODELS;

const FOLDER = join(ROOT, 'examples/kubernetes');
const files = globSync('*.yml', { cwd: FOLDER })
  .filter((name) => name !== 'kustomization.yml')
  .toSorted();
const manifests = files.flatMap(
  (file) =>
    parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => ({
      file,
      manifest: document.toJS() as Manifest,
    })), // Checked below.
);
const workloads = manifests
  .map(({ manifest }) => manifest)
  .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet') as Workload[]; // As their schemas say.
const config = manifests.find(({ manifest }) => manifest.kind === 'ConfigMap')!.manifest as Manifest & {
  data: Record<string, string>;
}; // It is one.
const scaled = manifests.find(({ manifest }) => manifest.kind === 'ScaledObject')!.manifest as Manifest & {
  spec: { maxReplicaCount: number; triggers: { metadata: Record<string, string> }[] };
}; // It is one.
const compose = parse(readFileSync(join(ROOT, 'compose.yml'), 'utf8'), { merge: true });
const kustomization: Record<string, unknown> & {
  namespace: string;
  resources: string[];
  images: { name: string }[];
} = parse(readFileSync(join(FOLDER, 'kustomization.yml'), 'utf8'));
const workload = (name: string) =>
  workloads.find(({ metadata }) => metadata.name === name)!.spec.template.spec;

describe.each(
  manifests.map(({ file, manifest }) => ({
    file,
    manifest,
    what: `${manifest.kind} ${manifest.metadata.name}`,
  })),
)('$what', ({ manifest }) => {
  test('is what the schema of its kind says', () => {
    expect(Object.keys(MODELS)).toContain(manifest.kind);
    expect(manifest.apiVersion).toBe(modelOf(manifest).apiVersion);
    expect(fieldsUnknownTo(manifest)).toEqual([]);
  });
});

describe('what would be found', () => {
  const sound = () => structuredClone(workloads.find(({ metadata }) => metadata.name === 'worker')!);

  test('a field of the wrong type', () => {
    const manifest = { ...sound(), spec: { ...sound().spec, replicas: 'two' } };
    expect(() => fieldsUnknownTo(manifest)).toThrow(/replicas/);
  });

  test('a field that was left out', () => {
    const { selector: _selector, ...spec } = sound().spec as Workload['spec'] & { selector: object }; // As it stands in the file.
    expect(() => fieldsUnknownTo({ ...sound(), spec } as Manifest)).toThrow(/selector/); // It is none, which is tested.
  });

  test('a field with a wrong letter, at every depth', () => {
    const manifest = sound();
    Object.assign(manifest, { specs: {} });
    Object.assign(manifest.metadata, { lables: {} });
    Object.assign(manifest.spec, { serviceNames: 'worker' });
    Object.assign(manifest.spec.template.spec.containers[0]!, { readynessProbe: { periodSeconds: 5 } });
    Object.assign(manifest.spec.template.spec.containers[0]!.securityContext, {
      readOnlyRootFileSystem: true,
    });
    expect(fieldsUnknownTo(manifest).toSorted()).toEqual([
      'metadata.lables',
      'spec.serviceNames',
      'spec.template.spec.containers.0.readynessProbe',
      'spec.template.spec.containers.0.securityContext.readOnlyRootFileSystem',
      'specs',
    ]);
  });
});

describe.each(workloads.map((each) => ({ name: each.metadata.name, each })))(
  'the pods of $name',
  ({ each }) => {
    const { containers, volumes, securityContext } = each.spec.template.spec;
    const claimed = (each.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);

    test('run as a user that is not root, with no more rights than they need, and with limits', () => {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext: own, resources } of containers) {
        expect(own.capabilities.drop).toEqual(['ALL']);
        expect(resources).toMatchObject({ limits: { cpu: expect.anything(), memory: expect.anything() } });
      }
    });

    test('mount only volumes they have', () => {
      const known = new Set([...volumes.map(({ name }) => name), ...claimed]);
      for (const { volumeMounts } of containers)
        for (const { name } of volumeMounts) expect(known).toContain(name);
    });
  },
);

test('the farm runs as the users that its images have, and has a volume wherever they want one', () => {
  for (const [name, file] of [
    ['api', 'Dockerfile.api'],
    ['worker', 'Dockerfile.worker'],
  ] as const) {
    const image = readDockerfile(file);
    const [uid, gid] = saidBy(image, lastStage(image), 'USER').at(-1)!.split(':').map(Number);
    expect(workload(name).securityContext).toMatchObject({ runAsUser: uid, runAsGroup: gid });
    const mounted = workload(name).containers[0]!.volumeMounts.map(({ mountPath }) => mountPath);
    const wanted = saidBy(image, lastStage(image), 'VOLUME').flatMap((text) => text.split(/\s+/));
    expect(mounted).toEqual(expect.arrayContaining([...wanted, '/tmp', '/run/farm/secrets']));
  }
});

test('the worker has the same rights as in compose.yml, on the same architecture', () => {
  expect(workload('worker').containers[0]!.securityContext.capabilities.add).toEqual(
    compose.services.worker.cap_add,
  );
  const arch = workload('worker').nodeSelector?.['kubernetes.io/arch'];
  expect(`linux/${arch}`).toBe(compose.services.worker.platform);
});

test('what a worker writes to has a volume: nix does not work without one', () => {
  const { volumes, tmpfs }: { volumes: string[]; tmpfs: string[] } = compose.services.worker;
  const wanted = [
    ...volumes.map((volume) => volume.replace(/^\$\{[^}]*\}/, '').split(':')[1]!),
    ...tmpfs.map((place) => place.split(':')[0]!),
  ];
  const { securityContext, volumeMounts } = workload('worker').containers[0]!;
  expect(securityContext.readOnlyRootFilesystem).toBe(true);
  expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual(expect.arrayContaining(wanted));
  expect(wanted).toEqual(expect.arrayContaining(['/nix', '/tmp', '/workspace']));
});

test('a recipe that filled its workspace had the pod evicted: what is on the node’s disk fits its limit', () => {
  const { volumes, containers } = workload('worker');
  const onDisk = volumes.flatMap(({ emptyDir }) =>
    emptyDir && emptyDir.medium !== 'Memory' ? [emptyDir] : [],
  );
  const sum = onDisk.reduce((bytes, { sizeLimit }) => bytes + bytesOf(sizeLimit), 0);
  expect(sum).toBeGreaterThan(0);
  // The container's own log counts as well.
  expect(sum).toBeLessThan(bytesOf(containers[0]!.resources.limits['ephemeral-storage']!));
});

describe('a recipe cannot write where only the worker may', () => {
  test('because no group opens the volumes to it', () => {
    expect(workload('worker').securityContext.fsGroup).toBeUndefined();
  });

  test('because the file that says that the worker lives is below a folder that only the worker enters', () => {
    const { env = [], volumeMounts } = workload('worker').containers[0]!;
    const file = env.find(({ name }) => name === 'CRAFTING_ALIVE_FILE')?.value ?? '';
    expect(volumeMounts.map(({ mountPath }) => mountPath)).toContain(dirname(file));
    expect(readDockerfile('Dockerfile.worker').text).toContain(
      `install --directory --owner=worker --group=worker --mode=0700 ${dirname(dirname(file))} \\`,
    );
  });
});

test('ssh remotes had no key and no known hosts: the worker may read a secret where its image looks for them', () => {
  const { containers, volumes } = workload('worker');
  const mount = containers[0]!.volumeMounts.find(({ mountPath }) => mountPath === sshFolder());
  expect(mount).toMatchObject({ readOnly: true });
  // Nobody who has no such remotes is asked for it. Its files are root's, and open unless a mode is set.
  expect(volumes.find(({ name }) => name === mount!.name)?.secret).toEqual({
    secretName: 'crafting-table-ssh',
    optional: true,
  });
});

test('the API is asked for its health as the image asks it, from an address that is always allowed', () => {
  const image = readDockerfile('Dockerfile.api');
  const asked = JSON.parse(saidBy(image, lastStage(image), 'HEALTHCHECK')[0]!.replace(/^.*CMD /, ''));
  expect(workload('api').containers[0]!.readinessProbe?.exec?.command).toEqual(asked);
});

test('at full scale Postgres refused connections: it has one for each of the farm, and some for people', () => {
  const api = workloads.find(({ metadata }) => metadata.name === 'api')!;
  const { env = [] } = workload('worker').containers[0]!;
  const slots = Number(env.find(({ name }) => name === 'CRAFTING_CONCURRENCY')!.value);
  // What each holds at most is in docs/operations.md; three are Postgres's own for superusers.
  const held = api.spec.replicas! * 20 + scaled.spec.maxReplicaCount * (slots + 6) + 3;
  expect(connectionsOf(workload('postgres').containers[0]!.args)).toBeGreaterThanOrEqual(held + 20);
});

test('Postgres allows as many connections as in compose.yml', () => {
  expect(connectionsOf(workload('postgres').containers[0]!.args)).toBe(
    connectionsOf(
      compose.services.postgres.command?.map((word: string) => word.replace(/\$\{\w+:-(\w+)\}/, '$1')),
    ),
  );
});

test('a parallel query found no shared memory: Postgres has as much as in compose.yml, within its limit', () => {
  const { containers, volumes } = workload('postgres');
  const { volumeMounts, resources } = containers[0]!;
  const mount = volumeMounts.find(({ mountPath }) => mountPath === '/dev/shm');
  const { emptyDir } = volumes.find(({ name }) => name === mount?.name) ?? {};
  const promised = compose.services.postgres.shm_size.replace(/m$/, 'Mi');
  expect(emptyDir).toEqual({ medium: 'Memory', sizeLimit: promised });
  expect(bytesOf(promised) * 4).toBeLessThanOrEqual(bytesOf(resources.limits['memory']!));
});

test('KEDA, which asks from another namespace, reaches Postgres', () => {
  const { host, port } = scaled.spec.triggers[0]!.metadata;
  expect(host).toBe(`postgres.${kustomization.namespace}.svc.cluster.local`);
  const policy = manifests.find(
    ({ manifest }) => manifest.kind === 'NetworkPolicy' && manifest.metadata.name === 'stores',
  )!.manifest as Manifest & { spec: { ingress: object[] } }; // It is one.
  expect(policy.spec.ingress).toContainEqual({
    from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'keda' } } }],
    ports: [{ port: Number(port) }],
  });
});

describe('a full disk: what is kept fits what is claimed, and leaves a sixth of it', () => {
  const claimOf = (name: string, volume: string) => {
    const { spec } = workloads.find(({ metadata }) => metadata.name === name)!;
    const claim = spec.volumeClaimTemplates!.find(({ metadata }) => metadata.name === volume)!;
    return bytesOf(claim.spec.resources.requests.storage);
  };
  const limit = (name: keyof typeof SETTINGS) => Number(config.data[name] ?? SETTINGS[name].example);

  test.each(['data', 'caches'])('a worker’s %s may be all there is of mirrors and caches', (volume) => {
    expect(limit('CRAFTING_HOST_KEEP_BYTES')).toBeLessThanOrEqual((claimOf('worker', volume) * 5) / 6);
  });

  test('the caches of one project are not all', () => {
    expect(limit('CRAFTING_CACHE_KEEP_BYTES')).toBeLessThan(limit('CRAFTING_HOST_KEEP_BYTES') / 2);
  });

  test('Postgres holds all logs, even those that cannot be compressed, and all findings', () => {
    const kept = limit('CRAFTING_LOG_KEEP_TOTAL_BYTES') + limit('CRAFTING_FINDINGS_KEEP_TOTAL_BYTES');
    expect(kept).toBeLessThanOrEqual((claimOf('postgres', 'data') * 5) / 6);
  });
});

test('settings that are given exist, and none is a password', () => {
  const given = [
    ...Object.keys(config.data),
    ...workloads.flatMap(({ spec }) =>
      spec.template.spec.containers.flatMap(({ env = [] }) => env.map(({ name }) => name)),
    ),
  ];
  const ours = given.filter((name) => name.startsWith('CRAFTING_'));
  expect(ours.filter((name) => !(name in SETTINGS))).toEqual([]);
  expect(new URL(config.data['DATABASE_URL']!).password).toBe('');
});

test('kustomize gets every file, and a name for every image of ours', () => {
  const { apiVersion, kind, namespace, resources: _resources, images, ...others } = kustomization;
  expect({ apiVersion, kind, others }).toEqual({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    others: {},
  });
  expect(namespace).toMatch(/^[a-z0-9-]{1,63}$/);
  const words = { name: expect.any(String), newName: expect.any(String), newTag: expect.any(String) };
  expect(images).toEqual(images.map(() => words));
  expect(kustomization.resources.toSorted()).toEqual(files.map((file) => basename(file)));
  const ours = workloads
    .flatMap(({ spec }) => spec.template.spec.containers.map(({ image }) => image))
    .filter((image) => image.startsWith('crafting-table'));
  expect(images.map(({ name }) => name).toSorted()).toEqual(ours.toSorted());
});

function connectionsOf(command: readonly string[] = []): number {
  const said = command.flatMap((word) => /^max_connections=(\d+)$/.exec(word)?.[1] ?? []);
  return Number(said[0] ?? 100); // Postgres's default.
}

/** A quantity as Kubernetes writes it. */
function bytesOf(quantity: string): number {
  const [, count, unit] = /^(\d+)([KMG])i$/.exec(quantity)!; // All of ours are such.
  return Number(count) * 1024 ** ' KMG'.indexOf(unit!);
}

function modelOf(manifest: Manifest) {
  return new MODELS[manifest.kind as Kind](manifest as never); // Whether it is one is what is tested.
}

/** @throws when it is not even what the schema asks for. */
function fieldsUnknownTo(manifest: Manifest): string[] {
  return unknownFields(modelOf(manifest), (model) => (model as Deployment).validate()); // Each kind has it.
}
